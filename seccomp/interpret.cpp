#include "seccomp/interpret.hpp"

#include "runtime/base/text.hpp"
#include "seccomp/program.hpp"

#include <algorithm>
#include <bit>
#include <compare>
#include <set>

#include <linux/seccomp.h>

namespace seccomp {

namespace {

using Word = std::optional<std::uint32_t>; // nullopt: any value

/// The machine of classic BPF at one instruction.
struct State {
    std::size_t at = 0;
    Word a = 0;
    Word x = 0;
    std::array<Word, BPF_MEMWORDS> memory{};

    auto operator<=>(const State&) const = default; // NOLINT(modernize-use-nullptr): its own code
};

/// The 32-bit word at `offset` of struct seccomp_data.
Word word_at(const Call& call, std::uint32_t offset) {
    constexpr std::uint32_t kPointer = offsetof(seccomp_data, instruction_pointer);
    constexpr std::uint32_t kArgs = offsetof(seccomp_data, args);
    if (offset == offsetof(seccomp_data, nr)) {
        return call.number;
    }
    if (offset == offsetof(seccomp_data, arch)) {
        return call.architecture;
    }
    const std::optional<std::uint64_t> value =
        offset < kArgs ? call.instruction_pointer : call.args[(offset - kArgs) / 8];
    if (!value) {
        return std::nullopt;
    }
    const bool second = (offset - kPointer) % 8 != 0;
    const bool high = second == (std::endian::native == std::endian::little);
    return static_cast<std::uint32_t>(high ? *value >> 32U : *value);
}

Word computed(std::uint16_t operation, Word left, Word right) {
    if (!left || (operation != BPF_NEG && !right)) {
        return std::nullopt;
    }
    switch (operation) {
    case BPF_ADD:
        return *left + *right;
    case BPF_SUB:
        return *left - *right;
    case BPF_MUL:
        return *left * *right;
    case BPF_DIV:
        return *right == 0 ? 0 : *left / *right;
    case BPF_OR:
        return *left | *right;
    case BPF_AND:
        return *left & *right;
    case BPF_XOR:
        return *left ^ *right;
    case BPF_LSH:
        return *left << (*right & 31U);
    case BPF_RSH:
        return *left >> (*right & 31U);
    default: // BPF_NEG
        return ~*left + 1;
    }
}

/// Whether the jump is taken; nullopt: it may or may not.
std::optional<bool> taken(std::uint16_t test, Word left, Word right) {
    if (!left || !right) {
        return std::nullopt;
    }
    switch (test) {
    case BPF_JEQ:
        return *left == *right;
    case BPF_JGT:
        return *left > *right;
    case BPF_JGE:
        return *left >= *right;
    default: // BPF_JSET
        return (*left & *right) != 0;
    }
}

/// Whether the kernel takes this instruction in a filter, at `left` before the last one.
bool is_valid(const sock_filter& one, std::size_t left) {
    switch (one.code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return one.k % 4 == 0 && one.k < sizeof(seccomp_data);
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return one.k < BPF_MEMWORDS;
    case BPF_JMP | BPF_JA:
        return one.k < left;
    case BPF_ALU | BPF_DIV | BPF_K:
        return one.k != 0;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
        return one.k < 32;
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
    case BPF_ALU | BPF_NEG:
        return true;
    default:
        break;
    }
    const auto operation = static_cast<std::uint16_t>(one.code & 0xf0U);
    const bool plain = one.code == (BPF_CLASS(one.code) | operation | BPF_SRC(one.code));
    if (BPF_CLASS(one.code) == BPF_ALU) {
        return plain && operation <= BPF_XOR && operation != BPF_MOD && operation != BPF_NEG;
    }
    return BPF_CLASS(one.code) == BPF_JMP && plain && operation != BPF_JA &&
           operation <= BPF_JSET && one.jt < left && one.jf < left;
}

/// The Error if `filter` is none that the kernel would take.
base::Result<> check(std::span<const sock_filter> filter) {
    if (filter.empty() || filter.size() > kMostInstructions ||
        BPF_CLASS(filter.back().code) != BPF_RET) {
        return base::Error(base::cat("a filter of ", filter.size(), " instructions is no filter"));
    }
    for (std::size_t i = 0; i < filter.size(); ++i) {
        if (!is_valid(filter[i], filter.size() - 1 - i)) {
            return base::Error(base::cat("instruction ", i, " of the filter is not valid (code ",
                                         base::hex(filter[i].code), ", value ",
                                         base::hex(filter[i].k), ")"));
        }
    }
    return base::done();
}

/// All ways through one filter at once: the states still to be run, the foremost first. Jumps
/// only lead forward, so each state is run once, however many ways lead to it.
class Run {
  public:
    Run(std::span<const sock_filter> filter, const Call& call) : filter_(filter), call_(call) {}

