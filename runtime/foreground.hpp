// Staying with a process until it ends: `run` and `exec` in the foreground.
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

namespace runtime {

/// From now on signals wait until stay_with() takes them, so that none is lost between the start of
/// the process and the wait. Stage 2 undoes it for the container.
base::Result<> hold_signals();

/// Becomes the parent of the container's orphans (PR_SET_CHILD_SUBREAPER), and so can reap them.
base::Result<> adopt_orphans();

/// Hands every signal on to the process, copies between our terminal and its one (of which `master`
/// is the other side, or empty), and reaps orphans; returns how the process ended. Our terminal is
/// in raw mode meanwhile, if it is one. Needs hold_signals() before.
base::Result<base::Exit> stay_with(base::Child& process, base::Fd master);

} // namespace runtime
