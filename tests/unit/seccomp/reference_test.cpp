// Random profiles and random calls: what the compiled filter answers is what the profile says.
#include "profiles.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/newer_calls_plan.hpp"
#include "seccomp/rules_plan.hpp"
#include "tests/catch.hpp"

#include <map>
#include <random>
#include <set>

#include <linux/audit.h>
#include <sys/syscall.h>

using namespace profiles;
using seccomp::Call;
using spec::SeccompAction;
using spec::SeccompArg;
using spec::SeccompOperator;

namespace {

/// Numbers of some calls on the architectures of the test, by name.
struct Numbers {
    std::string architecture; ///< "" for the native one
    std::uint32_t token;
    bool wide; ///< arguments have 64 bits
    std::map<std::string, std::uint32_t> by_name;
};

const std::vector<Numbers>& known_numbers() {
    static const std::vector<Numbers> kAll = {
        {"",
         seccomp::native_architecture(),
         true,
         {{"read", SYS_read},
          {"write", SYS_write},
          {"close", SYS_close},
          {"ioctl", SYS_ioctl},
          {"openat", SYS_openat},
          {"mount", SYS_mount},
          {"personality", SYS_personality},
          {"prctl", SYS_prctl},
          {"clone", SYS_clone},
          {"kill", SYS_kill},
          {"dup3", SYS_dup3},
          {"getpid", SYS_getpid},
          {"chdir", SYS_chdir},
          {"umask", SYS_umask},
          {"sethostname", SYS_sethostname},
          {"openat2", SYS_openat2},
          {"execveat", SYS_execveat},
          {"setns", SYS_setns},
          {"getrandom", SYS_getrandom},
          {"ptrace", SYS_ptrace},
          {"fchdir", SYS_fchdir},
          {"faccessat2", SYS_faccessat2}}},
#if defined(__x86_64__)
        {"SCMP_ARCH_X86",
         AUDIT_ARCH_I386,
         false,
         {{"read", 3},       {"write", 4},       {"close", 6},         {"ioctl", 54},
          {"openat", 295},   {"mount", 21},      {"personality", 136}, {"prctl", 172},
          {"clone", 120},    {"kill", 37},       {"dup3", 330},        {"getpid", 20},
          {"chdir", 12},     {"umask", 60},      {"sethostname", 74},  {"openat2", 437},
          {"execveat", 358}, {"setns", 346},     {"getrandom", 355},   {"ptrace", 26},
          {"fchdir", 133},   {"faccessat2", 439}}},
#endif
    };
    return kAll;
}

bool meets(const SeccompArg& condition, const Call& call, bool wide) {
    const std::uint64_t mask = wide ? ~std::uint64_t{0} : 0xffffffff;
    const std::uint64_t argument = *call.args[condition.index] & mask;
    const std::uint64_t value = condition.value & mask;
    switch (condition.op) {
    case SeccompOperator::eq:
        return argument == value;
    case SeccompOperator::ne:
        return argument != value;
    case SeccompOperator::lt:
        return argument < value;
    case SeccompOperator::le:
        return argument <= value;
    case SeccompOperator::gt:
        return argument > value;
    case SeccompOperator::ge:
        return argument >= value;
    case SeccompOperator::masked_eq:
        return (argument & value) == (condition.value_two & value); // libseccomp cuts the rest
    }
    return false;
}

/// What the profile says of a call, read straight from it.
std::uint32_t expected(const spec::Seccomp& profile, const Numbers& numbers, const Call& call) {
    const seccomp::Rules rules = *seccomp::rules_of(profile);
    std::vector<std::uint32_t> named;
    std::optional<std::uint32_t> conditional;
    for (const std::string_view name : rules.names) {
        named.push_back(numbers.by_name.at(std::string(name)));
    }
    for (const seccomp::Rule& rule : rules.rules) {
        if (numbers.by_name.at(std::string(rule.name)) != call.number) {
            continue;
        }
        if (rule.conditions.empty()) {
            return rule.answer;
        }
        if (!conditional && std::ranges::all_of(rule.conditions, [&](const SeccompArg& one) {
                return meets(one, call, numbers.wide);
            })) {
            conditional = rule.answer;
        }
    }
    const bool newer = !named.empty() && call.number > *std::ranges::max_element(named);
    return newer && seccomp::gives_way_to_enosys(rules.otherwise)
               ? errno_answer(ENOSYS)
               : conditional.value_or(rules.otherwise);
}

class Dice {
  public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    template <class List>
    void shuffle(List& list) {
        std::ranges::shuffle(list, engine_);
    }
    template <class List>
    auto one_of(const List& list) {
        return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(below(std::size(list))));
    }

