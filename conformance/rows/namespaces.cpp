// F. linux.namespaces: new ones, joined ones, inherited ones, and time offsets.
#include "conformance/harness/namespaces.hpp"

#include "conformance/rows/rows.hpp"

#include <cstdlib>
#include <ctime>

#include <sched.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kNamespaces = "config-linux.md#namespaces";
constexpr auto kOffsets = "config-linux.md#offset-for-time-namespace";

void need_type(Case& c, const NamespaceType& type) {
    c.needs(c.host().has_namespace(type.file),
            std::string("the kernel has no namespaces of type ") + type.name);
}

/// The namespace of this type that the program is in.
std::string seen_id(Case& c, const NamespaceType& type) {
    c.script("see namespaces");
    return c.run().seen("namespaces")[type.file];
}

void made_new(Case& c, const NamespaceType& type) {
    need_type(c, type);
    if (type.flag == CLONE_NEWUSER) {
        c.use_user_namespace();
    } else {
        c.use_namespace(type.name);
    }
    const std::string seen = seen_id(c, type);
    c.expect(!seen.empty() && seen != own_namespace_id(type),
             "the program is in the runtime's own namespace: " + seen);
}

void joined(Case& c, const NamespaceType& type) {
    need_type(c, type);
    const NamespaceHolder holder(type);
    c.use_namespace(type.name, holder.path());
    c.same(seen_id(c, type), holder.id(), "the namespace of the program");
}

void inherited(Case& c, const NamespaceType& type) {
    need_type(c, type);
    c.drop_namespace(type.name);
    if (type.flag == CLONE_NEWUTS) {
        c.config().erase("hostname");
    }
    c.same(seen_id(c, type), own_namespace_id(type), "the namespace of the program");
}

Rows rows_of_each_type() {
    Rows rows;
    for (const NamespaceType& type : kNamespaceTypes) {
        const std::string name = type.name;
        rows.push_back({"N1." + name, kShould, type.since, kNamespaces,
                        "a new namespace of type " + name,
                        [&type](Case& c) { made_new(c, type); }});
        rows.push_back({"N2." + name, kMust, type.since, kNamespaces,
                        "a namespace of type " + name + " joined by its path",
                        [&type](Case& c) { joined(c, type); }});
        // A runtime without a mount namespace of its own would pivot that of the suite.
        if (type.flag != CLONE_NEWNS) {
            rows.push_back({"N3." + name, kMust, type.since, kNamespaces,
                            "the namespace of type " + name + " is inherited if it is not listed",
                            [&type](Case& c) { inherited(c, type); }});
        }
    }
    return rows;
}

void wrong_type(Case& c) {
    const NamespaceHolder holder(namespace_type("uts"));
    c.use_namespace("network", holder.path());
    c.refused();
}

void wrong_type_uts(Case& c) {
    const NamespaceHolder holder(namespace_type("ipc"));
    c.use_namespace("uts", holder.path());
    c.refused();
}

void no_namespace(Case& c) {
    write_text(c.directory() / "file", "");
    c.use_namespace("network", (c.directory() / "file").string());
    c.refused();
}

void gone(Case& c) {
    c.use_namespace("network", (c.directory() / "nothing").string());
    c.refused();
}

void relative_path(Case& c) {
    // It would resolve from the runtime's working directory, and from the bundle.
    const NamespaceHolder holder(namespace_type("network"));
    for (const fs::path& directory : {c.directory(), c.bundle().path()}) {
        fs::create_symlink(holder.path(), directory / "ns");
    }
    c.use_namespace("network", "ns");
    c.expect_refused(c.container().create({.directory = c.directory()}));
}

void joined_twice(Case& c) {
    const NamespaceHolder holder(namespace_type("network"));
    c.use_namespace("network", holder.path());
    c.script("see namespaces");
    const Json first = c.run().seen("namespaces")["net"];
    const Json second = c.run().seen("namespaces")["net"];
    c.same(first, second, "the namespace of the second container");
}

void loopback(Case& c) {
    c.script("see net");
    const Json net = c.run().seen("net");
    c.expect(net.contains("lo"), "there is no loopback device: " + net.dump());
    c.note(net.value("lo", Json::object()).value("up", false) ? "lo is up" : "lo is down");
}

