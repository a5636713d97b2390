// `create`: from a bundle to a container that waits at its gate.
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/bundle.hpp"
#include "runtime/plan.hpp"
#include "runtime/record.hpp"
#include "runtime/state_store.hpp"

#include <string>

namespace runtime {

struct CreateRequest {
    CreateOptions options;       ///< without the bundle's path and the keyring's name
    std::string bundle = ".";    ///< as the caller gave it
    std::string console_socket;  ///< "" for none
    std::string pidfd_socket;    ///< takes a pidfd of the process; "" for none
    std::string pid_file;        ///< "" for none
    bool no_new_keyring = false; ///< the container keeps the caller's session keyring
    /// Whether the caller stays with the container and takes its terminal itself.
    bool stays = false;
};

/// A container that stands and waits.
struct Created {
    ContainerDirectory directory; ///< locked
    ContainerRecord record;
    Bundle bundle;
    base::Child init;  ///< killed and reaped if it goes out of scope unreleased
    base::Fd terminal; ///< the master side, if the caller stays with a terminal
};

/// All or nothing: on failure everything that was made is undone, and what cannot be undone is
/// warned of. A hook's failure runs the poststop hooks (runtime.md, "Lifecycle"). The error has its
/// place in config.json.
base::Result<Created> create(const StateStore& store, const CreateRequest& request);

} // namespace runtime
