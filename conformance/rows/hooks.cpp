// D. Hooks: where and when each kind runs, and what it is given.
#include "conformance/harness/namespaces.hpp"
#include "conformance/rows/hook_log.hpp"
#include "conformance/rows/rows.hpp"

#include <algorithm>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kHooks = "config.md#posix-platform-hooks";
constexpr auto kLifecycle = "runtime.md#lifecycle";
constexpr auto kState = "runtime.md#state";

/// A whole life with one hook of this kind; the hook's line. The program lives until start is
/// over, for a hook may look at it.
Json line_of(Case& c, const HookKind& kind) {
    add_hook(c, kind, kind.name);
    c.script("wait");
    Container& container = c.started();
    container.wait_for_step("waiting");
    container.kill("USR1");
    container.wait_for_end();
    static_cast<void>(container.remove());
    return hook_log(c).step("hook", kind.name);
}

Json state_given_to(Case& c, const HookKind& kind) {
    return Json::parse(line_of(c, kind)["state"].get<std::string>());
}

void runs(Case& c, const HookKind& kind) {
    add_hook(c, kind, kind.name);
    c.script("see ids");
    static_cast<void>(c.run());
    c.same(hooks_run(c).size(), 1, "the number of times that it ran");
}

void in_namespaces(Case& c, const HookKind& kind) {
    add_hook(c, kind, kind.name);
    c.script("see namespaces");
    const Json container = c.run().seen("namespaces");
    const Json hook = hook_log(c).step("hook", kind.name)["namespaces"];
    for (const char* name : {"mount", "network", "ipc", "uts", "pid"}) {
        const NamespaceType& type = namespace_type(name);
        const Json wanted = kind.in_container ? container[type.file] : Json(own_namespace_id(type));
        c.same(hook[type.file], wanted, std::string("the hook's namespace ") + name);
    }
}

void status(Case& c, const HookKind& kind) {
    c.same(state_given_to(c, kind)["status"], kind.status, "the status that the hook is given");
}

void pid(Case& c, const HookKind& kind) {
    const int pid = state_given_to(c, kind).value("pid", -1);
    if (kind.in_container) {
        c.same(pid, 1, "the pid as the container sees it");
    } else {
        const Json seen = hook_log(c).step("hook", kind.name)["container"];
        c.expect(!seen["mnt"].get<std::string>().empty(),
                 "pid " + std::to_string(pid) + " is no process of the runtime's namespace");
        c.expect(seen["net"] != own_namespace_id(namespace_type("network")),
                 "pid " + std::to_string(pid) + " is not in the container's namespaces");
    }
}

Rows rows_of_each_kind() {
    Rows rows;
    for (const HookKind& kind : kHookKinds) {
        const std::string id = kind.id;
        const std::string name = kind.name;
        rows.push_back({id + ".runs", kMust, "1.0", kind.section, name + " hooks run once",
                        [&kind](Case& c) { runs(c, kind); }});
        rows.push_back({id + ".namespaces", kMust, "1.0", kind.section,
                        name + " hooks run in the namespaces of the " +
                            (kind.in_container ? "container" : "runtime"),
                        [&kind](Case& c) { in_namespaces(c, kind); }});
        rows.push_back({"H8.status-" + name, kMust, "1.0", kState,
                        name + " hooks are given the status " + kind.status,
                        [&kind](Case& c) { status(c, kind); }});
        if (id != "H6") {
            rows.push_back({"H8.pid-" + name, kMust, "1.0", kState,
                            name + " hooks are given the pid as seen by the " +
                                (kind.in_container ? "container" : "runtime"),
                            [&kind](Case& c) { pid(c, kind); }});
        }
    }
    return rows;
}

// --- order ---------------------------------------------------------------------------------------

void order_of_kinds(Case& c) {
    for (const HookKind& kind : kHookKinds) {
        add_hook(c, kind, kind.name);
    }
    c.script("--log /log mark program , sleep 100");
    Container& container = c.created();
    c.same(hooks_run(c), {"prestart", "createRuntime", "createContainer"}, "after create");
    c.expect(container.start().ok(), "start failed");
    container.wait_for_end();
    c.expect(container.remove().ok(), "delete failed");
    const std::vector<std::string> seen = hooks_run(c);
    const auto place = [&](const char* name) {
        return std::find(seen.begin(), seen.end(), name) - seen.begin();
    };
    c.expect(place("startContainer") < place("program"), "startContainer ran after the program");
    c.expect(place("createContainer") < place("startContainer"), "startContainer ran too early");
    c.expect(place("startContainer") < place("poststart"), "poststart ran too early");
    c.same(seen.empty() ? "" : seen.back(), "poststop", "the last hook");
}

void order_in_a_kind(Case& c) {
    std::vector<std::string> wanted;
    for (const HookKind& kind : kHookKinds) {
        for (const char* number : {"-1", "-2", "-3"}) {
            // The first ones take their time: a runtime that starts all at once is found out.
            add_hook(c, kind, std::string(kind.name) + number, number[1] == '1' ? "sleep 20" : "");
            wanted.push_back(std::string(kind.name) + number);
        }
    }
    c.script("see ids");
    static_cast<void>(c.run());
    c.same(hooks_run(c), wanted, "the order");
}

/// The command line of the container's process when a hook of this kind runs.
std::string program_during(Case& c, const HookKind& kind) {
    add_hook(c, kind, kind.name);
    // The program cannot be there before this one has ended.
    add_hook(c, kHookKinds[3], "slow", "sleep 100");
    c.script("wait");
    Container& container = c.started();
    container.kill("KILL");
    container.wait_for_end();
    return hook_log(c).step("hook", kind.name)["container"]["cmdline"];
}

