// The features document and back: each word of it, put into a configuration, becomes a plan, and
// words that it does not have are refused.
#include "oci-spec/json_tree.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/cli/features.hpp"
#include "runtime/plan.hpp"
#include "seccomp/compile.hpp"
#include "tests/hosts.hpp"
#include "tests/results.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <algorithm>

using base::cat;
using base::quoted;
using tests::error_text;

namespace {

using Names = std::vector<std::string>;

/// The real document, not one of a test's own.
const spec::JsonTree& document() {
    static const auto kTree = spec::parse_json(spec::features_json(cli::feature_facts()));
    return kTree.value;
}

Names listed(std::string_view pointer) {
    Names names;
    for (const PlacedNode& place : places_of(document())) {
        if (place.pointer == pointer) {
            for (const spec::JsonNode& element : children(*place.node)) {
                names.emplace_back(element.text);
            }
        }
    }
    return names;
}

bool is_on(std::string_view pointer) {
    return std::ranges::any_of(places_of(document()), [pointer](const PlacedNode& place) {
        return place.pointer == pointer && place.node->kind == spec::JsonKind::boolean &&
               place.node->boolean;
    });
}

/// What of a configuration stands in for a word.
struct Parts {
    std::string process;
    std::string mounts;
    std::string namespaces = R"({"type": "mount"}, {"type": "network"})";
    std::string linux;
    std::string top;
    std::string version = "1.3.0";
};

std::string config_of(const Parts& parts) {
    return cat(R"({"ociVersion": ")", parts.version,
               R"(", "root": {"path": "rootfs"}, "process": {"cwd": "/", "args": ["sh"], )",
               R"("user": {"uid": 0, "gid": 0})", parts.process, R"(}, "mounts": [)", parts.mounts,
               R"(], "linux": {"namespaces": [)", parts.namespaces, "]", parts.linux, "}",
               parts.top, "}");
}

/// Loaded, checked, its filter compiled and planned: "no error", or why not.
std::string outcome(const Parts& parts) {
    const std::string text = config_of(parts);
    const auto loaded = spec::checked_spec(text);
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, {"config.json", text}).text();
    }
    std::optional<seccomp::Program> filter;
    if (loaded.value.linux.seccomp) {
        auto compiled = seccomp::compile(*loaded.value.linux.seccomp);
        if (!compiled) {
            return compiled.error().text();
        }
        filter = *std::move(compiled);
    }
    return error_text(runtime::plan_of(loaded.value, hosts::labelling(),
                                       {.id = "x", .bundle = "/bundle"}, filter));
}

using PartsOf = Parts (*)(const std::string& word);

Parts with_option(const std::string& word) {
    const bool maps = word == "idmap" || word == "ridmap";
    const std::string also = word == "tmpcopyup" ? ""
                             : word == "rbind"   ? "\"rbind\", "
                                                 : "\"bind\", ";
    return {.mounts =
                cat(R"({"destination": "/m", "type": "tmpfs", "source": "/tmp", "options": [)",
                    also, quoted(word), "]",
                    maps ? R"(, "uidMappings": [{"containerID": 0, "hostID": 1, "size": 1}],
                                     "gidMappings": [{"containerID": 0, "hostID": 1, "size": 1}])"
                         : "",
                    "}")};
}

Parts with_namespace(const std::string& word) {
    const std::string maps = R"([{"containerID": 0, "hostID": 1000, "size": 10}])";
    return {.namespaces = cat(R"({"type": "mount"})", word == "mount" ? "" : ", ",
                              word == "mount" ? "" : cat(R"({"type": )", quoted(word), "}")),
            .linux = word == "user"
                         ? cat(R"(, "uidMappings": )", maps, R"(, "gidMappings": )", maps)
                         : ""};
}

Parts with_capability(const std::string& word) {
    const std::string set = cat("[", quoted(word), "]");
    return {.process = cat(R"(, "capabilities": {"bounding": )", set, R"(, "effective": )", set,
                           R"(, "permitted": )", set, R"(, "inheritable": )", set,
                           R"(, "ambient": )", set, "}")};
}

