// A child process that is killed and reaped unless it is released.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace base {

/// How a process ended.
struct Exit {
    int code = 0;   ///< its exit code, if it was not killed
    int signal = 0; ///< the signal that killed it, or 0
    /// "exited with 3" or "was killed by SIGKILL".
    [[nodiscard]] std::string text() const;
    /// What a shell would say: the code, or 128 + the signal.
    [[nodiscard]] int shell_code() const { return signal != 0 ? 128 + signal : code; }
};

/// "SIGTERM" for 15, "SIGRTMIN+3" for 37; "signal 99" where there is no name.
std::string signal_name(int signal);

/// Owns the duty to reap one child. Empty after it was reaped or released.
class Child {
  public:
    Child() = default;
    Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    Child(Child&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}
    Child& operator=(Child&& other) noexcept {
        std::swap(pid_, other.pid_);
        std::swap(pidfd_, other.pidfd_);
        return *this;
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { kill_and_reap(); }

    explicit operator bool() const { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] FdRef pidfd() const { return pidfd_; }
    /// Waits until it has ended and reaps it.
    Result<Exit> wait();
    /// Reaps it if it has ended; nullopt while it runs.
    Result<std::optional<Exit>> poll();
    /// SIGKILL, then wait; nothing if empty.
    void kill_and_reap();
    /// Gives up the duty: the child lives on. Its pidfd stays with the caller.
    Fd release();

  private:
    Result<std::optional<Exit>> reap(int options);

    pid_t pid_ = 0;
    Fd pidfd_;
};

/// Runs `body` in a forked child, which ends with the code that it returns. Only for a program
/// with one thread.
Result<Child> fork_to(const std::function<int()>& body);

} // namespace base
