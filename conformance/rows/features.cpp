// I. The features document: well-formed, and true.
#include "conformance/rows/rows.hpp"

#include <array>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kVersion = "features.md#specification-version";
constexpr auto kHooks = "features.md#hooks";
constexpr auto kOptions = "features.md#mount-options";
constexpr auto kLinux = "features-linux.md";

Json features_of(Case& c) {
    const Said said = c.runtime().call({"features"});
    Json document = Json::parse(said.out, nullptr, false);
    c.needs(said.ok() && document.is_object(), "the runtime has no features document");
    return document;
}

/// A member of the document by its JSON pointer; skipped if it is absent or null.
Json member_of(Case& c, const char* pointer) {
    const Json document = features_of(c);
    const Json::json_pointer path(pointer);
    c.needs(document.contains(path) && !document[path].is_null(),
            std::string("the document has no ") + pointer);
    return document[path];
}

void versions(Case& c) {
    const Json document = features_of(c);
    for (const char* name : {"ociVersionMin", "ociVersionMax"}) {
        c.expect(document.value(name, Json()).is_string(), std::string(name) + " is missing");
    }
}

/// The first three numbers of a version.
std::array<int, 3> numbers_of(const std::string& version) {
    std::array<int, 3> numbers{};
    static_cast<void>(
        std::sscanf(version.c_str(), "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]));
    return numbers;
}

void version_order(Case& c) {
    const Json document = features_of(c);
    const std::string low = document["ociVersionMin"];
    const std::string high = document["ociVersionMax"];
    c.expect(numbers_of(low) <= numbers_of(high), low + " is above " + high);
}

void version_accepted(Case& c, const char* name) {
    c.config()["ociVersion"] = features_of(c)[name];
    c.script("exit 0");
    c.same(c.run().exit.text(), "exit 0", "the end of the program");
}

void lowest_accepted(Case& c) {
    version_accepted(c, "ociVersionMin");
}
void highest_accepted(Case& c) {
    version_accepted(c, "ociVersionMax");
}

/// Every member of a list of the document has to be one of these texts.
void known_names(Case& c, const char* pointer, const Json& known) {
    for (const Json& name : member_of(c, pointer)) {
        c.expect(holds(known, name), "unknown: " + name.dump());
    }
}

void hook_names(Case& c) {
    known_names(c, "/hooks",
                {"prestart", "createRuntime", "createContainer", "startContainer", "poststart",
                 "poststop"});
}

void namespace_names(Case& c) {
    known_names(c, "/linux/namespaces",
                {"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"});
}

void memory_policy_names(Case& c) {
    known_names(c, "/linux/memoryPolicy/modes",
                {"MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE",
                 "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL"});
    known_names(c, "/linux/memoryPolicy/flags",
                {"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"});
}

/// What is declared as switched on has to be a boolean.
void switches(Case& c) {
    const Json document = features_of(c);
    for (const char* pointer :
         {"/linux/apparmor/enabled", "/linux/selinux/enabled", "/linux/seccomp/enabled",
          "/linux/intelRdt/enabled", "/linux/intelRdt/schemata", "/linux/intelRdt/monitoring",
          "/linux/netDevices/enabled", "/linux/mountExtensions/idmap/enabled", "/linux/cgroup/v1",
          "/linux/cgroup/v2", "/linux/cgroup/systemd", "/linux/cgroup/systemdUser",
          "/linux/cgroup/rdma"}) {
        const Json value = document.value(Json::json_pointer(pointer), Json());
        c.expect(value.is_null() || value.is_boolean(),
                 std::string(pointer) + " is " + value.dump());
    }
}

void option_names(Case& c) {
    const Json options = member_of(c, "/mountOptions");
    for (const char* name :
         {"size", "mode", "uid", "gid", "nr_inodes", "lowerdir", "newinstance"}) {
        c.expect(!holds(options, name), std::string(name) + " is one of a file system");
    }
    for (const char* name : {"bind", "rbind", "ro", "nosuid", "nodev", "noexec"}) {
        c.expect(holds(options, name), std::string(name) + " is missing");
    }
}

/// A mount at `destination` that has this one option, beside bind where that is another.
Json mount_with(Case& c, const std::string& option, const std::string& destination) {
    const bool bind = option == "bind" || option == "rbind";
    return {{"destination", destination},
            {"type", "none"},
            {"source", (c.directory() / "source").string()},
            {"options", bind ? Json{option} : Json{"bind", option}}};
}

/// Each listed mount option; those that need more than themselves have rows of their own.
void options_accepted(Case& c) {
    const Json others = {"remount", "idmap", "ridmap", "tmpcopyup"};
    const Json plain = c.config()["mounts"];
    make_directories(c.directory() / "source");
    std::vector<std::string> options;
    for (const Json& option : member_of(c, "/mountOptions")) {
        if (!holds(others, option)) {
            options.push_back(option);
            c.mount(mount_with(c, option, "/m/" + std::to_string(options.size())));
        }
    }
    // All at once is quick; one by one only to say which of them it was.
    if (c.container().create().ok()) {
        return;
    }
    for (const std::string& option : options) {
        c.config()["mounts"] = plain;
        c.mount(mount_with(c, option, "/m"));
        Container& container = c.container();
        const Said said = container.create();
        c.expect(said.ok(), option + ": " + said.text());
        static_cast<void>(container.remove_by_force());
    }
}

void capabilities_accepted(Case& c) {
    const Json listed = member_of(c, "/linux/capabilities");
    for (const Json& name : listed) {
        c.expect(name.get<std::string>().starts_with("CAP_"), "no capability: " + name.dump());
    }
    c.process()["capabilities"] = {{"bounding", listed}};
    c.script("see caps");
    // What the host itself does not give cannot be shown.
    const Json bounding = c.run().seen("caps")["bounding"];
    for (std::size_t i = 0; i < capability_names().size(); ++i) {
        const std::string& name = capability_names()[i];
        c.expect(!holds(listed, name) || !c.host().has_capability(name) || holds(bounding, i),
                 name + " was not granted");
    }
}

/// A filter that has this listed name in its place has to be accepted.
void each_in_filter(Case& c, const char* pointer, Json (*filter)(const std::string& name)) {
    const Json listed = member_of(c, pointer);
    for (const Json& name : listed) {
        c.linux_part()["seccomp"] = filter(name);
        Container& container = c.container();
        const Said said = container.create();
        c.expect(said.ok(), name.get<std::string>() + ": " + said.text());
        static_cast<void>(container.remove_by_force());
    }
}

Json filter_with(Json rule) {
    return {{"defaultAction", "SCMP_ACT_ALLOW"}, {"syscalls", {std::move(rule)}}};
}

Json action_filter(const std::string& name) {
    return filter_with({{"names", {"getpriority"}}, {"action", name}});
}

void actions_accepted(Case& c) {
    // NOTIFY needs somebody who listens; it has rows of its own.
    each_in_filter(c, "/linux/seccomp/actions", [](const std::string& name) {
        return action_filter(name == "SCMP_ACT_NOTIFY" ? "SCMP_ACT_ERRNO" : name);
    });
}

void operators_accepted(Case& c) {
    each_in_filter(c, "/linux/seccomp/operators", [](const std::string& name) {
        return filter_with({{"names", {"getpriority"}},
                            {"action", "SCMP_ACT_ERRNO"},
                            {"args", {{{"index", 0}, {"value", 77}, {"op", name}}}}});
    });
}

void architectures_accepted(Case& c) {
    // One byte order: a filter cannot hold both.
    const Json other = {"SCMP_ARCH_MIPS",  "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
                        "SCMP_ARCH_PPC",   "SCMP_ARCH_PPC64",  "SCMP_ARCH_S390",
                        "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
                        "SCMP_ARCH_M68K",  "SCMP_ARCH_SHEB"};
    Json filter = action_filter("SCMP_ACT_ERRNO");
    for (const Json& name : member_of(c, "/linux/seccomp/archs")) {
        if (!holds(other, name)) {
            filter["architectures"].push_back(name);
        }
    }
    c.linux_part()["seccomp"] = filter;
    c.script("exit 0");
    c.same(c.run().exit.text(), "exit 0", "the end of the program");
}

void flags_accepted(Case& c) {
    each_in_filter(c, "/linux/seccomp/supportedFlags", [](const std::string& name) {
        Json filter = action_filter("SCMP_ACT_ERRNO");
        filter["flags"] = {name};
        return filter;
    });
}

void supported_flags_known(Case& c) {
    const Json known = member_of(c, "/linux/seccomp/knownFlags");
    for (const Json& flag : member_of(c, "/linux/seccomp/supportedFlags")) {
        c.expect(holds(known, flag), flag.dump() + " is supported, but not known");
    }
}

void unsafe_annotations(Case& c) {
    for (const Json& name : member_of(c, "/potentiallyUnsafeConfigAnnotations")) {
        c.expect(name.is_string() && !name.get<std::string>().empty(), "no name: " + name.dump());
    }
}

void cgroup_is_true(Case& c) {
    const Json cgroup = member_of(c, "/linux/cgroup");
    const bool v2_only = c.host().cgroups().v2() != nullptr && c.host().cgroups().all().size() == 1;
    const char* version = v2_only ? "v2" : "v1";
    // If a container runs on this host, its layout is a supported one.
    c.script("exit 0");
    c.same(c.run().exit.text(), "exit 0", "the end of the program");
    c.same(cgroup.value(version, false), true, std::string("linux.cgroup.") + version);
}

void same_every_time(Case& c) {
    const Json first = features_of(c);
    const Json second = features_of(c);
    c.expect(first == second, "two calls give two documents");
}

void annotation_texts(Case& c) {
    const Json annotations = member_of(c, "/annotations");
    for (const auto& [key, value] : annotations.items()) {
        c.expect(!key.empty() && value.is_string(), "annotation " + key + " is " + value.dump());
    }
}

} // namespace

Rows features_rows() {
    return {
        {"F1.versions", kMust, "1.1", kVersion, "ociVersionMin and ociVersionMax are there",
         &versions},
        {"F1.order", kMust, "1.1", kVersion, "the highest is not below the lowest", &version_order},
        {"F1.lowest", kMust, "1.1", kVersion, "ociVersionMin is accepted in config.json",
         &lowest_accepted},
        {"F1.highest", kMust, "1.1", kVersion, "ociVersionMax is accepted in config.json",
         &highest_accepted},
        {"F1.constant", Level::should, "1.1", "features.md#features-structure",
         "the document is the same every time", &same_every_time},
        {"F2.hooks", kMust, "1.1", kHooks, "hooks are those of the specification", &hook_names},
        {"F2.mount-options", Level::should, "1.1", kOptions,
         "mountOptions has none of a file system's own", &option_names},
        {"F2.annotations", kMust, "1.1", "features.md#annotations", "annotations are texts",
         &annotation_texts},
        {"F2.unsafe", kMust, "1.2", "features.md#unsafe-annotations-in-configjson",
         "potentiallyUnsafeConfigAnnotations are texts", &unsafe_annotations},
        {"F3.namespaces", kMust, "1.1", kLinux, "namespaces are those of the specification",
         &namespace_names},
        {"F3.cgroup", kMust, "1.1", kLinux, "the cgroup version of this host is declared",
         &cgroup_is_true},
        {"F3.flags", kMust, "1.1", kLinux, "supported seccomp flags are known ones",
         &supported_flags_known},
        {"F5.memory-policy", kMust, "1.3", kLinux, "memory policies are those of the specification",
         &memory_policy_names},
        {"F3.switches", kMust, "1.1", kLinux, "what can be enabled is a boolean", &switches},
        {"F6.mount-options", kMust, "1.1", kOptions, "every listed mount option is accepted",
         &options_accepted},
        {"F6.capabilities", kMust, "1.1", kLinux, "every listed capability is accepted",
         &capabilities_accepted},
        {"F6.actions", kMust, "1.1", kLinux, "every listed seccomp action is accepted",
         &actions_accepted},
        {"F6.operators", kMust, "1.1", kLinux, "every listed seccomp operator is accepted",
         &operators_accepted},
        {"F6.architectures", kMust, "1.1", kLinux, "every listed seccomp architecture is accepted",
         &architectures_accepted},
        {"F6.flags", kMust, "1.1", kLinux, "every supported seccomp flag is accepted",
         &flags_accepted},
    };
}

} // namespace conformance
