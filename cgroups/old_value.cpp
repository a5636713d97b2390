#include "cgroups/old_value.hpp"

#include "cgroups/kernel_file.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cgroups {

namespace {

/// A file with a line per key, and what stands behind a key that has no line.
struct KeyedFile {
    std::string_view name; ///< or how the names begin
    std::string_view none;
};

constexpr std::array<KeyedFile, 10> kKeyedFiles = {{
    {"io.max", "rbps=max wbps=max riops=max wiops=max"},
    {"io.weight", "default"},
    {"io.bfq.weight", "default"},
    {"rdma.max", "hca_handle=max hca_object=max"},
    {"misc.max", "max"},
    {"blkio.throttle.", "0"},
    {"blkio.weight_device", "0"},
    {"blkio.leaf_weight_device", "0"},
    {"blkio.bfq.weight_device", "default"},
    {"net_prio.ifpriomap", "0"},
}};

std::optional<std::string_view> none_of(std::string_view file) {
    const auto found =
        std::find_if(kKeyedFiles.begin(), kKeyedFiles.end(),
                     [file](const KeyedFile& keyed) { return file.starts_with(keyed.name); });
    return found == kKeyedFiles.end() ? std::nullopt : std::optional(found->none);
}

} // namespace

std::vector<std::string> writes_back(std::string_view file, std::string_view value,
                                     std::string_view old) {
    if (file == "memory.oom_control") {
        return {std::string(value_of(old, "oom_kill_disable").value_or("0"))};
    }
    old = base::trimmed(old);
    if (const std::optional<std::string_view> none = none_of(file)) {
        const std::size_t blank = value.find(' ');
        // A weight without a device is the one of the line "default".
        const std::string_view key =
            blank == std::string_view::npos ? "default" : value.substr(0, blank);
        if (const std::optional<std::string_view> line = value_of(old, key)) {
            return {base::cat(key, ' ', *line)};
        }
        if (blank != std::string_view::npos) {
            return {base::cat(key, ' ', *none)};
        }
    }
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(old, '\n')) {
        lines.emplace_back(line);
    }
    return lines;
}

} // namespace cgroups
