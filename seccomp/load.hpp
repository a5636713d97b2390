// Putting a filter on the calling process: stage 2.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <span>

#include <linux/filter.h>

namespace seccomp {

/// One seccomp(2): from its return on, `filter` judges every call of this thread and of all that
/// it starts. Takes the parts of a Program; nothing is allocated unless it fails. Needs
/// no_new_privs or CAP_SYS_ADMIN in the user namespace, else EACCES.
///
/// Returns the listener if the flags ask for one (Program::notifies()), else an empty Fd. The
/// filter may already keep the caller from sending or closing it: see next_descriptor().
base::Result<base::Fd> load(std::span<const sock_filter> filter, std::uint32_t flags);

/// The number that the next descriptor of this process will have. So the parent can be told the
/// listener's number before the filter is loaded, and fetches it by pidfd_getfd(2), whatever the
/// filter forbids. EMFILE if there is none left.
base::Result<int> next_descriptor();

} // namespace seccomp
