// The files of a cgroup directory, read as what they hold.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

/// The content without the line end.
base::Result<std::string> read_text(base::FdRef group, base::ZView file);
/// A number; "max" is the largest. EINVAL if it is neither.
base::Result<std::uint64_t> read_number(base::FdRef group, base::ZView file);

/// The rest of the line that begins with `key`: "oom_kill 3" has 3.
std::optional<std::string_view> value_of(std::string_view content, std::string_view key);
/// The same as a number; 0 if it is not there.
std::uint64_t number_of(std::string_view content, std::string_view key);

/// The names of the groups below.
base::Result<std::vector<std::string>> subgroups(base::FdRef group);

} // namespace cgroups
