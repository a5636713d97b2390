#include "seccomp/interpret.hpp"
#include "seccomp/program.hpp"
#include "tests/catch.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

using seccomp::answers;
using seccomp::Call;

namespace {

using Code = std::vector<sock_filter>;
using Answers = std::vector<std::uint32_t>;

constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArg0 = offsetof(seccomp_data, args);

sock_filter load(std::uint32_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}
sock_filter ret(std::uint32_t answer) {
    return BPF_STMT(BPF_RET | BPF_K, answer);
}
sock_filter jump(int test, std::uint32_t value, int yes, int no) {
    return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value,
                    static_cast<std::uint8_t>(yes), static_cast<std::uint8_t>(no));
}

Call known(std::uint32_t number, std::uint64_t arg0 = 0) {
    return {.architecture = AUDIT_ARCH_X86_64,
            .number = number,
            .args = {arg0, 0, 0, 0, 0, 0},
            .instruction_pointer = 0x1122334455667788};
}

/// What `operation` leaves in A when A was `a` and the operand is `k`.
std::uint32_t computed(std::uint16_t operation, std::uint32_t a, std::uint32_t k, bool by_x) {
    const Code code = {
        BPF_STMT(BPF_LDX | BPF_IMM, k), BPF_STMT(BPF_LD | BPF_IMM, a),
        BPF_STMT(static_cast<std::uint16_t>(BPF_ALU | operation | (by_x ? BPF_X : BPF_K)), k),
        BPF_STMT(BPF_RET | BPF_A, 0)};
    const auto result = answers(code, known(0));
    REQUIRE(result);
    REQUIRE((*result).size() == 1);
    return (*result)[0];
}

} // namespace

TEST_CASE("the interpreter sees the call as the kernel lays it out", "[seccomp]") {
    const auto word = [](std::uint32_t offset) {
        const Call call{.architecture = 0xaa,
                        .number = 0xbb,
                        .args = {1, 2, 3, 4, 5, 0x0123456789abcdef},
                        .instruction_pointer = 0x1122334455667788};
        const auto result = answers(Code{load(offset), BPF_STMT(BPF_RET | BPF_A, 0)}, call);
        REQUIRE(result);
        return *result;
    };
    CHECK(word(0) == Answers{0xbb});
    CHECK(word(4) == Answers{0xaa});
    CHECK(word(8) == Answers{0x55667788});
    CHECK(word(12) == Answers{0x11223344});
    CHECK(word(16) == Answers{1});
    CHECK(word(20) == Answers{0});
    CHECK(word(56) == Answers{0x89abcdef});
    CHECK(word(60) == Answers{0x01234567});
}

TEST_CASE("the interpreter computes as classic BPF does", "[seccomp]") {
    const bool by_x = GENERATE(false, true);
    CHECK(computed(BPF_ADD, 0xffffffff, 2, by_x) == 1);
    CHECK(computed(BPF_SUB, 1, 2, by_x) == 0xffffffff);
    CHECK(computed(BPF_MUL, 7, 6, by_x) == 42);
    CHECK(computed(BPF_DIV, 7, 2, by_x) == 3);
    CHECK(computed(BPF_OR, 0xc, 0xa, by_x) == 0xe);
    CHECK(computed(BPF_AND, 0xc, 0xa, by_x) == 0x8);
    CHECK(computed(BPF_XOR, 0xc, 0xa, by_x) == 0x6);
    CHECK(computed(BPF_LSH, 3, 4, by_x) == 0x30);
    CHECK(computed(BPF_RSH, 0x30, 4, by_x) == 3);
    CHECK(computed(BPF_NEG, 1, 0, false) == 0xffffffff);
}

TEST_CASE("the interpreter moves values between its registers and its memory", "[seccomp]") {
    const Code code = {BPF_STMT(BPF_LD | BPF_IMM, 7),   BPF_STMT(BPF_ST, 3),
                       BPF_STMT(BPF_LDX | BPF_MEM, 3),  BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
                       BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_MISC | BPF_TAX, 0),
                       BPF_STMT(BPF_STX, 15),           BPF_STMT(BPF_LD | BPF_IMM, 0),
                       BPF_STMT(BPF_LD | BPF_MEM, 15),  BPF_STMT(BPF_RET | BPF_A, 0)};
    CHECK(*answers(code, known(0)) == Answers{7});
    CHECK(*answers(Code{BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_RET | BPF_A, 0)},
                   known(0)) == Answers{sizeof(seccomp_data)});
}

TEST_CASE("the interpreter jumps as classic BPF does", "[seccomp]") {
    struct Row {
        int test;
        std::uint32_t value;
        bool taken; // for the number 5
    };
    const Row row = GENERATE(values<Row>({{BPF_JEQ, 5, true},
                                          {BPF_JEQ, 4, false},
                                          {BPF_JGT, 4, true},
                                          {BPF_JGT, 5, false},
                                          {BPF_JGE, 5, true},
                                          {BPF_JGE, 6, false},
                                          {BPF_JSET, 4, true},
                                          {BPF_JSET, 2, false}}));
    const Code code = {load(kNumber), jump(row.test, row.value, 1, 0), ret(1), ret(2)};
    CHECK(*answers(code, known(5)) == Answers{row.taken ? 2U : 1U});

    const Code far = {BPF_STMT(BPF_JMP | BPF_JA, 1), ret(1), ret(2)};
    CHECK(*answers(far, known(5)) == Answers{2});
}