Parts with_seccomp(const std::string& members, const std::string& rule) {
    return {.linux = cat(R"(, "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", )", members,
                         R"("syscalls": [{"names": ["getcwd"], )", rule, "}]}")};
}
Parts with_action(const std::string& word) {
    return with_seccomp(word == "SCMP_ACT_NOTIFY" ? R"("listenerPath": "/run/agent", )" : "",
                        cat("\"action\": ", quoted(word)));
}
Parts with_operator(const std::string& word) {
    return with_seccomp("", cat(R"("action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 7, )",
                                R"("valueTwo": 7, "op": )", quoted(word), "}]"));
}
Parts with_architecture(const std::string& word) {
    return with_seccomp(cat("\"architectures\": [", quoted(word), "], "),
                        R"("action": "SCMP_ACT_ERRNO")");
}
Parts with_flag(const std::string& word) {
    // Without a listener the last one has nothing to wait for, which is a warning.
    return with_seccomp(cat("\"flags\": [", quoted(word), R"(], "listenerPath": "/run/agent", )"),
                        R"("action": "SCMP_ACT_NOTIFY")");
}
Parts with_mode(const std::string& word) {
    const bool no_nodes = word == "MPOL_DEFAULT" || word == "MPOL_LOCAL";
    return {.linux = cat(R"(, "memoryPolicy": {"mode": )", quoted(word),
                         no_nodes ? "" : R"(, "nodes": "0")", "}")};
}
Parts with_policy_flag(const std::string& word) {
    return {.linux = cat(R"(, "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": [)",
                         quoted(word), "]}")};
}
Parts with_hook(const std::string& word) {
    return {.top = cat(R"(, "hooks": {)", quoted(word), R"(: [{"path": "/bin/true"}]})")};
}

struct List {
    std::string pointer;
    std::size_t size; ///< what specification and libseccomp have; 0: as many as there are
    PartsOf parts;
};

std::vector<List> lists() {
    return {{"/hooks", 6, with_hook},
            {"/mountOptions", 0, with_option},
            {"/linux/namespaces", 8, with_namespace},
            {"/linux/capabilities", 41, with_capability},
            {"/linux/seccomp/actions", 9, with_action},
            {"/linux/seccomp/operators", 7, with_operator},
            {"/linux/seccomp/archs", 0, with_architecture},
            {"/linux/seccomp/supportedFlags", 0, with_flag},
            {"/linux/memoryPolicy/modes", 7, with_mode},
            {"/linux/memoryPolicy/flags", 3, with_policy_flag}};
}

/// What somebody might write for a word that there is.
Names misspelled(const std::string& word) {
    std::string other_case = word;
    for (char& c : other_case) {
        c = c >= 'a' && c <= 'z'   ? static_cast<char>(c - 'a' + 'A')
            : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a')
                                   : c;
    }
    return {other_case, word + "X", "X" + word, word.substr(0, word.size() - 1), word + " "};
}

} // namespace

TEST_CASE("each word of the features document becomes a plan", "[features]") {
    for (const List& list : lists()) {
        const Names words = listed(list.pointer);
        CAPTURE(list.pointer);
        REQUIRE(words.size() >= (list.size == 0 ? 1 : list.size));
        CHECK((list.size == 0 || words.size() == list.size));
        for (const std::string& word : words) {
            CAPTURE(word);
            CHECK(outcome(list.parts(word)) == "no error");
        }
    }
}

TEST_CASE("a word that the features document lacks is refused", "[features]") {
    for (const List& list : lists()) {
        // What is no option of every file system is one of its own; unknown hooks are, as all keys,
        // and unknown capabilities a warning.
        if (list.pointer == "/mountOptions" || list.pointer == "/hooks" ||
            list.pointer == "/linux/capabilities") {
            continue;
        }
        const Names words = listed(list.pointer);
        for (const std::string& word : words) {
            for (const std::string& wrong : misspelled(word)) {
                if (std::ranges::find(words, wrong) == words.end()) {
                    CAPTURE(list.pointer, wrong);
                    CHECK(outcome(list.parts(wrong)) != "no error");
                }
            }
        }
    }
}

