#include "oci-spec/features.hpp"

#include "oci-spec/json_writer.hpp"
#include "oci-spec/mount_options.hpp"
#include "oci-spec/tables.hpp"

#include <algorithm>
#include <string_view>

namespace spec {

namespace {

template <class Value>
std::vector<std::string_view> words_in(std::span<const Word<Value>> table) {
    std::vector<std::string_view> list;
    for (const Word<Value>& entry : table) {
        list.push_back(entry.word);
    }
    return list;
}

template <class Enum>
std::vector<std::string_view> all_words() {
    return words_in(words<Enum>());
}

void write_enabled(JsonWriter& json, std::string_view name, bool enabled) {
    json.key(name).begin_object().member("enabled", enabled).end_object();
}

void write_cgroup(JsonWriter& json, const FeatureFacts& facts) {
    json.key("cgroup").begin_object();
    json.member("v1", facts.cgroup_v1);
    json.member("v2", facts.cgroup_v2);
    json.member("systemd", facts.systemd);
    json.member("systemdUser", facts.systemd_user);
    json.member("rdma", facts.rdma);
    json.end_object();
}

void write_seccomp(JsonWriter& json, const FeatureFacts& facts) {
    json.key("seccomp").begin_object();
    json.member("enabled", facts.seccomp);
    if (facts.seccomp) {
        std::vector<std::string_view> supported;
        std::ranges::transform(facts.seccomp_flags, std::back_inserter(supported),
                               word_of<SeccompFlag>);
        json.member("actions", all_words<SeccompAction>());
        json.member("operators", all_words<SeccompOperator>());
        json.member("archs", facts.seccomp_architectures);
        json.member("knownFlags", all_words<SeccompFlag>());
        json.member("supportedFlags", supported);
    }
    json.end_object();
}

void write_intel_rdt(JsonWriter& json, const FeatureFacts& facts) {
    json.key("intelRdt").begin_object();
    json.member("enabled", facts.intel_rdt);
    json.member("schemata", facts.intel_rdt_schemata);
    json.member("monitoring", facts.intel_rdt_monitoring);
    json.end_object();
}

void write_linux(JsonWriter& json, const FeatureFacts& facts) {
    json.key("linux").begin_object();
    json.member("namespaces", all_words<NamespaceType>());
    json.member("capabilities", capability_names());
    write_cgroup(json, facts);
    write_seccomp(json, facts);
    write_enabled(json, "apparmor", facts.apparmor);
    write_enabled(json, "selinux", facts.selinux);
    write_intel_rdt(json, facts);
    if (facts.memory_policy) {
        json.key("memoryPolicy").begin_object();
        json.member("modes", all_words<MemoryPolicyMode>());
        json.member("flags", all_words<MemoryPolicyFlag>());
        json.end_object();
    }
    json.key("mountExtensions").begin_object();
    write_enabled(json, "idmap", facts.idmap_mounts);
    json.end_object();
    write_enabled(json, "netDevices", facts.net_devices);
    json.end_object();
}

} // namespace

std::string features_json(const FeatureFacts& facts) {
    JsonWriter json(JsonWriter::Form::indented);
    json.begin_object();
    json.member("ociVersionMin", kOciVersionLeast);
    json.member("ociVersionMax", kOciVersion);
    json.member("hooks", words_in(hook_kinds()));
    json.member("mountOptions", mount_option_words());
    write_linux(json, facts);
    json.member("annotations", facts.annotations);
    json.member("potentiallyUnsafeConfigAnnotations", facts.unsafe_annotations);
    json.end_object();
    return std::move(json).take();
}

} // namespace spec
