#include "conformance/harness/host.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

namespace conformance {

const std::vector<std::string>& capability_names() {
    static const std::vector<std::string> names{"CAP_CHOWN",
                                                "CAP_DAC_OVERRIDE",
                                                "CAP_DAC_READ_SEARCH",
                                                "CAP_FOWNER",
                                                "CAP_FSETID",
                                                "CAP_KILL",
                                                "CAP_SETGID",
                                                "CAP_SETUID",
                                                "CAP_SETPCAP",
                                                "CAP_LINUX_IMMUTABLE",
                                                "CAP_NET_BIND_SERVICE",
                                                "CAP_NET_BROADCAST",
                                                "CAP_NET_ADMIN",
                                                "CAP_NET_RAW",
                                                "CAP_IPC_LOCK",
                                                "CAP_IPC_OWNER",
                                                "CAP_SYS_MODULE",
                                                "CAP_SYS_RAWIO",
                                                "CAP_SYS_CHROOT",
                                                "CAP_SYS_PTRACE",
                                                "CAP_SYS_PACCT",
                                                "CAP_SYS_ADMIN",
                                                "CAP_SYS_BOOT",
                                                "CAP_SYS_NICE",
                                                "CAP_SYS_RESOURCE",
                                                "CAP_SYS_TIME",
                                                "CAP_SYS_TTY_CONFIG",
                                                "CAP_MKNOD",
                                                "CAP_LEASE",
                                                "CAP_AUDIT_WRITE",
                                                "CAP_AUDIT_CONTROL",
                                                "CAP_SETFCAP",
                                                "CAP_MAC_OVERRIDE",
                                                "CAP_MAC_ADMIN",
                                                "CAP_SYSLOG",
                                                "CAP_WAKE_ALARM",
                                                "CAP_BLOCK_SUSPEND",
                                                "CAP_AUDIT_READ",
                                                "CAP_PERFMON",
                                                "CAP_BPF",
                                                "CAP_CHECKPOINT_RESTORE"};
    return names;
}

std::string capability_name(int number) {
    const auto index = static_cast<std::size_t>(number);
    return index < capability_names().size() ? capability_names()[index]
                                             : "CAP_" + std::to_string(number);
}

namespace {

std::set<std::string> own_capabilities() {
    std::set<std::string> own;
    for (const std::string& line : lines_of(read_text("/proc/self/status"))) {
        if (line.starts_with("CapEff:")) {
            const unsigned long long set =
                std::strtoull(line.substr(line.find('\t')).c_str(), nullptr, 16);
            for (int number = 0; number < 64; ++number) {
                if (((set >> number) & 1) != 0) {
                    own.insert(capability_name(number));
                }
            }
        }
    }
    return own;
}

bool mount_setattr_exists() {
    // A size that no kernel accepts: EINVAL says that the call is there, ENOSYS that it is not.
    ::syscall(SYS_mount_setattr, -1, "", 0, nullptr, 0);
    return errno != ENOSYS;
}

} // namespace

std::string with_own_categories(const std::string& context) {
    std::size_t end = std::string::npos;
    for (int field = 0; field < 3; ++field) {
        end = context.find(':', end + 1);
    }
    return context.substr(0, end) + ":s0:c3,c4";
}

Host Host::look() {
    Host host;
    host.capabilities_ = own_capabilities();
    host.mount_setattr_ = mount_setattr_exists();
    host.apparmor_ =
        trimmed(try_read("/sys/module/apparmor/parameters/enabled").value_or("")) == "Y";
    host.selinux_ = fs::exists("/sys/fs/selinux/enforce");
    host.resctrl_ = read_text("/proc/self/mountinfo").find(" - resctrl ") != std::string::npos;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    ::sched_getaffinity(0, sizeof cpus, &cpus);
    host.processors_ = CPU_COUNT(&cpus);
    host.cgroups_ = Cgroups::read();
    return host;
}

bool Host::has_capability(const std::string& name) const {
    return capabilities_.contains(name);
}

bool Host::has_namespace(const std::string& type) const {
    return fs::exists("/proc/self/ns/" + type);
}

std::string Host::summary() const {
    utsname names{};
    ::uname(&names);
    const bool v1 =
        std::ranges::find(cgroups_.all(), false, &Hierarchy::v2) != cgroups_.all().end();
    const bool v2 = cgroups_.v2() != nullptr;
    std::string text = std::string("Linux ") + names.release + " " + names.machine + ", cgroup " +
                       (v1 && v2 ? "v1 and v2 mixed"
                        : v1     ? "v1"
                        : v2     ? "v2"
                                 : "none");
    for (const std::string& name : capability_names()) {
        if (!has_capability(name)) {
            text += ", no " + name;
        }
    }
    return text;
}

} // namespace conformance
