#include "runtime/process_identity.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"

#include <csignal>

namespace runtime {

using base::cat;
using base::Error;
using base::Fd;
using base::Result;

namespace {

struct Stat {
    char state = '?';
    std::uint64_t flags = 0; ///< PF_* of the kernel
    std::uint64_t start_time = 0;
    std::uint64_t pending = 0; ///< bit N - 1 for signal N, of the first thread
};

/// The fields of /proc/PID/stat that matter; the name in it may hold anything, also ")".
Result<Stat> stat_of(const base::Procfs& proc, pid_t pid) {
    TRY_ASSIGN(const std::string text, proc.read(cat(pid, "/stat")));
    const std::size_t name_end = text.rfind(')');
    const std::vector<std::string_view> fields = base::words(
        name_end == std::string::npos ? "" : std::string_view(text).substr(name_end + 1));
    constexpr std::size_t kState = 0; // field 3 of proc(5)
    constexpr std::size_t kFlags = 6;
    constexpr std::size_t kStartTime = 19;
    constexpr std::size_t kPending = 28;
    const auto number = [&fields](std::size_t field) {
        return field < fields.size() ? base::parse_number<std::uint64_t>(fields[field])
                                     : std::nullopt;
    };
    if (!number(kFlags) || !number(kStartTime) || !number(kPending)) {
        return Error::system(EBADMSG, cat("read(/proc/", pid, "/stat)"));
    }
    return Stat{.state = fields[kState].front(),
                .flags = *number(kFlags),
                .start_time = *number(kStartTime),
                .pending = *number(kPending)};
}

bool is_gone(int code) {
    return code == ENOENT || code == ESRCH;
}

} // namespace

Result<std::string> current_boot_id() {
    static std::string known; // it does not change while we live
    if (known.empty()) {
        TRY_ASSIGN(const std::string text,
                   base::read_file(base::FdRef::cwd(), "/proc/sys/kernel/random/boot_id", 4096));
        known = base::trimmed(text);
    }
    return known;
}

Result<ProcessIdentity> identity_of(pid_t pid) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const Stat stat, stat_of(proc, pid));
    TRY_ASSIGN(std::string boot_id, current_boot_id());
    return ProcessIdentity{pid, stat.start_time, std::move(boot_id)};
}

Result<Fd> open_process(const ProcessIdentity& identity) {
    if (identity.pid <= 0) {
        return Fd();
    }
    TRY_ASSIGN(const std::string boot_id, current_boot_id());
    if (boot_id != identity.boot_id) {
        return Fd();
    }
    // The pidfd first: what is read then is about the process behind it, or the pidfd is dead.
    Result<Fd> pidfd = base::sys::pidfd_open(identity.pid);
    if (!pidfd && pidfd.code() == ESRCH) {
        return Fd();
    }
    TRY_ASSIGN(Fd opened, std::move(pidfd));
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    Result<Stat> stat = stat_of(proc, identity.pid);
    if (!stat && is_gone(stat.code())) {
        return Fd();
    }
    TRY_ASSIGN(const Stat found, std::move(stat));
    const bool ended = found.state == 'Z' || found.state == 'X';
    return ended || found.start_time != identity.start_time ? Fd() : std::move(opened);
}

bool is_ending(pid_t pid) {
    constexpr std::uint64_t kExiting = 4; // PF_EXITING of linux/sched.h
    constexpr std::uint64_t kKilled = 1U << (SIGKILL - 1);
    const Result<base::Procfs> proc = base::Procfs::of_host();
    const Result<Stat> stat = proc ? stat_of(*proc, pid) : Result<Stat>(Stat());
    return stat && ((stat->flags & kExiting) != 0 || (stat->pending & kKilled) != 0);
}

} // namespace runtime
