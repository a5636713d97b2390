// Device programs of v2 groups: loading, attaching, replacing (bpf(2)).
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <span>

#include <linux/bpf.h>

namespace cgroups {

/// Puts `program` in the place of whatever device programs the group has; an empty one takes them
/// away. Where the kernel can (5.6) the exchange is one step; elsewhere the new one is there before
/// the old one goes, so that at no moment less is allowed than both of them allow.
/// Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, in the first user namespace.
base::Result<> replace_device_program(base::FdRef group, std::span<const bpf_insn> program);

/// How many device programs are attached to the group itself.
base::Result<std::size_t> count_device_programs(base::FdRef group);

} // namespace cgroups
