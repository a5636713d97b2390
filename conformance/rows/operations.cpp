// E. The operations create, start, kill and delete.
#include "conformance/harness/namespaces.hpp"
#include "conformance/rows/rows.hpp"

#include <csignal>
#include <utility>

#include <sys/mount.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kCreate = "runtime.md#create";
constexpr auto kStart = "runtime.md#start";
constexpr auto kKill = "runtime.md#kill";
constexpr auto kDelete = "runtime.md#delete";
constexpr auto kLifecycle = "runtime.md#lifecycle";
constexpr auto kLinks = "runtime-linux.md#dev-symbolic-links";

/// A verb with these words has to be an error.
auto error_of(std::vector<std::string> words) {
    return [words = std::move(words)](Case& c) { c.expect_refused(c.runtime().call(words)); };
}

auto error_for_unknown(std::string verb) {
    return [verb = std::move(verb)](Case& c) {
        std::vector<std::string> words{verb, c.tag() + "-nobody"};
        if (verb == "kill") {
            words.emplace_back("TERM");
        }
        c.expect_refused(c.runtime().call(words));
    };
}

/// A container whose program waits for a signal.
Container& waiting(Case& c) {
    c.script("wait , exit 7");
    Container& container = c.started();
    container.wait_for_step("waiting");
    return container;
}

Container& stopped(Case& c) {
    c.script("exit 0");
    Container& container = c.started();
    container.wait_for_end();
    return container;
}

// --- create --------------------------------------------------------------------------------------

void create_runs_nothing(Case& c) {
    c.script("touch /ran");
    Container& container = c.created();
    c.same(container.status(), "created", "the status");
    c.expect(!fs::exists(c.rootfs() / "ran"), "the program has run");
    c.expect(container.start().ok(), "start failed");
    container.wait_for_end();
    c.expect(fs::exists(c.rootfs() / "ran"), "start did not run the program");
}

void create_makes_the_environment(Case& c) {
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "conformance-mark"}});
    Container& container = c.created();
    for (const char* name : {"pid", "network", "mount", "ipc", "uts"}) {
        const NamespaceType& type = namespace_type(name);
        c.expect(namespace_id(container.pid(), type) != own_namespace_id(type),
                 std::string("no namespace of its own: ") + name);
    }
    const std::string mounts = read_text("/proc/" + std::to_string(container.pid()) + "/mountinfo");
    c.expect(mounts.find("conformance-mark") != std::string::npos, "a mount is not there yet");
}

void create_reads_once(Case& c) {
    c.config()["hostname"] = "before";
    c.script("see uts , exit 3");
    Container& container = c.created();
    c.config()["hostname"] = "after";
    c.script("see uts , exit 4");
    c.bundle().write();
    c.expect(container.start().ok(), "start failed");
    container.wait_for_end();
    const Report report = container.report();
    c.same(report.seen("uts")["hostname"], "before", "the host name");
    c.same(report.exit.code, 3, "the program's exit code");
}

void create_without_config_afterwards(Case& c) {
    c.script("exit 3");
    Container& container = c.created();
    fs::remove(c.bundle().path() / "config.json");
    c.expect(container.start().ok(), "start failed");
    container.wait_for_end();
    c.same(container.report().exit.code, 3, "the program's exit code");
    c.expect(container.remove().ok(), "delete failed");
}

/// A second create with the id of a container has to fail, and the first has to stay as it is.
void expect_id_taken(Case& c, Container& first, const std::string& status) {
    const Snapshot before = c.snapshot();
    c.expect_refused(
        c.runtime().call({"create", "--bundle", c.bundle().path().string(), first.id()}));
    c.same(first.status(), status, "the first container's status");
    c.expect_unchanged(before);
}

void duplicate_created(Case& c) {
    expect_id_taken(c, c.created(), "created");
}
void duplicate_stopped(Case& c) {
    expect_id_taken(c, stopped(c), "stopped");
}

