// A profile as the list of rules that a filter is made of (config-linux.md, "Seccomp"). Pure.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace seccomp {

/// "Calls of this name whose arguments meet all conditions get this answer." Borrows from the
/// profile it was made of.
struct Rule {
    std::string_view name;
    std::uint32_t answer = 0; ///< SECCOMP_RET_* with its data
    std::span<const spec::SeccompArg> conditions;
    std::size_t entry = 0; ///< which element of /linux/seccomp/syscalls it comes from
};

struct Rules {
    std::uint32_t otherwise = 0; ///< the default action as an answer
    std::vector<Rule> rules;     ///< in the order of the profile
    /// Every name in the profile, those of rules that change nothing too.
    std::vector<std::string_view> names;
};

/// An entry whose action is the default one makes no rule. One that has several conditions on the
/// same argument makes one rule of each condition: any of them is enough (so profiles in the
/// field mean it, and libseccomp takes one condition per argument only).
///
/// Errors, with their place: an errno for an action that has none, or out of range; an argument
/// beyond the sixth; NOTIFY without a listenerPath (nobody would ever answer).
base::Result<Rules> rules_of(const spec::Seccomp& profile);

} // namespace seccomp
