// Staying with a process until it ends: `run` and `exec` in the foreground.
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/notify_socket.hpp"

#include <optional>

namespace runtime {

/// From now on signals wait until stay_with() takes them, so that none is lost between the start of
/// the process and the wait. Stage 2 undoes it for the container.
base::Result<> hold_signals();

/// Becomes the parent of the container's orphans (PR_SET_CHILD_SUBREAPER), and so can reap them.
base::Result<> adopt_orphans();

/// Hands every signal on to the process, copies between our terminal and its one (of which `master`
/// is the other side, or empty), and reaps orphans; returns how the process ended. Our terminal is
/// in raw mode meanwhile, if it is one. The end of our input is the end of the terminal's. What the
/// container says to `relay` is handed on. Needs hold_signals() before.
base::Result<base::Exit> stay_with(base::Child& process, base::Fd master,
                                   std::optional<NotifyRelay> relay = {});

} // namespace runtime
