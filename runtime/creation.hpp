// One create, from its request to the container or back to nothing: create.cpp has its steps,
// creation_turns.cpp the conversation with the container's process.
#pragma once

#include "cgroups/manager.hpp"
#include "oci-spec/state.hpp"
#include "runtime/channel.hpp"
#include "runtime/create.hpp"
#include "runtime/gate.hpp"
#include "runtime/plan.hpp"

#include <array>

namespace runtime {

/// One create, from its request to the container or back to nothing.
class Creation {
  public:
    Creation(const StateStore& store, const CreateRequest& request)
        : store_(store), request_(request) {}

    base::Result<Created> run();

  private:
    struct Step {
        std::string_view name;
        base::Result<> (Creation::*run)();
    };
    static const std::array<Step, 11> kSteps;

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

    // The turns of the conversation:
    base::Result<> take_turn(Message message);
    base::Result<> send_begin();
    base::Result<> take_over_sibling();
    base::Result<> send_sources();
    base::Result<> run_runtime_hooks();
    base::Result<> take_console();
    base::Result<> finish();
    base::Result<> save_and_release();

    [[nodiscard]] cgroups::Recorder recorder();
    base::Result<> take_groups(cgroups::Manager::Created created);
    [[nodiscard]] int bound() const;
    [[nodiscard]] spec::State hook_state(spec::Status status) const;
    [[nodiscard]] std::string state_text(spec::Status status) const;
    base::Result<> remember() { return append_record(directory_->fd, record_); }
    [[nodiscard]] base::Error clone_explained(base::Error error) const;
    base::Error explained(base::Error error);
    base::Error undone(base::Error error);

    const StateStore& store_;
    const CreateRequest& request_;
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
};

} // namespace runtime
