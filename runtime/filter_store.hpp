// Compiled seccomp filters, kept beside the containers' state.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"
#include "runtime/state_store.hpp"
#include "seccomp/program.hpp"

namespace runtime {

/// The filter of `profile`, from the store's cache if it is there. Its warnings go to the log.
base::Result<seccomp::Program> compile_stored(const spec::Seccomp& profile,
                                              const StateStore& store);

} // namespace runtime