  private:
    std::mt19937 engine_;
};

constexpr std::array kActions = {SeccompAction::kill_process, SeccompAction::kill_thread,
                                 SeccompAction::trap,         SeccompAction::errno_return,
                                 SeccompAction::trace,        SeccompAction::allow,
                                 SeccompAction::log};
constexpr std::array kOperators = {
    SeccompOperator::ne, SeccompOperator::lt, SeccompOperator::le,       SeccompOperator::eq,
    SeccompOperator::ge, SeccompOperator::gt, SeccompOperator::masked_eq};
// Few values, so that calls often meet conditions, on both sides of 32 bits and of the signs.
constexpr std::array<std::uint64_t, 12> kValues = {0,
                                                   1,
                                                   2,
                                                   7,
                                                   8,
                                                   0x7fffffff,
                                                   0x80000000,
                                                   0xffffffff,
                                                   0x100000000,
                                                   0x100000001,
                                                   0x8000000000000000,
                                                   0xffffffffffffffff};

/// At least one, at most one for each argument.
std::vector<SeccompArg> random_conditions(Dice& dice) {
    std::vector<SeccompArg> conditions;
    std::set<std::uint32_t> used;
    for (std::size_t i = 1 + dice.below(6); i > 0; --i) {
        const auto index = static_cast<std::uint32_t>(dice.below(6));
        if (used.insert(index).second) {
            conditions.push_back({.index = index,
                                  .value = dice.one_of(kValues),
                                  .value_two = dice.one_of(kValues),
                                  .op = dice.one_of(kOperators)});
        }
    }
    return conditions;
}

Call random_call(Dice& dice, const Numbers& numbers) {
    Call made = call(dice.one_of(numbers.by_name).second + (dice.below(8) == 0 ? 1 : 0));
    made.architecture = numbers.token;
    for (auto& arg : made.args) {
        arg = dice.one_of(kValues) + (dice.below(4) == 0 ? 1 : 0);
    }
    return made;
}

/// Each call has up to `entries_per_call` entries, all with conditions or one without.
spec::Seccomp random_profile(Dice& dice, std::size_t entries_per_call) {
    spec::Seccomp profile{.default_action = dice.one_of(kActions)};
    if (profile.default_action == SeccompAction::errno_return) {
        profile.default_errno_ret = static_cast<std::uint32_t>(1 + dice.below(40));
    }
    for (const auto& [name, number] : known_numbers().front().by_name) {
        if (dice.below(3) == 0) {
            continue;
        }
        if (dice.below(4) == 0) {
            profile.syscalls.push_back(entry({name}, dice.one_of(kActions)));
            continue;
        }
        for (std::size_t i = 1 + dice.below(entries_per_call); i > 0; --i) {
            profile.syscalls.push_back(
                entry({name}, dice.one_of(kActions), random_conditions(dice)));
        }
    }
    dice.shuffle(profile.syscalls);
    return profile;
}

} // namespace

TEST_CASE("a filter answers as its profile says, for random profiles and calls", "[seccomp]") {
    const std::size_t entries_per_call = GENERATE(1U, 4U);
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        Dice dice(seed);
        spec::Seccomp profile = random_profile(dice, entries_per_call);
        for (const Numbers& numbers : known_numbers()) {
            if (!numbers.architecture.empty()) {
                profile.architectures.push_back(numbers.architecture);
            }
        }
        const auto program = seccomp::compile(profile);
        REQUIRE(program);
        for (int i = 0; i < 400; ++i) {
            const Numbers& numbers = known_numbers()[dice.below(known_numbers().size())];
            const Call made = random_call(dice, numbers);
            const auto found = seccomp::answers((*program).filter, made);
            REQUIRE(found);
            REQUIRE((*found).size() == 1);
            if ((*found)[0] != expected(profile, numbers, made)) {
                FAIL_CHECK("seed " << seed << ", call " << made.number << " on "
                                   << numbers.architecture << ": "
                                   << seccomp::answer_text((*found)[0]) << " instead of "
                                   << seccomp::answer_text(expected(profile, numbers, made)));
            }
        }
    }
}
