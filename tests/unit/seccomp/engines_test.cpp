// Profiles of the shape that Docker and podman write: hundreds of names that are permitted, some
// calls with conditions, some refused with an errno of their own, for several architectures at
// once. What counts is that each architecture is judged by its own numbers.
#include "profiles.hpp"
#include "seccomp/compile.hpp"
#include "tests/results.hpp"

#include <string_view>

#include <linux/audit.h>

using namespace profiles;
using spec::SeccompAction;
using spec::SeccompOperator;

namespace {

constexpr std::uint64_t kNamespaces = 0x7e020000; // CLONE_NEW* but time
constexpr std::uint32_t kLastNative = 450;

/// One architecture with the numbers that a few calls have there.
struct Machine {
    std::string_view name;
    std::uint32_t architecture;
    std::uint32_t read, mount, clone, personality, socket, ptrace;
};

constexpr Machine kMachines[] = {
    {"i386", AUDIT_ARCH_I386, 3, 21, 120, 136, 359, 26},
    {"x86_64", AUDIT_ARCH_X86_64, 0, 165, 56, 135, 41, 101},
    {"aarch64", AUDIT_ARCH_AARCH64, 63, 40, 220, 92, 198, 117},
    {"ppc64le", AUDIT_ARCH_PPC64LE, 3, 21, 120, 136, 326, 26},
};
constexpr std::uint32_t kClone3 = 435; // on all of them

/// What engines leave out of their lists, or permit under conditions.
constexpr std::string_view kSpecial[] = {
    "mount",  "umount2", "unshare", "setns",      "clone",       "clone3",       "personality",
    "socket", "ptrace",  "bpf",     "chroot",     "kexec_load",  "init_module",  "pivot_root",
    "fsopen", "fsmount", "keyctl",  "add_key",    "request_key", "finit_module", "reboot",
    "swapon", "swapoff", "syslog",  "userfaultfd"};

std::vector<std::string> ordinary_calls() {
    std::vector<std::string> names;
    for (std::uint32_t number = 0; number <= kLastNative; ++number) {
        std::string name = seccomp::call_name(number);
        if (!name.starts_with("system call") &&
            std::ranges::find(kSpecial, name) == std::end(kSpecial)) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

spec::SeccompArg condition(std::uint32_t index, SeccompOperator op, std::uint64_t value,
                           std::uint64_t value_two = 0) {
    return {.index = index, .value = value, .value_two = value_two, .op = op};
}

spec::Seccomp with_architectures(std::vector<spec::SeccompSyscall> entries) {
    spec::Seccomp profile = refusing(std::move(entries));
    profile.architectures = {"SCMP_ARCH_X86_64",  "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                             "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_PPC64LE"};
    profile.syscalls.push_back(entry(ordinary_calls(), SeccompAction::allow));
    for (const std::uint64_t value : {0x0UL, 0x8UL, 0x20000UL, 0x20008UL, 0xffffffffUL}) {
        profile.syscalls.push_back(entry({"personality"}, SeccompAction::allow,
                                         {condition(0, SeccompOperator::eq, value)}));
    }
    return profile;
}

/// EPERM by default; clone without namespaces; clone3 is said not to exist.
spec::Seccomp as_docker_writes() {
    spec::Seccomp profile = with_architectures(
        {entry({"clone"}, SeccompAction::allow,
               {condition(0, SeccompOperator::masked_eq, kNamespaces, 0)}),
         errno_entry({"clone3"}, ENOSYS), entry({"ptrace"}, SeccompAction::allow),
         entry({"socket"}, SeccompAction::allow, {condition(0, SeccompOperator::ne, 40)})});
    profile.default_errno_ret = EPERM;
    return profile;
}

/// ENOSYS by default, EPERM for what is known and refused; no audit sockets.
spec::Seccomp as_podman_writes() {
    constexpr std::uint64_t kNetlink = 16, kAudit = 9;
    spec::Seccomp profile = with_architectures(
        {errno_entry({"mount", "unshare", "ptrace", "no_call_of_today"}, EPERM),
         entry({"clone", "clone3"}, SeccompAction::allow),
         errno_entry({"socket"}, EINVAL,
                     {condition(0, SeccompOperator::eq, kNetlink),
                      condition(2, SeccompOperator::eq, kAudit)}),
         entry({"socket"}, SeccompAction::allow, {condition(2, SeccompOperator::ne, kAudit)}),
         entry({"socket"}, SeccompAction::allow, {condition(0, SeccompOperator::ne, kNetlink)})});
    profile.default_errno_ret = ENOSYS;
    return profile;
}

class Judge {
  public:
    Judge(const spec::Seccomp& profile, const Machine& machine)
        : program_(tests::value(seccomp::compile(profile))), machine_(machine) {}

    std::uint32_t operator()(std::uint32_t number, std::array<std::uint64_t, 6> args = {}) const {
        seccomp::Call made = call(number, args);
        made.architecture = machine_.architecture;
        const std::vector<std::uint32_t> all =
            tests::value(seccomp::answers(program_.filter, made));
        REQUIRE(all.size() == 1);
        return all.front();
    }

  private:
    seccomp::Program program_;
    const Machine& machine_;
};

} // namespace

TEST_CASE("a profile as Docker writes it is kept on four architectures", "[seccomp]") {
    for (const Machine& machine : kMachines) {
        INFO(machine.name);
        const Judge judge(as_docker_writes(), machine);
        CHECK(judge(machine.read) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.ptrace) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.mount) == errno_answer(EPERM));
        CHECK(judge(kClone3) == errno_answer(ENOSYS));
        CHECK(judge(machine.clone, {0x1200011}) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.clone, {0x10000000}) == errno_answer(EPERM));
        CHECK(judge(machine.clone, {0x02000000}) == errno_answer(EPERM));
        CHECK(judge(machine.personality, {0x20008}) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.personality, {0xffffffff}) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.personality, {0x40000}) == errno_answer(EPERM));
        if (machine.architecture != AUDIT_ARCH_I386) { // whose arguments have 32 bits
            CHECK(judge(machine.personality, {0x100000000}) == errno_answer(EPERM));
        }
        CHECK(judge(machine.socket, {2}) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.socket, {40}) == errno_answer(EPERM));
        CHECK(judge(kLastNative + 40) == errno_answer(ENOSYS));
    }
}

TEST_CASE("a profile as podman writes it is kept on four architectures", "[seccomp]") {
    for (const Machine& machine : kMachines) {
        INFO(machine.name);
        const Judge judge(as_podman_writes(), machine);
        CHECK(judge(machine.read) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.clone, {0x10000000}) == SECCOMP_RET_ALLOW);
        CHECK(judge(kClone3) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.ptrace) == errno_answer(EPERM));
        CHECK(judge(machine.mount) == errno_answer(EPERM));
        CHECK(judge(machine.personality, {0x40000}) == errno_answer(ENOSYS));
        CHECK(judge(machine.socket, {16, 3, 9}) == errno_answer(EINVAL));
        CHECK(judge(machine.socket, {16, 3, 0}) == SECCOMP_RET_ALLOW);
        CHECK(judge(machine.socket, {2, 3, 9}) == SECCOMP_RET_ALLOW);
        CHECK(judge(kLastNative + 40) == errno_answer(ENOSYS));
    }
}

TEST_CASE("an architecture beside those of the profile is not let in", "[seccomp]") {
    const Machine foreign{"riscv64", AUDIT_ARCH_RISCV64, 63, 40, 220, 92, 198, 117};
    const Judge judge(as_docker_writes(), foreign);
    CHECK(judge(foreign.read) == SECCOMP_RET_KILL_THREAD);
}
