#include "cgroups/processes.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/kernel_file.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <poll.h>

namespace cgroups {

namespace {

using std::chrono::milliseconds;

bool is_gone(int code) {
    return code == ENOENT || code == ENODEV;
}

base::Result<> add_pids(base::FdRef group, std::vector<pid_t>& all) {
    base::Result<std::string> list = base::read_file(group, "cgroup.procs");
    // A threaded group of v2 (EOPNOTSUPP): its processes are listed by the domain above it.
    if (!list && !is_gone(list.code()) && list.code() != EOPNOTSUPP) {
        return std::move(list).error();
    }
    if (list) {
        for (const std::string_view line : base::split(*list, '\n')) {
            if (const auto pid = base::parse_number<pid_t>(line)) {
                all.push_back(*pid);
            }
        }
    }
    base::Result<std::vector<std::string>> below = subgroups(group);
    if (!below) {
        return is_gone(below.code()) ? base::done() : std::move(below).error();
    }
    for (const std::string& name : *below) {
        const base::Result<base::Fd> directory =
            base::sys::open(group, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (directory) {
            TRY(add_pids(*directory, all));
        }
    }
    return base::done();
}

/// The processes of all groups that are proven ours.
base::Result<std::vector<pid_t>> own_pids(const Placement& placement) {
    std::vector<pid_t> all;
    for (const Hierarchy& group : placement) {
        if (group.directory && group.inode != 0) {
            TRY(add_pids(group.directory, all));
        }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// Signals those of `pids` that are still in the container once a descriptor holds them: a number
/// alone may belong to a stranger by now.
base::Result<> signal_held(const Placement& placement, std::span<const pid_t> pids, int signal) {
    constexpr std::size_t kAtOnce = 256; // far below the usual limit of descriptors
    while (!pids.empty()) {
        const auto some = pids.first(std::min(pids.size(), kAtOnce));
        pids = pids.subspan(some.size());
        std::vector<std::pair<pid_t, base::Fd>> held;
        for (const pid_t pid : some) {
            if (pid > 0) {
                if (base::Result<base::Fd> pidfd = base::sys::pidfd_open(pid)) {
                    held.emplace_back(pid, *std::move(pidfd));
                }
            }
        }
        TRY_ASSIGN(const std::vector<pid_t> still, own_pids(placement));
        for (const auto& [pid, pidfd] : held) {
            if (std::binary_search(still.begin(), still.end(), pid)) {
                base::Result<> sent = base::sys::send_signal(pidfd, signal);
                if (!sent && sent.code() != ESRCH) {
                    return std::move(sent).in(base::cat("signal process ", names_of({&pid, 1})));
                }
            }
        }
    }
    return base::done();
}

/// The kernel's own way; false if this kernel or host has none.
base::Result<bool> killed_at_once(const Placement& placement) {
    const Hierarchy* const group = unified_group(placement);
    if (group == nullptr || group->inode == 0) {
        return false;
    }
    base::Result<> written = base::write_kernel_file(group->directory, "cgroup.kill", "1");
    if (!written && !is_gone(written.code()) && written.code() != EOPNOTSUPP) {
        return std::move(written).error();
    }
    return static_cast<bool>(written);
}

void forbid_forks(const Placement& placement) {
    const Hierarchy* const group = group_with(placement, "pids");
    if (group != nullptr && group->inode != 0) {
        // Best effort: without it a fork bomb is chased by signals only.
        static_cast<void>(base::write_kernel_file(group->directory, "pids.max", "0"));
    }
}

} // namespace

base::Result<std::vector<pid_t>> pids_in(base::FdRef group) {
    std::vector<pid_t> all;
    TRY(add_pids(group, all));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

base::Result<std::vector<pid_t>> pids(const Placement& placement) {
    for (const Hierarchy& group : placement) {
        if (group.directory) {
            return pids_in(group.directory);
        }
    }
    return std::vector<pid_t>();
}

base::Result<> signal_all(const Placement& placement, int signal) {
    constexpr int kMostRounds = 100;
    std::vector<pid_t> done;
    for (int round = 0; round < kMostRounds; ++round) {
        TRY_ASSIGN(const std::vector<pid_t> all, own_pids(placement));
        std::vector<pid_t> fresh;
        std::set_difference(all.begin(), all.end(), done.begin(), done.end(),
                            std::back_inserter(fresh));
        if (fresh.empty()) {
            return base::done();
        }
        TRY(signal_held(placement, fresh, signal));
        const auto middle = static_cast<std::ptrdiff_t>(done.size());
        done.insert(done.end(), fresh.begin(), fresh.end());
        std::inplace_merge(done.begin(), done.begin() + middle, done.end());
    }
    return base::Error("its processes fork faster than they can be signalled");
}

base::Result<> kill_all(const Placement& placement, milliseconds patience) {
    constexpr int kRoundMs = 100;
    const base::Deadline deadline(patience);
    TRY_ASSIGN(const bool at_once, killed_at_once(placement));
    if (!at_once) {
        forbid_forks(placement);
    }
    base::BackOff back_off;
    for (bool first = true;; first = false) {
        TRY_ASSIGN(const std::vector<pid_t> left, own_pids(placement));
        if (left.empty()) {
            return base::done();
        }
        if (deadline.passed() && !first) {
            return base::Error(base::cat("still there after SIGKILL: ", names_of(left)))
                .hint("a process in an uninterruptible system call ends when that does");
        }
        if (!at_once || !first) {
            TRY(signal_held(placement, left, SIGKILL));
        }
        if (first) {
            TRY(thaw_if_frozen(placement));
        }
        if (!wait_for_end(left, milliseconds(deadline.milliseconds(kRoundMs)))) {
            back_off.sleep();
        }
    }
}

bool wait_for_end(std::span<const pid_t> pids, milliseconds most) {
    constexpr std::size_t kAtOnce = 256;
    const base::Deadline deadline(most);
    std::vector<base::Fd> held;
    std::vector<pollfd> ends;
    for (const pid_t pid : pids.first(std::min(pids.size(), kAtOnce))) {
        if (base::Result<base::Fd> pidfd = base::sys::pidfd_open(std::max(pid, 0))) {
            ends.push_back({.fd = pidfd->number(), .events = POLLIN, .revents = 0});
            held.push_back(*std::move(pidfd));
        }
    }
    const bool waits = !ends.empty();
    while (!ends.empty() && !deadline.passed()) {
        if (!base::sys::poll(ends, deadline.milliseconds(static_cast<int>(most.count())))) {
            break;
        }
        ends.erase(std::remove_if(ends.begin(), ends.end(),
                                  [](const pollfd& end) { return end.revents != 0; }),
                   ends.end());
    }
    return waits;
}

std::string names_of(std::span<const pid_t> pids) {
    constexpr std::size_t kNamed = 5;
    std::string text;
    for (const pid_t pid : pids.first(std::min(pids.size(), kNamed))) {
        text += text.empty() ? "" : ", ";
        if (pid == 0) {
            text += "one of another pid namespace";
            continue;
        }
        const base::Result<std::string> name =
            base::read_file(base::FdRef::cwd(), base::cat("/proc/", pid, "/comm"));
        text += name ? base::cat(pid, ' ', base::quoted(base::trimmed(*name))) : base::cat(pid);
    }
    return pids.size() > kNamed ? base::cat(text, " and ", pids.size() - kNamed, " more") : text;
}

} // namespace cgroups
