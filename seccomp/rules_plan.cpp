#include "seccomp/rules_plan.hpp"

#include "runtime/base/text.hpp"

#include <array>
#include <cerrno>
#include <limits>

#include <linux/seccomp.h>

namespace seccomp {

namespace {

using base::cat;

constexpr std::uint32_t kMostErrno = 4095; // MAX_ERRNO: the kernel cuts what is more
constexpr std::uint32_t kMostArguments = 6;

std::uint32_t action_of(spec::SeccompAction action) {
    switch (action) {
    case spec::SeccompAction::kill:
    case spec::SeccompAction::kill_thread:
        return SECCOMP_RET_KILL_THREAD;
    case spec::SeccompAction::kill_process:
        return SECCOMP_RET_KILL_PROCESS;
    case spec::SeccompAction::trap:
        return SECCOMP_RET_TRAP;
    case spec::SeccompAction::errno_return:
        return SECCOMP_RET_ERRNO;
    case spec::SeccompAction::trace:
        return SECCOMP_RET_TRACE;
    case spec::SeccompAction::allow:
        return SECCOMP_RET_ALLOW;
    case spec::SeccompAction::log:
        return SECCOMP_RET_LOG;
    case spec::SeccompAction::notify:
        return SECCOMP_RET_USER_NOTIF;
    }
    return SECCOMP_RET_KILL_PROCESS;
}

/// The action with its data; the errors are without a place.
base::Result<std::uint32_t> answer_of(spec::SeccompAction action,
                                      std::optional<std::uint32_t> errno_ret) {
    const std::uint32_t word = action_of(action);
    const bool is_errno = word == SECCOMP_RET_ERRNO;
    if (!is_errno && word != SECCOMP_RET_TRACE) {
        if (errno_ret) {
            return base::Error("an errno is given for an action that has none");
        }
        return word;
    }
    const std::uint32_t most = is_errno ? kMostErrno : SECCOMP_RET_DATA;
    const std::uint32_t data = errno_ret.value_or(EPERM);
    if (data > most) {
        return base::Error(cat(data, " is too much for an errno: at most ", most));
    }
    return word | data;
}

std::string pointer_of(std::size_t entry, std::string_view member) {
    return cat("/linux/seccomp/syscalls/", entry, "/", member);
}

base::Result<> check_conditions(const spec::SeccompSyscall& entry, std::size_t number) {
    for (std::size_t i = 0; i < entry.args.size(); ++i) {
        if (entry.args[i].index >= kMostArguments) {
            return base::Error(cat("a system call has no argument ", entry.args[i].index,
                                   ": they are counted from 0 to 5"))
                .at(pointer_of(number, cat("args/", i, "/index")));
        }
    }
    return base::done();
}

bool has_two_for_one_argument(std::span<const spec::SeccompArg> conditions) {
    std::array<bool, kMostArguments> seen{};
    for (const spec::SeccompArg& condition : conditions) {
        if (std::exchange(seen[condition.index], true)) {
            return true;
        }
    }
    return false;
}

void add_rules(std::vector<Rule>& rules, std::span<const spec::SeccompArg> conditions, Rule rule) {
    if (!has_two_for_one_argument(conditions)) {
        rule.conditions = conditions;
        rules.push_back(rule);
        return;
    }
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        rule.conditions = conditions.subspan(i, 1);
        rules.push_back(rule);
    }
}

base::Result<> require_listener(const spec::Seccomp& profile, spec::SeccompAction action,
                                std::string_view pointer) {
    if (action == spec::SeccompAction::notify && profile.listener_path.empty()) {
        return base::Error("SCMP_ACT_NOTIFY without a listenerPath: nobody would ever answer")
            .at(pointer);
    }
    return base::done();
}

} // namespace

base::Result<Rules> rules_of(const spec::Seccomp& profile) {
    Rules all;
    TRY(require_listener(profile, profile.default_action, "/linux/seccomp/defaultAction"));
    TRY_ASSIGN(all.otherwise, answer_of(profile.default_action, profile.default_errno_ret)
                                  .at("/linux/seccomp/defaultErrnoRet"));
    for (std::size_t i = 0; i < profile.syscalls.size(); ++i) {
        const spec::SeccompSyscall& entry = profile.syscalls[i];
        TRY(require_listener(profile, entry.action, pointer_of(i, "action")));
        TRY(check_conditions(entry, i));
        TRY_ASSIGN(const std::uint32_t answer,
                   answer_of(entry.action, entry.errno_ret).at(pointer_of(i, "errnoRet")));
        for (const std::string& name : entry.names) {
            all.names.emplace_back(name);
            if (answer != all.otherwise) {
                add_rules(all.rules, entry.args, {.name = name, .answer = answer, .entry = i});
            }
        }
    }
    return all;
}

} // namespace seccomp
