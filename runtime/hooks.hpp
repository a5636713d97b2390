// Hooks: programs of the configuration at points of the lifecycle (config.md, "POSIX-platform
// Hooks").
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runtime {

struct HookList {
    std::string_view name; ///< "prestart"
    const std::vector<spec::Hook>& hooks;
};

/// Runs the hooks in their order, each with `state` (JSON) on its standard input, in the calling
/// process's namespaces and with `directory` as working directory. Ends with the first one that
/// fails: not to be executed, an exit code, a signal, or its timeout, at which it is killed with
/// its process group. What it printed is in the error.
base::Result<> run_hooks(const HookList& list, std::string_view state,
                         const std::string& directory);

/// Runs all of them, whatever happens; a failure is a warning (config.md, "Poststop").
void run_all_hooks(const HookList& list, std::string_view state, const std::string& directory);

} // namespace runtime
