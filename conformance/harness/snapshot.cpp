#include "conformance/harness/snapshot.hpp"

#include "conformance/harness/processes.hpp"
#include "conformance/netlink/links.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <unistd.h>

namespace conformance {

namespace {

/// A line of mountinfo without its numbers, which a remount may change.
std::string mount_text(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    return words.size() < 6 ? line : words[4] + " (" + words[3] + " " + words[5] + ")";
}

/// What `after` has and `before` has not, in one text: "cgroup left: /a, /b and 9 more".
void compare(const std::string& what, const std::set<std::string>& before,
             const std::set<std::string>& after, std::vector<std::string>& found) {
    constexpr std::size_t kNamed = 2;
    std::vector<std::string> things;
    std::ranges::set_difference(after, before, std::back_inserter(things));
    if (things.empty()) {
        return;
    }
    const std::size_t more = things.size() - std::min(things.size(), kNamed);
    things.resize(things.size() - more);
    found.push_back(what + ": " + join(things, ", ") +
                    (more > 0 ? " and " + std::to_string(more) + " more" : ""));
}

} // namespace

Snapshot Snapshot::take(const Cgroups& groups, const std::string& tag, const fs::path& root) {
    Snapshot now;
    for (const fs::path& group : groups.tagged(tag)) {
        now.cgroups.insert(group.string());
    }
    for (const std::string& line : lines_of(read_text("/proc/self/mountinfo"))) {
        now.mounts.insert(mount_text(line));
    }
    for (const pid_t pid : descendants()) {
        now.processes.insert(process_name(pid));
    }
    for (const netlink::Link& link : netlink::links()) {
        now.network.insert(link.name);
    }
    std::error_code failure;
    for (fs::recursive_directory_iterator entry(root, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        if (entry->path().filename().native().find(tag) != std::string::npos) {
            now.state.insert(entry->path().string());
        }
    }
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    now.hostname = name.data();
    return now;
}

std::vector<std::string> Snapshot::changes_to(const Snapshot& later) const {
    std::vector<std::string> found;
    const auto both_ways = [&](const std::string& what, const auto& before, const auto& after) {
        compare(what + " left", before, after, found);
        compare(what + " lost", after, before, found);
    };
    both_ways("cgroup", cgroups, later.cgroups);
    both_ways("mount", mounts, later.mounts);
    both_ways("process", processes, later.processes);
    both_ways("network device", network, later.network);
    both_ways("state", state, later.state);
    if (hostname != later.hostname) {
        found.push_back("host name changed to: " + later.hostname);
    }
    return found;
}

} // namespace conformance