void poststart_after_exec(Case& c) {
    const std::string seen = program_during(c, kHookKinds[4]);
    c.expect(seen.starts_with("/probe"), "the program was not executed yet: " + Json(seen).dump());
}

void poststart_before_return(Case& c) {
    add_hook(c, kHookKinds[4], "slow", "sleep 50 , mark done");
    c.script("wait");
    static_cast<void>(c.started());
    c.same(hooks_run(c), {"slow", "done"}, "what ran before start returned");
}

void poststop_after_delete(Case& c) {
    add_hook(c, kHookKinds[5], "after");
    c.script("see ids");
    Container& container = c.started();
    container.wait_for_end();
    c.expect(hooks_run(c).empty(), "poststop ran before delete");
    c.expect(container.remove().ok(), "delete failed");
    c.same(hooks_run(c), {"after"}, "what ran before delete returned");
}

void environment_is_there(Case& c) {
    const Json line = line_of(c, kHookKinds[1]);
    for (const char* type : {"pid", "net", "ipc", "uts", "mnt"}) {
        const std::string seen = line["container"][type];
        const Json runtime = line["namespaces"][type];
        c.expect(!seen.empty() && seen != runtime,
                 std::string("the container has no namespace of its own yet: ") + type);
    }
}

void mounts_are_there(Case& c) {
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "conformance-mark"}});
    add_hook(c, kHookKinds[2], "look", "see mounts");
    c.script("see ids");
    static_cast<void>(c.run());
    bool found = false;
    for (const Json& mount : hook_log(c).seen("mounts")) {
        found = found || mount["source"] == "conformance-mark";
    }
    c.expect(found, "the mounts of config.json are not there yet");
}

void before_pivot(Case& c) {
    add_hook(c, kHookKinds[2], "look", "stat " + c.probe().string());
    c.script("see ids");
    static_cast<void>(c.run());
    c.same(hook_log(c).step("stat")["is"]["error"], "", "a file of the host, seen by the hook");
}

void start_container_inside(Case& c) {
    write_text(c.rootfs() / "only-inside", "inside");
    add_hook(c, kHookKinds[3], "look", "read /only-inside");
    c.script("see ids");
    static_cast<void>(c.run());
    c.same(hook_log(c).step("read")["text"], "inside", "a file of the root file system");
}

// --- what a hook is given ------------------------------------------------------------------------

void arguments(Case& c) {
    add_hook(c, kHookKinds[1], "look")["args"] = {
        "other name", "--log", (c.rootfs() / "log").string(), "hook", "look", "", "two words"};
    c.script("see ids");
    static_cast<void>(c.run());
    const Json seen = hook_log(c).step("hook")["args"];
    c.same(seen[0], "other name", "argv[0]");
    c.same(seen[6], "two words", "argv[6]");
    c.same(seen.size(), 7, "the number of arguments");
}

void environment(Case& c) {
    add_hook(c, kHookKinds[1], "look")["env"] = {"KEY=value", "OTHER=a b"};
    c.script("see ids");
    static_cast<void>(c.run());
    const Json seen = hook_log(c).step("hook")["env"];
    c.expect(holds(seen, "KEY=value") && holds(seen, "OTHER=a b"),
             "the environment is " + seen.dump());
}

void working_directory(Case& c) {
    const Json line = line_of(c, kHookKinds[1]);
    c.note("the working directory is " + std::string(line["cwd"] == c.bundle().path().string()
                                                         ? "the bundle"
                                                         : line["cwd"].get<std::string>()));
}

void document(Case& c) {
    c.config()["annotations"] = {{"com.example.key", "value"}};
    const Json state = state_given_to(c, kHookKinds[1]);
    c.expect(state["ociVersion"].is_string(), "ociVersion is missing");
    c.expect(state["id"].get<std::string>().starts_with(c.tag()), "id is " + state["id"].dump());
    c.same(state["bundle"], c.bundle().path().string(), "bundle");
    c.same(state["annotations"]["com.example.key"], "value", "the annotation");
}

} // namespace

Rows hook_rows() {
    return rows_of_each_kind() +
           Rows{
               {"H7.order-of-kinds", kMust, "1.0", kLifecycle,
                "all kinds run in the order of the life cycle", &order_of_kinds},
               {"H7.order", kMust, "1.0", kHooks,
                "hooks of a kind run one by one in the listed order", &order_in_a_kind},
               {"H2.environment", kMust, "1.0", "config.md#createruntime-hooks",
                "createRuntime hooks find the namespaces made", &environment_is_there},
               {"H3.mounts", Level::should, "1.0", "config.md#createcontainer-hooks",
                "createContainer hooks find the mounts made", &mounts_are_there},
               {"H3.before-pivot", kMust, "1.0", "config.md#createcontainer-hooks",
                "createContainer hooks run before pivot_root", &before_pivot},
               {"H4.inside", kMust, "1.0", "config.md#startcontainer-hooks",
                "startContainer hooks see the container's files", &start_container_inside},
               {"H5.after-exec", kMust, "1.0", "config.md#poststart",
                "poststart hooks run after the program was executed", &poststart_after_exec},
               {"H5.before-return", kMust, "1.0", "config.md#poststart",
                "poststart hooks end before start returns", &poststart_before_return},
               {"H6.after-delete", kMust, "1.0", "config.md#poststop",
                "poststop hooks run during delete", &poststop_after_delete},
               {"H7.args", kMust, "1.0", kHooks, "args are the hook's argv", &arguments},
               {"H7.env", kMust, "1.0", kHooks, "env is the hook's environment", &environment},
               {"H7.cwd", Level::may, "1.0", kHooks, "the working directory of a hook",
                &working_directory},
               {"H7.state", kMust, "1.0", kHooks, "the state document is on a hook's stdin",
                &document},
           };
}

} // namespace conformance
