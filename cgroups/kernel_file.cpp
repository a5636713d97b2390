#include "cgroups/kernel_file.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <limits>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

namespace cgroups {

base::Result<std::string> read_text(base::FdRef group, base::ZView file) {
    TRY_ASSIGN(const std::string content, base::read_file(group, file));
    return std::string(base::trimmed(content));
}

base::Result<std::uint64_t> read_number(base::FdRef group, base::ZView file) {
    TRY_ASSIGN(const std::string text, read_text(group, file));
    if (text == "max") {
        return std::numeric_limits<std::uint64_t>::max();
    }
    if (const auto number = base::parse_number<std::uint64_t>(text)) {
        return *number;
    }
    return base::Error::system(EINVAL, base::cat("number in ", base::quoted(file), ": ",
                                                 base::quoted(text.substr(0, 64))));
}

std::optional<std::string_view> value_of(std::string_view content, std::string_view key) {
    for (const std::string_view line : base::split(content, '\n')) {
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') {
            return base::trimmed(line.substr(key.size() + 1));
        }
    }
    return std::nullopt;
}

std::uint64_t number_of(std::string_view content, std::string_view key) {
    return base::parse_number<std::uint64_t>(value_of(content, key).value_or("")).value_or(0);
}

base::Result<std::vector<std::string>> subgroups(base::FdRef group) {
    constexpr nlink_t kLinksOfALeaf = 2;
    std::vector<std::string> names;
    TRY_ASSIGN(const struct stat status, base::sys::fstat(group));
    if (status.st_nlink == kLinksOfALeaf) {
        return names; // the usual case, without reading the directory
    }
    TRY_ASSIGN(base::Fd directory, base::sys::open(group, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.number()), ::closedir);
    if (!stream) {
        return base::call_failed("fdopendir", directory);
    }
    static_cast<void>(directory.release()); // the stream closes it
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    return names;
}

} // namespace cgroups
