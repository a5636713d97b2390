// What a Result has to be in a test.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/catch.hpp"

#include <string>
#include <utility>

namespace tests {

/// The value of a result, which has to be one.
template <class T>
T value(base::Result<T> result) {
    if (!result) {
        FAIL(result.error().text() << " hint: " << result.error().failure().hint);
    }
    return *std::move(result);
}

inline void ok(base::Result<> result) {
    static_cast<void>(value(std::move(result)));
}

/// What has to have failed, as a user would read it.
template <class T>
std::string error_text(const base::Result<T>& result) {
    return result ? std::string("no error") : result.error().text();
}

/// Says why a test does not apply to this host; it counts as none.
inline void not_here(std::string_view reason) {
    WARN("skipped: " << reason);
}

} // namespace tests
