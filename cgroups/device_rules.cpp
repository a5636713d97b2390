#include "cgroups/device_rules.hpp"

#include "cgroups/device_pattern.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>

namespace cgroups {

namespace {

/// A rule, listed or implicit, for one kind of device.
struct Rule {
    bool allow = false;
    DeviceKind kind = DeviceKind::character;
    Number major;
    Number minor;
    DeviceAccess access = 0;
    std::string origin;
};

std::vector<Rule> implicit_rules() {
    constexpr auto kCharacter = DeviceKind::character;
    std::vector<Rule> rules = {
        {.allow = true, .kind = kCharacter, .access = kMknod},
        {.allow = true, .kind = DeviceKind::block, .access = kMknod},
    };
    constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 8> kAlways = {{
        {1, 3}, // null
        {1, 5}, // zero
        {1, 7}, // full
        {1, 8}, // random
        {1, 9}, // urandom
        {5, 0}, // tty
        {5, 1}, // console
        {5, 2}, // ptmx
    }};
    for (const auto& [major, minor] : kAlways) {
        rules.push_back({.allow = true,
                         .kind = kCharacter,
                         .major = major,
                         .minor = minor,
                         .access = kAllAccess});
    }
    constexpr std::uint32_t kPts = 136;
    rules.push_back({.allow = true, .kind = kCharacter, .major = kPts, .access = kAllAccess});
    return rules;
}

base::Result<DeviceAccess> access_of(std::string_view letters) {
    if (letters.empty()) {
        return kAllAccess;
    }
    DeviceAccess access = 0;
    for (const char letter : letters) {
        if (letter == 'r') {
            access |= kRead;
        } else if (letter == 'w') {
            access |= kWrite;
        } else if (letter == 'm') {
            access |= kMknod;
        } else {
            return base::Error(base::cat("access consists of r, w and m, not ",
                                         base::quoted(std::string(1, letter))));
        }
    }
    return access;
}

base::Result<Number> number_of(const std::optional<std::int64_t>& number) {
    // The device numbers of the kernel: 12 bits of major, 20 of minor.
    constexpr std::int64_t kMost = (1 << 20) - 1;
    if (!number || *number == -1) {
        return Number();
    }
    if (*number < 0 || *number > kMost) {
        return base::Error(base::cat("no device has the number ", *number));
    }
    return Number(static_cast<std::uint32_t>(*number));
}

/// One listed rule; "all" stands for both kinds.
base::Result<std::vector<Rule>> rules_of(const spec::DeviceRule& listed,
                                         const std::string& pointer) {
    Rule rule{.allow = listed.allow, .origin = pointer};
    TRY_ASSIGN(rule.access, access_of(listed.access).at(pointer + "/access"));
    // The kernel would take "a" for all devices, whatever stands beside it; here the numbers count.
    TRY_ASSIGN(rule.major, number_of(listed.major).at(pointer + "/major"));
    TRY_ASSIGN(rule.minor, number_of(listed.minor).at(pointer + "/minor"));
    std::vector<Rule> rules;
    if (listed.type != spec::DeviceRuleType::block) {
        rule.kind = DeviceKind::character;
        rules.push_back(rule);
    }
    if (listed.type != spec::DeviceRuleType::character) {
        rule.kind = DeviceKind::block;
        rules.push_back(rule);
    }
    return rules;
}

/// What the last rules say of the devices that have this pattern and no narrower one.
DeviceGrant grant_of(const Pattern& pattern, const std::vector<Rule>& rules) {
    DeviceGrant grant{.kind = pattern.kind, .major = pattern.major, .minor = pattern.minor};
    for (const Rule& rule : rules) {
        if (!covers(rule, pattern)) {
            continue;
        }
        grant.access = static_cast<DeviceAccess>(rule.allow ? grant.access | rule.access
                                                            : grant.access & ~rule.access);
        if (rule.allow && !rule.origin.empty()) {
            grant.origin = rule.origin;
        }
    }
    return grant;
}

DeviceSet reduced(const std::vector<Rule>& rules) {
    DeviceSet set;
    for (const Pattern& pattern : patterns_of(rules)) {
        DeviceGrant grant = grant_of(pattern, rules);
        // What the wider grants, which stand behind it, say already is left out.
        if (said_of(set, pattern) != grant.access) {
            // Before the wider ones, behind those that are as wide.
            const auto wider = std::find_if(set.begin(), set.end(), [&](const DeviceGrant& other) {
                return wildcards(other) > wildcards(grant);
            });
            set.insert(wider, std::move(grant));
        }
    }
    return set;
}

} // namespace

DeviceAccess said_of(const DeviceSet& set, const Pattern& pattern) {
    const auto found = std::find_if(set.begin(), set.end(), [&pattern](const DeviceGrant& grant) {
        return covers(grant, pattern);
    });
    return found == set.end() ? DeviceAccess{0} : found->access;
}

base::Result<DeviceSet> device_set_of(const std::vector<spec::DeviceRule>& listed,
                                      const std::vector<spec::Device>& devices,
                                      std::string_view pointer) {
    std::vector<Rule> rules;
    for (std::size_t i = 0; i < listed.size(); ++i) {
        TRY_ASSIGN(std::vector<Rule> found,
                   rules_of(listed[i], base::cat(pointer, "/devices/", i)));
        std::move(found.begin(), found.end(), std::back_inserter(rules));
    }
    for (std::size_t i = 0; listed.empty() && i < devices.size(); ++i) {
        const spec::Device& device = devices[i];
        if (device.type == spec::DeviceType::fifo || !device.major || !device.minor) {
            continue;
        }
        const std::string origin = base::cat("/linux/devices/", i);
        Rule rule{.allow = true, .access = kAllAccess, .origin = origin};
        rule.kind =
            device.type == spec::DeviceType::block ? DeviceKind::block : DeviceKind::character;
        TRY_ASSIGN(rule.major, number_of(device.major).at(origin + "/major"));
        TRY_ASSIGN(rule.minor, number_of(device.minor).at(origin + "/minor"));
        rules.push_back(std::move(rule));
    }
    for (Rule& rule : implicit_rules()) {
        rules.push_back(std::move(rule));
    }
    return reduced(rules);
}

DeviceAccess allowed_access(const DeviceSet& set, DeviceKind kind, std::uint32_t major,
                            std::uint32_t minor) {
    return said_of(set, {kind, major, minor});
}

bool allows_everything(const DeviceSet& set) {
    return set.size() == 2 && std::all_of(set.begin(), set.end(), [](const DeviceGrant& grant) {
               return !grant.major && !grant.minor && grant.access == kAllAccess;
           });
}

std::string text_of(const DeviceGrant& grant) {
    const auto number = [](const Number& value) { return value ? base::cat(*value) : "*"; };
    return base::cat(grant.kind == DeviceKind::block ? 'b' : 'c', ' ', number(grant.major), ':',
                     number(grant.minor), ' ', (grant.access & kRead) != 0 ? "r" : "",
                     (grant.access & kWrite) != 0 ? "w" : "",
                     (grant.access & kMknod) != 0 ? "m" : "");
}

} // namespace cgroups
