#include "seccomp/compile.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"
#include "seccomp/front_plan.hpp"
#include "seccomp/library.hpp"
#include "seccomp/rules_plan.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace seccomp {

namespace {

using base::cat;
using base::Result;

constexpr std::uint32_t kBinaryTree = 2; // SCMP_FLTATR_CTL_OPTIMIZE: loads 3x faster, runs log n

/// A filter that libseccomp is making.
using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

/// libseccomp returns -errno and does not set errno.
base::Error library_failed(int result, std::string call) {
    return base::Error::system(-result, std::move(call));
}

scmp_compare comparison_of(spec::SeccompOperator op) {
    switch (op) {
    case spec::SeccompOperator::ne:
        return SCMP_CMP_NE;
    case spec::SeccompOperator::lt:
        return SCMP_CMP_LT;
    case spec::SeccompOperator::le:
        return SCMP_CMP_LE;
    case spec::SeccompOperator::eq:
        return SCMP_CMP_EQ;
    case spec::SeccompOperator::ge:
        return SCMP_CMP_GE;
    case spec::SeccompOperator::gt:
        return SCMP_CMP_GT;
    case spec::SeccompOperator::masked_eq:
        return SCMP_CMP_MASKED_EQ;
    }
    return SCMP_CMP_EQ;
}

/// Adds the architectures of the profile to `context`; what is left out goes to `warnings`.
/// Returns all that are in it, the native one first.
Result<std::vector<ArchitectureToken>> add_architectures(scmp_filter_ctx context,
                                                         const spec::Seccomp& profile,
                                                         std::vector<std::string>& warnings) {
    std::vector<ArchitectureToken> all = {native_architecture()};
    std::vector<std::string> foreign;
    for (std::size_t i = 0; i < profile.architectures.size(); ++i) {
        const std::string& name = profile.architectures[i];
        const std::string pointer = cat("/linux/seccomp/architectures/", i);
        const std::optional<ArchitectureToken> token = architecture_token(name);
        if (!token) {
            return base::Error(cat("libseccomp ", library_version(),
                                   " does not know the architecture ", base::quoted(name)))
                .at(pointer);
        }
        const int result = seccomp_arch_add(context, *token);
        if (result == -EDOM) {
            foreign.push_back(name);
        } else if (result == 0) {
            all.push_back(*token);
        } else if (result != -EEXIST) {
            return library_failed(result, cat("seccomp_arch_add(", name, ")")).at(pointer);
        }
    }
    if (!foreign.empty()) {
        warnings.push_back(
            cat("seccomp: left out, as this machine cannot run them: ", base::join(foreign, ", ")));
    }
    return all;
}

/// The number of a call on one architecture; below zero if it has none there.
int number_of(std::string_view name, ArchitectureToken architecture) {
    // A NUL would end the name for libseccomp, and make it that of another call.
    return name.find('\0') != std::string_view::npos
               ? __NR_SCMP_ERROR
               : seccomp_syscall_resolve_name_arch(architecture, std::string(name).c_str());
}

/// As number_of(). For a call that the architecture has in two forms, by itself and as a part of
/// socketcall(2) or ipc(2), libseccomp's number is a negative one of its own: then that of the form
/// whose arguments a filter can see.
int plain_number_of(std::string_view name, ArchitectureToken architecture) {
    constexpr int kFirstOfTwoForms = -100;
    constexpr int kLastOfTwoForms = -299;
    constexpr int kNumbers = 512;
    const int number = number_of(name, architecture);
    if (number > kFirstOfTwoForms || number < kLastOfTwoForms) {
        return number;
    }
    for (int candidate = 0; candidate < kNumbers; ++candidate) {
        const std::unique_ptr<char, void (*)(void*)> found(
            seccomp_syscall_resolve_num_arch(architecture, candidate), &std::free);
        if (found && name == found.get()) {
            return candidate;
        }
    }
    return number;
}

Result<> add_rule(scmp_filter_ctx context, const Rule& rule) {
    std::vector<scmp_arg_cmp> comparisons;
    for (const spec::SeccompArg& condition : rule.conditions) {
        comparisons.push_back(
            {condition.index, comparison_of(condition.op), condition.value, condition.value_two});
    }
    const int result =
        seccomp_rule_add_array(context, rule.answer, number_of(rule.name, SCMP_ARCH_NATIVE),
                               static_cast<unsigned>(comparisons.size()), comparisons.data());
    if (result == 0) {
        return base::done();
    }
    return library_failed(result,
                          cat("seccomp_rule_add(", answer_text(rule.answer), ", ", rule.name, ")"))
        .at(cat("/linux/seccomp/syscalls/", rule.entry));
}

/// The rules without those of calls that libseccomp does not know; their names go to `warnings`.
std::vector<Rule> known_rules(std::span<const Rule> rules, std::vector<std::string>& warnings) {
    std::vector<Rule> known;
    std::vector<std::string> unknown;
    for (const Rule& rule : rules) {
        if (number_of(rule.name, SCMP_ARCH_NATIVE) != __NR_SCMP_ERROR) {
            known.push_back(rule);
        } else {
            unknown.push_back(base::quoted(rule.name));
        }
    }
    if (!unknown.empty()) {
        warnings.push_back(
            cat("seccomp: libseccomp ", library_version(),
                " does not know, so their rules are left out: ", base::join(unknown, ", ")));
    }
    return known;
}

std::vector<CallRange> newer_calls_of(const Rules& rules, ArchitectureToken architecture) {
    std::vector<std::uint32_t> numbers;
    for (const std::string_view name : rules.names) {
        if (const int number = number_of(name, architecture); number >= 0) {
            numbers.push_back(static_cast<std::uint32_t>(number));
        }
    }
    return newer_calls(architecture, numbers);
}

/// What is answered in front of libseccomp's program. Borrows `contested`.
Front front_of(const Rules& rules, std::span<const ContestedCall> contested,
               std::span<const ArchitectureToken> architectures) {
    Front front{.otherwise = rules.otherwise};
    for (const ArchitectureToken architecture : architectures) {
        if (gives_way_to_enosys(rules.otherwise)) {
            std::ranges::copy(newer_calls_of(rules, architecture), std::back_inserter(front.newer));
        }
        for (const ContestedCall& call : contested) {
            const int number = plain_number_of(call.front().name, architecture);
            if (number >= 0) {
                front.decided.push_back({.architecture = architecture,
                                         .number = static_cast<std::uint32_t>(number),
                                         .rules = call});
            }
        }
    }
    return front;
}

/// The program that libseccomp has made, behind those already in `filter`.
Result<> export_behind(scmp_filter_ctx context, std::vector<sock_filter>& filter) {
    TRY_ASSIGN(const base::Fd file, base::sys::memfd("seccomp", 0));
    if (const int result = seccomp_export_bpf(context, file.number()); result != 0) {
        return library_failed(result, "seccomp_export_bpf()");
    }
    if (::lseek(file.number(), 0, SEEK_SET) < 0) {
        return base::call_failed("lseek", file, 0);
    }
    TRY_ASSIGN(const std::string bytes, base::read_all(file));
    const std::size_t before = filter.size();
    filter.resize(before + bytes.size() / sizeof(sock_filter));
    std::memcpy(&filter[before], bytes.data(), (filter.size() - before) * sizeof(sock_filter));
    return base::done();
}

std::uint32_t kernel_flag(spec::SeccompFlag flag) {
    switch (flag) {
    case spec::SeccompFlag::tsync:
        return SECCOMP_FILTER_FLAG_TSYNC;
    case spec::SeccompFlag::log:
        return SECCOMP_FILTER_FLAG_LOG;
    case spec::SeccompFlag::spec_allow:
        return SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    case spec::SeccompFlag::wait_killable_recv:
        return SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    }
    return 0;
}

bool is_supported(spec::SeccompFlag flag) {
    // Without a filter the call cannot succeed: EFAULT if all flags are good, else EINVAL.
    const std::uint32_t needed = flag == spec::SeccompFlag::wait_killable_recv
                                     ? std::uint32_t{SECCOMP_FILTER_FLAG_NEW_LISTENER}
                                     : 0;
    const long result =
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kernel_flag(flag) | needed, nullptr);
    return result < 0 && errno == EFAULT;
}

