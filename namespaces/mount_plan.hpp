// The container's file tree as data: its root, its mounts in order, its devices, what is hidden.
#pragma once

#include "namespaces/mount_api.hpp"
#include "oci-spec/spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace namespaces {

struct PropagationChange {
    std::uint64_t type = 0; ///< MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE
    Depth depth = Depth::one;
};

/// One step of filling the tree.
struct MountStep {
    enum class How : std::uint8_t {
        filesystem, ///< a new instance of filesystem.type
        bind,       ///< a copy of the mount at `source`
        remount,    ///< new options for what is mounted at `target`
        link,       ///< a symbolic link `target` -> `source`
    };
    How how = How::filesystem;
    std::string origin; ///< "/mounts/3"
    std::string target; ///< in the container
    std::string source; ///< bind: absolute, on the host
    Depth depth = Depth::one;
    /// The source comes as a detached mount, made with the host's credentials (from_host.hpp).
    bool from_host = false;
    /// What is mounted below it reaches the host, as the configuration asks for: both it and the
    /// root are shared. Its copy is made before the tree is separated from the host's.
    bool shared_with_host = false;
    /// The source is copied in the host's mount namespace, whose propagation it has to leave.
    bool leaves_host = false;
    enum class IdMap : std::uint8_t { no, plain, recursive };
    IdMap id_map = IdMap::no;
    std::vector<spec::IdMapping> uid_mappings; ///< of the mount itself; empty: the container's
    std::vector<spec::IdMapping> gid_mappings;
    Filesystem filesystem;
    unsigned long clear_super_flags = 0; ///< MS_*, for a remount
    bool reconfigures = false;           ///< a remount that may change the superblock: it is ours
    Attributes attributes;
    Attributes recursive_attributes;
    std::vector<PropagationChange> propagation;
    std::string label; ///< SELinux's, for the root of a file system without "context="
    /// What a bind mount does with links in the last place of its paths: follow them, or take them
    /// for what is meant. copy_link: where the source is one, it is made again at the target.
    bool source_nofollow = false;
    bool target_nofollow = false;
    bool copy_link = false;
    bool copy_up = false;        ///< fill a tmpfs with what it covers (tmpcopyup)
    bool real_directory = false; ///< refuse a link on the way to the target (proc, sysfs)
    /// Where the kernel forbids the new instance, this is bound, with these attributes besides.
    std::string instead;
    Attributes instead_attributes;
};

struct RootPlan {
    enum class Entry : std::uint8_t {
        pivot,  ///< pivot_root(2): the host's tree is gone
        move,   ///< move_mount(2) and chroot(2): --no-pivot, for what pivot_root refuses
        joined, ///< chroot(2): a joined mount namespace is not ours to turn around
        bare,   ///< chroot(2) and no mount at all: the mount namespace is the host's
        /// chroot(2) into a copy of the root that is in no mount namespace, with the mounts on it:
        /// the container's mount namespace is the host's, where none of them is to be seen.
        detached,
    };
    Entry entry = Entry::pivot;
    std::string path; ///< absolute, on the host
    bool readonly = false;
    PropagationChange propagation; ///< of the root in the end
};

/// A device node or fifo.
struct Node {
    std::string origin;
    std::string path; ///< in the container
    mode_t mode = 0;  ///< with the S_IF* of its type
    dev_t device = 0;
    std::uint32_t uid = 0; ///< in the container
    std::uint32_t gid = 0;
    std::uint32_t host_uid = 0; ///< the same as the host sees it
    std::uint32_t host_gid = 0;
};

/// A path to be masked or made read-only, if it exists.
struct Covered {
    std::string origin;
    std::string path;
};

struct MountPlan {
    RootPlan root;
    std::vector<MountStep> steps;
    /// In a user namespace the child may neither copy the root nor make nodes: both come from a
    /// process with the host's credentials (kernel rule 6), as the sources of steps do. For an
    /// ordinary user the child does what it can.
    bool root_from_host = false;
    std::vector<Node> nodes;
    /// /dev/ptmx, /dev/fd and the like are made, unless /dev is the host's.
    bool device_links = false;
    bool console = false; ///< bind the terminal on /dev/console
    std::vector<Covered> masked;
    std::string mask_label; ///< SELinux's, for the tmpfs that masked directories share
    std::vector<Covered> readonly;
};

/// Where the container's cgroup lies on the host, for its view of it. One per hierarchy.
struct CgroupView {
    int version = 2;
    std::vector<std::string> controllers; ///< v1: as mounted together; "name=systemd" for named
    std::string host_path;                ///< the container's directory
    std::string mount_root;               ///< where the hierarchy is mounted on the host
};

struct MountFacts {
    std::string bundle; ///< absolute
    /// The container is not in the host's first user namespace.
    bool user_namespace = false;
    /// Its sources and nodes come from a process with the runtime's credentials, which has rights
    /// that the container's user namespace lacks. An ordinary user has no such rights.
    bool sources_from_host = false;
    bool cgroup_namespace = false;
    bool new_mount_namespace = false;
    bool joined_mount_namespace = false;
    bool no_pivot = false;
    std::vector<CgroupView> cgroups;
};

/// Pure. `config` has been validated; errors are what only shows here (an option that contradicts
/// another), each with its place.
base::Result<MountPlan> mount_plan_of(const spec::Spec& config, const MountFacts& facts);

/// A mount that is to be added to a running container (live_mounts.hpp), with `origin` for its
/// place. `linux` is the container's. Pure; an error for what only a new container can get: a
/// remount, a view of cgroups, a procfs (it shows the processes of whoever mounts it), an overlay
/// (its layers have to be in the mount namespace of whoever mounts it).
base::Result<MountStep> live_step_of(const spec::Mount& mount, std::string origin,
                                     const spec::Linux& linux, const MountFacts& facts);

/// How many descriptors stage 2 gets from the host for it (from_host.hpp).
std::size_t count_host_sources(const MountPlan& plan);

} // namespace namespaces
