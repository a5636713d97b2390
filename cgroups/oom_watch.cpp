#include "cgroups/oom_watch.hpp"

#include "cgroups/kernel_file.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <array>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace cgroups {

namespace {

bool is_gone(int code) {
    return code == ENOENT || code == ENODEV;
}

base::Result<base::Fd> eventfd_at_oom_control(const Hierarchy& group) {
    base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) {
        return base::call_failed("eventfd", base::Word{"EFD_CLOEXEC | EFD_NONBLOCK"});
    }
    // The kernel wants it open while it is registered, and not any longer.
    TRY_ASSIGN(const base::Fd control,
               base::sys::open(group.directory, "memory.oom_control", O_RDONLY));
    TRY(base::write_kernel_file(group.directory, "cgroup.event_control",
                                base::cat(event.number(), ' ', control.number())));
    return event;
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

/// Empties a descriptor that does not block; what it says is only that there is news.
bool drain(base::FdRef descriptor) {
    std::array<char, 4096> buffer{};
    bool any = false;
    while (base::uninterrupted(
               [&] { return ::read(descriptor.number(), buffer.data(), buffer.size()); }) > 0) {
        any = true;
    }
    return any;
}

} // namespace

base::Result<OomWatch> OomWatch::of(const Placement& placement) {
    const Hierarchy* const group = group_with(placement, "memory");
    if (group == nullptr) {
        return OomWatch(nullptr, base::Fd(), 0);
    }
    const std::string fact = base::cat("watch ", group->path, " for a lack of memory");
    if (group->version == Version::v1) {
        TRY_ASSIGN(base::Fd event, eventfd_at_oom_control(*group).in(fact));
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
