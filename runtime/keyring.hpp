// The session keyring of a container (keyrings(7)): without one of its own its processes would
// have, and could read, the keys of whoever called the runtime.
#pragma once

#include "runtime/base/result.hpp"

#include <string>

namespace runtime {

/// A name that nobody can know before the container has it: joining is by name, and who had made a
/// keyring of that name beforehand would share the container's keys.
base::Result<std::string> new_keyring_name(const std::string& container_id);

/// Joins the session keyring of that name, or makes it; one that belongs to another user is left
/// alone, and a nameless one taken. To be called in the container's user namespace, which names
/// belong to, as the user who owns it there. Nothing where the kernel has no keys.
base::Result<> join_session_keyring(const std::string& name);

} // namespace runtime
