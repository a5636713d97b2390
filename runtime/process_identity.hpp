// Which process a saved pid means: pids are used again, also by the processes of strangers.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace runtime {

/// A process for ever: no other one has all three.
struct ProcessIdentity {
    pid_t pid = 0;
    std::uint64_t start_time = 0; ///< clock ticks after boot, field 22 of /proc/PID/stat
    std::string boot_id;          ///< /proc/sys/kernel/random/boot_id
};

/// The boot that is running.
base::Result<std::string> current_boot_id();

/// The identity of a running process. ESRCH if there is none.
base::Result<ProcessIdentity> identity_of(pid_t pid);

/// A pidfd of exactly that process; an empty one if it has ended (a zombie counts as ended: who
/// has to reap it may be slow), or the pid means another process now, or the host has rebooted.
base::Result<base::Fd> open_process(const ProcessIdentity& identity);

/// Whether a process is about to end: it was killed, or is exiting. On a busy machine that may take
/// long, and who waits for others (the first one of a pid namespace) waits for their end. False if
/// there is no such process.
bool is_ending(pid_t pid);

} // namespace runtime
