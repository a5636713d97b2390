#include "conformance/harness/cgroups.hpp"

#include <algorithm>
#include <csignal>

#include <unistd.h>

namespace conformance {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> pieces;
    std::size_t begin = 0;
    for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
        end = text.find(separator, begin);
        pieces.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
    }
    return pieces;
}

/// The options of a v1 superblock that are no controllers.
bool is_controller(const std::string& option) {
    static constexpr std::string_view kOthers[] = {"rw",       "ro",   "xattr", "clone_children",
                                                   "noprefix", "nodev"};
    return std::ranges::find(kOthers, option) == std::end(kOthers) &&
           !option.starts_with("release_agent");
}

std::optional<Hierarchy> hierarchy_of(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 5 || words.end() - dash < 4) {
        return std::nullopt;
    }
    Hierarchy found{.v2 = dash[1] == "cgroup2", .mount = words[4], .root = words[3]};
    if (found.v2) {
        found.controllers = words_of(try_read(found.mount / "cgroup.controllers").value_or(""));
        return found;
    }
    if (dash[1] != "cgroup") {
        return std::nullopt;
    }
    std::ranges::copy_if(split(dash[3], ','), std::back_inserter(found.controllers), is_controller);
    return found;
}

void collect(const fs::path& directory, const std::string& tag, std::vector<fs::path>& found) {
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        if (entry->is_directory(failure)) {
            if (entry->path().native().find(tag) != std::string::npos) {
                found.push_back(entry->path());
            }
            collect(entry->path(), tag, found);
        }
    }
}

void empty(const fs::path& group) {
    write_kernel_file(group / "freezer.state", "THAWED");
    write_kernel_file(group / "cgroup.freeze", "0");
    for (const std::string& pid : lines_of(try_read(group / "cgroup.procs").value_or(""))) {
        // 0 is a process that another pid namespace hides.
        if (const pid_t number = std::stoi(pid); number > 1 && number != ::getpid()) {
            ::kill(number, SIGKILL);
        }
    }
}

} // namespace

Cgroups Cgroups::read() {
    Cgroups groups;
    for (const std::string& line : lines_of(read_text("/proc/self/mountinfo"))) {
        std::optional<Hierarchy> found = hierarchy_of(line);
        const auto same = [&](const Hierarchy& known) {
            return known.v2 == found->v2 && known.controllers == found->controllers;
        };
        // A hierarchy may be mounted several times; the first mount is the host's.
        if (found && std::ranges::none_of(groups.hierarchies_, same)) {
            groups.hierarchies_.push_back(*std::move(found));
        }
    }
    return groups;
}

const Hierarchy* Cgroups::of(std::string_view controller) const {
    const auto found = std::ranges::find_if(hierarchies_, [&](const Hierarchy& hierarchy) {
        return std::ranges::find(hierarchy.controllers, controller) != hierarchy.controllers.end();
    });
    return found == hierarchies_.end() ? nullptr : &*found;
}

const Hierarchy* Cgroups::v2() const {
    const auto found = std::ranges::find(hierarchies_, true, &Hierarchy::v2);
    return found == hierarchies_.end() ? nullptr : &*found;
}

std::string Cgroups::path_of(pid_t pid, const Hierarchy& hierarchy) const {
    const std::string text = try_read("/proc/" + std::to_string(pid) + "/cgroup").value_or("");
    for (const std::string& line : lines_of(text)) {
        const std::size_t names = line.find(':') + 1;
        const std::size_t path = line.find(':', names) + 1;
        const std::vector<std::string> controllers =
            split(line.substr(names, path - 1 - names), ',');
        const bool wanted = hierarchy.v2
                                ? controllers.front().empty()
                                : std::ranges::find(controllers, hierarchy.controllers.front()) !=
                                      controllers.end();
        if (wanted) {
            return line.substr(path);
        }
    }
    return {};
}

fs::path Cgroups::directory_of(pid_t pid, const Hierarchy& hierarchy) const {
    std::string path = path_of(pid, hierarchy);
    if (hierarchy.root != "/" && path.starts_with(hierarchy.root)) {
        path.erase(0, hierarchy.root.size());
    }
    return hierarchy.mount / fs::path(path).relative_path();
}

std::vector<fs::path> Cgroups::tagged(const std::string& tag) const {
    std::vector<fs::path> found;
    for (const Hierarchy& hierarchy : hierarchies_) {
        collect(hierarchy.mount, tag, found);
    }
    return found;
}

void Cgroups::make(const std::string& path) const {
    for (const Hierarchy& hierarchy : hierarchies_) {
        const fs::path group = hierarchy.mount / fs::path(path).relative_path();
        make_directories(group);
        for (const char* file : {"cpuset.cpus", "cpuset.mems"}) {
            if (const auto parent = try_read(group.parent_path() / file); parent && !hierarchy.v2) {
                write_kernel_file(group / file, *parent);
            }
        }
    }
}

void Cgroups::remove(const std::string& tag) const {
    constexpr int kRounds = 20;
    constexpr unsigned kPause = 5000; // µs: v1 has no event for a group that becomes empty
    std::vector<fs::path> left = tagged(tag);
    for (int round = 0; round < kRounds && !left.empty(); ++round) {
        for (auto group = left.rbegin(); group != left.rend(); ++group) {
            empty(*group);
            ::rmdir(group->c_str());
        }
        left = tagged(tag);
        if (!left.empty()) {
            ::usleep(kPause);
        }
    }
}

} // namespace conformance