/// create with an id that leads out of the state directory.
void id_outside(Case& c) {
    const fs::path victim = c.runtime().root().parent_path() / (c.tag() + "-outside");
    c.bundle().write();
    const Said said = c.runtime().call(
        {"create", "--bundle", c.bundle().path().string(), "../" + victim.filename().string()});
    c.expect_refused(said);
    c.expect(!fs::exists(victim), "something was made outside of the state directory");
    remove_tree(victim);
}

void id_with(Case& c, const std::string& id) {
    const Snapshot before = c.snapshot();
    c.bundle().write();
    const Said said = c.runtime().call({"create", "--bundle", c.bundle().path().string(), id});
    c.expect_refused(said);
    c.expect_unchanged(before);
}

void id_empty(Case& c) {
    id_with(c, "");
}
void id_slash(Case& c) {
    id_with(c, c.tag() + "/x");
}
void id_dot_dot(Case& c) {
    id_with(c, "..");
}

void ids_side_by_side(Case& c) {
    c.script("wait");
    Container& first = c.started();
    Container& second = c.started();
    first.wait_for_step("waiting");
    second.wait_for_step("waiting");
    first.kill("KILL");
    first.wait_for_end();
    c.same(first.status(), "stopped", "the first one's status");
    c.same(second.status(), "running", "the second one's status");
    c.expect(first.remove().ok(), "delete of the first failed");
    c.expect(second.alive(), "the second one ended with the first");
}

// --- start ---------------------------------------------------------------------------------------

void start_running(Case& c) {
    Container& container = waiting(c);
    c.expect_refused(container.start());
    c.same(container.status(), "running", "the status");
    c.expect(container.alive(), "the program was ended");
}

void start_stopped(Case& c) {
    Container& container = stopped(c);
    c.expect_refused(container.start());
    c.same(container.status(), "stopped", "the status");
}

void exit_code(Case& c) {
    c.script("exit 42");
    c.same(c.run().exit.text(), "exit 42", "the end of the container's process");
}

// --- kill ----------------------------------------------------------------------------------------

void kill_running(Case& c) {
    Container& container = waiting(c);
    c.expect(container.kill("USR1").ok(), "kill failed");
    container.wait_for_end();
    const Report report = container.report();
    c.same(report.step("wait")["signal"], SIGUSR1, "the signal");
    c.same(report.exit.code, 7, "the program's exit code");
}

auto kill_named(std::string signal, int number) {
    return [signal = std::move(signal), number](Case& c) {
        Container& container = waiting(c);
        const Said said = container.kill(signal);
        c.expect(said.ok(), said.text());
        if (said.ok()) {
            container.wait_for_end();
            c.same(container.report().step("wait")["signal"], number, "the signal");
        }
    };
}

void kill_created(Case& c) {
    Container& container = c.created();
    const Said said = container.kill("KILL");
    c.expect(said.ok(), said.text());
    container.wait_for_end();
    c.same(container.report().exit.text(), "SIGKILL", "the end of the container's process");
}

void kill_stopped(Case& c) {
    Container& container = stopped(c);
    c.expect_refused(container.kill("TERM"));
    c.same(container.status(), "stopped", "the status");
}

void kill_bad_signal(Case& c) {
    Container& container = waiting(c);
    c.expect_refused(container.kill("NOSUCHSIGNAL"));
    c.expect(container.alive(), "the program was ended");
}

// --- delete --------------------------------------------------------------------------------------

void delete_stopped(Case& c) {
    c.script("exit 0");
    const Snapshot before = c.snapshot();
    Container& container = c.started();
    container.wait_for_end();
    const Said said = container.remove();
    c.expect(said.ok(), said.text());
    c.expect(container.status().empty(), "state still knows the container");
    c.expect_unchanged(before);
}

void delete_running(Case& c) {
    Container& container = waiting(c);
    c.expect_refused(container.remove());
    c.expect(container.alive(), "the program was ended");
    c.same(container.status(), "running", "the status");
}

