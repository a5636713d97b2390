#include "seccomp/front_plan.hpp"
#include "seccomp/interpret.hpp"
#include "seccomp/newer_calls_plan.hpp"
#include "tests/catch.hpp"

#include <cerrno>

#include <linux/audit.h>
#include <linux/seccomp.h>

using seccomp::CallRange;
using seccomp::newer_calls;

namespace {

using Ranges = std::vector<CallRange>;
using Numbers = std::vector<std::uint32_t>;

constexpr std::uint32_t kX32 = EM_X86_64 | __AUDIT_ARCH_LE;
constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

/// The answer of the instructions for `ranges`, followed by a program that permits everything.
std::uint32_t answer(const Ranges& ranges, std::uint32_t architecture, std::uint32_t number) {
    std::vector<sock_filter> code = seccomp::front_instructions({.newer = ranges});
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const auto all = seccomp::answers(code, {.architecture = architecture, .number = number});
    REQUIRE(all);
    REQUIRE((*all).size() == 1);
    return (*all)[0];
}

} // namespace

TEST_CASE("newer is what is above the greatest number that the profile names", "[seccomp]") {
    CHECK(newer_calls(AUDIT_ARCH_AARCH64, Numbers{3, 439, 7}) ==
          Ranges{{AUDIT_ARCH_AARCH64, 440, 0xffffffff}});
}

TEST_CASE("a profile that names no call of an architecture has no newer ones there", "[seccomp]") {
    CHECK(newer_calls(AUDIT_ARCH_AARCH64, {}).empty());
    CHECK(newer_calls(kX32, Numbers{0x40000000 + 520}).empty());
}

TEST_CASE("x32's numbers are never newer calls of x86_64", "[seccomp]") {
    CHECK(newer_calls(AUDIT_ARCH_X86_64, Numbers{0, 450}) ==
          Ranges{{AUDIT_ARCH_X86_64, 451, 0x3fffffff}});
}

TEST_CASE("x32's own numbers count on neither side", "[seccomp]") {
    constexpr std::uint32_t kBit = 0x40000000;
    CHECK(newer_calls(kX32, Numbers{kBit, kBit + 450, kBit + 520}) ==
          Ranges{{AUDIT_ARCH_X86_64, kBit + 451, kBit + 511},
                 {AUDIT_ARCH_X86_64, kBit + 548, 0xffffffff}});
    CHECK(newer_calls(kX32, Numbers{kBit, kBit + 600}) ==
          Ranges{{AUDIT_ARCH_X86_64, kBit + 601, 0xffffffff}});
}

TEST_CASE("ARM's private numbers count on neither side", "[seccomp]") {
    CHECK(newer_calls(AUDIT_ARCH_ARM, Numbers{1, 403, 0x0f0005}) ==
          Ranges{{AUDIT_ARCH_ARM, 404, 0x0effff}});
}

TEST_CASE("the last number of a stretch leaves nothing newer", "[seccomp]") {
    CHECK(newer_calls(AUDIT_ARCH_ARM, Numbers{0x0effff}).empty());
    CHECK(newer_calls(AUDIT_ARCH_AARCH64, Numbers{0xffffffff}).empty());
}

TEST_CASE("ENOSYS takes the place of refusals only", "[seccomp]") {
    using seccomp::gives_way_to_enosys;
    CHECK(gives_way_to_enosys(SECCOMP_RET_ERRNO | EPERM));
    CHECK(gives_way_to_enosys(SECCOMP_RET_KILL_PROCESS));
    CHECK(gives_way_to_enosys(SECCOMP_RET_KILL_THREAD));
    CHECK(gives_way_to_enosys(SECCOMP_RET_TRAP));
    CHECK_FALSE(gives_way_to_enosys(SECCOMP_RET_ERRNO | ENOSYS));
    CHECK_FALSE(gives_way_to_enosys(SECCOMP_RET_ALLOW));
    CHECK_FALSE(gives_way_to_enosys(SECCOMP_RET_LOG));
    CHECK_FALSE(gives_way_to_enosys(SECCOMP_RET_TRACE | 1));
    CHECK_FALSE(gives_way_to_enosys(SECCOMP_RET_USER_NOTIF));
}

TEST_CASE("the ENOSYS instructions answer their ranges and pass on the rest", "[seccomp]") {
    const Ranges ranges = {{AUDIT_ARCH_X86_64, 451, 0x3fffffff},
                           {AUDIT_ARCH_X86_64, 0x40000000 + 600, 0xffffffff},
                           {AUDIT_ARCH_I386, 400, 0xffffffff}};
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0) == SECCOMP_RET_ALLOW);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 450) == SECCOMP_RET_ALLOW);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 451) == kEnosys);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0x3fffffff) == kEnosys);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0x40000000) == SECCOMP_RET_ALLOW);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0x40000000 + 599) == SECCOMP_RET_ALLOW);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0x40000000 + 600) == kEnosys);
    CHECK(answer(ranges, AUDIT_ARCH_X86_64, 0xffffffff) == kEnosys);
    CHECK(answer(ranges, AUDIT_ARCH_I386, 399) == SECCOMP_RET_ALLOW);
    CHECK(answer(ranges, AUDIT_ARCH_I386, 400) == kEnosys);
    CHECK(answer(ranges, AUDIT_ARCH_AARCH64, 451) == SECCOMP_RET_ALLOW);
}

TEST_CASE("without newer calls there are no instructions for them", "[seccomp]") {
    CHECK(seccomp::front_instructions({}).empty());
}
