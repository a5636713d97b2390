// Whether a container can start under its seccomp filter, found out before it is loaded.
#pragma once

#include "runtime/base/result.hpp"
#include "seccomp/program.hpp"

#include <string>

namespace runtime {

/// An error if the filter always refuses a call that stage 2 makes after loading it: read, write
/// or execve. Such a container could never start; a runtime that finds out late hangs or dies of
/// it.
base::Result<> check_filter(const seccomp::Program& filter);

/// For a process that was killed by SIGSYS on its way: the calls of that way that the filter may
/// answer by killing, "setgroups (KILL_PROCESS), capset (…)"; empty if there are none.
std::string killing_calls(const seccomp::Program& filter);

} // namespace runtime
