#include "runtime/base/sys.hpp"

#include <array>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc 2.36 declares these without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

namespace base {

std::vector<char*> argument_vector(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        list.push_back(const_cast<char*>(text.c_str())); // NOLINT: execve does not write to them
    }
    list.push_back(nullptr);
    return list;
}

} // namespace base

namespace base::sys {

namespace {

constexpr std::size_t kMostFds = 253; // SCM_MAX_FD of the kernel

} // namespace

Result<Fd> open(FdRef directory, ZView path, int flags, mode_t mode) {
    const int fd = uninterrupted(
        [&] { return ::openat(directory.number(), path.c_str(), flags | O_CLOEXEC, mode); });
    if (fd < 0) {
        return call_failed("openat", directory, path, Hex{static_cast<unsigned>(flags)});
    }
    return Fd(fd);
}

Result<Fd> open2(FdRef directory, ZView path, int flags, std::uint64_t resolve) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = resolve;
    const long fd = uninterrupted(
        [&] { return ::syscall(SYS_openat2, directory.number(), path.c_str(), &how, sizeof how); });
    if (fd < 0) {
        return call_failed("openat2", directory, path, Hex{how.flags}, Hex{resolve});
    }
    return Fd(static_cast<int>(fd));
}

Result<std::size_t> read(FdRef fd, std::span<char> buffer) {
    const ssize_t size =
        uninterrupted([&] { return ::read(fd.number(), buffer.data(), buffer.size()); });
    if (size < 0) {
        return call_failed("read", fd, buffer.size());
    }
    return static_cast<std::size_t>(size);
}

Result<> write(FdRef fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size =
            uninterrupted([&] { return ::write(fd.number(), bytes.data(), bytes.size()); });
        if (size < 0) {
            return call_failed("write", fd, bytes.substr(0, 64));
        }
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return done();
}

Result<> write_once(FdRef fd, std::string_view bytes) {
    const ssize_t size =
        uninterrupted([&] { return ::write(fd.number(), bytes.data(), bytes.size()); });
    if (size >= 0 && static_cast<std::size_t>(size) != bytes.size()) {
        errno = EIO;
    } else if (size >= 0) {
        return done();
    }
    return call_failed("write", fd, bytes.substr(0, 256));
}

Result<struct stat> fstat(FdRef fd) {
    return fstatat(fd, "", AT_EMPTY_PATH);
}

Result<struct stat> fstatat(FdRef directory, ZView path, int flags) {
    struct stat status {};
    if (::fstatat(directory.number(), path.c_str(), &status, flags) < 0) {
        return call_failed("fstatat", directory, path, Hex{static_cast<unsigned>(flags)});
    }
    return status;
}

Result<struct statfs> fstatfs(FdRef fd) {
    struct statfs status {};
    if (uninterrupted([&] { return ::fstatfs(fd.number(), &status); }) < 0) {
        return call_failed("fstatfs", fd);
    }
    return status;
}

Result<std::string> readlink(FdRef directory, ZView path) {
    std::string target(256, '\0');
    while (true) {
        const ssize_t size =
            ::readlinkat(directory.number(), path.c_str(), target.data(), target.size());
        if (size < 0) {
            return call_failed("readlinkat", directory, path);
        }
        if (static_cast<std::size_t>(size) < target.size()) {
            target.resize(static_cast<std::size_t>(size));
            return target;
        }
        target.resize(target.size() * 2);
    }
}

Result<> mkdir(FdRef directory, ZView name, mode_t mode) {
    if (::mkdirat(directory.number(), name.c_str(), mode) < 0) {
        return call_failed("mkdirat", directory, name, Octal{mode});
    }
    return done();
}

Result<> mknod(FdRef directory, ZView name, mode_t mode, dev_t device) {
    if (::mknodat(directory.number(), name.c_str(), mode, device) < 0) {
        return call_failed("mknodat", directory, name, Octal{mode}, Hex{device});
    }
    return done();
}

Result<> symlink(ZView target, FdRef directory, ZView name) {
    if (::symlinkat(target.c_str(), directory.number(), name.c_str()) < 0) {
        return call_failed("symlinkat", target, directory, name);
    }
    return done();
}

Result<> unlink(FdRef directory, ZView name, int flags) {
    if (::unlinkat(directory.number(), name.c_str(), flags) < 0) {
        return call_failed("unlinkat", directory, name, Hex{static_cast<unsigned>(flags)});
    }
    return done();
}

Result<> rename(FdRef old_directory, ZView old_name, FdRef new_directory, ZView new_name) {
    if (::renameat(old_directory.number(), old_name.c_str(), new_directory.number(),
                   new_name.c_str()) < 0) {
        return call_failed("renameat", old_directory, old_name, new_directory, new_name);
    }
    return done();
}

Result<> chmod(FdRef directory, ZView name, mode_t mode) {
    // By the name again it could meanwhile be a link to anywhere: what is held is changed.
    TRY_ASSIGN(const Fd entry, open(directory, name, O_PATH | O_NOFOLLOW));
    TRY_ASSIGN(const struct stat status, fstat(entry));
    if (S_ISLNK(status.st_mode)) {
        errno = ELOOP;
        return call_failed("fchmodat", directory, name, Octal{mode});
    }
    if ((status.st_mode & 07777U) == mode) {
        return done();
    }
    // fchmod(2) takes no O_PATH descriptor, and fchmodat2(2) is of Linux 6.6.
    const std::string held = cat("/proc/self/fd/", entry.number());
    if (::fchmodat(AT_FDCWD, held.c_str(), mode, 0) < 0) {
        return call_failed("fchmodat", entry, Octal{mode});
    }
    return done();
}

