#include "runtime/cli/features.hpp"

#include "oci-spec/tables.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/cli/version.hpp"
#include "runtime/plan.hpp"
#include "seccomp/library.hpp"

namespace cli {

namespace {

std::vector<spec::SeccompFlag> all_flags() {
    std::vector<spec::SeccompFlag> flags;
    for (const auto& word : spec::words<spec::SeccompFlag>()) {
        flags.push_back(word.value);
    }
    return flags;
}

std::vector<std::string> known_architectures() {
    std::vector<std::string> known;
    for (const std::string_view name : spec::seccomp_architectures()) {
        if (seccomp::architecture_token(name)) {
            known.emplace_back(name);
        }
    }
    return known;
}

} // namespace

spec::FeatureFacts feature_facts() {
    std::map<std::string, std::string> annotations = version_annotations();
    annotations["org.opencontainers.runc.checkpoint.enabled"] = "true"; // engines ask for runc's
    return {.cgroup_v1 = true,
            .cgroup_v2 = true,
            .systemd = true,
            .systemd_user = true,
            .rdma = true,
            .seccomp = true,
            .seccomp_flags = all_flags(),
            .seccomp_architectures = known_architectures(),
            .apparmor = true,
            .selinux = true,
            .intel_rdt = true,
            .intel_rdt_schemata = true,
            .intel_rdt_monitoring = true,
            .memory_policy = true,
            .idmap_mounts = true,
            .net_devices = true,
            .annotations = std::move(annotations),
            .unsafe_annotations = {"org.criu.config", std::string(cgroups::kPropertyAnnotation),
                                   std::string(runtime::kKeepGroups)}};
}

base::Result<int> features_verb(Invocation& invocation) {
    Arguments arguments("features", "Says what this oci-rt can do, whatever the host can "
                                    "(features.md of the specification).");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY(print(base::cat(spec::features_json(feature_facts()), "\n")));
    return 0;
}

} // namespace cli
