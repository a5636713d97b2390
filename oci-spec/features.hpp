// The document that `features` prints (features.md, features-linux.md): the words come from the
// tables that the loader reads, so each of them is one that config.json may hold.
#pragma once

#include "oci-spec/spec.hpp"

#include <map>
#include <string>
#include <vector>

namespace spec {

/// What the runtime was built with, independent of the host: only its builder knows.
struct FeatureFacts {
    bool cgroup_v1 = false;
    bool cgroup_v2 = false;
    bool systemd = false;
    bool systemd_user = false;
    bool rdma = false;
    bool seccomp = false;
    /// Of the known ones, those that the linked libseccomp and this build can apply.
    std::vector<SeccompFlag> seccomp_flags;
    /// "SCMP_ARCH_X86_64", ...; those that filters can be compiled for.
    std::vector<std::string> seccomp_architectures;
    bool apparmor = false;
    bool selinux = false;
    bool intel_rdt = false;
    bool intel_rdt_schemata = false;
    bool intel_rdt_monitoring = false;
    bool memory_policy = false; ///< its modes and flags are listed
    bool idmap_mounts = false;
    bool net_devices = false;
    std::map<std::string, std::string> annotations; ///< versions, commit
    /// Annotations of config.json that change what the runtime does; "." at the end: a prefix.
    std::vector<std::string> unsafe_annotations;
};

/// Indented, without a line end behind it.
std::string features_json(const FeatureFacts& facts);

} // namespace spec
