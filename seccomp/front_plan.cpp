#include "seccomp/front_plan.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <map>
#include <set>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace seccomp {

namespace {

using Code = std::vector<sock_filter>;

void append(Code& code, const Code& more) {
    code.insert(code.end(), more.begin(), more.end());
}

sock_filter load(std::size_t offset) {
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
sock_filter answer(std::uint32_t word) {
    return {BPF_RET | BPF_K, 0, 0, word};
}
sock_filter skip(std::size_t count) {
    return {BPF_JMP | BPF_JA, 0, 0, static_cast<std::uint32_t>(count)};
}
sock_filter both(std::uint64_t mask) {
    return {BPF_ALU | BPF_AND | BPF_K, 0, 0, static_cast<std::uint32_t>(mask)};
}
/// If the test of A against the low 32 bits of `value` is met `yes` instructions are left out,
/// else `no`.
sock_filter jump(std::uint16_t test, std::uint64_t value, std::size_t yes, std::size_t no) {
    return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), static_cast<std::uint8_t>(yes),
            static_cast<std::uint8_t>(no), static_cast<std::uint32_t>(value)};
}

/// `code`, run only if A is `value`; else A is as before.
Code only_for(std::uint32_t value, const Code& code) {
    // A conditional jump reaches 255 instructions, an unconditional one any number.
    Code all = {jump(BPF_JEQ, value, 1, 0), skip(code.size())};
    append(all, code);
    return all;
}

std::size_t offset_of(std::uint32_t argument, bool high) {
    const bool second = high == (std::endian::native == std::endian::little);
    return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t) +
           (second ? sizeof(std::uint32_t) : 0);
}

/// Goes on behind its end if the condition is met, else `beyond` instructions behind its end.
Code wide_condition(const spec::SeccompArg& condition, std::size_t beyond) {
    const std::uint64_t value = condition.value;
    const std::uint64_t high = value >> 32U;
    const sock_filter load_high = load(offset_of(condition.index, true));
    const sock_filter load_low = load(offset_of(condition.index, false));
    const auto greater = [&](std::uint16_t test) {
        return Code{load_high, jump(BPF_JGT, high, 3, 0), jump(BPF_JEQ, high, 0, 2 + beyond),
                    load_low, jump(test, value, 0, beyond)};
    };
    const auto not_greater = [&](std::uint16_t test) {
        return Code{load_high, jump(BPF_JGT, high, 3 + beyond, 0), jump(BPF_JEQ, high, 0, 2),
                    load_low, jump(test, value, beyond, 0)};
    };
    switch (condition.op) {
    case spec::SeccompOperator::eq:
        return {load_high, jump(BPF_JEQ, high, 0, 2 + beyond), load_low,
                jump(BPF_JEQ, value, 0, beyond)};
    case spec::SeccompOperator::ne:
        return {load_high, jump(BPF_JEQ, high, 0, 2), load_low, jump(BPF_JEQ, value, beyond, 0)};
    case spec::SeccompOperator::gt:
        return greater(BPF_JGT);
    case spec::SeccompOperator::ge:
        return greater(BPF_JGE);
    case spec::SeccompOperator::lt:
        return not_greater(BPF_JGE);
    case spec::SeccompOperator::le:
        return not_greater(BPF_JGT);
    case spec::SeccompOperator::masked_eq:
        break;
    }
    const std::uint64_t wanted = condition.value_two & value; // as libseccomp: the mask cuts both
    return {load_high, both(high),  jump(BPF_JEQ, wanted >> 32U, 0, 3 + beyond),
            load_low,  both(value), jump(BPF_JEQ, wanted, 0, beyond)};
}

