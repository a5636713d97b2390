// What stage 2 is told: everything that is done inside the container, in plain data.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "namespaces/spawn_plan.hpp"
#include "oci-spec/spec.hpp"
#include "runtime/capabilities.hpp"
#include "runtime/protocol.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <linux/filter.h>

namespace runtime {

/// The user program and what it may do.
struct ProcessPlan {
    std::string origin; ///< "/process", or "" for a process file of exec
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    bool set_groups = true; ///< false: the caller's further groups are kept
    std::optional<std::uint32_t> umask;
    CapabilitySets capabilities;
    bool no_new_privileges = false;
    bool terminal = false;
    std::optional<spec::ConsoleSize> console_size;
    std::uint32_t preserved_fds = 0;          ///< 3 … 2 + preserved_fds stay open
    bool socket_activation = false;           ///< LISTEN_FDS is in env: LISTEN_PID joins it
    std::string session_keyring;              ///< its name; "": the caller's is kept
    std::string apparmor_profile;             ///< "": none is asked for
    std::string selinux_label;                ///< likewise
    std::optional<std::uint32_t> personality; ///< persona of personality(2)
    std::optional<spec::MemoryPolicy> memory_policy;
    std::vector<sock_filter> filter; ///< empty: none
    std::uint32_t filter_flags = 0;
};

struct Sysctl {
    std::string origin;
    std::string path; ///< below /proc/sys: "net/ipv4/ip_forward"
    std::string value;
};

/// What stage 2 becomes.
enum class Role : std::uint8_t {
    container, ///< the first process of a new container
    exec,      ///< a further process of a running one
};

struct InitPlan {
    Role role = Role::container;
    bool debug = false; ///< each step is logged
    Script script;
    namespaces::SpawnPlan spawn;
    std::uint32_t cgroup_fds = 0; ///< `tasks` files that come with `begin`, behind the namespaces
    bool detach_cgroups = false;  ///< unshare the cgroup namespace behind that

    // Only for an exec:
    bool brings_root = false; ///< the container's root comes with `begin`, before the namespaces

    // Only for a container:
    std::string id;
    std::string bundle;
    std::map<std::string, std::string> annotations; ///< for the state that hooks get
    namespaces::MountPlan mounts;
    std::vector<spec::Hook> create_container_hooks;
    std::vector<spec::Hook> start_container_hooks;
    std::string hostname;
    std::string domainname;
    bool bring_up_loopback = false;
    std::vector<Sysctl> sysctls;

    std::optional<ProcessPlan> process; ///< nullopt: create without process, start is an error
};

/// The plan as bytes for stage 2, and back. EBADMSG if the bytes are not a plan.
std::string encode(const InitPlan& plan);
base::Result<InitPlan> decode_init_plan(std::string_view bytes);

} // namespace runtime
