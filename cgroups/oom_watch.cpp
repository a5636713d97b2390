#include "cgroups/oom_watch.hpp"

#include "cgroups/event_control.hpp"
#include "cgroups/kernel_file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <utility>

#include <sys/inotify.h>

namespace cgroups {

namespace {

bool is_gone(int code) {
    return code == ENOENT || code == ENODEV;
}

base::Result<base::Fd> inotify_at_events(const Hierarchy& group) {
    base::Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify) {
        return base::call_failed("inotify_init1", base::Word{"IN_CLOEXEC | IN_NONBLOCK"});
    }
    // By the descriptor: its path may be another group's by now.
    const std::string path =
        base::cat("/proc/self/fd/", group.directory.number(), "/memory.events");
    if (::inotify_add_watch(inotify.number(), path.c_str(), IN_MODIFY) < 0) {
        return base::call_failed("inotify_add_watch", inotify, path, base::Word{"IN_MODIFY"});
    }
    return inotify;
}

} // namespace

base::Result<OomWatch> OomWatch::of(const Placement& placement) {
    const Hierarchy* const group = group_with(placement, "memory");
    if (group == nullptr) {
        return OomWatch(nullptr, base::Fd(), 0);
    }
    const std::string fact = base::cat("watch ", group->path, " for a lack of memory");
    if (group->version == Version::v1) {
        TRY_ASSIGN(base::Fd event, eventfd_of(group->directory, "memory.oom_control", "").in(fact));
        return OomWatch(group, std::move(event), 0);
    }
    // First the watch, then the number: nothing in between is missed.
    TRY_ASSIGN(base::Fd inotify, inotify_at_events(*group).in(fact));
    TRY_ASSIGN(const std::string events, read_text(group->directory, "memory.events").in(fact));
    return OomWatch(group, std::move(inotify), number_of(events, "oom_kill"));
}

base::Result<bool> OomWatch::happened() {
    if (group_ == nullptr) {
        return false;
    }
    const bool any = drain(descriptor_);
    const bool is_v1 = group_->version == Version::v1;
    if (is_v1 && !any) {
        return false;
    }
    base::Result<std::string> content =
        read_text(group_->directory, is_v1 ? "memory.oom_control" : "memory.events");
    if (!content && is_gone(content.code())) {
        return false; // the eventfd also tells that the group is removed
    }
    if (!content) {
        return std::move(content).error();
    }
    if (is_v1) {
        return true;
    }
    // The file changes for other reasons, too.
    const std::uint64_t kills = number_of(*content, "oom_kill");
    return kills > std::exchange(kills_, kills);
}

} // namespace cgroups
