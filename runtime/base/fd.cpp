#include "runtime/base/fd.hpp"

#include "runtime/base/text.hpp"

#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace base {

FdRef FdRef::cwd() {
    return FdRef(AT_FDCWD);
}

void Fd::close() {
    if (number_ >= 0) {
        // An error of close() on Linux means that the descriptor is closed nevertheless.
        ::close(std::exchange(number_, -1));
    }
}

std::string describe(FdRef fd) {
    if (fd.number() == AT_FDCWD) {
        return "cwd";
    }
    std::array<char, 4096> target{};
    const std::string link = cat("/proc/self/fd/", fd.number());
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    if (size <= 0) {
        return cat(fd.number());
    }
    return cat(fd.number(), " ", quoted({target.data(), static_cast<std::size_t>(size)}));
}

} // namespace base