TEST_CASE("an unknown argument gives the answers for all its values", "[seccomp]") {
    const Code code = {
        load(kNumber),          jump(BPF_JEQ, 5, 0, 3), load(kArg0),
        jump(BPF_JGT, 9, 0, 1), ret(SECCOMP_RET_ALLOW), ret(SECCOMP_RET_KILL_PROCESS)};
    Call call = known(5);
    call.args[0] = std::nullopt;
    CHECK(*answers(code, call) == Answers{SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS});
    CHECK(*answers(code, known(5, 10)) == Answers{SECCOMP_RET_ALLOW});
    call.number = 6;
    CHECK(*answers(code, call) == Answers{SECCOMP_RET_KILL_PROCESS});
}

TEST_CASE("many conditions on unknown arguments do not make many ways to go", "[seccomp]") {
    // 1000 tests, each of which may be taken or not: 2^1000 ways, but 1000 states.
    Code code;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        code.push_back(load(kArg0));
        code.push_back(jump(BPF_JEQ, i, 0, 0));
    }
    code.push_back(ret(SECCOMP_RET_ALLOW));
    Call call = known(1);
    call.args[0] = std::nullopt;
    CHECK(*answers(code, call) == Answers{SECCOMP_RET_ALLOW});
}

TEST_CASE("what the kernel would not take is not interpreted", "[seccomp]") {
    const Code code =
        GENERATE(Code{}, Code{load(kNumber)},                           // no return
                 Code{load(3), ret(0)},                                 // not at a word
                 Code{load(sizeof(seccomp_data)), ret(0)},              // behind the end
                 Code{jump(BPF_JEQ, 1, 1, 0), ret(0)},                  // jumps behind the end
                 Code{jump(BPF_JEQ, 1, 0, 7), ret(0)},                  //
                 Code{BPF_STMT(BPF_JMP | BPF_JA, 1), ret(0)},           //
                 Code{BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), ret(0)},  // jumps backwards
                 Code{BPF_STMT(BPF_LD | BPF_MEM, 16), ret(0)},          // no such memory
                 Code{BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ret(0)},  //
                 Code{BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ret(0)}, //
                 Code{BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 2), ret(0)},  // not in seccomp
                 Code{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), ret(0)},   //
                 Code{BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), ret(0)},   //
                 Code{{0xffff, 0, 0, 0}, ret(0)});
    CHECK_FALSE(answers(code, known(0)));
}

TEST_CASE("an answer computed from an unknown argument is an error, not a guess", "[seccomp]") {
    const Code code = {load(kArg0), BPF_STMT(BPF_RET | BPF_A, 0)};
    Call call = known(1);
    call.args[0] = std::nullopt;
    CHECK_FALSE(answers(code, call));
}

TEST_CASE("answers are named as in seccomp(2)", "[seccomp]") {
    using seccomp::answer_text;
    CHECK(answer_text(SECCOMP_RET_KILL_PROCESS) == "KILL_PROCESS");
    CHECK(answer_text(SECCOMP_RET_KILL_THREAD) == "KILL_THREAD");
    CHECK(answer_text(SECCOMP_RET_TRAP) == "TRAP");
    CHECK(answer_text(SECCOMP_RET_ERRNO | 38) == "ERRNO ENOSYS");
    CHECK(answer_text(SECCOMP_RET_USER_NOTIF) == "NOTIFY");
    CHECK(answer_text(SECCOMP_RET_TRACE | 5) == "TRACE 5");
    CHECK(answer_text(SECCOMP_RET_LOG) == "LOG");
    CHECK(answer_text(SECCOMP_RET_ALLOW) == "ALLOW");
}

TEST_CASE("a verdict tells whether a call gets through whatever its arguments", "[seccomp]") {
    const Code code = {load(kNumber),          jump(BPF_JEQ, 5, 0, 3),    load(kArg0),
                       jump(BPF_JGT, 9, 0, 3), ret(SECCOMP_RET_LOG),      jump(BPF_JEQ, 6, 0, 1),
                       ret(SECCOMP_RET_ALLOW), ret(SECCOMP_RET_ERRNO | 1)};
    const std::vector<std::uint32_t> numbers = {5, 6, 7};
    const auto all = seccomp::verdicts(code, AUDIT_ARCH_X86_64, numbers);
    REQUIRE(all);
    REQUIRE((*all).size() == 3);
    CHECK((*all)[0].text() == "ERRNO EPERM or LOG, depending on its arguments");
    CHECK_FALSE((*all)[0].always_permitted());
    CHECK((*all)[1].number == 6);
    CHECK((*all)[1].text() == "ALLOW");
    CHECK((*all)[1].always_permitted());
    CHECK((*all)[2].text() == "ERRNO EPERM");
    CHECK_FALSE((*all)[2].always_permitted());
}
