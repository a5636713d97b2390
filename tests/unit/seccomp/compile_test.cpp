#include "profiles.hpp"
#include "seccomp/compile.hpp"
#include "tests/catch.hpp"

#include <linux/audit.h>
#include <sys/syscall.h>

using namespace profiles;
using seccomp::Call;
using seccomp::compile;
using seccomp::Program;
using spec::SeccompAction;
using spec::SeccompArg;
using spec::SeccompOperator;

namespace {

Program compiled(const spec::Seccomp& profile) {
    auto program = compile(profile);
    INFO((program ? "" : program.error().text()));
    REQUIRE(program);
    return *std::move(program);
}

std::uint32_t answer(const Program& program, const Call& call) {
    const auto all = seccomp::answers(program.filter, call);
    REQUIRE(all);
    REQUIRE((*all).size() == 1);
    return (*all)[0];
}

} // namespace

TEST_CASE("a rule answers its call, the default action the others", "[seccomp]") {
    const Program program = compiled(refusing(
        {entry({"read"}, SeccompAction::allow), entry({"write"}, SeccompAction::kill_process),
         entry({"close"}, SeccompAction::log), errno_entry({"openat"}, EACCES),
         entry({"mseal_of_the_future", "execveat"}, SeccompAction::trap)}));
    CHECK(answer(program, call(SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_write)) == SECCOMP_RET_KILL_PROCESS);
    CHECK(answer(program, call(SYS_close)) == SECCOMP_RET_LOG);
    CHECK(answer(program, call(SYS_openat)) == errno_answer(EACCES));
    CHECK(answer(program, call(SYS_execveat)) == SECCOMP_RET_TRAP);
    CHECK(answer(program, call(SYS_mount)) == errno_answer(EPERM));
    CHECK(program.flags == 0);
    CHECK_FALSE(program.notifies());
}

TEST_CASE("each operator compares all 64 bits of an argument", "[seccomp]") {
    struct Row {
        SeccompOperator op;
        std::uint64_t value;
        std::uint64_t value_two;
        std::uint64_t argument;
        bool meets;
    };
    constexpr std::uint64_t kBig = 0x100000005;
    const Row row = GENERATE(values<Row>({
        {SeccompOperator::eq, kBig, 0, kBig, true},
        {SeccompOperator::eq, kBig, 0, 5, false},
        {SeccompOperator::ne, kBig, 0, 5, true},
        {SeccompOperator::ne, kBig, 0, kBig, false},
        {SeccompOperator::lt, kBig, 0, 6, true},
        {SeccompOperator::lt, kBig, 0, kBig - 1, true},
        {SeccompOperator::lt, kBig, 0, kBig, false},
        {SeccompOperator::lt, kBig, 0, 0x200000000, false},
        {SeccompOperator::le, kBig, 0, kBig, true},
        {SeccompOperator::le, kBig, 0, 0xffffffff, true},
        {SeccompOperator::le, kBig, 0, kBig + 1, false},
        {SeccompOperator::ge, kBig, 0, kBig, true},
        {SeccompOperator::ge, kBig, 0, kBig - 1, false},
        {SeccompOperator::ge, kBig, 0, 0xffffffff, false},
        {SeccompOperator::gt, kBig, 0, kBig + 1, true},
        {SeccompOperator::gt, kBig, 0, 0x200000000, true},
        {SeccompOperator::gt, kBig, 0, kBig, false},
        {SeccompOperator::masked_eq, 0xf00000000, 0x100000000, kBig, true},
        {SeccompOperator::masked_eq, 0xf00000000, 0x100000000, 0x200000005, false},
        {SeccompOperator::masked_eq, 0x7e020000, 0, 0x00000011, true},
        {SeccompOperator::masked_eq, 0x7e020000, 0, 0x10000011, false},
    }));
    const std::uint32_t index = GENERATE(0U, 5U);
    const Program program = compiled(refusing(
        {entry({"read"}, SeccompAction::allow,
               {{.index = index, .value = row.value, .value_two = row.value_two, .op = row.op}}),
         entry({"execveat"}, SeccompAction::allow)}));
    std::array<std::uint64_t, 6> args{};
    args[index] = row.argument;
    CHECK(answer(program, call(SYS_read, args)) ==
          (row.meets ? SECCOMP_RET_ALLOW : errno_answer(EPERM)));
}

