#include "runtime/foreground.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/console.hpp"

#include <array>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::Child;
using base::done;
using base::Exit;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

namespace {

sigset_t held_signals() {
    sigset_t signals;
    sigfillset(&signals);
    // These are about ourselves, not about the container.
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE}) {
        sigdelset(&signals, own);
    }
    return signals;
}

/// One direction of the copying: what was read and could not be written yet.
class Copy {
  public:
    Copy(FdRef from, FdRef to) : from_(from), to_(to) {}

    [[nodiscard]] pollfd wants() const {
        if (!pending_.empty()) {
            return {to_.number(), POLLOUT, 0};
        }
        return ended_ ? pollfd{-1, 0, 0} : pollfd{from_.number(), POLLIN, 0};
    }
    void step(short events) {
        if (events == 0) {
            return;
        }
        if (pending_.empty()) {
            fill();
        }
        flush();
    }
    /// Puts something behind what was read.
    void add(std::string_view bytes) { pending_ += bytes; }
    [[nodiscard]] bool ended() const { return ended_ && pending_.empty(); }
    /// Whether what was read last was a whole line.
    [[nodiscard]] bool ended_a_line() const { return last_ == '\n'; }

  private:
    void fill() {
        std::array<char, 8192> buffer{};
        const Result<std::size_t> size = base::sys::read(from_, buffer);
        if (!size || *size == 0) {
            // EIO is how a pty says that its other side is closed.
            ended_ = size || size.code() != EAGAIN;
            return;
        }
        pending_.assign(buffer.data(), *size);
        last_ = pending_.back();
    }
    void flush() {
        if (pending_.empty()) {
            return;
        }
        const ssize_t size = base::uninterrupted(
            [&] { return ::write(to_.number(), pending_.data(), pending_.size()); });
        if (size < 0 && errno != EAGAIN) {
            ended_ = true;
            pending_.clear();
        } else if (size > 0) {
            pending_.erase(0, static_cast<std::size_t>(size));
        }
    }

    FdRef from_;
    FdRef to_;
    std::string pending_;
    char last_ = '\n';
    bool ended_ = false;
};

/// The two directions between our terminal and the container's.
class Terminal {
  public:
    static Result<Terminal> open(Fd master) {
        if (::fcntl(master.number(), F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
            return call_failed("fcntl", master, Word{"F_SETFL"});
        }
        Terminal terminal(std::move(master));
        if (stdin_is_terminal()) {
            TRY_ASSIGN(RawTerminal raw, RawTerminal::enter());
            terminal.raw_.emplace(std::move(raw));
        }
        return terminal;
    }
    [[nodiscard]] pollfd wants_input() const { return in_.wants(); }
    [[nodiscard]] pollfd wants_output() const { return out_.wants(); }
    void step(short input_events, short output_events) {
        in_.step(input_events);
        out_.step(output_events);
        hand_on_end();
    }
    void resize() const { copy_window_size(master_); }
    /// What the process has written before its end.
    void drain() {
        constexpr int kPatienceMs = 1000; // of our own reader
        while (!out_.ended()) {
            std::array<pollfd, 1> watched = {out_.wants()};
            const Result<int> ready = base::sys::poll(watched, kPatienceMs);
            if (!ready || *ready == 0) {
                return;
            }
            out_.step(watched[0].revents);
        }
    }

  private:
    explicit Terminal(Fd master)
        : master_(std::move(master)), in_(FdRef(STDIN_FILENO), master_),
          out_(master_, FdRef(STDOUT_FILENO)) {}

    /// The end of our input, as somebody at the terminal would type it: behind a part of a line
    /// twice, since the first hands on that part. A program that changes the mode, as a shell does
    /// for each line that it reads, is told again: the kernel loses the end that was typed before.
    void hand_on_end() {
        termios now{};
        if (!in_.ended() || ::tcgetattr(master_.number(), &now) < 0) {
            return;
        }
        const bool by_line = (now.c_lflag & ICANON) != 0;
        if (told_by_line_ == by_line) {
            return;
        }
        const char end = static_cast<char>(now.c_cc[VEOF]);
        in_.add(std::string(by_line && !in_.ended_a_line() ? 2 : 1, end));
        told_by_line_ = by_line;
    }

    Fd master_;
    Copy in_;
    Copy out_;
    std::optional<bool> told_by_line_; ///< the mode in which the end of our input was handed on
    std::optional<RawTerminal> raw_;
};

void reap_orphans(pid_t except) {
    while (true) {
        siginfo_t info{};
        // WNOWAIT first: the process that we stay with is left to stay_with().
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0 ||
            info.si_pid == except) {
            return;
        }
        ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
    }
}

/// Takes the signals that have come and hands them on.
Result<> take_signals(FdRef signals, const Child& process,
                      const std::optional<Terminal>& terminal) {
    signalfd_siginfo info{};
    const ssize_t size = ::read(signals.number(), &info, sizeof info);
    if (size != sizeof info) {
        return errno == EAGAIN ? done() : call_failed("read", signals);
    }
    switch (info.ssi_signo) {
    case SIGCHLD:
        reap_orphans(process.pid());
        return done();
    case SIGWINCH:
        if (terminal) {
            terminal->resize();
        }
        return done();
    default:
        if (Result<> sent =
                base::sys::send_signal(process.pidfd(), static_cast<int>(info.ssi_signo));
            !sent && sent.code() != ESRCH) {
            return sent;
        }
        return done();
    }
}

void hand_on(NotifyRelay& relay) {
    if (const Result<> told = relay.hand_on(); !told) {
        base::log::warning(base::cat("the service manager was not told what the container says: ",
                                     told.error().text()));
    }
}

} // namespace

Result<> hold_signals() {
    const sigset_t signals = held_signals();
    if (::sigprocmask(SIG_BLOCK, &signals, nullptr) < 0) {
        return call_failed("sigprocmask", Word{"SIG_BLOCK"});
    }
    return done();
}

Result<> adopt_orphans() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
        return call_failed("prctl", Word{"PR_SET_CHILD_SUBREAPER"});
    }
    return done();
}

Result<Exit> stay_with(Child& process, Fd master, std::optional<NotifyRelay> relay) {
    const sigset_t signals = held_signals();
    const Fd signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signal_fd) {
        return call_failed("signalfd");
    }
    std::optional<Terminal> terminal;
    if (master) {
        TRY_ASSIGN(Terminal opened, Terminal::open(std::move(master)));
        terminal.emplace(std::move(opened));
    }
    while (true) {
        constexpr pollfd kNothing{-1, 0, 0};
        std::array<pollfd, 5> watched = {
            {{signal_fd.number(), POLLIN, 0},
             {process.pidfd().number(), POLLIN, 0},
             terminal ? terminal->wants_input() : kNothing,
             terminal ? terminal->wants_output() : kNothing,
             relay ? pollfd{relay->socket().number(), POLLIN, 0} : kNothing}};
        TRY(base::sys::poll(watched, -1));
        if (terminal) {
            terminal->step(watched[2].revents, watched[3].revents);
        }
        if (watched[4].revents != 0) {
            hand_on(*relay);
        }
        if (watched[0].revents != 0) {
            TRY(take_signals(signal_fd, process, terminal));
        }
        if (watched[1].revents != 0) {
            if (terminal) {
                terminal->drain();
            }
            return process.wait();
        }
    }
}

} // namespace runtime
