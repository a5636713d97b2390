// A procfs that is known to be one. Writes to /proc through a path can be led astray by a mount
// over it (CVE-2019-16884, CVE-2025-52881); writes through this cannot.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <string>

namespace base {

class Procfs {
  public:
    /// /proc of the caller's mount namespace, checked to be the root of a procfs.
    static Result<Procfs> of_host();
    /// A detached mount of the caller's pid namespace that nobody else can reach or cover
    /// (fsopen(2), fsmount(2)). Needs CAP_SYS_ADMIN in the user namespace that owns the pid
    /// namespace; EPERM where the visible /proc is partly covered.
    static Result<Procfs> fresh();

    /// Opens `path` ("self/attr/exec") without following a link or leaving this procfs.
    /// "self" and "thread-self" are links: use numbers, or self() for the caller.
    [[nodiscard]] Result<Fd> open(ZView path, int flags) const;
    [[nodiscard]] Result<std::string> read(ZView path) const;
    [[nodiscard]] Result<> write(ZView path, std::string_view value) const;
    /// "PID/<path>" with the caller's pid in this procfs.
    [[nodiscard]] Result<std::string> self(std::string_view path) const;

    [[nodiscard]] FdRef root() const { return root_; }

  private:
    explicit Procfs(Fd root) : root_(std::move(root)) {}
    Fd root_;
};

/// Closes every descriptor of the caller from `first` on at its next exec: by close_range(2),
/// before Linux 5.11 one by one as the host's procfs lists them. So it is not for where /proc is a
/// container's.
Result<> close_at_exec_from(unsigned first);

} // namespace base
