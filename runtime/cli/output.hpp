// What verbs print on the standard output.
#pragma once

#include "runtime/base/sys.hpp"

#include <string_view>

#include <unistd.h>

namespace cli {

inline base::Result<> print(std::string_view text) {
    return base::sys::write(base::FdRef(STDOUT_FILENO), text);
}

} // namespace cli
