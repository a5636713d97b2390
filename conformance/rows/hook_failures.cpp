// D. Hooks that fail, hang or cannot be run.
#include "conformance/rows/hook_log.hpp"
#include "conformance/rows/rows.hpp"

#include <algorithm>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kHooks = "config.md#posix-platform-hooks";
constexpr auto kLifecycle = "runtime.md#lifecycle";

void failing_create(Case& c, const HookKind& kind) {
    add_hook(c, kind, "first", "say no-luck , exit 3");
    add_hook(c, kind, "second");
    c.script("see ids");
    c.refused();
    c.same(hooks_run(c), {"first"}, "the hooks that ran");
}

/// A failing hook has to be followed by the poststop hooks (steps 12 and 13 of the life cycle).
void poststop_after_failure(Case& c, const HookKind& kind) {
    add_hook(c, kind, "failing", "exit 3");
    add_hook(c, kHookKinds[5], "poststop");
    c.script("wait");
    Container& container = c.container();
    Said said = container.create();
    if (said.ok()) {
        said = container.start();
    }
    c.expect_refused(said);
    // Whether destroying is the failed operation's part or left to delete, poststop has to run.
    if (!std::ranges::count(hooks_run(c), "poststop")) {
        c.note("not by the failed operation itself");
        static_cast<void>(container.remove_by_force());
    }
    c.expect(std::ranges::count(hooks_run(c), "poststop") == 1, "poststop did not run");
}

Rows rows_of_each_kind() {
    Rows rows;
    for (const HookKind& kind : kHookKinds) {
        const std::string id = kind.id;
        const std::string name = kind.name;
        if (id == "H1" || id == "H2" || id == "H3") {
            rows.push_back(
                {id + ".failure", kMust, "1.0", kLifecycle,
                 "a failing " + name + " hook is an error of create, which leaves nothing",
                 [&kind](Case& c) { failing_create(c, kind); }});
        }
        if (id != "H6") {
            const char* since = id == "H5" ? "1.3" : "1.0";
            rows.push_back({id + ".failure-poststop", kMust, since, kLifecycle,
                            "after a failing " + name + " hook the poststop hooks run",
                            [&kind](Case& c) { poststop_after_failure(c, kind); }});
        }
    }
    return rows;
}

void failing_start_container(Case& c) {
    add_hook(c, kHookKinds[3], "first", "exit 3");
    c.script("--log /log mark program");
    Container& container = c.created();
    c.expect_refused(container.start());
    container.wait_for_end();
    c.expect(!std::ranges::count(hooks_run(c), "program"), "the program ran");
    const std::string status = container.status();
    c.expect(status.empty() || status == "stopped", "the container is " + status);
}

void failing_poststart(Case& c) {
    add_hook(c, kHookKinds[4], "first", "exit 3");
    c.script("wait");
    Container& container = c.created();
    c.expect_refused(container.start());
    constexpr Milliseconds kMoment(1000);
    const Fd process = open_pidfd(container.pid());
    c.expect(c.runtime().watch().readable(process.number(), {}, kMoment),
             "the container was not stopped");
}

void failing_poststop(Case& c) {
    add_hook(c, kHookKinds[5], "first", "exit 3");
    add_hook(c, kHookKinds[5], "second");
    c.script("see ids");
    Container& container = c.started();
    container.wait_for_end();
    const Said said = container.remove();
    c.expect(said.ok(), said.text());
    c.same(hooks_run(c), {"first", "second"}, "the hooks that ran");
    c.expect(container.status().empty(), "the container is still there");
}

void timeout(Case& c) {
    add_hook(c, kHookKinds[1], "slow", "sleep 60000")["timeout"] = 1;
    c.script("see ids");
    const auto begin = std::chrono::steady_clock::now();
    c.refused();
    const auto took = std::chrono::steady_clock::now() - begin;
    c.expect(took > Milliseconds(800), "the hook did not have its second");
    // A slow machine gets patience, as far as --timeout says that it is one.
    c.expect(took < Milliseconds(1000) + c.runtime().watch().bound() / 2,
             "the hook had more than its second");
}

void timeout_kept(Case& c) {
    add_hook(c, kHookKinds[1], "quick", "sleep 50")["timeout"] = 5;
    c.script("see ids");
    static_cast<void>(c.run());
    c.same(hooks_run(c), {"quick"}, "the hooks that ran");
}

void timeout_of(Case& c, int seconds) {
    add_hook(c, kHookKinds[1], "quick")["timeout"] = seconds;
    c.script("see ids");
    c.refused();
}

void timeout_zero(Case& c) {
    timeout_of(c, 0);
}
void timeout_negative(Case& c) {
    timeout_of(c, -1);
}

void not_executable(Case& c) {
    write_text(c.directory() / "data", "no program");
    c.config()["hooks"]["createRuntime"] = {{{"path", (c.directory() / "data").string()}}};
    c.refused();
}

/// The path would lead to a program from every directory that a runtime may start the hook in.
void relative_path(Case& c, const HookKind& kind) {
    fs::create_hard_link(c.probe(), c.bundle().path() / "hook");
    fs::create_hard_link(c.probe(), c.rootfs() / "hook");
    add_hook(c, kind, "relative")["path"] = "hook";
    c.script("see ids");
    c.refused();
}

void relative_create_runtime(Case& c) {
    relative_path(c, kHookKinds[1]);
}
void relative_poststop(Case& c) {
    relative_path(c, kHookKinds[5]);
}

constexpr Refusal kRefusals[] = {
    {"H7.missing-path", kMust, "1.0", kHooks, "a hook without path is an error",
     R"({"hooks": {"createRuntime": [{"args": ["true"]}]}})"},
    {"H7.not-there", kMust, "1.0", kHooks, "a hook whose program does not exist is an error",
     R"({"hooks": {"createRuntime": [{"path": "/no/such/program"}]}})"},
};

} // namespace

Rows hook_failure_rows() {
    return rows_of_each_kind() +
           Rows{
               {"H4.failure", kMust, "1.0", kLifecycle,
                "a failing startContainer hook is an error of start, and nothing runs",
                &failing_start_container},
               {"H5.failure", kMust, "1.3", kLifecycle,
                "a failing poststart hook is an error of start, and stops the container",
                &failing_poststart},
               {"H6.failure", kMust, "1.0", kLifecycle,
                "a failing poststop hook changes nothing of delete", &failing_poststop},
               {"H7.timeout", kMust, "1.0", kHooks, "a hook is aborted when its timeout is over",
                &timeout},
               {"H7.timeout-kept", kMust, "1.0", kHooks, "a hook within its timeout is left alone",
                &timeout_kept},
               {"H7.timeout-zero", kMust, "1.0", kHooks, "a timeout of 0 is an error",
                &timeout_zero},
               {"H7.timeout-negative", kMust, "1.0", kHooks, "a negative timeout is an error",
                &timeout_negative},
               {"H7.not-executable", kMust, "1.0", kHooks,
                "a hook that is not executable is an error", &not_executable},
               {"H7.relative-path", kMust, "1.0", kHooks, "a hook with a relative path is an error",
                &relative_create_runtime},
               {"H7.relative-path-poststop", kMust, "1.0", kHooks,
                "a poststop hook with a relative path is an error", &relative_poststop},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
