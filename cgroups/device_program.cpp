#include "cgroups/device_program.hpp"

#include <cstddef>

namespace cgroups {

namespace {

static_assert(kMknod == BPF_DEVCG_ACC_MKNOD && kRead == BPF_DEVCG_ACC_READ &&
              kWrite == BPF_DEVCG_ACC_WRITE);

// Registers: 1 is the context when the program begins, 0 the verdict when it ends.
constexpr std::uint8_t kVerdict = BPF_REG_0;
constexpr std::uint8_t kContext = BPF_REG_1;
constexpr std::uint8_t kType = BPF_REG_2;
constexpr std::uint8_t kAccess = BPF_REG_3;
constexpr std::uint8_t kMajor = BPF_REG_4;
constexpr std::uint8_t kMinor = BPF_REG_5;

/// Gathers instructions; one statement of it is one instruction.
class Assembler {
  public:
    void load_word(std::uint8_t to, std::size_t offset) {
        add(BPF_LDX | BPF_MEM | BPF_W, to, kContext, static_cast<std::int16_t>(offset), 0);
    }
    void copy(std::uint8_t to, std::uint8_t from) {
        add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
    }
    void set(std::uint8_t to, std::int32_t value) {
        add(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);
    }
    void keep_bits(std::uint8_t to, std::int32_t mask) {
        add(BPF_ALU64 | BPF_AND | BPF_K, to, 0, 0, mask);
    }
    void shift_right(std::uint8_t to, std::int32_t bits) {
        add(BPF_ALU64 | BPF_RSH | BPF_K, to, 0, 0, bits);
    }
    void leave() { add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

    /// Jumps over the next instruction if the register has any of the bits.
    void skip_one_if_any_bit(std::uint8_t value_of, std::int32_t bits) {
        add(BPF_JMP | BPF_JSET | BPF_K, value_of, 0, 1, bits);
    }
    /// Jumps to the next land() if the register has another value.
    void skip_unless(std::uint8_t value_of, std::uint32_t is) {
        open_jumps_.push_back(program_.size());
        add(BPF_JMP | BPF_JNE | BPF_K, value_of, 0, 0, static_cast<std::int32_t>(is));
    }
    void land() {
        for (const std::size_t jump : open_jumps_) {
            program_[jump].off = static_cast<std::int16_t>(program_.size() - jump - 1);
        }
        open_jumps_.clear();
    }

    std::vector<bpf_insn> program() && { return std::move(program_); }

  private:
    void add(std::uint8_t code, std::uint8_t to, std::uint8_t from, std::int16_t offset,
             std::int32_t immediate) {
        bpf_insn instruction{};
        instruction.code = code;
        instruction.dst_reg = to & 0xfU;
        instruction.src_reg = from & 0xfU;
        instruction.off = offset;
        instruction.imm = immediate;
        program_.push_back(instruction);
    }

    std::vector<bpf_insn> program_;
    std::vector<std::size_t> open_jumps_;
};

std::uint32_t type_of(DeviceKind kind) {
    return kind == DeviceKind::block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
}

} // namespace

std::vector<bpf_insn> device_program_of(const DeviceSet& set) {
    Assembler out;
    // access_type is the wanted access in the upper half and the kind of device in the lower.
    out.load_word(kType, offsetof(bpf_cgroup_dev_ctx, access_type));
    out.copy(kAccess, kType);
    out.keep_bits(kType, 0xffff);
    out.shift_right(kAccess, 16);
    out.load_word(kMajor, offsetof(bpf_cgroup_dev_ctx, major));
    out.load_word(kMinor, offsetof(bpf_cgroup_dev_ctx, minor));
    for (const DeviceGrant& grant : set) {
        out.skip_unless(kType, type_of(grant.kind));
        if (grant.major) {
            out.skip_unless(kMajor, *grant.major);
        }
        if (grant.minor) {
            out.skip_unless(kMinor, *grant.minor);
        }
        // This grant decides: 1, unless something is wanted beyond it.
        out.set(kVerdict, 0);
        out.skip_one_if_any_bit(kAccess, kAllAccess & ~grant.access);
        out.set(kVerdict, 1);
        out.leave();
        out.land();
    }
    out.set(kVerdict, 0);
    out.leave();
    return std::move(out).program();
}

} // namespace cgroups