    base::Result<std::vector<std::uint32_t>> all() {
        waiting_.insert(State{});
        while (!waiting_.empty()) {
            step(waiting_.extract(waiting_.begin()).value());
        }
        if (answers_.contains(std::nullopt)) {
            return base::Error("the filter computes its answer from a call's arguments");
        }
        std::vector<std::uint32_t> known;
        std::ranges::transform(answers_, std::back_inserter(known),
                               [](Word answer) { return *answer; });
        return known;
    }

  private:
    void step(State state) {
        const sock_filter& one = filter_[state.at++];
        switch (BPF_CLASS(one.code)) {
        case BPF_LD:
            state.a = loaded(one, state);
            break;
        case BPF_LDX:
            state.x = loaded(one, state);
            break;
        case BPF_ST:
            state.memory[one.k] = state.a;
            break;
        case BPF_STX:
            state.memory[one.k] = state.x;
            break;
        case BPF_ALU:
            state.a = computed(BPF_OP(one.code), state.a, operand(one, state));
            break;
        case BPF_MISC:
            (BPF_MISCOP(one.code) == BPF_TAX ? state.x : state.a) =
                BPF_MISCOP(one.code) == BPF_TAX ? state.a : state.x;
            break;
        case BPF_JMP:
            return jump(one, state);
        default:
            answers_.insert(BPF_RVAL(one.code) == BPF_A ? state.a : Word(one.k));
            return;
        }
        waiting_.insert(state);
    }

    static Word operand(const sock_filter& one, const State& state) {
        return BPF_SRC(one.code) == BPF_X ? state.x : Word(one.k);
    }

    [[nodiscard]] Word loaded(const sock_filter& one, const State& state) const {
        switch (BPF_MODE(one.code)) {
        case BPF_ABS:
            return word_at(call_, one.k);
        case BPF_MEM:
            return state.memory[one.k];
        case BPF_LEN:
            return static_cast<std::uint32_t>(sizeof(seccomp_data));
        default: // BPF_IMM
            return one.k;
        }
    }

    void jump(const sock_filter& one, State state) {
        const std::size_t next = state.at;
        if (BPF_OP(one.code) == BPF_JA) {
            state.at = next + one.k;
            waiting_.insert(state);
            return;
        }
        const std::optional<bool> yes = taken(BPF_OP(one.code), state.a, operand(one, state));
        if (yes.value_or(true)) {
            state.at = next + one.jt;
            waiting_.insert(state);
        }
        if (!yes.value_or(false)) {
            state.at = next + one.jf;
            waiting_.insert(state);
        }
    }

    std::span<const sock_filter> filter_;
    const Call& call_;
    std::set<State> waiting_;
    std::set<Word> answers_;
};

} // namespace

base::Result<std::vector<std::uint32_t>> answers(std::span<const sock_filter> filter,
                                                 const Call& call) {
    TRY(check(filter));
    return Run(filter, call).all();
}

bool Verdict::always_permitted() const {
    return std::ranges::all_of(answers, is_permission);
}

std::string Verdict::text() const {
    std::vector<std::string> texts;
    std::ranges::transform(answers, std::back_inserter(texts), answer_text);
    return base::cat(base::join(texts, " or "),
                     texts.size() > 1 ? ", depending on its arguments" : "");
}

base::Result<std::vector<Verdict>> verdicts(std::span<const sock_filter> filter,
                                            std::uint32_t architecture,
                                            std::span<const std::uint32_t> numbers) {
    TRY(check(filter));
    std::vector<Verdict> all;
    for (const std::uint32_t number : numbers) {
        const Call call{.architecture = architecture, .number = number};
        TRY_ASSIGN(std::vector<std::uint32_t> found, Run(filter, call).all());
        all.push_back({.number = number, .answers = std::move(found)});
    }
    return all;
}

} // namespace seccomp
