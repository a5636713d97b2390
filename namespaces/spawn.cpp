#include "namespaces/spawn.hpp"

#include "namespaces/kinds.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"

#include <csignal>

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::Child;
using base::done;
using base::Fd;
using base::FdRef;
using base::Hex;
using base::Result;
using base::Word;

const std::array<std::string_view, 4> kLaunchSteps = {
    "wait for the id maps", "take uid and gid 0 of the user namespace",
    "keep descriptors over the exec", "execute the sealed runtime"};

namespace {

/// The child's way from clone3 to execveat. Raw calls only; never returns.
class Birth {
  public:
    explicit Birth(const Launch& launch) : launch_(launch) {}

    [[noreturn]] void run() const {
        // The runtime may die at any time: then this process must not go on alone. EOF on the
        // channel says the same later, for the time after ids have changed (kernel rule 3).
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if ((launch_.new_types & CLONE_NEWUSER) != 0) {
            wait_for_maps();
            take_root();
        }
        keep(launch_.channel.number());
        for (const int fd : launch_.kept) {
            keep(fd);
        }
        const char* const environment[] = {nullptr};
        ::syscall(SYS_execveat, launch_.program.number(), "", launch_.argv.data(), environment,
                  AT_EMPTY_PATH);
        fail(3);
    }

  private:
    void wait_for_maps() const {
        char packet[64];
        const ssize_t size = base::uninterrupted(
            [&] { return ::read(launch_.channel.number(), packet, sizeof packet); });
        if (size <= 0) {
            fail(0);
        }
    }

    void take_root() const {
        if (::syscall(SYS_setresgid, 0, 0, 0) < 0 || ::syscall(SYS_setresuid, 0, 0, 0) < 0) {
            fail(1);
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // cleared by the change of ids
        ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }

    void keep(int fd) const {
        if (::fcntl(fd, F_SETFD, 0) < 0) {
            fail(2);
        }
    }

    [[noreturn]] void fail(std::uint32_t step) const {
        LaunchFailure failure;
        failure.code = errno;
        failure.step = step;
        static_cast<void>(!::write(launch_.channel.number(), &failure, sizeof failure));
        ::_exit(1);
    }

    const Launch& launch_;
};

long clone3(clone_args& args) {
    return ::syscall(SYS_clone3, &args, sizeof args);
}

/// The files of a process that is not dumpable are root's: a user could not write the maps of its
/// own child. What is cloned while this lives is dumpable until it has them (Birth).
class DumpableForUser {
  public:
    explicit DumpableForUser(std::uint32_t new_types)
        : needed_((new_types & CLONE_NEWUSER) != 0 && ::geteuid() != 0),
          before_(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) {
        if (needed_) {
            ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        }
    }
    DumpableForUser(const DumpableForUser&) = delete;
    DumpableForUser& operator=(const DumpableForUser&) = delete;
    ~DumpableForUser() {
        if (needed_) {
            ::prctl(PR_SET_DUMPABLE, before_, 0, 0, 0);
        }
    }

  private:
    bool needed_;
    int before_;
};

} // namespace

Result<Child> spawn(const Launch& launch) {
    int pidfd = -1;
    clone_args args{};
    args.flags = std::uint64_t{CLONE_PIDFD} | launch.new_types;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    if (launch.cgroup.valid()) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<__u64>(launch.cgroup.number());
    }
    const DumpableForUser dumpable(launch.new_types);
    const long pid = clone3(args);
    if (pid == 0) {
        Birth(launch).run();
    }
    if (pid < 0) {
        return call_failed("clone3", Hex{args.flags}, launch.cgroup);
    }
    return Child(static_cast<pid_t>(pid), Fd(pidfd));
}

Result<> join_all(const SpawnPlan& plan, std::span<const Fd> fds) {
    std::vector<std::size_t> later;
    const auto join = [&](std::size_t i) {
        const Join& wanted = plan.joins[i];
        const Kind& kind = kind_of(wanted.type);
        return base::sys::join(fds[i], kind.flag)
            .at(wanted.origin)
            .in(cat("join the ", kind.oci_name, " namespace"));
    };
    const bool joins_user = plan.joins_type(spec::NamespaceType::user);
    for (std::size_t i = 0; i < plan.joins.size(); ++i) {
        Result<> joined = join(i);
        const bool user = plan.joins[i].type == spec::NamespaceType::user;
        if (!joined && joined.code() == EPERM && joins_user && !user) {
            later.push_back(i);
        } else if (!joined) {
            return joined;
        }
    }
    // kKinds ends with user: it is joined now, with all capabilities in it.
    for (const std::size_t i : later) {
        TRY(join(i));
    }
    return done();
}

Result<> make_time_namespace(const SpawnPlan& plan) {
    if (!plan.new_time) {
        return done();
    }
    TRY(base::sys::unshare(CLONE_NEWTIME).in("make a time namespace"));
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const std::string file, proc.self("timens_offsets"));
    for (const ClockOffset& offset : plan.clock_offsets) {
        TRY(proc.write(file, cat(offset.clock, " ", offset.secs, " ", offset.nanosecs, "\n"))
                .at(offset.origin)
                .in(cat("set the clock ", offset.clock)));
    }
    return done();
}

Result<Sibling> clone_sibling(std::uint32_t new_types) {
    int pidfd = -1;
    clone_args args{};
    args.flags = std::uint64_t{CLONE_PIDFD} | CLONE_PARENT | new_types;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = 0; // anything else is EINVAL with CLONE_PARENT (kernel rule 4)
    const long pid = clone3(args);
    if (pid < 0) {
        return call_failed("clone3", Hex{args.flags});
    }
    return Sibling{static_cast<pid_t>(pid), Fd(pid > 0 ? pidfd : -1)};
}

} // namespace namespaces
