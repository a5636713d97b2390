#include "conformance/rows/limits.hpp"

#include <unistd.h>

namespace conformance {

namespace {

/// Many files are in no root group: a group below it tells.
bool exists_in_v1(Case& c, const Hierarchy& hierarchy, const char* name) {
    const fs::path group = hierarchy.mount / (c.tag() + "-look");
    make_directories(group);
    const bool found = fs::exists(group / name);
    ::rmdir(group.c_str());
    return found;
}

/// As above, where a group has the files of those controllers only that are enabled for it.
bool exists_in_v2(const Hierarchy& hierarchy, const char* name) {
    std::error_code failure;
    for (fs::recursive_directory_iterator entry(hierarchy.mount, failure), end;
         !failure && entry != end; entry.increment(failure)) {
        if (entry->path().filename() == name) {
            return true;
        }
    }
    return false;
}

} // namespace

void need_limit(Case& c, const LimitFile& file) {
    const Hierarchy* hierarchy = c.host().cgroups().of(file.controller);
    c.needs(hierarchy != nullptr,
            std::string("no cgroup hierarchy has the controller ") + file.controller);
    const char* name = hierarchy->v2 ? file.v2 : file.v1;
    c.needs(name != nullptr,
            std::string("there is no such value in cgroup ") + (hierarchy->v2 ? "v2" : "v1"));
    c.needs(hierarchy->v2 || exists_in_v1(c, *hierarchy, name),
            std::string("this kernel has no ") + name);
}

Container& created_with_limit(Case& c, const LimitFile& file) {
    need_limit(c, file);
    const Hierarchy& hierarchy = *c.host().cgroups().of(file.controller);
    Container& container = c.container();
    if (const Said said = container.create(); !said.ok()) {
        c.needs(!hierarchy.v2 || exists_in_v2(hierarchy, file.v2),
                std::string("this kernel has no ") + (hierarchy.v2 ? file.v2 : file.v1));
        throw Failed(said.text());
    }
    return container;
}

std::string limit_of(Case& c, const Container& container, const LimitFile& file) {
    need_limit(c, file);
    const Cgroups& groups = c.host().cgroups();
    const Hierarchy& hierarchy = *groups.of(file.controller);
    const fs::path directory = groups.directory_of(container.pid(), hierarchy);
    if (directory == groups.directory_of(::getpid(), hierarchy)) {
        throw Failed(std::string("the container has no group of its own in ") + file.controller);
    }
    const char* name = hierarchy.v2 ? file.v2 : file.v1;
    const std::optional<std::string> value = try_read(directory / name);
    if (!value && hierarchy.v2 && !exists_in_v2(hierarchy, name)) {
        throw Skipped(std::string("this kernel has no ") + name);
    }
    if (!value) {
        throw Failed("the container's group has no " + std::string(name));
    }
    return trimmed(*value);
}

std::string block_device() {
    std::error_code failure;
    for (fs::directory_iterator entry("/sys/block", failure), end; !failure && entry != end;
         entry.increment(failure)) {
        const std::string name = entry->path().filename();
        if (!name.starts_with("loop") && !name.starts_with("ram") && !name.starts_with("zram")) {
            return trimmed(try_read(entry->path() / "dev").value_or(""));
        }
    }
    return {};
}

void need_cgroupfs(Case& c) {
    c.needs(!c.host().cgroups().all().empty(), "there are no cgroups here");
    const std::string arguments = join(c.runtime().arguments(), " ");
    c.needs(arguments.find("systemd") == std::string::npos,
            "with systemd's groups cgroupsPath has a form of its own");
}

} // namespace conformance
