// The names of errno values.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// "ENOENT" for 2; "errno 4711" for one that has no name.
std::string errno_name(int code);

/// "No such file or directory (ENOENT)".
std::string errno_text(int code);

} // namespace base
