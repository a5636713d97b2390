// A copy of our own binary that nobody in a container can write to (CVE-2019-5736).
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

namespace runtime {

/// A descriptor to execute instead of ourselves. The container can reach what it names through
/// /proc/PID/exe, so it must stay unwritable whatever privileges the container has.
///
/// Tried in this order: a detached read-only mount of the binary (3-9 µs; needs CAP_SYS_ADMIN and
/// Linux 5.12), a sealed copy in memory. An ordinary user who cannot write the binary needs no
/// seal. Fails where nothing of that works: an unsealed binary is never executed.
base::Result<base::Fd> seal_self();

/// The single ways, for tests.
base::Result<base::Fd> seal_by_mount();
base::Result<base::Fd> seal_by_copy();

} // namespace runtime
