// A device set as a program for BPF_PROG_TYPE_CGROUP_DEVICE, the language of v2. Pure; bpf.hpp
// loads and attaches it. (Documentation/admin-guide/cgroup-v2.rst, "Device controller"; bpf(2))
#pragma once

#include "cgroups/device_rules.hpp"

#include <vector>

#include <linux/bpf.h>

namespace cgroups {

/// The program: it returns 1 where the set allows all of the wanted access, else 0.
std::vector<bpf_insn> device_program_of(const DeviceSet& set);

} // namespace cgroups