void delete_created(Case& c) {
    const Snapshot before = c.snapshot();
    Container& container = c.created();
    const Said said = container.remove();
    c.note(said.ok() ? "accepted, as engines rely on" : "refused: " + said.text());
    c.expect(!said.hung, "delete hung");
    if (said.ok()) {
        c.expect_unchanged(before);
    } else {
        c.same(container.status(), "created", "the status");
    }
}

void delete_twice(Case& c) {
    Container& container = stopped(c);
    c.expect(container.remove().ok(), "delete failed");
    c.expect_refused(container.remove());
}

void id_again(Case& c) {
    c.script("exit 0");
    Container& container = c.started();
    container.wait_for_end();
    c.expect(container.remove().ok(), "delete failed");
    Container again(c.runtime(), container.id(), c.bundle().path(), c.directory());
    const Said said = again.create();
    c.expect(said.ok(), said.text());
    static_cast<void>(again.remove_by_force());
}

void foreign_files(Case& c) {
    const fs::path source = c.directory() / "source";
    make_directories(source / "sub");
    write_text(source / "file", "mine");
    c.mount({{"destination", "/m"},
             {"type", "none"},
             {"source", source.string()},
             {"options", {"rbind"}}});
    c.script("exit 0");
    static_cast<void>(c.run());
    c.expect(fs::exists(source / "file") && fs::exists(source / "sub"),
             "delete removed files of a bind mount's source");
    c.expect(fs::exists(c.rootfs() / "probe"), "delete removed files of the root file system");
    c.expect(fs::exists(c.bundle().path() / "config.json"), "delete removed config.json");
}

void foreign_cgroup(Case& c) {
    const std::string path = "/" + c.tag() + "-mine";
    c.needs(!c.host().cgroups().all().empty(), "there are no cgroups here");
    c.host().cgroups().make(path);
    const Snapshot before = c.snapshot();
    c.linux_part()["cgroupsPath"] = path;
    c.script("exit 0");
    static_cast<void>(c.run());
    c.expect_unchanged(before);
}

void foreign_namespace(Case& c) {
    const NamespaceHolder holder(namespace_type("network"));
    const fs::path file = c.directory() / "netns";
    write_text(file, "");
    c.expect(::mount(holder.path().c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0,
             "binding the namespace failed");
    const Snapshot before = c.snapshot();
    c.use_namespace("network", file.string());
    c.script("exit 0");
    static_cast<void>(c.run());
    c.expect_unchanged(before);
    ::umount2(file.c_str(), MNT_DETACH);
}

// --- /dev links ----------------------------------------------------------------------------------

void dev_links(Case& c) {
    c.script("list /dev");
    const Report report = c.run();
    const Json& entries = report.step("list")["entries"];
    for (const auto& [name, target] : {std::pair{"fd", "/proc/self/fd"},
                                       {"stdin", "/proc/self/fd/0"},
                                       {"stdout", "/proc/self/fd/1"},
                                       {"stderr", "/proc/self/fd/2"}}) {
        c.same(entries.value(name, Json::object()).value("link", ""), target,
               std::string("the link /dev/") + name);
    }
}

} // namespace

