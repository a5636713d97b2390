// flock(2): an exclusive lock that is waited for with patience, and a shared one. A lock lasts
// until the last descriptor of what was opened is closed.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

namespace runtime {

/// Waits up to `patience_s` for who has the lock, then ETIMEDOUT. Only for a program with one
/// thread: SIGALRM ends the waiting, and is as before when this returns.
base::Result<> lock_within(base::FdRef fd, unsigned patience_s);

/// Does not wait: EWOULDBLOCK if somebody has the exclusive lock.
base::Result<> lock_shared(base::FdRef fd);

} // namespace runtime