TEST_CASE("all conditions of an entry must be met", "[seccomp]") {
    const Program program = compiled(refusing({entry(
        {"socket"}, SeccompAction::allow, {{.index = 0, .value = 1}, {.index = 2, .value = 7}})}));
    CHECK(answer(program, call(SYS_socket, {1, 0, 7})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_socket, {1, 0, 8})) == errno_answer(EPERM));
    CHECK(answer(program, call(SYS_socket, {2, 0, 7})) == errno_answer(EPERM));
}

TEST_CASE("of several conditions on one argument any is enough", "[seccomp]") {
    const Program program = compiled(refusing(
        {entry(
             {"personality"}, SeccompAction::allow,
             {{.index = 0, .value = 0}, {.index = 0, .value = 8}, {.index = 0, .value = 0x20000}}),
         entry({"execveat"}, SeccompAction::allow)}));
    CHECK(answer(program, call(SYS_personality, {0})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_personality, {8})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_personality, {0x20000})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_personality, {4})) == errno_answer(EPERM));
}

TEST_CASE("an entry without conditions prevails over those with some", "[seccomp]") {
    const bool first = GENERATE(true, false);
    std::vector<spec::SeccompSyscall> entries = {
        errno_entry({"read"}, EACCES),
        entry({"read"}, SeccompAction::allow, {{.index = 0, .value = 3}})};
    if (!first) {
        std::ranges::reverse(entries);
    }
    const Program program = compiled(refusing(entries));
    CHECK(answer(program, call(SYS_read, {3})) == errno_answer(EACCES));
    CHECK(answer(program, call(SYS_read, {4})) == errno_answer(EACCES));
}

TEST_CASE("of several entries whose conditions are met the first decides", "[seccomp]") {
    const Program program =
        compiled(refusing({entry({"read"}, SeccompAction::allow,
                                 {{.index = 0, .value = 3}, {.index = 1, .value = 4}}),
                           errno_entry({"read"}, EACCES, {{.index = 0, .value = 3}}),
                           errno_entry({"read"}, EIO, {{.index = 0, .value = 3}}),
                           entry({"read"}, SeccompAction::trap, {{.index = 1, .value = 4}}),
                           entry({"execveat"}, SeccompAction::allow)}));
    CHECK(answer(program, call(SYS_read, {3, 4})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_read, {3, 5})) == errno_answer(EACCES));
    CHECK(answer(program, call(SYS_read, {2, 4})) == SECCOMP_RET_TRAP);
    CHECK(answer(program, call(SYS_read, {2, 2})) == errno_answer(EPERM));
}

TEST_CASE("a comparison is made with the right half of an argument", "[seccomp]") {
    // libseccomp 2.5.4 and 2.6.0 let these two entries meet 0x80000000.
    const Program program =
        compiled(permitting({entry({"ptrace"}, SeccompAction::trap,
                                   {{.index = 4, .value = 0x100000001, .op = SeccompOperator::gt}}),
                             entry({"ptrace"}, SeccompAction::trap,
                                   {{.index = 4, .value = 1, .op = SeccompOperator::lt}})}));
    CHECK(answer(program, call(SYS_ptrace, {0, 0, 0, 0, 0})) == SECCOMP_RET_TRAP);
    CHECK(answer(program, call(SYS_ptrace, {0, 0, 0, 0, 1})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_ptrace, {0, 0, 0, 0, 0x80000000})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_ptrace, {0, 0, 0, 0, 0x100000001})) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_ptrace, {0, 0, 0, 0, 0x100000002})) == SECCOMP_RET_TRAP);
}

TEST_CASE("calls newer than the profile get ENOSYS instead of a refusal", "[seccomp]") {
    const SeccompAction refusal = GENERATE(SeccompAction::errno_return, SeccompAction::kill,
                                           SeccompAction::kill_process, SeccompAction::trap);
    const Program program =
        compiled({.default_action = refusal,
                  .syscalls = {entry({"read", "faccessat2"}, SeccompAction::allow)}});
    CHECK(answer(program, call(SYS_faccessat2)) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_faccessat2 + 1)) == errno_answer(ENOSYS));
    CHECK(answer(program, call(9999)) == errno_answer(ENOSYS));
    CHECK(answer(program, call(SYS_openat2)) != errno_answer(ENOSYS));
}

TEST_CASE("names in an entry that repeats the default action date the profile too", "[seccomp]") {
    const Program program = compiled(
        refusing({entry({"read"}, SeccompAction::allow), errno_entry({"faccessat2"}, EPERM)}));
    CHECK(answer(program, call(SYS_faccessat2)) == errno_answer(EPERM));
    CHECK(answer(program, call(SYS_faccessat2 + 1)) == errno_answer(ENOSYS));
}

