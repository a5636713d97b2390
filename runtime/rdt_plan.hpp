// linux.intelRdt as data (config-linux.md, "IntelRdt"; Documentation/filesystems/resctrl.rst):
// which class of service the container is in, what the class has to allow, and whether it is
// monitored. Pure.
#pragma once

#include "oci-spec/spec.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runtime {

/// One line of a `schemata` file: "L3:0=7f0;1=1f".
struct RdtLine {
    std::string origin; ///< "/linux/intelRdt/schemata/0"
    std::string text;
};

struct RdtPlan {
    std::string group;          ///< its directory in resctrl; "" for the root, the default class
    bool named = false;         ///< by closID: it outlives the container, and others may be in it
    std::vector<RdtLine> lines; ///< in the order in which they are written
    std::string monitor;        ///< a directory below mon_groups; "" if nothing is monitored
};

/// `id` names what is the container's own.
RdtPlan rdt_plan_of(const spec::IntelRdt& rdt, const std::string& id);

/// What of `line` a `schemata` file does not say: "L3:1=1f"; nullopt if it says all of it. Values
/// are compared as numbers (MB in decimal, masks in hexadecimal), and a line need not name every
/// cache.
std::optional<std::string> missing_in(std::string_view schemata, std::string_view line);

/// The mount point of the resctrl that a path reaches, out of /proc/self/mountinfo; "" if there is
/// none.
std::string resctrl_in(std::string_view mountinfo);

} // namespace runtime
