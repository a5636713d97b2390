// The container's class of service and monitoring group in resctrl, on the host.
//
// Containers may share a class by its closID. So whoever makes or removes one holds the lock that
// the kernel's documentation asks for (resctrl.rst, "Locking between applications"): flock(2) on
// resctrl's directory. And a create holds a claim, a shared lock on the class itself, from finding
// it until its process is in.
//
// Everything needs root: resctrl belongs to the first user namespace.
#pragma once

#include "runtime/base/procfs.hpp"
#include "runtime/base/result.hpp"
#include "runtime/rdt_plan.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace runtime {

/// A directory of resctrl that the container's processes are in, as the record keeps it.
struct RdtDirectory {
    std::string path;        ///< absolute
    std::uint64_t inode = 0; ///< 0: not known, so not proven ours
    bool made = false;       ///< by us: it was not there before
    bool kept = false;       ///< delete leaves it: a class that closID names
};
/// The class, and its monitoring group if there is one.
using RdtDirectories = std::vector<RdtDirectory>;

/// Called before a directory is made, without its inode, and again when it is there.
using RdtRecorder = std::function<base::Result<>(const RdtDirectories&)>;

/// Where resctrl is mounted in the caller's mount namespace. An error if it is not.
base::Result<std::string> find_resctrl(const base::Procfs& proc);

/// Finds or makes what the plan names below `resctrl`, and writes the schemata of a class that is
/// new or the container's own. Returns the claim: while it is open, no other create that failed
/// removes the class. Errors, each with its place: a closID alone whose class does not exist; a
/// class that exists and says something else; what the kernel refuses, in its own words; others
/// who keep the lock. What it has made on failure it removes; what cannot be removed is in the
/// recorder's hands.
base::Result<base::Fd> make_rdt(const std::string& resctrl, const RdtPlan& plan,
                                const RdtRecorder& recorder);

/// Puts a process into all of them, the class first: a process can only be monitored in its class.
/// Its children of later are in them, too.
base::Result<> enter_rdt(const RdtDirectories& directories, pid_t pid);

/// `undo`: of a create that failed, a kept class that it made included, unless somebody else has
/// come to use it.
enum class RdtRemoval : std::uint8_t { at_delete, undo };
/// Removes what was made, as far as it still is what was made. Processes in it fall back to the
/// default class. What is gone already is no error. The caller's own claim has to be closed.
base::Result<> remove_rdt(const RdtDirectories& directories, RdtRemoval removal);

} // namespace runtime
