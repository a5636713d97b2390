// `restore`: from a bundle and an image of CRIU to a container that runs (criu(8)).
#pragma once

#include "runtime/create.hpp"
#include "runtime/criu_message.hpp"

#include <string>

namespace runtime {

struct RestoreRequest {
    CreateRequest create;  ///< what a restore has in common with it
    criu::Options options; ///< the caller's choices: the flags, cgroup_mode, labels
    std::string images;    ///< the directory of the image
    std::string work;      ///< the directory of CRIU's log; "": that of the image
};

/// As create(), with processes that are as they were dumped, and run. Cgroups, limits of resources,
/// network devices, kernel parameters of the network and the I/O priority are those of the bundle;
/// all else of the processes is that of the image. prestart and createRuntime hooks run once the
/// namespaces are there; createContainer and startContainer hooks do not, since what they precede
/// does not happen; poststart hooks are the caller's matter (lifecycle.hpp). Needs root.
base::Result<Created> restore(const StateStore& store, const RestoreRequest& request);

} // namespace runtime
