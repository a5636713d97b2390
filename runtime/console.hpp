// Terminals: the container's pty, the socket that takes its master, and the foreground.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace runtime {

struct Pty {
    base::Fd master;
    base::Fd slave;
};

/// A new pty of the devpts at /dev/pts of the container. The file system and the device are
/// checked, because the container may have put something else there (CVE-2025-52565); the slave is
/// taken from the master, never by path. `uid` becomes the owner of the slave.
base::Result<Pty> open_pty(const base::RootDir& root, std::uint32_t uid,
                           const std::optional<spec::ConsoleSize>& size);

/// Makes `slave` the controlling terminal and the standard streams. The caller leads a session.
base::Result<> use_terminal(base::FdRef slave);

/// Sends a descriptor to the AF_UNIX stream socket at `path` (--console-socket, --pidfd-socket),
/// with a name: receivers take an empty message for the end.
base::Result<> send_to_socket(base::FdRef fd, const std::string& path, std::string_view name);
constexpr std::string_view kConsoleName = "/dev/ptmx";

/// Whether all of the standard input is a terminal that can be put in raw mode.
bool stdin_is_terminal();

/// The user's terminal in raw mode, given back when it goes out of scope.
class RawTerminal {
  public:
    static base::Result<RawTerminal> enter();
    RawTerminal(RawTerminal&& other) noexcept;
    RawTerminal& operator=(RawTerminal&&) = delete;
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal();

  private:
    struct Saved;
    explicit RawTerminal(std::unique_ptr<Saved> saved);
    std::unique_ptr<Saved> saved_;
};

/// For a terminal that we show on our own one: no carriage return is added before each newline,
/// and the size is that of ours, if our standard input is one. Before the program starts.
base::Result<> adapt_to_foreground(base::FdRef master);

/// Copies the size of the terminal on our standard input to `master`; nothing if it is none.
void copy_window_size(base::FdRef master);

} // namespace runtime
