// Patterns of device numbers: what rules, grants and lines speak of.
#pragma once

#include "cgroups/device_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace cgroups {

using Number = std::optional<std::uint32_t>; ///< nullopt: all

/// A grant or a rule without what it says.
struct Pattern {
    DeviceKind kind;
    Number major;
    Number minor;
    bool operator==(const Pattern&) const = default;
};

inline bool covers(const Number& wide, const Number& narrow) {
    return !wide || wide == narrow;
}

template <class Wide>
bool covers(const Wide& wide, const Pattern& narrow) {
    return wide.kind == narrow.kind && covers(wide.major, narrow.major) &&
           covers(wide.minor, narrow.minor);
}

template <class Statement>
int wildcards(const Statement& statement) {
    return (statement.major ? 0 : 1) + (statement.minor ? 0 : 1);
}

/// All patterns whose devices can differ from their neighbours, the widest first: those of the
/// rules or grants, and where a major meets a minor.
template <class Statement>
std::vector<Pattern> patterns_of(const std::vector<Statement>& statements) {
    std::vector<Pattern> patterns = {{DeviceKind::character, {}, {}}, {DeviceKind::block, {}, {}}};
    const auto add = [&patterns](const Pattern& pattern) {
        if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) {
            patterns.push_back(pattern);
        }
    };
    for (const Statement& statement : statements) {
        add({statement.kind, statement.major, statement.minor});
    }
    const std::vector<Pattern> listed = patterns;
    for (const Pattern& a : listed) {
        for (const Pattern& b : listed) {
            if (a.kind == b.kind && a.major && !a.minor && b.minor && !b.major) {
                add({a.kind, a.major, b.minor});
            }
        }
    }
    std::stable_sort(patterns.begin(), patterns.end(), [](const Pattern& a, const Pattern& b) {
        return wildcards(a) > wildcards(b);
    });
    return patterns;
}

/// What the first grant that covers the whole pattern says; 0 if there is none.
DeviceAccess said_of(const DeviceSet& set, const Pattern& pattern);

} // namespace cgroups
