// What is remembered of a container: its record, which is journal and state in one.
//
// ID/record is only ever appended to, one line of JSON for each step that has to be known before it
// is done: what will be made, what was made, which process it is, that it stands. The last line
// that is whole is the truth. So a create that is killed at any point leaves a record by which any
// later process can undo it, and a reader needs no lock.
#pragma once

#include "cgroups/make.hpp"
#include "cgroups/placement.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/process_identity.hpp"
#include "runtime/rdt.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace runtime {

struct ContainerRecord {
    /// How far create came. Whether a created container runs, or has ended, is not written down:
    /// it is seen (container.hpp).
    enum class Phase : std::uint8_t {
        creating, ///< what the record names may or may not have been made
        created,  ///< everything stands
    };
    Phase phase = Phase::creating;
    std::string id;
    std::string bundle;  ///< absolute
    std::string rootfs;  ///< absolute
    std::string created; ///< RFC 3339
    uid_t owner = 0;
    std::map<std::string, std::string> annotations;
    ProcessIdentity creator; ///< the `create` that works on it
    ProcessIdentity init;    ///< the container's process; pid 0: there is none yet
    cgroups::SavedPlacement cgroups;
    std::optional<cgroups::OwnUnit> unit; ///< if systemd makes the cgroups
    RdtDirectories rdt;
    /// What the container's process began with as its standard streams (streams.hpp).
    std::vector<std::string> streams;
    std::string keyring; ///< the name of the session keyring (keyring.hpp); "": it has none
    /// Its own pid namespace ends with init; else other processes may live on in the cgroup.
    bool own_pid_namespace = false;
    bool has_start_container_hooks = false;
    bool has_poststart_hooks = false;
    bool has_poststop_hooks = false;
};

/// Saves config.json as it was read.
base::Result<> save_config(base::FdRef directory, std::string_view bytes);

/// Appends the record as it is now. ENOSPC leaves the lines before it intact.
base::Result<> append_record(base::FdRef directory, const ContainerRecord& record);

/// The last whole line. ENOENT if there is no record yet; EBADMSG if no line can be read.
base::Result<ContainerRecord> read_record(base::FdRef directory);

/// The two directions, for tests.
std::string to_json(const ContainerRecord& record);
base::Result<ContainerRecord> record_from_json(std::string_view line);

} // namespace runtime
