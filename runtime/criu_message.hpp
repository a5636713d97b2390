// What is said between CRIU and us, as bytes: the few messages of its service (criu(8), `swrk`;
// images/rpc.proto of its source) that a runtime needs, in the encoding of protocol buffers. Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace runtime::criu {

/// What a message is about, in either direction (criu_req_type).
enum class Subject : std::uint8_t {
    empty = 0, ///< the answer to a request that CRIU could not read
    dump = 1,
    restore = 2,
    pre_dump = 4,
    notify = 6,
    features = 9,
    version = 10,
};

/// What becomes of cgroups below the container's (criu_cg_mode; criu(8), --manage-cgroups).
enum class CgroupMode : std::uint8_t { ignore = 0, soft = 3, full = 4, strict = 5 };

/// A mount whose source is not in the image. At a dump the mount point and the name that it gets in
/// the image; at a restore that name and the path that is bound.
struct ExternalMount {
    std::string key;
    std::string value;
    bool operator==(const ExternalMount&) const = default;
};

/// Stands in at a restore for what the image calls `key`.
struct InheritedFd {
    std::string key;
    int number = -1; ///< in CRIU
    bool operator==(const InheritedFd&) const = default;
};

struct JoinedNamespace {
    std::string type; ///< as below /proc/PID/ns
    std::string path;
    bool operator==(const JoinedNamespace&) const = default;
};

/// Where a hierarchy's part of the image goes.
struct CgroupRoot {
    std::string controller; ///< "" for v2
    std::string path;       ///< below the root of the hierarchy
    bool operator==(const CgroupRoot&) const = default;
};

struct PageServer {
    std::string address;
    std::int32_t port = 0;
};

/// criu_opts. Descriptors are of the process that talks, but those of inherited_fds. Paths are seen
/// from CRIU's working directory, which is that of its log.
struct Options {
    int images = -1;
    int work = -1; ///< the directory of the log; -1: that of the images
    std::string log_file;
    pid_t pid = 0; ///< of the tree to be dumped
    std::string root;
    std::string parent_images; ///< relative to `images`
    std::string config_file;   ///< its settings come after these; "": none is read
    std::string freeze_cgroup;
    std::string lsm_profile;
    std::string lsm_mount_context;
    std::optional<PageServer> page_server;
    CgroupMode cgroup_mode = CgroupMode::soft;
    bool leave_running = false;
    bool ext_unix_sk = false;
    bool tcp_established = false;
    bool tcp_skip_in_flight = false;
    bool shell_job = false;
    bool file_locks = false;
    bool link_remap = false;
    bool track_memory = false;
    bool auto_dedup = false;
    bool lazy_pages = false;
    bool evasive_devices = false;
    bool restore_sibling = false; ///< the restored process becomes our child, not CRIU's
    std::vector<ExternalMount> external_mounts;
    std::vector<std::string> external; ///< criu(8), --external
    std::vector<InheritedFd> inherited_fds;
    std::vector<JoinedNamespace> joined_namespaces;
    std::vector<CgroupRoot> cgroup_roots;
};

struct Version {
    int major = 0;
    int minor = 0;
    int sublevel = 0;

    auto operator<=>(const Version&) const = default;
};

/// What the host's kernel and CRIU can do together.
struct Features {
    bool memory_tracking = false;
    bool lazy_pages = false;
};

/// CRIU's word at a moment of its work; it waits for our answer.
struct Notice {
    std::string moment; ///< "setup-namespaces" (criu(8), --action-script)
    pid_t pid = 0;      ///< of the root of the restored tree, where that is known
};

struct Response {
    Subject subject = Subject::empty;
    bool success = false;
    int code = 0;        ///< errno of a failure, or 0
    std::string message; ///< its first error
    pid_t restored = 0;
    Notice notice;
    Features features;
    Version version;
};

/// `dump`, `pre_dump` or `restore`.
std::string encode(Subject subject, const Options& options);
/// Questions before that; CRIU waits for the next request behind its answer.
std::string encode_version_request();
std::string encode_features_request();
/// Our answer to a notice: whether CRIU is to go on.
std::string encode_notice_answer(bool go_on);

/// EBADMSG if the bytes are none of CRIU's.
base::Result<Response> decode_response(std::string_view bytes);

} // namespace runtime::criu
