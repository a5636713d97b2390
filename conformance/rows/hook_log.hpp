// The hooks of a row write into one file, in the order in which they run: the bundle's rootfs/log,
// which is /log inside.
#pragma once

#include "conformance/harness/case.hpp"

#include <array>
#include <string>

namespace conformance {

struct HookKind {
    const char* id; ///< of the requirement: "H1"
    const char* name;
    bool in_container;  ///< it is executed in the container's namespaces
    bool path_inside;   ///< its path is one of the container
    const char* status; ///< of the container in the state document
    const char* section;
};
inline constexpr std::array<HookKind, 6> kHookKinds{{
    {"H1", "prestart", false, false, "creating", "config.md#prestart"},
    {"H2", "createRuntime", false, false, "creating", "config.md#createruntime-hooks"},
    {"H3", "createContainer", true, false, "creating", "config.md#createcontainer-hooks"},
    {"H4", "startContainer", true, true, "created", "config.md#startcontainer-hooks"},
    {"H5", "poststart", false, false, "running", "config.md#poststart"},
    {"H6", "poststop", false, false, "stopped", "config.md#poststop"},
}};

/// Adds a hook that tells of itself as `name`, then does the steps of `script`. Returns it.
Json& add_hook(Case& c, const HookKind& kind, const std::string& name,
               const std::string& script = "");
/// What the hooks, and a program with "--log /log", have told so far.
Report hook_log(Case& c);
/// The names of the hooks in the log, in order.
std::vector<std::string> hooks_run(Case& c);

} // namespace conformance
