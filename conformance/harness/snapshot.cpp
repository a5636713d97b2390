#include "conformance/harness/snapshot.hpp"

#include "conformance/harness/processes.hpp"
#include "conformance/netlink/links.hpp"

#include <array>

#include <unistd.h>

namespace conformance {

namespace {

/// A line of mountinfo without its numbers, which a remount may change.
std::string mount_text(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    return words.size() < 6 ? line : words[4] + " (" + words[3] + " " + words[5] + ")";
}

void compare(const char* what, const std::set<std::string>& before,
             const std::set<std::string>& after, std::vector<std::string>& found) {
    for (const std::string& thing : after) {
        if (!before.contains(thing)) {
            found.push_back(std::string(what) + " left: " + thing);
        }
    }
    for (const std::string& thing : before) {
        if (!after.contains(thing)) {
            found.push_back(std::string(what) + " lost: " + thing);
        }
    }
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
    compare("cgroup", cgroups, later.cgroups, found);
    compare("mount", mounts, later.mounts, found);
    compare("process", processes, later.processes, found);
    compare("network device", network, later.network, found);
    compare("state", state, later.state, found);
    if (hostname != later.hostname) {
        found.push_back("host name changed to: " + later.hostname);
    }
    return found;
}

} // namespace conformance
