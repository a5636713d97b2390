// Device rules: the reduced set, the lines of v1 and the program of v2 all mean what the list
// means.
#include "cgroups/device_lines.hpp"
#include "cgroups/device_program.hpp"
#include "cgroups/device_rules.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <cstring>
#include <random>

namespace {

using cgroups::DeviceAccess;
using cgroups::DeviceKind;
using cgroups::DeviceSet;
using Lines = std::vector<std::string>;
using Type = spec::DeviceRuleType;

struct Device {
    DeviceKind kind;
    std::uint32_t major;
    std::uint32_t minor;
};

DeviceAccess bits_of(std::string_view letters) {
    DeviceAccess access = 0;
    for (const char letter : letters.empty() ? "rwm" : letters) {
        access = static_cast<DeviceAccess>(access | (letter == 'r'   ? cgroups::kRead
                                                     : letter == 'w' ? cgroups::kWrite
                                                                     : cgroups::kMknod));
    }
    return access;
}

/// What the text of the specification says, without any reduction: every rule in its order, and
/// then the implicit ones.
DeviceAccess by_the_list(const std::vector<spec::DeviceRule>& rules, const Device& device) {
    DeviceAccess access = 0;
    for (const spec::DeviceRule& rule : rules) {
        const bool kind_fits = rule.type == Type::all ||
                               (rule.type == Type::block) == (device.kind == DeviceKind::block);
        const bool numbers_fit = (!rule.major || *rule.major == device.major) &&
                                 (!rule.minor || *rule.minor == device.minor);
        if (kind_fits && numbers_fit) {
            const DeviceAccess bits = bits_of(rule.access);
            access = static_cast<DeviceAccess>(rule.allow ? access | bits : access & ~bits);
        }
    }
    access |= cgroups::kMknod;
    const bool is_usual = device.kind == DeviceKind::character &&
                          (device.major == 136 ||
                           (device.major == 1 && (device.minor == 3 || device.minor == 5 ||
                                                  (device.minor >= 7 && device.minor <= 9))) ||
                           (device.major == 5 && device.minor <= 2));
    return is_usual ? cgroups::kAllAccess : access;
}

/// Runs a device program as the kernel would, for just the instructions that it consists of.
std::uint64_t run(const std::vector<bpf_insn>& program, const Device& device, DeviceAccess wanted) {
    bpf_cgroup_dev_ctx context{};
    context.access_type =
        (std::uint32_t{wanted} << 16U) | (device.kind == DeviceKind::block ? 1U : 2U);
    context.major = device.major;
    context.minor = device.minor;
    std::array<std::uint64_t, 11> registers{};
    for (std::size_t at = 0; at < program.size(); ++at) {
        const bpf_insn& now = program[at];
        std::uint64_t& to = registers.at(now.dst_reg);
        const auto immediate = static_cast<std::uint64_t>(std::int64_t{now.imm});
        switch (now.code) {
        case BPF_LDX | BPF_MEM | BPF_W: {
            REQUIRE(now.src_reg == BPF_REG_1);
            std::uint32_t word = 0;
            std::memcpy(&word, reinterpret_cast<const char*>(&context) + now.off, sizeof word);
            to = word;
            break;
        }
        case BPF_ALU64 | BPF_MOV | BPF_X:
            to = registers.at(now.src_reg);
            break;
        case BPF_ALU64 | BPF_MOV | BPF_K:
            to = immediate;
            break;
        case BPF_ALU64 | BPF_AND | BPF_K:
            to &= immediate;
            break;
        case BPF_ALU64 | BPF_RSH | BPF_K:
            to >>= immediate;
            break;
        case BPF_JMP | BPF_JNE | BPF_K:
            at += to != immediate ? static_cast<std::size_t>(now.off) : 0;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += (to & immediate) != 0 ? static_cast<std::size_t>(now.off) : 0;
            break;
        case BPF_JMP | BPF_EXIT:
            return registers[BPF_REG_0];
        default:
            FAIL("an instruction that no device program needs: " << int{now.code});
        }
    }
    FAIL("the program runs out of its end");
    return 0;
}

/// A v1 group: what its kernel makes of lines (security/device_cgroup.c).
class OldKernel {
  public:
    void write(const cgroups::DeviceLine& line) {
        if (line.text == "a") {
            exceptions_.clear();
            allows_by_default_ = line.allow;
            return;
        }
        const std::vector<std::string_view> words = base::words(line.text);
        REQUIRE(words.size() == 3);
        const std::size_t colon = words[1].find(':');
        Exception exception{words[0] == "b" ? DeviceKind::block : DeviceKind::character,
                            base::parse_number<std::uint32_t>(words[1].substr(0, colon)),
                            base::parse_number<std::uint32_t>(words[1].substr(colon + 1)),
                            bits_of(words[2])};
        for (Exception& there : exceptions_) {
            if (there.kind == exception.kind && there.major == exception.major &&
                there.minor == exception.minor) {
                there.access = static_cast<DeviceAccess>(line.allow != allows_by_default_
                                                             ? there.access | exception.access
                                                             : there.access & ~exception.access);
                return;
            }
        }
        if (line.allow != allows_by_default_) {
            exceptions_.push_back(exception);
        }
    }
    [[nodiscard]] bool grants(const Device& device, DeviceAccess wanted) const {
        for (const Exception& one : exceptions_) {
            if (one.kind != device.kind || (one.major && *one.major != device.major) ||
                (one.minor && *one.minor != device.minor)) {
                continue;
            }
            if (allows_by_default_ ? (one.access & wanted) != 0 : (wanted & ~one.access) == 0) {
                return !allows_by_default_;
            }
        }
        return allows_by_default_;
    }
    /// devices.list
    [[nodiscard]] std::string list() const {
        if (allows_by_default_) {
            return "a *:* rwm\n";
        }
        std::string text;
        for (const Exception& one : exceptions_) {
            if (one.access != 0) {
                text += cgroups::text_of({.kind = one.kind,
                                          .major = one.major,
                                          .minor = one.minor,
                                          .access = one.access}) +
                        "\n";
            }
        }
        return text;
    }

