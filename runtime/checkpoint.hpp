// `checkpoint`: a running container as files, by CRIU (criu(8)).
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/criu_message.hpp"
#include "runtime/state_store.hpp"

#include <string>

namespace runtime {

struct CheckpointRequest {
    /// The caller's choices: the flags, page_server, cgroup_mode, parent_images.
    criu::Options options;
    std::string images; ///< the directory, made with its parents where missing
    std::string work;   ///< the same for CRIU's log; "": that of the images
    int status_fd = -1; ///< takes a NUL when lazy pages can be asked for; -1: none
    bool pre_dump = false;
};

/// Dumps a container that runs or is paused. It goes on if the request says so, for a pre-dump, and
/// if the dump fails; else it is ended by the dump, and deleted as `delete` does, with its poststop
/// hooks. The error has the decisive lines of CRIU's log, which stays in the directory. Needs root.
base::Result<> checkpoint(const StateStore& store, const std::string& id,
                          const CheckpointRequest& request);

} // namespace runtime
