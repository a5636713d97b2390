#include "conformance/harness/report.hpp"

#include <algorithm>

namespace conformance {

Report::Report(std::string_view output) {
    constexpr std::string_view kMark = "@probe ";
    for (const std::string& line : lines_of(output)) {
        if (line.starts_with(kMark)) {
            Json parsed = Json::parse(line.substr(kMark.size()), nullptr, false);
            if (!parsed.is_discarded()) {
                lines_.push_back(std::move(parsed));
            }
        }
    }
}

const Json& Report::seen(std::string_view sight) const& {
    const std::string key(sight);
    for (const Json& line : lines_) {
        if (line.value("do", "") == "see" && line.contains(key)) {
            return line.at(key);
        }
    }
    throw Failed("the program did not come to report \"" + key + "\" (" + exit.text() + ")");
}

const Json* Report::find(std::string_view name, std::string_view on) const {
    const auto found = std::ranges::find_if(lines_, [&](const Json& line) {
        return line.value("do", "") == name && (on.empty() || line.value("on", "") == on);
    });
    return found == lines_.end() ? nullptr : &*found;
}

const Json& Report::step(std::string_view name, std::string_view on) const& {
    if (const Json* line = find(name, on); line != nullptr) {
        return *line;
    }
    throw Failed("the program did not come to \"" + std::string(name) + " " + std::string(on) +
                 "\" (" + exit.text() + ")");
}

bool Report::has(std::string_view name, std::string_view on) const {
    return find(name, on) != nullptr;
}

std::string Report::error(std::string_view name, std::string_view on) const {
    return step(name, on).value("error", "");
}

bool Report::has_mount_at(std::string_view path) const {
    return std::ranges::any_of(seen("mounts"),
                               [&](const Json& mount) { return mount.value("at", "") == path; });
}

const Json& Report::mount_at(std::string_view path) const& {
    const Json& mounts = seen("mounts");
    for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount) {
        if (mount->value("at", "") == path) {
            return *mount;
        }
    }
    throw Failed("nothing is mounted at " + std::string(path));
}

bool holds(const Json& array, const Json& element) {
    return std::ranges::find(array, element) != array.end();
}

} // namespace conformance
