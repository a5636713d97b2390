// Waiting: for a process, for text, never without bound, and ended at once by an interrupt.
#pragma once

#include "conformance/harness/posix.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>

#include <sys/types.h>

namespace conformance {

using Milliseconds = std::chrono::milliseconds;

/// What a pipe or a terminal has brought so far. Drained by whoever waits.
class Spool {
  public:
    Spool() = default;
    explicit Spool(Fd source) : source_(std::move(source)) {}
    /// Reads what is there, without waiting.
    void drain();
    [[nodiscard]] bool ended() const { return !source_; }
    [[nodiscard]] int number() const { return source_.number(); }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    Fd source_;
    std::string text_;
};

/// The exit code of a process that was not ours to reap.
inline constexpr int kUnknownCode = -1;

/// How a process ended.
struct Exit {
    int code = 0;
    int signal = 0;
    [[nodiscard]] bool ok() const { return code == 0 && signal == 0; }
    /// "exit 3" or "SIGKILL".
    [[nodiscard]] std::string text() const;
};

class Watch {
  public:
    /// Blocks SIGINT, SIGTERM and SIGHUP for this process; they arrive here from now on. `bound`
    /// is the longest that any single wait lasts.
    explicit Watch(Milliseconds bound);

    [[nodiscard]] Milliseconds bound() const { return bound_; }
    /// Until `condition` holds or the process behind `pidfd` (-1: none) has ended; the spools are
    /// drained meanwhile. Returns whether the condition holds at the end. Throws Interrupted.
    bool until(const std::function<bool()>& condition, int pidfd, std::span<Spool* const> spools,
               Milliseconds bound) const;
    /// Until there is something to read from `fd`; false if the bound passed. A pidfd becomes
    /// readable when its process ends, and one that could not be opened belongs to none.
    bool readable(int fd, std::span<Spool* const> spools, Milliseconds bound) const;
    /// As above, with this watch's own bound.
    bool readable(int fd, std::span<Spool* const> spools) const {
        return readable(fd, spools, bound_);
    }
    /// Throws Interrupted if a signal has arrived.
    void check() const;

  private:
    Milliseconds bound_;
    Fd signals_;
};

/// An empty Fd if the process is gone.
Fd open_pidfd(pid_t pid);
/// Waits for a child and reaps it.
Exit reap(pid_t child);

} // namespace conformance
