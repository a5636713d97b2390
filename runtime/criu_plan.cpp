#include "runtime/criu_plan.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>

namespace runtime::criu {

using base::cat;
using base::Error;
using base::Result;
using How = namespaces::MountStep::How;
using spec::NamespaceType;

std::vector<ExternalMount> host_mounts_of(const namespaces::MountPlan& plan) {
    std::vector<ExternalMount> mounts;
    for (const namespaces::MountStep& step : plan.steps) {
        if (step.how == How::bind) {
            mounts.push_back({step.target, step.source});
        }
    }
    if (plan.root_from_host) {
        for (const namespaces::Node& node : plan.nodes) {
            mounts.push_back({node.path, node.path});
        }
    }
    return mounts;
}

Result<> require_own_mounts(const namespaces::MountPlan& plan) {
    using Entry = namespaces::RootPlan::Entry;
    if (plan.root.entry == Entry::pivot || plan.root.entry == Entry::move) {
        return base::done();
    }
    return Error("only a container with a mount namespace of its own can be dumped and restored")
        .at("/linux/namespaces");
}

bool stays_outside(NamespaceType type) {
    return type == NamespaceType::network || type == NamespaceType::pid;
}

std::string external_name(NamespaceType type) {
    return type == NamespaceType::network ? "extRootNetNS" : "extRootPidNS";
}

std::string external_namespace(NamespaceType type, std::uint64_t inode) {
    return cat(type == NamespaceType::network ? "net" : "pid", "[", inode,
               "]:", external_name(type));
}

std::vector<InheritedFd> inherited_streams(std::span<const std::string> names, int first) {
    std::vector<InheritedFd> streams;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string& name = names[i];
        const bool seen = std::ranges::count(streams, name, &InheritedFd::key) > 0;
        if (!name.empty() && !name.starts_with('/') && !seen) {
            streams.push_back({name, first + static_cast<int>(i)});
        }
    }
    return streams;
}

std::optional<std::string> config_file_of(const std::map<std::string, std::string>& annotations) {
    const auto found = annotations.find("org.criu.config");
    return found == annotations.end() ? std::nullopt : std::optional(found->second);
}

Result<CgroupMode> cgroup_mode_of(std::string_view word) {
    struct Named {
        std::string_view word;
        CgroupMode mode;
    };
    constexpr std::array<Named, 5> kModes = {{{"", CgroupMode::soft},
                                              {"soft", CgroupMode::soft},
                                              {"full", CgroupMode::full},
                                              {"strict", CgroupMode::strict},
                                              {"ignore", CgroupMode::ignore}}};
    const auto found = std::ranges::find(kModes, word, &Named::word);
    if (found == kModes.end()) {
        return std::move(Error(cat("there is no mode ", base::quoted(word), " for cgroups")))
            .hint("soft, full, strict or ignore");
    }
    return found->mode;
}

Result<PageServer> page_server_of(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    std::string_view address = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    const std::optional<std::uint16_t> port =
        colon == std::string_view::npos ? std::nullopt
                                        : base::parse_number<std::uint16_t>(text.substr(colon + 1));
    if (address.empty() || !port || *port == 0) {
        return Error(cat("a page server is ADDRESS:PORT, not ", base::quoted(text)));
    }
    return PageServer{std::string(address), *port};
}

std::vector<std::string> decisive_lines(std::string_view log) {
    constexpr std::size_t kMost = 3;
    constexpr std::string_view kError = "Error (";
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(log, '\n')) {
        const std::size_t begin = line.find(kError);
        if (begin == std::string_view::npos || lines.size() == kMost) {
            continue;
        }
        std::string words(base::trimmed(line.substr(begin)));
        // The last word of every failure.
        const bool closes = words.ends_with("FAILED.");
        if (!(closes && !lines.empty()) && std::ranges::find(lines, words) == lines.end()) {
            lines.push_back(std::move(words));
        }
    }
    return lines;
}

} // namespace runtime::criu
