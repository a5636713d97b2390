// Starting programs, and being sure that none of them stays. The suite is a child subreaper: every
// process of a container becomes its own child once the runtime has left it, so that its exit
// status can be read and nothing can hide.
#pragma once

#include "conformance/harness/watch.hpp"

#include <functional>
#include <string>
#include <vector>

namespace conformance {

/// From now on this process reaps its orphaned descendants, and none of the descriptors that it
/// was started with reaches a child.
void become_reaper();

struct Command {
    std::vector<std::string> arguments;
    int in = 0;
    int out = 1;
    int err = 2;
    /// Called in the child just before exec: a umask, an extra descriptor.
    std::function<void()> prepare = {};
};

/// Starts it in a session of its own with default signals. Throws Broken if it cannot be started.
pid_t spawn(const Command& command);

/// Forks; `body` runs in the child, which dies with the suite and ends with body's result.
pid_t fork_child(const std::function<int()>& body);

/// Every descendant of this process, zombies too.
std::vector<pid_t> descendants();

/// "4711 probe", for a report.
std::string process_name(pid_t pid);

/// Kills and reaps all descendants. Never throws.
void end_all_descendants();

/// Reaps children that have ended by themselves.
void reap_ended();

} // namespace conformance
