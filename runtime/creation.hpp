// One create or restore, from its request to the container or back to nothing: create.cpp has the
// steps of a create, creation_turns.cpp the conversation with the container's process, restore.cpp
// what stands for both at a restore.
#pragma once

#include "cgroups/manager.hpp"
#include "oci-spec/state.hpp"
#include "runtime/channel.hpp"
#include "runtime/create.hpp"
#include "runtime/criu.hpp"
#include "runtime/criu_images.hpp"
#include "runtime/gate.hpp"
#include "runtime/plan.hpp"
#include "runtime/restore.hpp"

#include <array>
#include <span>

namespace runtime {

/// One create or restore, from its request to the container or back to nothing.
class Creation {
  public:
    Creation(const StateStore& store, const CreateRequest& request)
        : store_(store), request_(request) {}
    Creation(const StateStore& store, const RestoreRequest& request)
        : store_(store), request_(request.create), restore_(&request) {}

    base::Result<Created> run();

  private:
    struct Step {
        std::string_view name;
        base::Result<> (Creation::*run)();
    };
    static const std::array<Step, 11> kSteps;
    static const std::array<Step, 9> kRestoreSteps;

    // The steps, in their order:
    base::Result<> load();
    base::Result<> plan();
    base::Result<> reserve();
    base::Result<> make_cgroups();
    base::Result<> make_rdt();
    base::Result<> make_gate();
    base::Result<> open_namespaces();
    base::Result<> spawn();
    base::Result<> make_unit();
    base::Result<> converse();
    base::Result<> release_gate_ends();

    // The steps of a restore beside those:
    base::Result<> open_images();
    base::Result<> start_criu();
    base::Result<> enter_with_criu();
    base::Result<> restore_processes();

    // What CRIU tells on the way:
    base::Result<> hear(const criu::Notice& notice, std::vector<base::Fd> fds);
    base::Result<> set_up_restored(pid_t pid);
    base::Result<> take_restored_terminal(std::vector<base::Fd> fds);
    base::Result<> save_restored(pid_t pid);

    // The turns of the conversation:
    base::Result<> take_turn(Message message);
    base::Result<> send_begin();
    base::Result<> take_over_sibling();
    base::Result<> send_sources();
    base::Result<> run_runtime_hooks();
    base::Result<> take_console();
    base::Result<> hand_over_terminal(base::Fd master);
    base::Result<> finish();
    base::Result<> apply_late_limits();
    base::Result<> tell_pid();
    base::Result<> move_net_devices();
    base::Result<> save_and_release();

    [[nodiscard]] cgroups::Recorder recorder();
    base::Result<> take_groups(cgroups::Manager::Created created);
    [[nodiscard]] int bound() const;
    [[nodiscard]] spec::State hook_state(spec::Status status) const;
    [[nodiscard]] std::string state_text(spec::Status status) const;
    base::Result<> prepare_for_criu() const;
    base::Result<criu::Options> restore_options() const;
    base::Result<> remember() { return append_record(directory_->fd, record_); }
    [[nodiscard]] base::Error clone_explained(base::Error error) const;
    base::Error explained(base::Error error);
    base::Error undone(base::Error error);

    const StateStore& store_;
    const CreateRequest& request_;
    const RestoreRequest* restore_ = nullptr;
    Bundle bundle_;
    HostFacts facts_;
    std::optional<seccomp::Program> filter_;
    Plan plan_;
    std::optional<ContainerDirectory> directory_;
    ContainerRecord record_;
    std::unique_ptr<cgroups::Manager> manager_;
    cgroups::Placement placement_;
    cgroups::Entrance entrance_;
    base::Fd rdt_claim_; ///< until the process is in the class
    GateEnds gate_;
    std::vector<base::Fd> joins_;
    base::Child child_;
    std::optional<Channel> channel_;
    std::optional<std::vector<base::Fd>> sources_;
    std::size_t sources_sent_ = 0;
    base::Fd terminal_;
    criu::Directories images_;
    std::vector<std::string> streams_; ///< their names in the image
    std::optional<criu::Service> criu_;
    bool has_terminal_ = false; ///< the image had one
};

} // namespace runtime
