// The instructions of ours that stand in front of libseccomp's program. Pure.
//
// Two things are answered here. Calls newer than the profile (newer_calls_plan.hpp), and calls for
// which several entries have conditions. Those libseccomp combines into one tree, wrongly: 2.5.4
// and 2.6.0 make some comparisons with the wrong half of a 64-bit argument (two entries for
// ptrace, "argument 4 > 0x100000001" and "argument 4 < 1", also meet 0x80000000), and a comparison
// that fails deep in an entry may leave out the entries after it. Both can let through what the
// profile refuses. And with many conditions the combining does not end in any useful time. One
// entry alone it compiles well.
//
//      load the architecture
//      if it is X:  load the number
//                   in a range of newer numbers -> ENOSYS
//                   is it call N:  conditions of entry 1 -> its answer
//                                  conditions of entry 2 -> its answer
//                                  the default action
//                   go to libseccomp's program
//      if it is Y:  ...
//
// The first entry whose conditions are all met decides. libseccomp gets the first of the rules all
// the same: on some architectures a call has a second form (socketcall, ipc) whose arguments no
// filter can see, and that one it decides by the rule's answer alone. The other form is a call like
// any other, and is decided here.
#pragma once

#include "seccomp/newer_calls_plan.hpp"
#include "seccomp/rules_plan.hpp"

#include <cstdint>
#include <span>
#include <vector>

#include <linux/filter.h>

namespace seccomp {

/// The rules of one call that has more than one with conditions, and none without.
using ContestedCall = std::vector<Rule>;

/// Who decides what. A rule without conditions prevails over those with some, the first one over
/// the others.
struct Division {
    std::vector<ContestedCall> contested; ///< in front
    std::vector<Rule> for_library;        ///< one of each call that has rules
};
Division divided(std::span<const Rule> rules);

/// A contested call on one architecture.
struct DecidedCall {
    ArchitectureToken architecture = 0;
    std::uint32_t number = 0;
    std::span<const Rule> rules;
};

struct Front {
    std::vector<CallRange> newer;
    std::vector<DecidedCall> decided;
    std::uint32_t otherwise = 0; ///< the answer where no rule of a decided call applies
};

/// The instructions to put in front of a program; none if there is nothing to answer.
std::vector<sock_filter> front_instructions(const Front& front);

} // namespace seccomp