TEST_CASE("no ENOSYS where the default action is no refusal, or a decision of others",
          "[seccomp]") {
    const SeccompAction otherwise = GENERATE(SeccompAction::allow, SeccompAction::log,
                                             SeccompAction::trace, SeccompAction::notify);
    const Program program = compiled({.default_action = otherwise,
                                      .listener_path = "/agent",
                                      .syscalls = {errno_entry({"read"}, EACCES)}});
    CHECK(answer(program, call(9999)) != errno_answer(ENOSYS));
}

TEST_CASE("a profile without calls refuses everything by its default action", "[seccomp]") {
    const Program program = compiled(refusing({}));
    CHECK(answer(program, call(SYS_read)) == errno_answer(EPERM));
    CHECK(answer(program, call(9999)) == errno_answer(EPERM));
}

TEST_CASE("unknown names are left out and named in one warning", "[seccomp]") {
    const Program program = compiled(refusing(
        {entry({"read", "no_such_call"}, SeccompAction::allow),
         entry({"nor_this", "no_such_call", std::string("write\0", 6)}, SeccompAction::trap)}));
    REQUIRE(program.warnings.size() == 1);
    CHECK(program.warnings[0].starts_with("seccomp: libseccomp "));
    CHECK(program.warnings[0].ends_with(
        "left out: \"no_such_call\", \"nor_this\", \"write\\u0000\""));
    CHECK(answer(program, call(SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(SYS_write)) != SECCOMP_RET_TRAP);
}

TEST_CASE("NOTIFY asks for a listener", "[seccomp]") {
    spec::Seccomp profile = permitting({entry({"mkdirat"}, SeccompAction::notify)});
    profile.listener_path = "/agent";
    const Program program = compiled(profile);
    CHECK(program.notifies());
    CHECK(program.flags == SECCOMP_FILTER_FLAG_NEW_LISTENER);
    CHECK(answer(program, call(SYS_mkdirat)) == SECCOMP_RET_USER_NOTIF);
}

TEST_CASE("flags are passed on where they mean something", "[seccomp]") {
    spec::Seccomp profile = permitting({entry({"mkdirat"}, SeccompAction::log)});
    profile.flags = {spec::SeccompFlag::tsync, spec::SeccompFlag::log,
                     spec::SeccompFlag::spec_allow};
    CHECK(compiled(profile).flags == (SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));

    profile.flags = {spec::SeccompFlag::wait_killable_recv};
    const Program without_listener = compiled(profile);
    CHECK(without_listener.flags == 0);
    REQUIRE(without_listener.warnings.size() == 1);
    CHECK(without_listener.warnings[0].find("WAIT_KILLABLE_RECV") != std::string::npos);

    profile.syscalls[0].action = SeccompAction::notify;
    profile.listener_path = "/agent";
    const auto flags = seccomp::supported_flags();
    const bool supported =
        std::ranges::find(flags, spec::SeccompFlag::wait_killable_recv) != flags.end();
    const auto with_listener = compile(profile);
    REQUIRE(static_cast<bool>(with_listener) == supported);
    if (supported) {
        CHECK((*with_listener).flags ==
              (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
    }
}

TEST_CASE("an architecture that libseccomp does not know is refused with its place", "[seccomp]") {
    spec::Seccomp profile = refusing({});
    const std::string name = GENERATE("SCMP_ARCH_Z80", "SCMP_ARCH_", "x86_64", "");
    profile.architectures = {"SCMP_ARCH_X86_64", name};
    const auto program = compile(profile);
    REQUIRE_FALSE(program);
    CHECK(program.error().failure().pointer == "/linux/seccomp/architectures/1");
}

#if defined(__x86_64__)

TEST_CASE("listed architectures are added to the native one, others are not let in", "[seccomp]") {
    spec::Seccomp profile = refusing({entry({"read", "faccessat2"}, SeccompAction::allow)});
    profile.architectures = {"SCMP_ARCH_X86"};
    const Program program = compiled(profile);
    constexpr std::uint32_t kI386Read = 3;
    constexpr std::uint32_t kFaccessat2 = 439; // on both
    Call made = call(kI386Read);
    CHECK(answer(program, call(SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(answer(program, call(kFaccessat2 + 1)) == errno_answer(ENOSYS));
    made.architecture = AUDIT_ARCH_I386;
    CHECK(answer(program, made) == SECCOMP_RET_ALLOW);
    made.number = kI386Read + 1;
    CHECK(answer(program, made) == errno_answer(EPERM));
    made.number = kFaccessat2 + 1;
    CHECK(answer(program, made) == errno_answer(ENOSYS));
    made.architecture = AUDIT_ARCH_AARCH64;
    CHECK(answer(program, made) == SECCOMP_RET_KILL_THREAD);
}

TEST_CASE("x32 is let in only if it is listed", "[seccomp]") {
    constexpr std::uint32_t kX32 = 0x40000000;
    spec::Seccomp profile = refusing({entry({"read", "faccessat2"}, SeccompAction::allow)});
    const Program without = compiled(profile);
    CHECK(answer(without, call(kX32 + SYS_read)) == SECCOMP_RET_KILL_THREAD);
    CHECK(answer(without, call(kX32 + 9999)) == SECCOMP_RET_KILL_THREAD);

    profile.architectures = {"SCMP_ARCH_X32", "SCMP_ARCH_X86_64"};
    const Program with = compiled(profile);
    CHECK(answer(with, call(kX32 + SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(answer(with, call(SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(answer(with, call(kX32 + SYS_openat)) == errno_answer(EPERM));
    CHECK(answer(with, call(kX32 + 440)) == errno_answer(ENOSYS));
    CHECK(answer(with, call(kX32 + 520)) == errno_answer(EPERM)); // x32's own execve
}

TEST_CASE("architectures of the other byte order are left out with one warning", "[seccomp]") {
    spec::Seccomp profile = refusing({entry({"read"}, SeccompAction::allow)});
    profile.architectures = {"SCMP_ARCH_S390X", "SCMP_ARCH_X86_64", "SCMP_ARCH_PPC64"};
    const Program program = compiled(profile);
    REQUIRE(program.warnings.size() == 1);
    CHECK(program.warnings[0].ends_with(": SCMP_ARCH_S390X, SCMP_ARCH_PPC64"));
    Call foreign = call(3);
    foreign.architecture = AUDIT_ARCH_S390X;
    CHECK(answer(program, foreign) == SECCOMP_RET_KILL_THREAD);
}

TEST_CASE("a filter that would overflow libseccomp never gets to it", "[seccomp]") {
    std::vector<SeccompArg> conditions;
    for (std::uint32_t i = 0; i < 6; ++i) {
        conditions.push_back({.index = i, .value = 0x100000001U * i, .op = SeccompOperator::gt});
    }
    std::vector<std::string> names;
    for (std::uint32_t number = 0; number < 300; ++number) {
        names.push_back(seccomp::call_name(number));
    }
    spec::Seccomp profile = refusing({entry(names, SeccompAction::allow, conditions)});
    profile.architectures = {"SCMP_ARCH_X86", "SCMP_ARCH_X32"};
    const auto program = compile(profile);
    REQUIRE_FALSE(program);
    CHECK(program.error().failure().facts.front() ==
          "the filter has some 44100 instructions, and the kernel takes at most 4096");
}

#endif

TEST_CASE("verdicts name the calls that a filter refuses", "[seccomp]") {
    const Program program =
        compiled(refusing({entry({"read", "write"}, SeccompAction::allow),
                           entry({"prctl"}, SeccompAction::allow, {{.index = 0, .value = 1}}),
                           entry({"execveat"}, SeccompAction::kill_process)}));
    const std::vector<std::uint32_t> needed = {SYS_read, SYS_prctl, SYS_execveat};
    const auto all = seccomp::verdicts(program.filter, seccomp::native_architecture(), needed);
    REQUIRE(all);
    CHECK((*all)[0].always_permitted());
    CHECK((*all)[1].text() == "ERRNO EPERM or ALLOW, depending on its arguments");
    CHECK((*all)[2].text() == "KILL_PROCESS");
    CHECK(seccomp::call_name((*all)[2].number) == "execveat");
}

TEST_CASE("a filter beyond the kernel's limit is refused", "[seccomp]") {
    std::vector<spec::SeccompSyscall> entries;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        entries.push_back(
            entry({"ioctl"}, SeccompAction::allow, {{.index = 1, .value = i * 0x100000001}}));
    }
    const auto program = compile(refusing(entries));
    REQUIRE_FALSE(program);
    CHECK(program.error().failure().pointer == "/linux/seccomp");
    CHECK(program.error().failure().facts.front().ends_with(
        " instructions, and the kernel takes at most 4096"));
}
