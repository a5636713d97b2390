// System calls, each once: interrupted ones are repeated, descriptors are close-on-exec, and a
// failure carries the call with its arguments. Calls that only one folder makes live there; they
// are built with call_failed() too.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>

namespace base {

/// How an argument of a call stands in an error text.
struct Hex {
    std::uint64_t value;
};
struct Octal {
    std::uint64_t value;
};
/// An argument that is a word of the kernel ("O_PATH"), printed without quotes.
struct Word {
    std::string_view text;
};

/// While one lives, failing with `code` is an ordinary answer of a call: what its descriptors stand
/// for is not looked up for the error, which would be a readlink(2) in /proc each time.
class Expecting {
  public:
    explicit Expecting(int code) : before_(std::exchange(expected, code)) {}
    ~Expecting() { expected = before_; }
    Expecting(const Expecting&) = delete;
    Expecting& operator=(const Expecting&) = delete;

    static bool is(int code) { return code != 0 && code == expected; }

  private:
    static inline int expected = 0;
    int before_;
};

namespace detail {
template <class Argument>
std::string argument(const Argument& value, int code) {
    if constexpr (std::is_convertible_v<Argument, FdRef>) {
        return Expecting::is(code) ? cat(FdRef(value).number()) : describe(value);
    } else if constexpr (std::same_as<Argument, Hex>) {
        return hex(value.value);
    } else if constexpr (std::same_as<Argument, Octal>) {
        return octal(value.value);
    } else if constexpr (std::same_as<Argument, Word>) {
        return std::string(value.text);
    } else if constexpr (std::is_convertible_v<Argument, std::string_view>) {
        return base::quoted(value); // not std::quoted, which <chrono> may bring
    } else {
        return cat(value);
    }
}
} // namespace detail

/// The Error of a system call that has just set errno.
template <class... Arguments>
Error call_failed(std::string_view name, const Arguments&... arguments) {
    const int code = errno;
    std::string text(name);
    text += '(';
    std::string_view separator;
    ((text += separator, text += detail::argument(arguments, code), separator = ", "), ...);
    text += ')';
    return Error::system(code, std::move(text));
}

/// The texts as execve(2) wants them: pointers that end in a null, borrowed from `texts`.
std::vector<char*> argument_vector(const std::vector<std::string>& texts);

/// Calls f until it is not interrupted by a signal.
template <class F>
auto uninterrupted(F&& f) {
    decltype(f()) result;
    do {
        result = f();
    } while (result == -1 && errno == EINTR);
    return result;
}

namespace sys {

// --- files --------------------------------------------------------------------------------------
/// openat(2); O_CLOEXEC is added.
Result<Fd> open(FdRef directory, ZView path, int flags, mode_t mode = 0);
/// openat2(2) with RESOLVE_* in `resolve`; O_CLOEXEC is added.
Result<Fd> open2(FdRef directory, ZView path, int flags, std::uint64_t resolve);
Result<std::size_t> read(FdRef fd, std::span<char> buffer);
/// Writes everything, or fails.
Result<> write(FdRef fd, std::string_view bytes);
/// One write(2), as kernel files want it: a short write is an error (EIO).
Result<> write_once(FdRef fd, std::string_view bytes);
Result<struct stat> fstat(FdRef fd);
Result<struct stat> fstatat(FdRef directory, ZView path, int flags);
Result<struct statfs> fstatfs(FdRef fd);
Result<std::string> readlink(FdRef directory, ZView path);
Result<> mkdir(FdRef directory, ZView name, mode_t mode);
Result<> mknod(FdRef directory, ZView name, mode_t mode, dev_t device);
Result<> symlink(ZView target, FdRef directory, ZView name);
Result<> unlink(FdRef directory, ZView name, int flags = 0);
Result<> rename(FdRef old_directory, ZView old_name, FdRef new_directory, ZView new_name);
/// fchmodat(2) on the entry itself; a symbolic link is not followed, but refused (ELOOP). Needs
/// /proc.
Result<> chmod(FdRef directory, ZView name, mode_t mode);
/// fchownat(2) on the entry itself (a symbolic link is not followed); "" names `directory`.
Result<> chown(FdRef directory, ZView name, uid_t uid, gid_t gid);
Result<> chdir(FdRef directory);
/// Like dup(2), close-on-exec, at `at_least` or above.
Result<Fd> duplicate(FdRef fd, int at_least = 3);
/// Exclusive flock(2); with LOCK_NB in `extra` EWOULDBLOCK if somebody else has it.
Result<> lock(FdRef fd, int extra = 0);
Result<Fd> memfd(ZView name, unsigned flags);
/// No more writes, growth, shrinking or seals on a memfd made with MFD_ALLOW_SEALING.
Result<> seal(FdRef memfd);

// --- processes ----------------------------------------------------------------------------------
/// pidfd_open(2); ESRCH if there is no such process.
Result<Fd> pidfd_open(pid_t pid);
/// pidfd_send_signal(2); ESRCH if the process is gone.
Result<> send_signal(FdRef pidfd, int signal);
Result<Fd> pidfd_getfd(FdRef pidfd, int number);
/// setns(2): `fd` is a namespace, or a pidfd with several CLONE_NEW* in `types`.
Result<> join(FdRef fd, int types);
Result<> unshare(int flags);

// --- waiting and talking
// --------------------------------------------------------------------------
/// poll(2); -1 waits without bound. Returns how many have events.
Result<int> poll(std::span<pollfd> fds, int timeout_ms);
struct SocketPair {
    Fd ours;
    Fd theirs;
};
/// Two connected AF_UNIX sockets of `type` (SOCK_SEQPACKET, …).
Result<SocketPair> socketpair(int type);
struct Pipe {
    Fd read_end;
    Fd write_end;
};
Result<Pipe> pipe();
/// One packet with descriptors beside it (SCM_RIGHTS). SIGPIPE is not raised.
Result<> send(FdRef socket, std::string_view bytes, std::span<const FdRef> fds = {});
struct Packet {
    std::string bytes; ///< empty: the peer has closed its end
    std::vector<Fd> fds;
    bool truncated = false; ///< the packet or its descriptors did not fit (MSG_TRUNC, MSG_CTRUNC)
};
/// One packet of at most `limit` bytes; ECONNRESET is reported like any other errno.
Result<Packet> receive(FdRef socket, std::size_t limit);

} // namespace sys
} // namespace base
