// Handing the listener of a filter to the agent that answers its calls.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <string_view>

namespace seccomp {

/// Connects to the AF_UNIX SOCK_STREAM socket at `path`, sends `state`, the container process
/// state as JSON, with `listener` beside its first bytes ("seccompFd"), and closes the connection
/// (config-linux.md, "The Container Process State"). The listener stays open here: the caller
/// closes it.
///
/// Waits at most `timeout_ms` for the agent to take the connection and again for each part of the
/// state: EAGAIN then. The path is one of the host, at most 107 bytes (ENAMETOOLONG).
base::Result<> hand_over(base::FdRef listener, base::ZView path, std::string_view state,
                         int timeout_ms);

} // namespace seccomp
