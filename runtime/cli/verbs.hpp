// The verbs: one file each, one line in the table.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "runtime/base/result.hpp"
#include "runtime/state_store.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cli {

/// What stands before the verb, for all of them.
struct Globals {
    runtime::StateStore store;
    cgroups::ManagerKind cgroup_manager = cgroups::ManagerKind::cgroupfs;
    bool debug = false;
    unsigned inherited_descriptors = 0; ///< of the caller, from 3 on
};

/// One call of a verb.
struct Invocation {
    const Globals& globals;
    std::span<const std::string> arguments; ///< behind the verb
    std::string id;                         ///< filled in by the verb, for messages
};

struct Verb {
    std::string_view name;
    std::string_view summary;
    /// Returns the exit code; 0 unless the verb stands for a process with a code of its own.
    base::Result<int> (*run)(Invocation& invocation);
    int failure_code = 1; ///< of a failure of ours, as engines know it from runc
};

/// Sorted by name.
std::span<const Verb> verbs();

base::Result<int> checkpoint_verb(Invocation& invocation);
base::Result<int> create_verb(Invocation& invocation);
base::Result<int> delete_verb(Invocation& invocation);
base::Result<int> events_verb(Invocation& invocation);
base::Result<int> exec_verb(Invocation& invocation);
base::Result<int> features_verb(Invocation& invocation);
base::Result<int> kill_verb(Invocation& invocation);
base::Result<int> list_verb(Invocation& invocation);
base::Result<int> mounts_verb(Invocation& invocation);
base::Result<int> pause_verb(Invocation& invocation);
base::Result<int> ps_verb(Invocation& invocation);
base::Result<int> restore_verb(Invocation& invocation);
base::Result<int> resume_verb(Invocation& invocation);
base::Result<int> run_verb(Invocation& invocation);
base::Result<int> spec_verb(Invocation& invocation);
base::Result<int> start_verb(Invocation& invocation);
base::Result<int> state_verb(Invocation& invocation);
base::Result<int> update_verb(Invocation& invocation);

} // namespace cli
