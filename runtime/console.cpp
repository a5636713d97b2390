#include "runtime/console.hpp"

#include "runtime/base/sys.hpp"

#include <cstring>
#include <memory>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

namespace {

Result<> require_ptmx(FdRef master) {
    TRY_ASSIGN(const struct statfs fs, base::sys::fstatfs(master));
    TRY_ASSIGN(const struct stat status, base::sys::fstat(master));
    const bool is_ptmx = S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 2);
    if (fs.f_type != DEVPTS_SUPER_MAGIC || !is_ptmx) {
        return Error("/dev/pts/ptmx of the container is not the pty multiplexer");
    }
    return done();
}

Result<Fd> peer_of(FdRef master) {
    int unlocked = 0;
    if (::ioctl(master.number(), TIOCSPTLCK, &unlocked) < 0) {
        return call_failed("ioctl", master, Word{"TIOCSPTLCK"});
    }
    const int slave = ::ioctl(master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        return call_failed("ioctl", master, Word{"TIOCGPTPEER"});
    }
    return Fd(slave);
}

} // namespace

Result<Pty> open_pty(const base::RootDir& root, std::uint32_t uid,
                     const std::optional<spec::ConsoleSize>& size) {
    TRY_ASSIGN(Fd master, root.open("/dev/pts/ptmx", O_RDWR)
                              .hint("a terminal needs a devpts mounted on /dev/pts"));
    TRY(require_ptmx(master));
    TRY_ASSIGN(Fd slave, peer_of(master));
    // Opened without blocking for the way there; the user of the terminal wants it blocking.
    if (::fcntl(master.number(), F_SETFL, O_RDWR) < 0) {
        return call_failed("fcntl", master, Word{"F_SETFL"});
    }
    constexpr auto kUnchanged = static_cast<gid_t>(-1);
    if (::fchown(slave.number(), uid, kUnchanged) < 0) {
        return call_failed("fchown", slave, uid);
    }
    if (size) {
        winsize window{};
        window.ws_row = static_cast<unsigned short>(size->height);
        window.ws_col = static_cast<unsigned short>(size->width);
        if (::ioctl(slave.number(), TIOCSWINSZ, &window) < 0) {
            return call_failed("ioctl", slave, Word{"TIOCSWINSZ"});
        }
    }
    return Pty{std::move(master), std::move(slave)};
}

Result<> use_terminal(FdRef slave) {
    if (::ioctl(slave.number(), TIOCSCTTY, 0) < 0) {
        return call_failed("ioctl", slave, Word{"TIOCSCTTY"});
    }
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::dup2(slave.number(), stream) < 0) {
            return call_failed("dup2", slave, stream);
        }
    }
    return done();
}

Result<> send_to_socket(FdRef master, const std::string& path) {
    // sun_path takes 107 bytes; through a descriptor of the directory any path is short.
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    TRY_ASSIGN(const Fd opened, base::sys::open(FdRef::cwd(), directory, O_PATH | O_DIRECTORY));
    const std::string name =
        cat("/proc/self/fd/", opened.number(), "/", path.substr(slash + 1)); // npos + 1 is 0
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return call_failed("connect", path);
    }
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return call_failed("socket", Word{"AF_UNIX"});
    }
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket.number(), generic, sizeof address) < 0) {
        return call_failed("connect", path);
    }
    const FdRef sent[] = {master};
    return base::sys::send(socket, "/dev/ptmx", sent);
}

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

struct RawTerminal::Saved {
    termios settings{};
};

RawTerminal::RawTerminal(std::unique_ptr<Saved> saved) : saved_(std::move(saved)) {}
RawTerminal::RawTerminal(RawTerminal&& other) noexcept = default;

Result<RawTerminal> RawTerminal::enter() {
    auto saved = std::make_unique<Saved>();
    if (::tcgetattr(STDIN_FILENO, &saved->settings) < 0) {
        return call_failed("tcgetattr", FdRef(STDIN_FILENO));
    }
    termios raw = saved->settings;
    ::cfmakeraw(&raw);
    // The container's pty adds no carriage returns (adapt_to_foreground), so this one must.
    raw.c_oflag |= OPOST;
    if (::tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0) {
        return call_failed("tcsetattr", FdRef(STDIN_FILENO));
    }
    return RawTerminal(std::move(saved));
}

RawTerminal::~RawTerminal() {
    if (saved_) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_->settings);
    }
}

Result<> adapt_to_foreground(FdRef master) {
    termios settings{};
    if (::tcgetattr(master.number(), &settings) < 0) {
        return call_failed("tcgetattr", master);
    }
    settings.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
    if (::tcsetattr(master.number(), TCSANOW, &settings) < 0) {
        return call_failed("tcsetattr", master);
    }
    copy_window_size(master);
    return done();
}

void copy_window_size(FdRef master) {
    winsize window{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &window) == 0) {
        ::ioctl(master.number(), TIOCSWINSZ, &window);
    }
}

} // namespace runtime
