#include "runtime/host_facts.hpp"

#include "cgroups/read_layout.hpp"
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

} // namespace

Result<HostFacts> read_host_facts() {
    HostFacts facts;
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(facts.cgroups, cgroups::read_layout(proc));
    TRY_ASSIGN(facts.own, own_capabilities());
    facts.kernel_capabilities = kernel_capabilities();
    facts.unprivileged = ::geteuid() != 0;
    facts.activated_sockets = base::parse_number<std::uint32_t>(variable("LISTEN_FDS")).value_or(0);
    facts.activated_names = variable("LISTEN_FDNAMES");
    return facts;
}

} // namespace runtime
