// JSON pointers (RFC 6901): how findings, plans and errors name a place in config.json.
#pragma once

#include "runtime/base/text.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace spec {

/// Appends "/" and one member name, with "~" and "/" in it escaped.
void append_name(std::string& pointer, std::string_view name);

/// The pointer to something below another: below("/linux/devices", 3, "path") is
/// "/linux/devices/3/path". Each step is a member name or an index.
template <class... Steps>
std::string below(std::string_view base, const Steps&... steps) {
    std::string pointer(base);
    const auto append = [&pointer](const auto& step) {
        if constexpr (std::integral<std::decay_t<decltype(step)>>) {
            pointer += base::cat('/', step);
        } else {
            append_name(pointer, step);
        }
    };
    (append(steps), ...);
    return pointer;
}

/// The steps of a pointer, unescaped; "" has none.
std::vector<std::string> steps_of(std::string_view pointer);

/// Whether one of the two places holds the other, or both are the same.
bool are_nested(std::string_view pointer, std::string_view other);

} // namespace spec
