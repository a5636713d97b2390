// What a process of a container becomes before it executes the user program.
//
// Called by stage 2 in the order of this file; nothing here is undone.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/init_plan.hpp"

#include <string>

namespace runtime {

/// personality(2), set_mempolicy(2), the session keyring (keyrings(7)). `proc` is needed for the
/// label of a new keyring alone.
base::Result<> set_inherited_attributes(const ProcessPlan& process, const base::Procfs* proc);

/// Gives standard streams that are pipes or sockets to the user, who could not open them again
/// through /dev/stdout otherwise. Files and devices of the host are never touched.
base::Result<> hand_over_streams(const ProcessPlan& process);

/// Makes the working directory of a container where it is missing, since images rely on it.
void make_working_directory(const base::RootDir& root, const ProcessPlan& process);

/// Goes to the working directory, which has to lie in the container's tree (CVE-2024-21626). Called
/// as root; if root may not enter it (false) the user may, and it is called again then.
enum class Attempt : std::uint8_t { as_root, as_user };
base::Result<bool> enter_directory(const ProcessPlan& process, Attempt attempt);

/// Closes, at the next exec, every descriptor but 0-2 and the preserved ones. All are close-on-exec
/// already.
base::Result<> keep_only_preserved(const ProcessPlan& process);

/// Bounding set, groups, ids, capabilities, umask.
base::Result<> become_user(const ProcessPlan& process);

/// The file that args[0] names, searched in the PATH of the process's env as execvp(3) does.
/// ENOENT: "executable file not found in $PATH"; EACCES if only what may not be executed is there.
base::Result<std::string> find_program(const ProcessPlan& process);

/// env, with HOME from the container's passwd if it has none.
std::vector<std::string> environment_of(const ProcessPlan& process, const base::RootDir& root);

/// execve(2); returns only on failure.
base::Error execute(const ProcessPlan& process, const std::string& program,
                    const std::vector<std::string>& environment);

} // namespace runtime
