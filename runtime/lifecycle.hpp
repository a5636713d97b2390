// What is done with a container once it was created: start, kill, delete, pause, resume.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/bundle.hpp"
#include "runtime/container.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/state_store.hpp"

#include <string>

namespace runtime {

/// Opens the gate of a created container and waits until the program is executed, then runs the
/// poststart hooks; if one fails the container is stopped (runtime.md, "Lifecycle", step 9). With a
/// NOTIFY_SOCKET it waits for the container to be ready, too, and no longer holds its lock then.
base::Result<> start(const StateStore& store, const std::string& id);
/// The same for a container that the caller has opened.
base::Result<> start(const Container& container);

/// Runs the poststart hooks of a container that runs; if one fails it is stopped (runtime.md,
/// "Lifecycle", step 9). Part of start(), and for a container that was restored.
base::Result<> run_poststart_hooks(const Container& container);

/// Waits until the container says that it is ready, and tells the service manager. A failure is a
/// warning: the container runs.
void await_ready(NotifyRelay& relay, base::FdRef init, pid_t pid);

/// Whom a signal is for.
enum class Target { init, all_processes };

/// Sends a signal. "container not running" if there is nobody to send it to. SIGKILL ends a paused
/// container, too.
base::Result<> kill(const StateStore& store, const std::string& id, int signal, Target target);
/// "TERM", "SIGTERM", "15", "RTMIN+3" as a number; an error for anything else.
base::Result<int> signal_number(const std::string& text);

enum class Force { no, yes };

/// Deletes what create made, and nothing else, then runs the poststop hooks. A created container is
/// ended first, because engines rely on it; a running one only with force. With force an id that
/// does not exist is no error.
base::Result<> remove(const StateStore& store, const std::string& id, Force force);
/// The same for a container that the caller has opened and locked; its process has ended or will
/// be ended.
base::Result<> remove(const StateStore& store, Container& container);

base::Result<> pause(const StateStore& store, const std::string& id);
base::Result<> resume(const StateStore& store, const std::string& id);

} // namespace runtime
