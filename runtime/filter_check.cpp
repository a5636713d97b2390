#include "runtime/filter_check.hpp"

#include "runtime/base/text.hpp"
#include "seccomp/interpret.hpp"
#include "seccomp/library.hpp"

#include <algorithm>
#include <array>

#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Result;

namespace {

struct NamedCall {
    std::string_view name;
    std::uint32_t number;
};

/// Made with the filter on, whatever the configuration says.
constexpr std::array<NamedCall, 3> kAlways = {
    {{"read", SYS_read}, {"write", SYS_write}, {"execve", SYS_execve}}};

/// Made with the filter on where it had to be loaded before the capabilities were given up.
constexpr std::array<NamedCall, 12> kWithoutNoNewPrivs = {{{"read", SYS_read},
                                                           {"write", SYS_write},
                                                           {"execve", SYS_execve},
                                                           {"prctl", SYS_prctl},
                                                           {"setgroups", SYS_setgroups},
                                                           {"setresgid", SYS_setresgid},
                                                           {"setresuid", SYS_setresuid},
                                                           {"capset", SYS_capset},
                                                           {"chdir", SYS_chdir},
                                                           {"getcwd", SYS_getcwd},
                                                           {"newfstatat", SYS_newfstatat},
                                                           {"faccessat2", SYS_faccessat2}}};

Result<seccomp::Verdict> verdict_of(const seccomp::Program& filter, std::uint32_t number) {
    const std::array<std::uint32_t, 1> numbers = {number};
    TRY_ASSIGN(std::vector<seccomp::Verdict> verdicts,
               seccomp::verdicts(filter.filter, seccomp::native_architecture(), numbers));
    return std::move(verdicts.front());
}

/// TRACE and NOTIFY are decided by somebody else, so they are no refusal.
bool is_refusal(std::uint32_t answer) {
    const std::uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
    return action == SECCOMP_RET_KILL_PROCESS || action == SECCOMP_RET_KILL_THREAD ||
           action == SECCOMP_RET_TRAP || action == SECCOMP_RET_ERRNO;
}

bool kills(std::uint32_t answer) {
    return is_refusal(answer) && (answer & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO;
}

} // namespace

Result<> check_filter(const seccomp::Program& filter) {
    for (const NamedCall& call : kAlways) {
        TRY_ASSIGN(const seccomp::Verdict verdict, verdict_of(filter, call.number));
        if (!verdict.answers.empty() && std::ranges::all_of(verdict.answers, is_refusal)) {
            return Error(cat("the filter answers ", call.name, " with ", verdict.text(),
                             ", so no program can be started under it"))
                .at("/linux/seccomp")
                .hint("a container needs at least read, write, execve and exit_group");
        }
    }
    return done();
}

std::string killing_calls(const seccomp::Program& filter) {
    std::string names;
    for (const NamedCall& call : kWithoutNoNewPrivs) {
        const Result<seccomp::Verdict> verdict = verdict_of(filter, call.number);
        if (verdict && std::ranges::any_of(verdict->answers, kills)) {
            names += cat(names.empty() ? "" : ", ", call.name, " (", verdict->text(), ")");
        }
    }
    return names;
}

} // namespace runtime
