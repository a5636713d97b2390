#include "runtime/base/errno_name.hpp"

#include "runtime/base/text.hpp"

#include <cstring>

namespace base {

std::string errno_name(int code) {
    // strerrorname_np is glibc's (2.32); it needs no allocation and no locale.
    const char* name = strerrorname_np(code);
    return name != nullptr ? std::string(name) : cat("errno ", code);
}

std::string errno_text(int code) {
    const char* description = strerrordesc_np(code);
    return cat(description != nullptr ? description : "Unknown error", " (", errno_name(code), ")");
}

} // namespace base
