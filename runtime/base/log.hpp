// The log: the only global. Errors are returned, never logged on the way; main logs the last one.
#pragma once

#include "runtime/base/fd.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace base::log {

/// error: the final one. warning: something asked for was not done. debug: each step.
enum class Level : std::uint8_t { error, warning, info, debug };
enum class Format : std::uint8_t { text, json };

/// Everything from now on goes to `file` (stderr if empty), up to `most`.
void configure(Fd file, Format format, Level most);
/// Everything from now on goes to `take` instead: for a process that logs through another one.
void redirect(std::function<void(Level, std::string_view)> take);

[[nodiscard]] bool enabled(Level level);
/// False once configure() named a file.
[[nodiscard]] bool goes_to_stderr();
/// One line; in JSON with "level", "msg" and "time" (RFC 3339), as engines parse it.
/// `fields` are further members of the JSON object, each `,"name":value`.
void write(Level level, std::string_view message, std::string_view fields = {});

inline void warning(std::string_view message) {
    write(Level::warning, message);
}
inline void info(std::string_view message) {
    write(Level::info, message);
}
inline void debug(std::string_view message) {
    write(Level::debug, message);
}

} // namespace base::log
