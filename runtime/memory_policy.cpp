#include "runtime/memory_policy.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/id_mask.hpp"

#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runtime {

using base::done;
using base::Result;

namespace {

constexpr int kWeightedInterleave = 6; // Linux 6.9, newer than Debian 12's headers

int mode_of(spec::MemoryPolicyMode mode) {
    switch (mode) {
    case spec::MemoryPolicyMode::default_:
        return MPOL_DEFAULT;
    case spec::MemoryPolicyMode::bind:
        return MPOL_BIND;
    case spec::MemoryPolicyMode::interleave:
        return MPOL_INTERLEAVE;
    case spec::MemoryPolicyMode::weighted_interleave:
        return kWeightedInterleave;
    case spec::MemoryPolicyMode::preferred:
        return MPOL_PREFERRED;
    case spec::MemoryPolicyMode::preferred_many:
        return MPOL_PREFERRED_MANY;
    case spec::MemoryPolicyMode::local:
        return MPOL_LOCAL;
    }
    return MPOL_DEFAULT;
}

int flag_of(spec::MemoryPolicyFlag flag) {
    switch (flag) {
    case spec::MemoryPolicyFlag::numa_balancing:
        return MPOL_F_NUMA_BALANCING;
    case spec::MemoryPolicyFlag::relative_nodes:
        return MPOL_F_RELATIVE_NODES;
    case spec::MemoryPolicyFlag::static_nodes:
        return MPOL_F_STATIC_NODES;
    }
    return 0;
}

} // namespace

Result<> set_memory_policy(const spec::MemoryPolicy& policy) {
    int mode = mode_of(policy.mode);
    for (const spec::MemoryPolicyFlag flag : policy.flags) {
        mode |= flag_of(flag);
    }
    TRY_ASSIGN(const IdMask nodes, id_mask_of(policy.nodes));
    // The kernel takes one bit fewer than it is told.
    const unsigned long bits = nodes.size() * 8 * sizeof(unsigned long) + 1;
    if (::syscall(SYS_set_mempolicy, mode, nodes.empty() ? nullptr : nodes.data(),
                  nodes.empty() ? 0 : bits) < 0) {
        const int code = errno;
        base::Error error = base::call_failed("set_mempolicy",
                                              base::Hex{static_cast<unsigned>(mode)}, policy.nodes);
        if (code == EINVAL) {
            return std::move(error).hint(
                "the mode does not go with these nodes or flags on this machine, the kernel does "
                "not know the mode, or none of the nodes is online and allowed by the cpuset");
        }
        return error;
    }
    return done();
}

} // namespace runtime
