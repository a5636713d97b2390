#include "cgroups/freezer.hpp"

#include "cgroups/kernel_file.hpp"
#include "cgroups/processes.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cgroups {

namespace {

using std::chrono::milliseconds;

/// What a group answers that was removed while we held it.
bool is_gone(int code) {
    return code == ENODEV || code == ENOENT;
}

/// The group by which this container is frozen; nullptr if it is gone.
base::Result<const Hierarchy*> freezing_group(const Placement& placement) {
    if (const Hierarchy* const v1 = group_with(placement, "freezer")) {
        return v1;
    }
    if (const Hierarchy* const v2 = unified_group(placement)) {
        return v2;
    }
    for (const Hierarchy& group : placement) {
        if (group.directory) {
            return base::Error("no cgroup hierarchy of this container can freeze it")
                .hint("that takes the controller freezer of cgroup v1, or cgroup v2");
        }
    }
    return static_cast<const Hierarchy*>(nullptr);
}

const char* no_group(const Placement& placement) {
    return placement.empty() ? "the container has no cgroup, by which it could be paused"
                             : "its cgroup is gone";
}

base::Error not_frozen(base::FdRef group, milliseconds patience) {
    const base::Result<std::vector<pid_t>> pids = pids_in(group);
    return base::Error(base::cat("not frozen within ", patience.count(), " ms: ",
                                 pids ? names_of(*pids) : "its processes cannot be listed"))
        .hint("a process in an uninterruptible system call freezes when that ends");
}

base::Result<> write_v1(base::FdRef group, std::string_view state) {
    return base::write_kernel_file(group, "freezer.state", state);
}

/// v1 has no event for it: only reading freezer.state tells, and makes the kernel look again.
base::Result<> freeze_v1(base::FdRef group, milliseconds patience) {
    constexpr int kTriesBetweenThaws = 16;
    const base::Deadline deadline(patience);
    base::BackOff back_off;
    TRY(write_v1(group, "FROZEN"));
    for (int attempt = 1;; ++attempt) {
        TRY_ASSIGN(const FreezerState state, state_of_group(group, Version::v1));
        if (state == FreezerState::frozen) {
            return base::done();
        }
        if (deadline.passed()) {
            TRY(write_v1(group, "THAWED"));
            return not_frozen(group, patience);
        }
        if (attempt % kTriesBetweenThaws == 0) {
            // Processes that wait for frozen ones (vfork, ptrace) get out of it by another start.
            TRY(write_v1(group, "THAWED"));
            TRY(write_v1(group, "FROZEN"));
        }
        back_off.sleep();
    }
}

base::Result<std::string> read_again(base::FdRef file) {
    std::array<char, 256> buffer{};
    const ssize_t size = base::uninterrupted(
        [&] { return ::pread(file.number(), buffer.data(), buffer.size(), 0); });
    if (size < 0) {
        return base::call_failed("pread", file, buffer.size());
    }
    return std::string(buffer.data(), static_cast<std::size_t>(size));
}

/// cgroup.events is polled through the descriptor it was read from: reading is what arms it.
base::Result<> freeze_v2(base::FdRef group, milliseconds patience) {
    const base::Deadline deadline(patience);
    TRY_ASSIGN(const base::Fd events, base::sys::open(group, "cgroup.events", O_RDONLY));
    TRY(base::write_kernel_file(group, "cgroup.freeze", "1"));
    while (true) {
        TRY_ASSIGN(const std::string now, read_again(events));
        if (number_of(now, "frozen") == 1) {
            return base::done();
        }
        if (deadline.passed()) {
            TRY(base::write_kernel_file(group, "cgroup.freeze", "0"));
            return not_frozen(group, patience);
        }
        pollfd change{.fd = events.number(), .events = POLLPRI, .revents = 0};
        TRY_ASSIGN(const int changed,
                   base::sys::poll({&change, 1},
                                   deadline.milliseconds(static_cast<int>(patience.count()))));
        static_cast<void>(changed);
    }
}

} // namespace

base::Result<FreezerState> state_of_group(base::FdRef group, Version version) {
    if (version == Version::v1) {
        TRY_ASSIGN(const std::string state, read_text(group, "freezer.state"));
        return state == "THAWED"   ? FreezerState::thawed
               : state == "FROZEN" ? FreezerState::frozen
                                   : FreezerState::freezing;
    }
    TRY_ASSIGN(const std::string events, read_text(group, "cgroup.events"));
    if (number_of(events, "frozen") == 1) {
        return FreezerState::frozen;
    }
    TRY_ASSIGN(const std::string wanted, read_text(group, "cgroup.freeze"));
    return wanted == "1" ? FreezerState::freezing : FreezerState::thawed;
}

base::Result<FreezerState> freezer_state(const Placement& placement) {
    TRY_ASSIGN(const Hierarchy* const group, freezing_group(placement));
    if (group == nullptr) {
        return FreezerState::thawed;
    }
    base::Result<FreezerState> state = state_of_group(group->directory, group->version);
    return is_gone(state.code()) ? FreezerState::thawed : std::move(state);
}

base::Result<> freeze(const Placement& placement, milliseconds patience) {
    TRY_ASSIGN(const Hierarchy* const group, freezing_group(placement));
    if (group == nullptr) {
        return base::Error(no_group(placement));
    }
    return group->version == Version::v1 ? freeze_v1(group->directory, patience)
                                         : freeze_v2(group->directory, patience);
}

base::Result<> thaw(const Placement& placement) {
    TRY_ASSIGN(const Hierarchy* const group, freezing_group(placement));
    if (group == nullptr) {
        return base::Error(no_group(placement));
    }
    return group->version == Version::v1
               ? write_v1(group->directory, "THAWED")
               : base::write_kernel_file(group->directory, "cgroup.freeze", "0");
}

base::Result<> thaw_if_frozen(const Placement& placement) {
    const Hierarchy* const group = group_with(placement, "freezer");
    if (group == nullptr || group->version != Version::v1) {
        return base::done();
    }
    TRY_ASSIGN(const FreezerState state, freezer_state(placement));
    if (state == FreezerState::thawed) {
        return base::done();
    }
    base::Result<> thawed = write_v1(group->directory, "THAWED");
    return is_gone(thawed.code()) ? base::done() : std::move(thawed);
}

} // namespace cgroups
