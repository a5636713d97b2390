#include "cgroups/systemd/unit_names.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>

namespace systemd {

using base::cat;
using base::Error;

namespace {

constexpr std::string_view kSlice = ".slice";
constexpr std::size_t kLongestName = 255;

bool may_be_in_name(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

Error no_slice(std::string_view name) {
    return std::move(Error(cat(base::quoted(name), " is not the name of a slice")))
        .hint("like \"machine.slice\", or \"a-b.slice\" for one below \"a.slice\"");
}

} // namespace

base::Result<> check_unit_name(std::string_view name) {
    if (name.empty() || name.size() > kLongestName ||
        !std::all_of(name.begin(), name.end(), may_be_in_name)) {
        return Error(cat(base::quoted(name), " cannot be the name of a unit"))
            .hint("systemd takes letters, digits and :-_.\\@, at most 255");
    }
    return base::done();
}

base::Result<std::string> slice_group(std::string_view slice) {
    if (slice == "-.slice") {
        return std::string();
    }
    if (!slice.ends_with(kSlice) || !check_unit_name(slice)) {
        return no_slice(slice);
    }
    const std::string_view stem = slice.substr(0, slice.size() - kSlice.size());
    std::string group;
    std::string parent;
    for (const std::string_view part : base::split(stem, '-')) {
        if (part.empty()) {
            return no_slice(slice);
        }
        parent += cat(parent.empty() ? "" : "-", part);
        group += cat('/', parent, kSlice);
    }
    return group;
}

} // namespace systemd