void pid_one(Case& c) {
    c.script("see ids");
    c.same(c.run().seen("ids")["pid"], 1, "the pid of the program");
}

void cgroup_view(Case& c) {
    need_type(c, namespace_type("cgroup"));
    c.use_namespace("cgroup");
    c.script("wait , see cgroup");
    Container& container = c.started();
    container.wait_for_step("waiting");
    const std::string outside =
        try_read("/proc/" + std::to_string(container.pid()) + "/cgroup").value_or("");
    container.kill("USR1");
    container.wait_for_end();
    for (const Json& line : container.report().seen("cgroup")) {
        const std::string seen = line;
        // Hierarchies in which the runtime made no group show what they show outside.
        if (outside.find(seen + "\n") == std::string::npos) {
            c.expect(seen.ends_with(":/"), "seen from inside: " + seen);
        }
    }
    c.expect(outside.find(c.tag()) != std::string::npos, "the runtime made no cgroup at all");
}

void offsets(Case& c) {
    need_type(c, namespace_type("time"));
    c.use_namespace("time");
    c.linux_part()["timeOffsets"] = {{"monotonic", {{"secs", 7000}, {"nanosecs", 5}}},
                                     {"boottime", {{"secs", 9000}}}};
    c.script("see clocks");
    const Json clocks = c.run().seen("clocks");
    timespec monotonic{};
    timespec boot{};
    ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto near = [](const Json& seen, long wanted) {
        return std::abs(seen.get<long>() - wanted) < 60;
    };
    c.expect(near(clocks["monotonic"], monotonic.tv_sec + 7000), "monotonic is not 7000 s ahead");
    c.expect(near(clocks["boottime"], boot.tv_sec + 9000), "boottime is not 9000 s ahead");
}

constexpr Refusal kRefusals[] = {
    {"N1.unknown", kMust, "1.0", kNamespaces, "an unknown type of namespace is an error",
     R"([{"op": "add", "path": "/linux/namespaces/-", "value": {"type": "bogus"}}])"},
    {"N1.missing-type", kMust, "1.0", kNamespaces, "a namespace without type is an error",
     R"([{"op": "add", "path": "/linux/namespaces/-", "value": {"path": "/proc/self/ns/net"}}])"},
    {"N4.duplicate", kMust, "1.0", kNamespaces, "a type of namespace twice is an error",
     R"([{"op": "add", "path": "/linux/namespaces/-", "value": {"type": "uts"}}])"},
    {"N6.unknown-clock", kMust, "1.1", kOffsets, "an offset of an unknown clock is an error",
     R"([{"op": "add", "path": "/linux/namespaces/-", "value": {"type": "time"}},
         {"op": "add", "path": "/linux/timeOffsets", "value": {"realtime": {"secs": 1}}}])"},
    {"N6.no-namespace", kShould, "1.1", kOffsets, "offsets without a time namespace are an error",
     R"({"linux": {"timeOffsets": {"monotonic": {"secs": 1}}}})"},
};

} // namespace

Rows namespace_rows() {
    return rows_of_each_type() +
           Rows{
               {"N1.pid-one", kMust, "1.0", kNamespaces,
                "in a new pid namespace the program is pid 1", &pid_one},
               {"N1.loopback", Level::may, "1.0", kNamespaces,
                "the loopback device of a new network namespace", &loopback},
               {"N1.cgroup-view", kShould, "1.0", kNamespaces,
                "in a new cgroup namespace the container's cgroup is /", &cgroup_view},
               {"N2.wrong-type", kMust, "1.0", kNamespaces,
                "a path to a namespace of another type is an error", &wrong_type},
               {"N2.wrong-type-uts", kMust, "1.0", kNamespaces,
                "a path to an ipc namespace for a uts one is an error", &wrong_type_uts},
               {"N2.no-namespace", kMust, "1.0", kNamespaces,
                "a path to an ordinary file is an error", &no_namespace},
               {"N2.missing", kMust, "1.0", kNamespaces, "a path to nothing is an error", &gone},
               {"N2.relative", kMust, "1.0", kNamespaces, "a relative path is an error",
                &relative_path},
               {"N2.again", kMust, "1.0", kNamespaces, "a joined namespace outlives the container",
                &joined_twice},
               {"N6.offsets", kMust, "1.1", kOffsets, "timeOffsets move the container's clocks",
                &offsets},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