  private:
    struct Exception {
        DeviceKind kind;
        std::optional<std::uint32_t> major;
        std::optional<std::uint32_t> minor;
        DeviceAccess access;
    };
    bool allows_by_default_ = true;
    std::vector<Exception> exceptions_;
};

DeviceSet set_of(const std::vector<spec::DeviceRule>& rules) {
    base::Result<DeviceSet> set = cgroups::device_set_of(rules, {}, "/linux/resources");
    REQUIRE(set);
    return *std::move(set);
}

std::vector<Device> some_devices() {
    std::vector<Device> devices;
    for (const DeviceKind kind : {DeviceKind::character, DeviceKind::block}) {
        for (const std::uint32_t major : {0U, 1U, 5U, 8U, 10U, 136U, 4095U}) {
            for (const std::uint32_t minor : {0U, 1U, 2U, 3U, 4U, 8U, 1048575U}) {
                devices.push_back({kind, major, minor});
            }
        }
    }
    return devices;
}

/// Rules of few numbers, so that they meet often.
std::vector<spec::DeviceRule> random_rules(std::mt19937& random) {
    const auto pick = [&random](std::size_t below) { return random() % below; };
    const std::array<std::string, 7> accesses = {"", "r", "w", "m", "rw", "rm", "rwm"};
    std::vector<spec::DeviceRule> rules(pick(7));
    for (spec::DeviceRule& rule : rules) {
        rule.allow = pick(2) == 0;
        rule.type = std::array{Type::all, Type::character, Type::block}[pick(3)];
        if (pick(3) != 0) {
            rule.major = std::array{1, 5, 8, 10, 136}[pick(5)];
        }
        if (pick(3) != 0) {
            rule.minor = std::array{0, 2, 3, 8}[pick(4)];
        }
        rule.access = accesses[pick(accesses.size())];
    }
    return rules;
}

Lines texts(const std::vector<cgroups::DeviceLine>& lines) {
    Lines texts;
    for (const cgroups::DeviceLine& line : lines) {
        texts.push_back(base::cat(line.allow ? "allow " : "deny ", line.text));
    }
    return texts;
}

const spec::DeviceRule kDenyAll{.allow = false, .access = "rwm"};
const spec::DeviceRule kAllowAll{.allow = true, .access = "rwm"};

} // namespace

TEST_CASE("random rule lists: the set and the program mean what the list means",
          "[cgroups][devices]") {
    std::mt19937 random(20260823); // NOLINT: the same lists each time
    for (int round = 0; round < 2000; ++round) {
        const std::vector<spec::DeviceRule> rules = random_rules(random);
        const DeviceSet set = set_of(rules);
        const std::vector<bpf_insn> program = cgroups::device_program_of(set);
        for (const Device& device : some_devices()) {
            const DeviceAccess allowed = by_the_list(rules, device);
            INFO("round " << round << " device " << device.major << ":" << device.minor);
            REQUIRE(cgroups::allowed_access(set, device.kind, device.major, device.minor) ==
                    allowed);
            for (DeviceAccess wanted = 1; wanted <= cgroups::kAllAccess; ++wanted) {
                REQUIRE(run(program, device, wanted) == ((wanted & ~allowed) == 0 ? 1 : 0));
            }
        }
    }
}

