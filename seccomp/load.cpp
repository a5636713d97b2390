#include "seccomp/load.hpp"

#include "runtime/base/sys.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace seccomp {

base::Result<base::Fd> load(std::span<const sock_filter> filter, std::uint32_t flags) {
    // The kernel only reads the program, but its structure has no const.
    sock_fprog program{static_cast<unsigned short>(filter.size()),
                       const_cast<sock_filter*>(filter.data())}; // NOLINT
    const long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (result < 0) {
        return base::call_failed("seccomp", base::Word{"SECCOMP_SET_MODE_FILTER"}, base::Hex{flags},
                                 filter.size());
    }
    if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
        return base::Fd(static_cast<int>(result));
    }
    return base::Fd();
}

base::Result<int> next_descriptor() {
    // The lowest free number is taken, here as by seccomp(2): take it, and give it back.
    TRY_ASSIGN(const base::Fd next, base::sys::memfd("next", 0));
    return next.number();
}

} // namespace seccomp
