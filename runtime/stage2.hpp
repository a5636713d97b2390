// What the steps of stage 2 share, and the steps: init.cpp has them in their order. Each is for the
// container's first process (or a further one), with the privileges that it was given; an error
// ends stage 2.
#pragma once

#include "oci-spec/state.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/channel.hpp"
#include "runtime/hooks.hpp"
#include "runtime/init_plan.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace runtime {

/// Everything that the steps share. Filled as they go on.
struct Stage2 {
    Channel channel;
    InitPlan plan;
    base::Fd gate;
    base::Fd verdict;
    std::vector<base::Fd> joins;
    base::Fd container_root; ///< of an exec: where its mount namespace does not lead to it
    std::vector<base::Fd> cgroups;
    std::vector<base::Fd> nodes;        ///< prepared by the host's credentials, else empty
    std::vector<base::Fd> binds;        ///< likewise
    std::vector<base::Fd> shared_binds; ///< copied before the tree was separated from the host's
    /// The container's tree; from enter_root on it is "/". A detached tree is held by this.
    std::optional<base::RootDir> root{};
    std::optional<base::Procfs> proc{}; ///< from hold_procfs to become_process
    base::Fd terminal{};
    mode_t inherited_umask = 0;
    bool filtered = false; ///< the seccomp filter is in force
    std::string program{};
    std::vector<std::string> environment{};

    [[nodiscard]] bool has_turn(Message message) const {
        return std::ranges::find(plan.script, message) != plan.script.end();
    }
};

/// Hooks in the container, with our pid as this namespace knows it (runtime.md, "State").
base::Result<> run_hooks_inside(const Stage2& stage, const HookList& list, spec::Status status,
                                const std::string& directory);

namespace steps {

// stage2_enter.cpp: cgroups, namespaces and what belongs to these.
base::Result<> enter_cgroups(Stage2& stage);
base::Result<> enter_namespaces(Stage2& stage);
/// Behind the last attach and before any cgroup mount (kernel rule 2).
base::Result<> detach_cgroups(Stage2& stage);
base::Result<> lead_session(Stage2& stage);
base::Result<> bring_up_loopback(Stage2& stage);
base::Result<> set_names(Stage2& stage);
/// For sysctls and labels. Before pivot_root(2), behind which a user namespace gets no new procfs
/// (kernel rule 8).
base::Result<> hold_procfs(Stage2& stage);
base::Result<> set_sysctls(Stage2& stage);

// stage2_tree.cpp: mounts, devices, the root.
base::Result<> copy_shared_sources(Stage2& stage);
base::Result<> isolate_mounts(Stage2& stage);
base::Result<> receive_sources(Stage2& stage);
base::Result<> install_root(Stage2& stage);
base::Result<> mount_all(Stage2& stage);
base::Result<> make_devices(Stage2& stage);
base::Result<> let_runtime_hooks_run(Stage2& stage);
base::Result<> run_create_container_hooks(Stage2& stage);
base::Result<> enter_root(Stage2& stage);
base::Result<> open_terminal(Stage2& stage);
base::Result<> finish_tree(Stage2& stage);
/// For a further process, which finds the tree as it is.
base::Result<> open_container_root(Stage2& stage);

// stage2_process.cpp: what the process itself is and may do.
base::Result<> become_process(Stage2& stage);

} // namespace steps

} // namespace runtime