TEST_CASE("an architecture or a flag that this build cannot apply is not listed", "[features]") {
    const Names architectures = listed("/linux/seccomp/archs");
    for (const std::string_view name : spec::seccomp_architectures()) {
        const bool is_listed = std::ranges::find(architectures, name) != architectures.end();
        CAPTURE(name);
        CHECK((outcome(with_architecture(std::string(name))) == "no error") == is_listed);
    }
    const Names flags = listed("/linux/seccomp/supportedFlags");
    for (const std::string& name : listed("/linux/seccomp/knownFlags")) {
        const bool is_listed = std::ranges::find(flags, name) != flags.end();
        CAPTURE(name);
        CHECK((outcome(with_flag(name)) == "no error") == is_listed);
    }
}

TEST_CASE("an unknown hook, capability or option is not taken for a listed one", "[features]") {
    const auto warnings = [](const Parts& parts) {
        Names pointers;
        for (const spec::Finding& finding : spec::checked_spec(config_of(parts)).findings) {
            pointers.push_back(finding.pointer);
        }
        return pointers;
    };
    CHECK(warnings(with_hook("prestop")) == Names{"/hooks/prestop"});
    CHECK(warnings(with_capability("CAP_FLY")).size() == 5);
    CHECK(outcome(with_capability("CAP_FLY")) == "no error");
}

TEST_CASE("what the features document says is there is applied", "[features]") {
    const std::pair<std::string, Parts> switches[] = {
        {"/linux/apparmor/enabled", {.process = R"(, "apparmorProfile": "profile")"}},
        {"/linux/selinux/enabled", {.process = R"(, "selinuxLabel": "label")"}},
        {"/linux/seccomp/enabled", with_action("SCMP_ACT_ERRNO")},
        {"/linux/intelRdt/enabled", {.linux = R"(, "intelRdt": {"l3CacheSchema": "L3:0=f"})"}},
        {"/linux/intelRdt/schemata", {.linux = R"(, "intelRdt": {"schemata": ["L3:0=f"]})"}},
        {"/linux/intelRdt/monitoring", {.linux = R"(, "intelRdt": {"enableMonitoring": true})"}},
        {"/linux/netDevices/enabled", {.linux = R"(, "netDevices": {"eth7": {}})"}},
        {"/linux/mountExtensions/idmap/enabled", with_option("idmap")},
        {"/linux/cgroup/rdma", {.linux = R"(, "resources": {"rdma": {"mlx": {"hcaHandles": 3}}})"}},
    };
    for (const auto& [pointer, parts] : switches) {
        CAPTURE(pointer);
        CHECK(is_on(pointer));
        CHECK(outcome(parts) == "no error");
    }
    CHECK(is_on("/linux/cgroup/v1"));
    CHECK(is_on("/linux/cgroup/v2"));
    CHECK(is_on("/linux/cgroup/systemd"));
    CHECK(is_on("/linux/cgroup/systemdUser"));
}

TEST_CASE("both versions of the features document are accepted, and annotations that matter named",
          "[features]") {
    for (const std::string_view version : {spec::kOciVersion, spec::kOciVersionLeast}) {
        CHECK(outcome({.version = std::string(version)}) == "no error");
    }
    CHECK(listed("/potentiallyUnsafeConfigAnnotations") ==
          Names{"org.criu.config", "org.systemd.property.", "run.oci.keep_original_groups"});
    CHECK(outcome({.top = R"(, "annotations": {"run.oci.keep_original_groups": "1"})"}) ==
          "no error");
    CHECK(outcome({.top = R"(, "annotations": {"run.oci.keep_original_groups": "maybe"})"}) !=
          "no error");
}