/// Adds the flags of the profile to those that `program` needs anyway.
Result<> add_flags(const spec::Seccomp& profile, Program& program) {
    for (std::size_t i = 0; i < profile.flags.size(); ++i) {
        const spec::SeccompFlag flag = profile.flags[i];
        if (flag == spec::SeccompFlag::tsync) {
            continue;
        }
        if (flag == spec::SeccompFlag::wait_killable_recv && !program.notifies()) {
            program.warnings.emplace_back("seccomp: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV has no "
                                          "meaning without an SCMP_ACT_NOTIFY");
            continue;
        }
        if (!is_supported(flag)) {
            return base::Error("this kernel does not have the seccomp flag")
                .at(cat("/linux/seccomp/flags/", i));
        }
        program.flags |= kernel_flag(flag);
    }
    return base::done();
}

bool notifies(const Rules& rules) {
    return rules.otherwise == SECCOMP_RET_USER_NOTIF ||
           std::ranges::any_of(
               rules.rules, [](const Rule& rule) { return rule.answer == SECCOMP_RET_USER_NOTIF; });
}

base::Error too_long(std::string_view count) {
    return base::Error(cat("the filter has ", count, " instructions, and the kernel takes at most ",
                           kMostInstructions))
        .at("/linux/seccomp");
}

