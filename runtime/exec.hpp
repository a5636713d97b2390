// `exec`: a further process in a running container.
#pragma once

#include "cgroups/sub_groups.hpp"
#include "oci-spec/spec.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/state_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runtime {

/// What the arguments change of the container's own process.
struct ExecOverrides {
    std::vector<std::string> args;
    std::vector<std::string> env; ///< added
    std::string cwd;
    std::optional<std::string> user; ///< "UID" or "UID:GID"
    std::vector<std::uint32_t> additional_gids;
    std::vector<std::string> capabilities; ///< added to all sets but the inheritable and ambient
    bool no_new_privileges = false;
    bool terminal = false;
    std::string apparmor_profile; ///< "" for the container's, also beside --process
    std::string selinux_label;    ///< likewise
};

struct ExecRequest {
    std::string id;
    std::optional<spec::Process> process; ///< from --process; else the container's, changed
    ExecOverrides overrides;
    std::string console_socket;
    std::string pidfd_socket; ///< takes a pidfd of the process; "" for none
    std::string pid_file;
    /// Empty: where the container's process is; else below the container's own groups.
    std::vector<cgroups::SubGroup> sub_groups;
    std::uint32_t preserve_fds = 0;
    std::uint32_t inherited_fds = 0; ///< how many the caller really has open, from 3 on
    bool ignore_paused = false;
    bool stays = false; ///< the caller waits for it and takes its terminal
};

struct Executed {
    base::Child process;
    base::Fd terminal; ///< the master side, if the caller stays with a terminal
};

/// Starts it; returns when its program is executed. The container must be created or running, and
/// not paused. The process gets the container's namespaces, cgroup, capabilities and filter.
base::Result<Executed> exec(const StateStore& store, const ExecRequest& request);

} // namespace runtime