Result<> chown(FdRef directory, ZView name, uid_t uid, gid_t gid) {
    if (::fchownat(directory.number(), name.c_str(), uid, gid,
                   AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0) {
        return call_failed("fchownat", directory, name, uid, gid);
    }
    return done();
}

Result<> chdir(FdRef directory) {
    if (::fchdir(directory.number()) < 0) {
        return call_failed("fchdir", directory);
    }
    return done();
}

Result<Fd> duplicate(FdRef fd, int at_least) {
    const int copy = ::fcntl(fd.number(), F_DUPFD_CLOEXEC, at_least);
    if (copy < 0) {
        return call_failed("fcntl", fd, Word{"F_DUPFD_CLOEXEC"}, at_least);
    }
    return Fd(copy);
}

Result<> lock(FdRef fd, int extra) {
    if (uninterrupted([&] { return ::flock(fd.number(), LOCK_EX | extra); }) < 0) {
        return call_failed("flock", fd, Word{"LOCK_EX"});
    }
    return done();
}

Result<Fd> memfd(ZView name, unsigned flags) {
    const int fd = ::memfd_create(name.c_str(), flags | MFD_CLOEXEC);
    if (fd < 0) {
        return call_failed("memfd_create", name, Hex{flags});
    }
    return Fd(fd);
}

Result<> seal(FdRef memfd) {
    constexpr int kAll = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (::fcntl(memfd.number(), F_ADD_SEALS, kAll) < 0) {
        return call_failed("fcntl", memfd, Word{"F_ADD_SEALS"});
    }
    return done();
}

Result<Fd> pidfd_open(pid_t pid) {
    const int fd = ::pidfd_open(pid, 0);
    if (fd < 0) {
        // Older kernels say so of a number that only lives on as that of a session or a process
        // group, whose leader has ended.
        errno = errno == EINVAL && pid > 0 ? ESRCH : errno;
        return call_failed("pidfd_open", pid);
    }
    return Fd(fd);
}

Result<> send_signal(FdRef pidfd, int signal) {
    if (::pidfd_send_signal(pidfd.number(), signal, nullptr, 0) < 0) {
        return call_failed("pidfd_send_signal", pidfd, signal);
    }
    return done();
}

Result<Fd> pidfd_getfd(FdRef pidfd, int number) {
    const int fd = ::pidfd_getfd(pidfd.number(), number, 0);
    if (fd < 0) {
        return call_failed("pidfd_getfd", pidfd, number);
    }
    return Fd(fd);
}

Result<> join(FdRef fd, int types) {
    if (::setns(fd.number(), types) < 0) {
        return call_failed("setns", fd, Hex{static_cast<unsigned>(types)});
    }
    return done();
}

Result<> unshare(int flags) {
    if (::unshare(flags) < 0) {
        return call_failed("unshare", Hex{static_cast<unsigned>(flags)});
    }
    return done();
}

Result<int> poll(std::span<pollfd> fds, int timeout_ms) {
    const int ready = uninterrupted([&] { return ::poll(fds.data(), fds.size(), timeout_ms); });
    if (ready < 0) {
        return call_failed("poll", fds.size(), timeout_ms);
    }
    return ready;
}

Result<SocketPair> socketpair(int type) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) < 0) {
        return call_failed("socketpair", Word{"AF_UNIX"}, type);
    }
    return SocketPair{Fd(ends[0]), Fd(ends[1])};
}

Result<Pipe> pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
        return call_failed("pipe2", Word{"O_CLOEXEC"});
    }
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Result<> send(FdRef socket, std::string_view bytes, std::span<const FdRef> fds) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
    iovec part{const_cast<char*>(bytes.data()), bytes.size()}; // NOLINT: sendmsg only reads it
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fds.size() > kMostFds) {
        errno = E2BIG;
        return call_failed("sendmsg", socket, fds.size());
    }
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
        unsigned char* at = CMSG_DATA(header);
        for (const FdRef fd : fds) {
            const int number = fd.number();
            std::memcpy(at, &number, sizeof number);
            at += sizeof number;
        }
    }
    if (uninterrupted([&] { return ::sendmsg(socket.number(), &message, MSG_NOSIGNAL); }) < 0) {
        return call_failed("sendmsg", socket, bytes.size());
    }
    return done();
}

Result<Packet> receive(FdRef socket, std::size_t limit) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
    Packet packet;
    const auto buffer =
        std::make_unique_for_overwrite<char[]>(limit); // most of it is never touched
    iovec part{buffer.get(), limit};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size =
        uninterrupted([&] { return ::recvmsg(socket.number(), &message, MSG_CMSG_CLOEXEC); });
    if (size < 0) {
        return call_failed("recvmsg", socket, limit);
    }
    packet.bytes.assign(buffer.get(), static_cast<std::size_t>(size));
    packet.truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
            packet.fds.emplace_back(number);
        }
    }
    return packet;
}

} // namespace base::sys