/// libseccomp before 2.6.1 writes beyond its memory when a filter grows past 65535 instructions.
/// What it gets is kept far below that; a filter that the kernel takes is never refused.
Result<> check_size(std::span<const Rule> for_library, std::size_t architectures) {
    constexpr std::size_t kMost = 32768;
    constexpr std::size_t kMostPerCondition = 8;
    std::size_t instructions = 0;
    for (const Rule& rule : for_library) {
        instructions += architectures * (1 + rule.conditions.size() * kMostPerCondition);
    }
    return instructions <= kMost ? base::done() : too_long(cat("some ", instructions));
}

Result<Context> new_context(std::uint32_t otherwise) {
    Context context(seccomp_init(otherwise), &seccomp_release);
    if (context == nullptr) {
        return base::Error(cat("this kernel does not have the action ", answer_text(otherwise)))
            .at("/linux/seccomp/defaultAction");
    }
    const int result = seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree);
    if (result != 0) {
        return library_failed(result, "seccomp_attr_set(SCMP_FLTATR_CTL_OPTIMIZE, 2)");
    }
    return context;
}

} // namespace

Result<Program> compile(const spec::Seccomp& profile) {
    Program program;
    TRY_ASSIGN(const Rules rules, rules_of(profile));
    TRY_ASSIGN(const Context context, new_context(rules.otherwise));
    TRY_ASSIGN(const std::vector<ArchitectureToken> architectures,
               add_architectures(context.get(), profile, program.warnings));
    const Division division = divided(rules.rules);
    const std::vector<Rule> for_library = known_rules(division.for_library, program.warnings);
    TRY(check_size(for_library, architectures.size()));
    for (const Rule& rule : for_library) {
        TRY(add_rule(context.get(), rule));
    }
    program.filter = front_instructions(front_of(rules, division.contested, architectures));
    TRY(export_behind(context.get(), program.filter));
    if (program.filter.size() > kMostInstructions) {
        return too_long(cat(program.filter.size()));
    }
    program.flags = notifies(rules) ? std::uint32_t{SECCOMP_FILTER_FLAG_NEW_LISTENER} : 0;
    TRY(add_flags(profile, program));
    return program;
}

std::vector<spec::SeccompFlag> supported_flags() {
    std::vector<spec::SeccompFlag> flags = {spec::SeccompFlag::tsync};
    for (const spec::SeccompFlag flag : {spec::SeccompFlag::log, spec::SeccompFlag::spec_allow,
                                         spec::SeccompFlag::wait_killable_recv}) {
        if (is_supported(flag)) {
            flags.push_back(flag);
        }
    }
    return flags;
}

} // namespace seccomp
