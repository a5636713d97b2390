#include "files.hpp"

#include <array>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace probe {

std::string slurp(const char* path) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return {};
    }
    std::string content;
    std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = ::read(fd, buffer.data(), buffer.size())) > 0) {
        content.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const int failure = size < 0 ? errno : 0;
    ::close(fd);
    errno = failure;
    return content;
}

std::string link_target(const char* path) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t size = ::readlink(path, buffer.data(), buffer.size());
    return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (true) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

std::string error_name(int code) {
    if (code == 0) {
        return {};
    }
    const char* name = strerrorname_np(code);
    return name != nullptr ? name : "errno " + std::to_string(code);
}

} // namespace probe
