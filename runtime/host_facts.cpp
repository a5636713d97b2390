#include "runtime/host_facts.hpp"

#include "cgroups/make.hpp"
#include "cgroups/read_layout.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/text.hpp"

#include <cstdlib>

#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::Result;

namespace {

std::string variable(const char* name) {
    const char* value = ::getenv(name);
    return value == nullptr ? "" : value;
}

/// "Y" in its parameter; there is no such file where it is not compiled in.
bool has_apparmor() {
    const Result<std::string> enabled =
        base::read_file(base::FdRef::cwd(), "/sys/module/apparmor/parameters/enabled");
    return enabled && enabled->starts_with('Y');
}

/// The kernel makes the mount point of selinuxfs only where SELinux is on; it need not be mounted.
bool has_selinux() {
    return ::access("/sys/fs/selinux", F_OK) == 0;
}

/// Our uid on the host: root in a user namespace is somebody there. "INSIDE OUTSIDE COUNT" are the
/// lines of /proc/self/uid_map (user_namespaces(7)).
uid_t host_uid(std::string_view uid_map) {
    const uid_t own = ::geteuid();
    for (const std::string_view line : base::split(uid_map, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (words.size() != 3) {
            continue;
        }
        const auto inside = base::parse_number<uid_t>(words[0]);
        const auto outside = base::parse_number<uid_t>(words[1]);
        const auto count = base::parse_number<uid_t>(words[2]);
        if (inside && outside && count && own >= *inside && own - *inside < *count) {
            return *outside + (own - *inside);
        }
    }
    return own;
}

/// A user's manager has its group where logind puts it, unless we are in it and see.
cgroups::ServiceManager service_manager_of(const cgroups::Layout& layout, uid_t uid) {
    if (uid == 0) {
        return {};
    }
    const std::string service = cat("/user@", uid, ".service");
    cgroups::ServiceManager manager{.owner = systemd::Owner::user,
                                    .group = cat("/user.slice/user-", uid, ".slice", service)};
    for (const cgroups::HierarchyInfo& hierarchy : layout.hierarchies) {
        const std::size_t place = hierarchy.own_path.find(service);
        if (place != std::string::npos) {
            manager.group = hierarchy.own_path.substr(0, place + service.size());
        }
    }
    return manager;
}

Rights rights_with(const GrantableCapabilities& own) {
    if ((own.permitted >> unsigned{CAP_SYS_ADMIN} & 1U) == 0) {
        return Rights::user;
    }
    return in_first_user_namespace() ? Rights::host : Rights::user_namespace;
}

} // namespace

bool in_first_user_namespace() {
    constexpr ino_t kFirst = 0xEFFFFFFDU; // PROC_USER_INIT_INO
    struct stat own {};
    return ::stat("/proc/self/ns/user", &own) != 0 || own.st_ino == kFirst;
}

Result<bool> may_set_groups(const base::Procfs& proc, pid_t pid) {
    Result<std::string> answer = proc.read(cat(pid, "/setgroups"));
    if (answer.code() == ENOENT) {
        return true; // a kernel without user namespaces
    }
    TRY_ASSIGN(const std::string word, std::move(answer));
    return base::trimmed(word) != "deny";
}

Result<HostFacts> read_host_facts() {
    HostFacts facts;
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(facts.cgroups, cgroups::read_layout(proc));
    facts.may_make_cgroup = cgroups::may_make;
    TRY_ASSIGN(facts.own, own_capabilities());
    facts.kernel_capabilities = kernel_capabilities();
    facts.rights = rights_with(facts.own);
    facts.uid = ::geteuid();
    facts.gid = ::getegid();
    TRY_ASSIGN(facts.may_set_groups, may_set_groups(proc, ::getpid()));
    TRY_ASSIGN(const std::string uid_map, base::read_file(proc.root(), "self/uid_map"));
    facts.service_manager = service_manager_of(facts.cgroups, host_uid(uid_map));
    facts.apparmor = has_apparmor();
    facts.selinux = has_selinux();
    facts.activated_sockets = base::parse_number<std::uint32_t>(variable("LISTEN_FDS")).value_or(0);
    facts.activated_names = variable("LISTEN_FDNAMES");
    return facts;
}

} // namespace runtime
