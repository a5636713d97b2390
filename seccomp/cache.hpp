// Compiled filters, kept from one run to the next: reading one takes microseconds, making one
// milliseconds.
//
// Who can write the cache can replace every container's filter, so nothing in it is believed that
// somebody else could have written: directory and entry must belong to the effective user and be
// writable by nobody else, which is asked of the open descriptors. An entry holds the whole text
// that decides what its filter is (the profile, native architecture, version of libseccomp,
// release of the kernel), and counts only if all of it is the same. Any doubt, and the filter is
// made anew; trouble with the cache is never an error.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "seccomp/program.hpp"

namespace seccomp {

/// As compile(), from `directory` if it has the filter; if not, it will have it afterwards.
/// The directory is used for nothing else. It holds at most 64 entries: when it is full, it is
/// emptied.
base::Result<Program> compile_cached(const spec::Seccomp& profile, base::FdRef directory);

} // namespace seccomp
