// The limits of a container as properties of its unit, so that systemd, which writes all that it
// knows of into the files of its groups, writes the same. Pure. (systemd.resource-control(5))
//
// They are made out of the writes into the files, not out of the configuration: what a translator
// has decided, `unified` too, is decided once.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/systemd/value.hpp"

#include <span>
#include <vector>

namespace cgroups {

struct UnitProperties {
    std::vector<systemd::Property> properties;
    /// What a property says with less precision than the file: to be written again behind it.
    /// systemd keeps a quota as a whole percentage, and gets it rounded up.
    std::vector<Write> inexact;
};

/// Writes without a property (hugetlb, rdma, io.max) are for the files alone, which systemd does
/// not touch. `current`: what is in force of a quota and its period, if only one of them is
/// written.
UnitProperties properties_of(std::span<const Write> writes, const Current& current);

/// DevicePolicy and DeviceAllow: at least what the set allows. What only a program of ours can say
/// (all devices of a minor number) is allowed here in full, since both have to agree.
std::vector<systemd::Property> properties_of(const DevicePlan& devices);

} // namespace cgroups
