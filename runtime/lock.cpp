#include "runtime/lock.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/clock.hpp"

#include <csignal>

#include <sys/file.h>
#include <sys/time.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::FdRef;
using base::Result;

namespace {

/// Interrupts a blocking call again and again while it lives, whatever the caller has made of
/// SIGALRM: its first signal may come just before the call, and ignored or blocked it would never
/// come.
class Interruptions {
  public:
    Interruptions() {
        struct sigaction wake {};
        wake.sa_handler = [](int) {}; // without SA_RESTART the call returns
        ::sigaction(SIGALRM, &wake, &action_before_);
        sigset_t alarm;
        ::sigemptyset(&alarm);
        ::sigaddset(&alarm, SIGALRM);
        ::sigprocmask(SIG_UNBLOCK, &alarm, &mask_before_);
        const itimerval often = {{0, kBetweenUs}, {0, kBetweenUs}};
        ::setitimer(ITIMER_REAL, &often, nullptr);
    }
    Interruptions(const Interruptions&) = delete;
    Interruptions& operator=(const Interruptions&) = delete;
    ~Interruptions() {
        const itimerval never = {};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
        ::sigaction(SIGALRM, &action_before_, nullptr);
    }

  private:
    static constexpr suseconds_t kBetweenUs = 100'000;

    struct sigaction action_before_ {};
    sigset_t mask_before_{};
};

} // namespace

Result<> lock_within(FdRef fd, unsigned patience_s) {
    if (Result<> got = base::sys::lock(fd, LOCK_NB); got || got.code() != EWOULDBLOCK) {
        return got;
    }
    const auto deadline = Clock::now() + std::chrono::seconds(patience_s);
    const Interruptions interruptions;
    while (::flock(fd.number(), LOCK_EX) != 0) {
        const int code = errno;
        const bool late = code == EINTR && milliseconds_until(deadline) == 0;
        if (code != EINTR || late) {
            return Error::system(late ? ETIMEDOUT : code,
                                 cat("flock(", base::describe(fd), ", LOCK_EX)"));
        }
    }
    return done();
}

Result<> lock_shared(FdRef fd) {
    if (::flock(fd.number(), LOCK_SH | LOCK_NB) != 0) {
        return base::call_failed("flock", fd, base::Word{"LOCK_SH"});
    }
    return done();
}

} // namespace runtime