Rows operation_rows() {
    return {
        {"L2.no-program", kMust, "1.0", kCreate, "create does not run the program, start does",
         &create_runs_nothing},
        {"L2.environment", kMust, "1.0", kCreate, "create makes namespaces and mounts",
         &create_makes_the_environment},
        {"L2.read-once", kMust, "1.0", kLifecycle,
         "changes of config.json after create have no effect", &create_reads_once},
        {"L2.config-gone", kMust, "1.0", kLifecycle, "after create config.json is not needed",
         &create_without_config_afterwards},
        {"L2.no-id", kMust, "1.0", kCreate, "create without an id is an error",
         error_of({"create"})},
        {"L2.duplicate", kMust, "1.0", kCreate, "the id of a created container is taken",
         &duplicate_created},
        {"L2.duplicate-stopped", kMust, "1.0", kCreate, "the id of a stopped container is taken",
         &duplicate_stopped},
        {"L2.id-outside", kMust, "1.0", kCreate, "no id leads out of the state directory",
         &id_outside},
        {"L2.id-empty", kMust, "1.0", kCreate, "an empty id is an error", &id_empty},
        {"L2.id-slash", kMust, "1.0", kCreate, "an id with a slash is an error", &id_slash},
        {"L2.id-dot-dot", kMust, "1.0", kCreate, "the id .. is an error", &id_dot_dot},
        {"L2.two", kMust, "1.0", "runtime.md#scope-of-a-container",
         "two containers of one bundle live and end on their own", &ids_side_by_side},
        {"L3.exit-code", kMust, "1.0", kStart, "the container's process is the program",
         &exit_code},
        {"L3.no-id", kMust, "1.0", kStart, "start without an id is an error", error_of({"start"})},
        {"L3.unknown-id", kMust, "1.0", kStart, "start of an unknown id is an error",
         error_for_unknown("start")},
        {"L3.running", kMust, "1.0", kStart,
         "start of a running container is an error, without effect", &start_running},
        {"L3.stopped", kMust, "1.0", kStart,
         "start of a stopped container is an error, without effect", &start_stopped},
        {"L4.signal", kMust, "1.0", kKill, "kill sends the signal to the program", &kill_running},
        {"L4.number", Level::should, "1.0", kKill, "a signal by its number",
         kill_named("12", SIGUSR2)},
        {"L4.full-name", Level::should, "1.0", kKill, "a signal by its full name",
         kill_named("SIGUSR2", SIGUSR2)},
        {"L4.realtime", Level::should, "1.0", kKill, "a real-time signal", kill_named("40", 40)},
        {"L4.created", kMust, "1.0", kKill, "kill works on a created container", &kill_created},
        {"L4.stopped", kMust, "1.0", kKill, "kill of a stopped container is an error",
         &kill_stopped},
        {"L4.no-id", kMust, "1.0", kKill, "kill without an id is an error", error_of({"kill"})},
        {"L4.unknown-id", kMust, "1.0", kKill, "kill of an unknown id is an error",
         error_for_unknown("kill")},
        {"L4.bad-signal", kMust, "1.0", kKill, "an unknown signal is an error, without effect",
         &kill_bad_signal},
        {"L5.stopped", kMust, "1.0", kDelete, "delete removes all that create has made",
         &delete_stopped},
        {"L5.running", kMust, "1.0", kDelete,
         "delete of a running container is an error, without effect", &delete_running},
        {"L5.created", Level::may, "1.0", kDelete,
         "delete of a created container (an error by the text, a habit of engines)",
         &delete_created},
        {"L5.no-id", kMust, "1.0", kDelete, "delete without an id is an error",
         error_of({"delete"})},
        {"L5.unknown-id", kMust, "1.0", kDelete, "delete of an unknown id is an error",
         error_for_unknown("delete")},
        {"L5.twice", kMust, "1.0", kDelete, "a second delete is an error", &delete_twice},
        {"L5.id-again", kMust, "1.0", kDelete, "after delete the id can be used again", &id_again},
        {"L5.foreign-files", kMust, "1.0", kDelete, "delete leaves files of the host alone",
         &foreign_files},
        {"L5.foreign-cgroup", kMust, "1.0", kDelete, "delete leaves a cgroup that was there before",
         &foreign_cgroup},
        {"L5.foreign-namespace", kMust, "1.0", kDelete, "delete leaves a joined namespace alone",
         &foreign_namespace},
        {"L8.links", kMust, "1.0", kLinks, "/dev/fd, stdin, stdout and stderr are links",
         &dev_links},
    };
}

} // namespace conformance
