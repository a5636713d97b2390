// config-linux.md, "Masked Paths", "Readonly Paths", "Cgroups Path".
#include "oci-spec/checks.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

void check_hidden(const Report& report, std::string_view key,
                  const std::vector<std::string>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!is_absolute(paths[i])) {
            report.error(report.at("linux", key, i),
                         cat("\"", key, "\" holds absolute paths, not ", excerpt(paths[i])));
        }
    }
}

void check_masked_paths(const Spec& spec, const Report& report) {
    check_hidden(report, "maskedPaths", spec.linux.masked_paths);
}

void check_readonly_paths(const Spec& spec, const Report& report) {
    check_hidden(report, "readonlyPaths", spec.linux.readonly_paths);
}

/// Also the systemd form "slice:prefix:name" has no use for either.
void check_cgroups_path(const Spec& spec, const Report& report) {
    const std::string& path = spec.linux.cgroups_path;
    const bool has_control =
        std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (has_control) {
        report.error(report.at("linux", "cgroupsPath"),
                     cat("\"cgroupsPath\" holds a control character: ", excerpt(path)));
    }
    if (std::ranges::count(base::split(path, '/'), "..") > 0) {
        report.error(report.at("linux", "cgroupsPath"),
                     cat("\"cgroupsPath\" must not hold \"..\": ", excerpt(path)));
    }
}

constexpr Check<Spec> kChecks[] = {check_masked_paths, check_readonly_paths, check_cgroups_path};

} // namespace

std::span<const Check<Spec>> path_checks() {
    return kChecks;
}

} // namespace spec
