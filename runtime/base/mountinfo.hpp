// How /proc/PID/mountinfo (proc(5)) writes paths. Pure.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// A path of mountinfo as it is: blank, tab, newline and backslash stand there as a backslash and
/// three octal digits.
std::string unescaped(std::string_view path);

} // namespace base
