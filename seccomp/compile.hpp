// From a profile to a filter, by libseccomp. Done in the parent: stage 2 gets bytes.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"
#include "seccomp/program.hpp"

#include <vector>

namespace seccomp {

/// The filter for `profile` (config-linux.md, "Seccomp"). Needs no privilege; a few milliseconds
/// for a large profile, so see cache.hpp.
///
/// Architectures: those listed and always the native one. Calls of others are answered with
/// KILL_THREAD. One of the other byte order can make no call on this machine: it is left out with
/// a warning. Names that libseccomp does not know are left out, and named in one warning; calls
/// newer than the profile get ENOSYS (newer_calls_plan.hpp).
///
/// Where several entries name one call, one without conditions prevails, the first over later
/// ones; else the first whose conditions are met (front_plan.hpp says who sees to that). Of
/// MASKED_EQ's two values the first is the mask, which cuts the second too.
///
/// Flags: LOG and SPEC_ALLOW are passed on. TSYNC concerns other threads of the process that loads
/// the filter, and ours has one: it is accepted and not passed on (with a listener the kernel
/// would refuse it). WAIT_KILLABLE_RECV is passed on if there is a listener, else it has no meaning
/// and is warned of.
///
/// Errors, with their place in config.json: those of rules_of(); an architecture that this
/// libseccomp does not know; a flag or an action that this kernel does not have; a filter beyond
/// the kernel's limit.
base::Result<Program> compile(const spec::Seccomp& profile);

/// The flags of the specification that this kernel knows, found by trying (seccomp(2) without a
/// filter). TSYNC counts as known: see compile().
std::vector<spec::SeccompFlag> supported_flags();

} // namespace seccomp
