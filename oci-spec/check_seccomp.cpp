// config-linux.md, "Seccomp".
#include "oci-spec/checks.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

bool uses_notify(const Seccomp& seccomp) {
    return seccomp.default_action == SeccompAction::notify ||
           std::ranges::count(seccomp.syscalls, SeccompAction::notify, &SeccompSyscall::action) > 0;
}

/// The value goes to the program in the low 16 bits of the filter's answer; the kernel cuts an
/// errno off at 4095.
void check_errno(SeccompAction action, const std::optional<std::uint32_t>& value,
                 std::string_view key, const Report& report) {
    if (!value) {
        return;
    }
    if (action != SeccompAction::errno_return && action != SeccompAction::trace) {
        report.error(report.at(key), cat("\"", key,
                                         "\" is only for SCMP_ACT_ERRNO and "
                                         "SCMP_ACT_TRACE, not for ",
                                         word_of(action)));
        return;
    }
    const std::uint32_t most = action == SeccompAction::trace ? 65535 : 4095;
    if (*value > most) {
        report.error(report.at(key), cat("\"", key, "\" is ", *value, ", the most for ",
                                         word_of(action), " is ", most));
    }
}

void check_default(const Seccomp& seccomp, const Report& report) {
    if (report.in("defaultAction").was_read()) {
        check_errno(seccomp.default_action, seccomp.default_errno_ret, "defaultErrnoRet", report);
    }
}

void check_listener(const Seccomp& seccomp, const Report& report) {
    if (!seccomp.listener_metadata.empty() && seccomp.listener_path.empty()) {
        report.error(report.at("listenerMetadata"),
                     "\"listenerMetadata\" must not be set without \"listenerPath\"");
    }
    if (uses_notify(seccomp) && seccomp.listener_path.empty()) {
        report.missing(report.at("listenerPath"),
                       "SCMP_ACT_NOTIFY needs \"listenerPath\": without an agent each of those "
                       "system calls would fail");
    }
}

void check_flags(const Seccomp& seccomp, const Report& report) {
    const auto flag = std::ranges::find(seccomp.flags, SeccompFlag::wait_killable_recv);
    if (flag != seccomp.flags.end() && !uses_notify(seccomp)) {
        report.warning(report.at("flags", flag - seccomp.flags.begin()),
                       cat(word_of(*flag), " has no effect without SCMP_ACT_NOTIFY"));
    }
}

void check_argument(const SeccompArg& arg, const Report& report) {
    if (arg.index > 5) {
        report.error(report.at("index"),
                     cat("\"index\" is ", arg.index, ", a system call has arguments 0 to 5"));
    }
    if (report.in("op").was_read() && arg.value_two != 0 && arg.op != SeccompOperator::masked_eq) {
        report.warning(report.at("valueTwo"), cat("\"valueTwo\" is only for SCMP_CMP_MASKED_EQ, "
                                                  "not for ",
                                                  word_of(arg.op), ", ignored"));
    }
}

void check_syscall(const SeccompSyscall& syscall, const Report& report) {
    if (syscall.names.empty()) {
        report.error(report.at("names"), "\"names\" must hold at least one system call");
    }
    for (std::size_t i = 0; i < syscall.names.size(); ++i) {
        if (syscall.names[i].empty()) {
            report.error(report.at("names", i), "the name of a system call must not be empty");
        }
    }
    if (report.in("action").was_read()) {
        check_errno(syscall.action, syscall.errno_ret, "errnoRet", report);
    }
    for (std::size_t i = 0; i < syscall.args.size(); ++i) {
        check_argument(syscall.args[i], report.in("args", i));
    }
}

void check_seccomp(const Spec& spec, const Report& report) {
    if (!spec.linux.seccomp) {
        return;
    }
    const Seccomp& seccomp = *spec.linux.seccomp;
    const Report at = report.in("linux", "seccomp");
    check_default(seccomp, at);
    check_listener(seccomp, at);
    check_flags(seccomp, at);
    for (std::size_t i = 0; i < seccomp.syscalls.size(); ++i) {
        check_syscall(seccomp.syscalls[i], at.in("syscalls", i));
    }
}

constexpr Check<Spec> kChecks[] = {check_seccomp};

} // namespace

std::span<const Check<Spec>> seccomp_checks() {
    return kChecks;
}

} // namespace spec
