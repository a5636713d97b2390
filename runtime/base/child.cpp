#include "runtime/base/child.hpp"

#include "runtime/base/sys.hpp"

#include <csignal>
#include <cstring>

#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace base {

std::string signal_name(int signal) {
    if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
        return signal == SIGRTMIN ? "SIGRTMIN" : cat("SIGRTMIN+", signal - SIGRTMIN);
    }
    const char* name = sigabbrev_np(signal);
    return name != nullptr ? cat("SIG", name) : cat("signal ", signal);
}

std::string Exit::text() const {
    return signal != 0 ? cat("was killed by ", signal_name(signal)) : cat("exited with ", code);
}

Result<std::optional<Exit>> Child::reap(int options) {
    siginfo_t info{};
    // By pid, not P_PIDFD: a child cloned with CLONE_PARENT and exit_signal 0 needs __WALL.
    const auto id = static_cast<id_t>(pid_);
    if (uninterrupted([&] { return ::waitid(P_PID, id, &info, WEXITED | __WALL | options); }) < 0) {
        return call_failed("waitid", Word{"P_PID"}, pid_);
    }
    if (info.si_pid == 0) {
        return std::optional<Exit>();
    }
    pid_ = 0;
    Exit exit;
    (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
    return std::optional(exit);
}

Result<Exit> Child::wait() {
    TRY_ASSIGN(const std::optional<Exit> exit, reap(0));
    return *exit;
}

Result<std::optional<Exit>> Child::poll() {
    return reap(WNOHANG);
}

void Child::kill_and_reap() {
    if (pid_ > 0) {
        static_cast<void>(sys::send_signal(pidfd_, SIGKILL));
        static_cast<void>(wait());
        pid_ = 0;
    }
}

Result<Child> fork_to(const std::function<int()>& body) {
    int pidfd = -1;
    clone_args args{};
    args.flags = CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    const long pid = ::syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0) {
        return call_failed("clone3", Word{"CLONE_PIDFD"});
    }
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::_exit(body());
    }
    return Child(static_cast<pid_t>(pid), Fd(pidfd));
}

Fd Child::release() {
    pid_ = 0;
    return std::move(pidfd_);
}

} // namespace base
