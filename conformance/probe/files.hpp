// Reading small files of /proc and naming what went wrong.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

namespace probe {

/// The whole file; "" and errno if it cannot be read.
std::string slurp(const char* path);
/// The target of a symbolic link; "" and errno if there is none.
std::string link_target(const char* path);
std::vector<std::string_view> split(std::string_view text, char separator);
/// "EROFS"; "" for 0.
std::string error_name(int code);
/// The name of what has just failed if `result` is negative, else "".
inline std::string error_of(long result) {
    return result < 0 ? error_name(errno) : "";
}

} // namespace probe