TEST_CASE("random rule lists: the lines of v1 mean what the list means, or are refused",
          "[cgroups][devices]") {
    std::mt19937 random(20260824); // NOLINT: the same lists each time
    int expressed = 0;
    for (int round = 0; round < 2000; ++round) {
        const std::vector<spec::DeviceRule> rules = random_rules(random);
        const base::Result<std::vector<cgroups::DeviceLine>> lines =
            cgroups::v1_lines_of(set_of(rules));
        if (!lines) {
            continue;
        }
        ++expressed;
        OldKernel kernel;
        for (const cgroups::DeviceLine& line : *lines) {
            kernel.write(line);
        }
        for (const Device& device : some_devices()) {
            const DeviceAccess allowed = by_the_list(rules, device);
            for (DeviceAccess wanted = 1; wanted <= cgroups::kAllAccess; ++wanted) {
                INFO("round " << round << " device " << device.major << ":" << device.minor);
                REQUIRE(kernel.grants(device, wanted) == ((wanted & ~allowed) == 0));
            }
        }
    }
    CHECK(expressed > 1000);
}

TEST_CASE("random changes of a v1 group: nothing that is allowed before and after is ever denied",
          "[cgroups][devices]") {
    std::mt19937 random(20260825); // NOLINT: the same lists each time
    int changes = 0;
    for (int round = 0; round < 600; ++round) {
        const DeviceSet before = set_of(random_rules(random));
        const DeviceSet after = set_of(random_rules(random));
        const auto first = cgroups::v1_lines_of(before);
        const auto target = cgroups::v1_lines_of(after);
        if (!first || !target) {
            continue;
        }
        OldKernel kernel;
        for (const cgroups::DeviceLine& line : *first) {
            kernel.write(line);
        }
        const bool restricts = kernel.list().starts_with('a') && !target->front().allow;
        const auto change = cgroups::v1_change_of(kernel.list(), after);
        REQUIRE(change);
        ++changes;
        const auto check = [&](const char* when, bool at_the_end) {
            for (const Device& device : some_devices()) {
                const DeviceAccess had =
                    cgroups::allowed_access(before, device.kind, device.major, device.minor);
                const DeviceAccess has =
                    cgroups::allowed_access(after, device.kind, device.major, device.minor);
                for (DeviceAccess wanted = 1; wanted <= cgroups::kAllAccess; ++wanted) {
                    INFO(when << " round " << round << " device " << device.major << ":"
                              << device.minor);
                    if (at_the_end) {
                        REQUIRE(kernel.grants(device, wanted) == ((wanted & ~has) == 0));
                    } else if ((wanted & ~had) == 0 && (wanted & ~has) == 0) {
                        REQUIRE(kernel.grants(device, wanted));
                    }
                }
            }
        };
        for (const cgroups::DeviceLine& line : *change) {
            kernel.write(line);
            if (!restricts) {
                check("on the way", false);
            }
        }
        check("at the end", true);
    }
    CHECK(changes > 300);
}

TEST_CASE("the usual list becomes the usual lines", "[cgroups][devices]") {
    const base::Result<std::vector<cgroups::DeviceLine>> lines = cgroups::v1_lines_of(
        set_of({kDenyAll,
                {.allow = true, .type = Type::character, .major = 10, .minor = 229, .access = "rw"},
                {.allow = true, .type = Type::block, .major = 8, .minor = 0, .access = "r"}}));
    REQUIRE(lines);
    CHECK(texts(*lines) == Lines{"deny a", "allow c *:* m", "allow b *:* m", "allow c 136:* rwm",
                                 "allow c 10:229 rwm", "allow b 8:0 rm", "allow c 1:3 rwm",
                                 "allow c 1:5 rwm", "allow c 1:7 rwm", "allow c 1:8 rwm",
                                 "allow c 1:9 rwm", "allow c 5:0 rwm", "allow c 5:1 rwm",
                                 "allow c 5:2 rwm"});
    CHECK((*lines)[4].origin == "/linux/resources/devices/1");
    CHECK((*lines)[6].origin.empty());
}

TEST_CASE("everything allowed needs one line, and no program", "[cgroups][devices]") {
    const DeviceSet set = set_of({kAllowAll});
    CHECK(cgroups::allows_everything(set));
    const base::Result<std::vector<cgroups::DeviceLine>> lines = cgroups::v1_lines_of(set);
    REQUIRE(lines);
    CHECK(texts(*lines) == Lines{"allow a"});
    CHECK_FALSE(cgroups::allows_everything(set_of({})));
}

