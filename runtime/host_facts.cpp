#include "runtime/host_facts.hpp"

#include "cgroups/read_layout.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"

#include <cstdlib>

#include <unistd.h>

namespace runtime {

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

} // namespace

Result<HostFacts> read_host_facts() {
    HostFacts facts;
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(facts.cgroups, cgroups::read_layout(proc));
    TRY_ASSIGN(facts.own, own_capabilities());
    facts.kernel_capabilities = kernel_capabilities();
    facts.unprivileged = ::geteuid() != 0;
    facts.apparmor = has_apparmor();
    facts.selinux = has_selinux();
    facts.activated_sockets = base::parse_number<std::uint32_t>(variable("LISTEN_FDS")).value_or(0);
    facts.activated_names = variable("LISTEN_FDNAMES");
    return facts;
}

} // namespace runtime
