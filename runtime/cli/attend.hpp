// What `run` and `restore` do with a container once it runs: stay with it, or leave it.
#pragma once

#include "runtime/cli/arguments.hpp"
#include "runtime/container.hpp"
#include "runtime/create.hpp"
#include "runtime/notify_socket.hpp"

#include <optional>

namespace cli {

struct Attendance {
    bool detach = false;
    bool keep = false;
    bool no_subreaper = false;
};

void declare_attendance(Arguments& arguments, Attendance& attendance);

/// Before there is a process, so that no signal and no orphan is lost.
base::Result<> prepare(const Attendance& attendance);

/// The container that was created, with a pidfd of its own for its process.
base::Result<runtime::Container> container_of(runtime::Created& created, spec::Status status);

/// Waits for the end of the container that runs, deletes it, and returns its process's code; or
/// returns at once, or when the container is ready, for `relay`. Its lock is given up.
base::Result<int> attend(const runtime::StateStore& store, runtime::Created created,
                         runtime::Container container, std::optional<runtime::NotifyRelay> relay,
                         const Attendance& attendance);

} // namespace cli