TEST_CASE("everything but one device", "[cgroups][devices]") {
    const DeviceSet set =
        set_of({kAllowAll, {.allow = false, .type = Type::block, .major = 8, .access = "w"}});
    const base::Result<std::vector<cgroups::DeviceLine>> lines = cgroups::v1_lines_of(set);
    REQUIRE(lines);
    CHECK(texts(*lines) == Lines{"allow a", "deny b 8:* w"});
    CHECK_FALSE(cgroups::allows_everything(set));
}

TEST_CASE("a hole in a wildcard is beyond v1, and said to be", "[cgroups][devices]") {
    const base::Result<std::vector<cgroups::DeviceLine>> lines = cgroups::v1_lines_of(
        set_of({kDenyAll,
                {.allow = true, .type = Type::block, .major = 8},
                {.allow = false, .type = Type::block, .major = 8, .minor = 1}}));
    REQUIRE_FALSE(lines);
    CHECK(lines.error().text() == "the device rules cannot be expressed in cgroup v1");
    CHECK_FALSE(lines.error().failure().hint.empty());
}

TEST_CASE("a type a with numbers means these numbers of both kinds", "[cgroups][devices]") {
    const DeviceSet set = set_of({{.allow = true, .major = 10, .minor = 200, .access = "rw"}});
    CHECK(cgroups::allowed_access(set, DeviceKind::character, 10, 200) == cgroups::kAllAccess);
    CHECK(cgroups::allowed_access(set, DeviceKind::block, 10, 200) == cgroups::kAllAccess);
    CHECK(cgroups::allowed_access(set, DeviceKind::character, 10, 201) == cgroups::kMknod);
}

TEST_CASE("-1 is a wildcard", "[cgroups][devices]") {
    const DeviceSet set =
        set_of({{.allow = true, .type = Type::character, .major = 10, .minor = -1, .access = "r"}});
    CHECK(cgroups::allowed_access(set, DeviceKind::character, 10, 7) ==
          (cgroups::kRead | cgroups::kMknod));
}

TEST_CASE("without rules the devices of linux.devices are allowed", "[cgroups][devices]") {
    const std::vector<spec::Device> devices = {
        {.type = spec::DeviceType::character, .path = "/dev/fuse", .major = 10, .minor = 229},
        {.type = spec::DeviceType::fifo, .path = "/dev/pipe"},
        {.type = spec::DeviceType::block, .path = "/dev/sda", .major = 8, .minor = 0},
    };
    const auto access = [](const DeviceSet& set, DeviceKind kind, std::uint32_t major,
                           std::uint32_t minor) {
        return cgroups::allowed_access(set, kind, major, minor);
    };
    const base::Result<DeviceSet> open = cgroups::device_set_of({}, devices, "");
    REQUIRE(open);
    CHECK(access(*open, DeviceKind::character, 10, 229) == cgroups::kAllAccess);
    CHECK(access(*open, DeviceKind::block, 8, 0) == cgroups::kAllAccess);
    const base::Result<DeviceSet> closed = cgroups::device_set_of({kDenyAll}, devices, "");
    REQUIRE(closed);
    CHECK(access(*closed, DeviceKind::character, 10, 229) == cgroups::kMknod);
}

TEST_CASE("bad rules are refused at their place", "[cgroups][devices]") {
    struct Case {
        spec::DeviceRule rule;
        std::string pointer;
    };
    const std::vector<Case> cases = {
        {{.allow = true, .access = "rx"}, "/linux/resources/devices/1/access"},
        {{.allow = true, .type = Type::character, .major = -2}, "/linux/resources/devices/1/major"},
        {{.allow = true, .type = Type::character, .major = 1, .minor = 1 << 20},
         "/linux/resources/devices/1/minor"},
    };
    for (const Case& one : cases) {
        const base::Result<DeviceSet> set =
            cgroups::device_set_of({kDenyAll, one.rule}, {}, "/linux/resources");
        REQUIRE_FALSE(set);
        CHECK(set.error().failure().pointer == one.pointer);
    }
}

TEST_CASE("a change of a v1 group writes only what differs", "[cgroups][devices]") {
    const DeviceSet after = set_of({kDenyAll, {.allow = true, .type = Type::block, .major = 8}});
    OldKernel kernel;
    const auto before = cgroups::v1_lines_of(
        set_of({kDenyAll, {.allow = true, .type = Type::character, .major = 10}}));
    REQUIRE(before);
    for (const cgroups::DeviceLine& line : *before) {
        kernel.write(line);
    }
    const auto change = cgroups::v1_change_of(kernel.list(), after);
    REQUIRE(change);
    CHECK(texts(*change) == Lines{"allow b 8:* rwm", "deny c 10:* rwm"});
}