/// As wide_condition(), where arguments have 32 bits.
Code narrow_condition(const spec::SeccompArg& condition, std::size_t beyond) {
    const std::uint64_t value = condition.value;
    const sock_filter load_low = load(offset_of(condition.index, false));
    const auto met = [&](std::uint16_t test) {
        return Code{load_low, jump(test, value, 0, beyond)};
    };
    const auto not_met = [&](std::uint16_t test) {
        return Code{load_low, jump(test, value, beyond, 0)};
    };
    switch (condition.op) {
    case spec::SeccompOperator::eq:
        return met(BPF_JEQ);
    case spec::SeccompOperator::ne:
        return not_met(BPF_JEQ);
    case spec::SeccompOperator::gt:
        return met(BPF_JGT);
    case spec::SeccompOperator::ge:
        return met(BPF_JGE);
    case spec::SeccompOperator::lt:
        return not_met(BPF_JGE);
    case spec::SeccompOperator::le:
        return not_met(BPF_JGT);
    case spec::SeccompOperator::masked_eq:
        break;
    }
    return {load_low, both(value), jump(BPF_JEQ, condition.value_two & value, 0, beyond)};
}

/// Whether libseccomp compares 64 bits there: not on x32 and MIPS n32.
bool is_wide(ArchitectureToken architecture) {
    constexpr std::uint32_t kMipsN32 = 0x20000000; // __AUDIT_ARCH_CONVENTION_MIPS64_N32
    return (architecture & __AUDIT_ARCH_64BIT) != 0 && (architecture & kMipsN32) == 0;
}

/// Goes on behind its end if some condition is not met. Made from the end, so that each condition
/// knows how far that is.
Code rule_code(const Rule& rule, bool wide) {
    Code code = {answer(rule.answer)};
    for (const spec::SeccompArg& condition : rule.conditions) {
        Code all = wide ? wide_condition(condition, code.size())
                        : narrow_condition(condition, code.size());
        append(all, code);
        code = std::move(all);
    }
    return code;
}

Code call_code(const DecidedCall& call, std::uint32_t otherwise) {
    Code code;
    for (const Rule& rule : call.rules) {
        append(code, rule_code(rule, is_wide(call.architecture)));
    }
    code.push_back(answer(otherwise));
    return only_for(call.number, code);
}

Code range_code(const CallRange& range) {
    return {jump(BPF_JGE, range.first, 0, 2), jump(BPF_JGT, range.last, 1, 0),
            answer(SECCOMP_RET_ERRNO | ENOSYS)};
}

/// All that is answered on one architecture, with the number in A.
Code architecture_code(const Front& front, std::uint32_t architecture) {
    Code code = {load(offsetof(seccomp_data, nr))};
    for (const CallRange& range : front.newer) {
        if (range.architecture == architecture) {
            append(code, range_code(range));
        }
    }
    for (const DecidedCall& call : front.decided) {
        if (kernel_architecture(call.architecture) == architecture) {
            append(code, call_code(call, front.otherwise));
        }
    }
    return code;
}

} // namespace

Division divided(std::span<const Rule> rules) {
    std::map<std::string_view, std::vector<Rule>> by_name;
    for (const Rule& rule : rules) {
        by_name[rule.name].push_back(rule);
    }
    Division division;
    for (auto& [name, all] : by_name) {
        const auto plain =
            std::ranges::find_if(all, [](const Rule& rule) { return rule.conditions.empty(); });
        division.for_library.push_back(plain != all.end() ? *plain : all.front());
        if (plain == all.end() && all.size() > 1) {
            division.contested.push_back(std::move(all));
        }
    }
    return division;
}

std::vector<sock_filter> front_instructions(const Front& front) {
    std::set<std::uint32_t> architectures;
    for (const CallRange& range : front.newer) {
        architectures.insert(range.architecture);
    }
    for (const DecidedCall& call : front.decided) {
        architectures.insert(kernel_architecture(call.architecture));
    }
    // From the end: each architecture's part knows how far it is to libseccomp's program.
    Code code;
    for (const std::uint32_t architecture : architectures) {
        Code part = architecture_code(front, architecture);
        part.push_back(skip(code.size()));
        Code all = only_for(architecture, part);
        append(all, code);
        code = std::move(all);
    }
    if (!code.empty()) {
        code.insert(code.begin(), load(offsetof(seccomp_data, arch)));
    }
    return code;
}

} // namespace seccomp
