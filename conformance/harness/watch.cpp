#include "conformance/harness/watch.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

void Spool::drain() {
    std::array<char, 16384> buffer{};
    while (source_) {
        const ssize_t size = ::read(source_.number(), buffer.data(), buffer.size());
        if (size > 0) {
            text_.append(buffer.data(), static_cast<std::size_t>(size));
        } else if (size < 0 && errno == EINTR) {
            continue;
        } else if (size < 0 && errno == EAGAIN) {
            return;
        } else {
            source_.close(); // the end, or EIO: the last slave of a terminal was closed
        }
    }
}

std::string Exit::text() const {
    if (signal == 0) {
        return "exit " + std::to_string(code);
    }
    const char* name = sigabbrev_np(signal);
    return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

Watch::Watch(Milliseconds bound) : bound_(bound) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&set, signal);
    }
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) {
        throw Broken::call("signalfd");
    }
}

void Watch::check() const {
    pollfd signal{.fd = signals_.number(), .events = POLLIN, .revents = 0};
    if (::poll(&signal, 1, 0) > 0) {
        throw Interrupted();
    }
}

bool Watch::until(const std::function<bool()>& condition, int pidfd, std::span<Spool* const> spools,
                  Milliseconds bound) const {
    const auto end = std::chrono::steady_clock::now() + bound;
    while (true) {
        check();
        std::vector<pollfd> fds{{.fd = signals_.number(), .events = POLLIN, .revents = 0},
                                {.fd = pidfd, .events = POLLIN, .revents = 0}};
        for (Spool* spool : spools) {
            spool->drain();
            fds.push_back({.fd = spool->number(), .events = POLLIN, .revents = 0});
        }
        if (condition()) {
            return true;
        }
        const auto left =
            std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) > 0 &&
            fds[1].revents != 0) {
            for (Spool* spool : spools) {
                spool->drain();
            }
            return condition();
        }
    }
}

bool Watch::readable(int fd, std::span<Spool* const> spools, Milliseconds bound) const {
    const auto ready = [fd] {
        pollfd source{.fd = fd, .events = POLLIN, .revents = 0};
        return ::poll(&source, 1, 0) > 0;
    };
    return fd < 0 || until(ready, fd, spools, bound);
}

Fd open_pidfd(pid_t pid) {
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

Exit reap(pid_t child) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED) < 0) {
        if (errno != EINTR) {
            return {.code = kUnknownCode};
        }
    }
    Exit exit;
    (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
    return exit;
}

} // namespace conformance
