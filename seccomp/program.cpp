#include "seccomp/program.hpp"

#include "runtime/base/errno_name.hpp"
#include "runtime/base/text.hpp"

#include <linux/seccomp.h>

namespace seccomp {

bool Program::notifies() const {
    return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}

std::string answer_text(std::uint32_t answer) {
    const std::uint32_t data = answer & SECCOMP_RET_DATA;
    switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_PROCESS:
        return "KILL_PROCESS";
    case SECCOMP_RET_KILL_THREAD:
        return "KILL_THREAD";
    case SECCOMP_RET_TRAP:
        return "TRAP";
    case SECCOMP_RET_ERRNO:
        return base::cat("ERRNO ", base::errno_name(static_cast<int>(data)));
    case SECCOMP_RET_USER_NOTIF:
        return "NOTIFY";
    case SECCOMP_RET_TRACE:
        return base::cat("TRACE ", data);
    case SECCOMP_RET_LOG:
        return "LOG";
    case SECCOMP_RET_ALLOW:
        return "ALLOW";
    default: // the kernel takes an action that it does not know for KILL_PROCESS
        return base::cat("unknown action ", base::hex(answer));
    }
}

bool is_permission(std::uint32_t answer) {
    const std::uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
    return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

} // namespace seccomp
