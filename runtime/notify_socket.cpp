#include "runtime/notify_socket.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

namespace {

constexpr const char* kDirectory = "notify";
constexpr const char* kSocket = "notify.sock";
constexpr std::string_view kInside = "/run/notify"; // runc's place
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kSocketMode = 0777;   // the container's users are not ours
constexpr int kBarrierMs = 30'000;     // as long as systemd's own programs wait
constexpr std::size_t kLongest = 4096; // NOTIFY_BUFFER_MAX of systemd

struct Address {
    sockaddr_un name{};
    socklen_t size = 0;
};

/// "@" at its head stands for the NUL of an abstract name.
Result<Address> address_of(const std::string& text) {
    Address address;
    address.name.sun_family = AF_UNIX;
    if (text.size() >= sizeof address.name.sun_path) {
        errno = ENAMETOOLONG;
        return call_failed("bind", text);
    }
    std::memcpy(address.name.sun_path, text.c_str(), text.size() + 1);
    const bool is_abstract = text.starts_with('@');
    if (is_abstract) {
        address.name.sun_path[0] = '\0';
    }
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() +
                                          (is_abstract ? 0 : 1));
    return address;
}

Result<Fd> datagram_socket() {
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return call_failed("socket", Word{"AF_UNIX"}, Word{"SOCK_DGRAM"});
    }
    return socket;
}

/// The manager's end, which every message is sent to.
Result<Fd> connect_to(const std::string& text) {
    TRY_ASSIGN(const Address address, address_of(text));
    TRY_ASSIGN(Fd socket, datagram_socket());
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address.name), address.size) <
        0) {
        return std::move(call_failed("connect", text)).in("reach the NOTIFY_SOCKET");
    }
    return socket;
}

/// The manager knows a message's sender by its pid, and takes it for nobody's if we are gone before
/// it looks: so we wait until it has closed what comes with BARRIER=1 (sd_notify_barrier(3)).
Result<> wait_for_manager(const Fd& manager) {
    TRY_ASSIGN(base::sys::Pipe pipe, base::sys::pipe());
    const FdRef sent[] = {pipe.write_end};
    TRY(base::sys::send(manager, "BARRIER=1", sent));
    pipe.write_end = Fd();
    std::array<pollfd, 1> watched = {{{pipe.read_end.number(), 0, 0}}};
    TRY(base::sys::poll(watched, kBarrierMs));
    return done();
}

bool says_ready(std::string_view message) {
    const std::vector<std::string_view> lines = base::split(message, '\n');
    return std::ranges::find(lines, "READY=1") != lines.end();
}

/// "" for what is empty or cannot be read. Descriptors beside it are closed by the kernel.
std::string receive(FdRef socket) {
    std::array<char, kLongest> buffer{};
    const ssize_t size = base::uninterrupted([&] {
        return ::recv(socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    });
    const bool whole = size > 0 && static_cast<std::size_t>(size) <= buffer.size();
    return whole ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
}

} // namespace

std::string notify_address() {
    const char* address = ::getenv("NOTIFY_SOCKET");
    return address == nullptr ? "" : address;
}

void offer_notify_socket(spec::Spec& config, const std::string& container_directory) {
    // Behind the configuration's own mounts, one of which may be on /run.
    config.mounts.push_back({.destination = std::string(kInside),
                             .type = "none",
                             .source = cat(container_directory, "/", kDirectory),
                             .options = {"bind", "nosuid", "noexec", "nodev", "ro"}});
    if (config.process) {
        static constexpr std::string_view kVariable = "NOTIFY_SOCKET=";
        std::vector<std::string>& env = config.process->env;
        std::erase_if(env, [](const std::string& entry) { return entry.starts_with(kVariable); });
        env.push_back(cat(kVariable, kInside, "/", kSocket));
    }
}

Result<> make_notify_directory(FdRef container_directory) {
    return base::sys::mkdir(container_directory, kDirectory, kDirectoryMode)
        .in("make the directory of the notify socket");
}

bool has_notify_directory(FdRef container_directory) {
    return bool{base::sys::fstatat(container_directory, kDirectory, AT_SYMLINK_NOFOLLOW)};
}

std::string handed_on(std::string_view message) {
    constexpr std::array<std::string_view, 8> kWords = {
        "READY=",          "STATUS=",   "STOPPING=", "RELOADING=",
        "MONOTONIC_USEC=", "WATCHDOG=", "ERRNO=",    "EXTEND_TIMEOUT_USEC="};
    std::string kept;
    for (const std::string_view line : base::split(message, '\n')) {
        const bool known = std::ranges::any_of(
            kWords, [line](std::string_view word) { return line.starts_with(word); });
        kept += known ? cat(line, "\n") : "";
    }
    return kept;
}

Result<std::optional<NotifyRelay>> NotifyRelay::listen(FdRef container_directory,
                                                       std::string address) {
    if (address.empty()) {
        return std::optional<NotifyRelay>();
    }
    Result<Fd> opened =
        base::sys::open(container_directory, kDirectory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (opened.code() == ENOENT) {
        return std::optional<NotifyRelay>();
    }
    TRY_ASSIGN(const Fd directory, std::move(opened));
    // sun_path takes 107 bytes; through a descriptor any path is short.
    const std::string path = cat("/proc/self/fd/", directory.number(), "/", kSocket);
    static_cast<void>(base::sys::unlink(directory, kSocket)); // of a start that was killed
    TRY_ASSIGN(const Address name, address_of(path));
    TRY_ASSIGN(Fd socket, datagram_socket());
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&name.name), name.size) < 0) {
        return std::move(call_failed("bind", path)).in("listen for the container");
    }
    TRY(base::sys::chmod(directory, kSocket, kSocketMode));
    return std::optional(NotifyRelay(std::move(socket), std::move(address)));
}

Result<> NotifyRelay::wait_until_ready(FdRef init, pid_t pid) {
    while (true) {
        std::array<pollfd, 2> watched = {
            {{socket_.number(), POLLIN, 0}, {init.number(), POLLIN, 0}}};
        TRY(base::sys::poll(watched, -1));
        const std::string message = watched[0].revents != 0 ? receive(socket_) : "";
        if (says_ready(message)) {
            TRY_ASSIGN(const Fd manager, connect_to(address_));
            TRY(base::sys::send(manager, cat(handed_on(message), "MAINPID=", pid, "\n")));
            return wait_for_manager(manager);
        }
        if (watched[0].revents == 0 && watched[1].revents != 0) {
            return done(); // ended, and what it said before has been read
        }
    }
}

Result<> NotifyRelay::hand_on() {
    const std::string message = handed_on(receive(socket_));
    if (message.empty()) {
        return done();
    }
    TRY_ASSIGN(const Fd manager, connect_to(address_));
    return base::sys::send(manager, message);
}

} // namespace runtime
