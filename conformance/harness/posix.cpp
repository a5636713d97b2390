#include "conformance/harness/posix.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace conformance {

Broken Broken::call(const std::string& what) {
    const char* reason = std::strerror(errno);
    return Broken(what + ": " + reason);
}

void Fd::close() {
    if (number_ >= 0) {
        ::close(std::exchange(number_, -1));
    }
}

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw Broken::call("pipe2");
    }
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {Fd(ends[0]), Fd(ends[1])};
}

std::optional<std::string> try_read(const fs::path& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 8192> buffer{};
    ssize_t size = 0;
    while ((size = ::read(file.number(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return size < 0 ? std::nullopt : std::optional(text);
}

std::string read_text(const fs::path& path) {
    std::optional<std::string> text = try_read(path);
    if (!text) {
        throw Broken::call("read " + path.string());
    }
    return *std::move(text);
}

void write_text(const fs::path& path, std::string_view text, unsigned mode) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!file || ::fchmod(file.number(), mode) != 0) {
        throw Broken::call("open " + path.string());
    }
    while (!text.empty()) {
        const ssize_t size = ::write(file.number(), text.data(), text.size());
        if (size < 0) {
            throw Broken::call("write " + path.string());
        }
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

int write_kernel_file(const fs::path& path, std::string_view text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.number(), text.data(), text.size()) >= 0 ? 0 : errno;
}

void make_directories(const fs::path& path) {
    std::error_code failure;
    fs::create_directories(path, failure);
    if (failure) {
        throw Broken("mkdir " + path.string() + ": " + failure.message());
    }
}

void make_node(const fs::path& path, unsigned mode, unsigned major, unsigned minor) {
    if (::mknod(path.c_str(), mode, makedev(major, minor)) != 0 ||
        ::chmod(path.c_str(), mode & 07777) != 0) {
        throw Broken::call("mknod " + path.string());
    }
}

void remove_tree(const fs::path& path) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            lines.emplace_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (true) {
        const std::size_t begin = text.find_first_not_of(" \t\n");
        if (begin == std::string_view::npos) {
            return words;
        }
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string all;
    for (const std::string& part : parts) {
        if (!all.empty()) {
            all += separator;
        }
        all += part;
    }
    return all;
}

Mount Mount::tmpfs(const fs::path& at, unsigned long flags) {
    make_directories(at);
    if (::mount("conformance", at.c_str(), "tmpfs", 0, "mode=755") != 0) {
        throw Broken::call("mount tmpfs on " + at.string());
    }
    Mount made(at);
    if (flags != 0) {
        made.change(MS_REMOUNT | MS_BIND | flags);
    }
    return made;
}

Mount::~Mount() {
    if (!at_.empty()) {
        ::umount2(at_.c_str(), MNT_DETACH);
    }
}

void Mount::change(unsigned long flags) const {
    if (::mount(nullptr, at_.c_str(), nullptr, flags, nullptr) != 0) {
        throw Broken::call("change the mount at " + at_.string());
    }
}

} // namespace conformance
