// E. The state document.
#include "conformance/rows/rows.hpp"

#include <algorithm>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kState = "runtime.md#state";
constexpr auto kQuery = "runtime.md#query-state";
constexpr auto kSchema = "schema/state-schema.json";

Json state_of(const Container& container) {
    std::optional<Json> state = container.state();
    if (!state) {
        throw Failed("state is an error");
    }
    return *std::move(state);
}

void created(Case& c) {
    Container& container = c.created();
    const Json state = state_of(container);
    c.same(state["status"], "created", "the status");
    c.same(state["id"], container.id(), "the id");
}

void running(Case& c) {
    c.script("wait");
    Container& container = c.started();
    container.wait_for_step("waiting");
    c.same(container.status(), "running", "the status");
}

void stopped(Case& c) {
    c.script("exit 0");
    Container& container = c.started();
    container.wait_for_end();
    c.same(container.status(), "stopped", "the status");
}

void killed_before_start(Case& c) {
    Container& container = c.created();
    container.kill("KILL");
    container.wait_for_end();
    c.same(container.status(), "stopped", "the status");
}

/// pid has to name the container's process: the one that is pid 1 of the container.
void expect_process(Case& c, const Container& container) {
    const int pid = state_of(container).value("pid", 0);
    c.same(pid, container.pid(), "pid (beside --pid-file)");
    const std::string status = try_read("/proc/" + std::to_string(pid) + "/status").value_or("");
    std::string inner;
    for (const std::string& line : lines_of(status)) {
        if (line.starts_with("NSpid:")) {
            inner = words_of(line).back();
        }
    }
    c.same(inner, "1", "the pid of that process inside");
}

void pid_created(Case& c) {
    expect_process(c, c.created());
}

void pid_running(Case& c) {
    c.script("wait");
    Container& container = c.started();
    container.wait_for_step("waiting");
    expect_process(c, container);
}

void bundle_absolute(Case& c) {
    c.script("wait");
    Container& container =
        c.created({.bundle_as = "bundle", .directory = c.bundle().path().parent_path()});
    c.same(state_of(container)["bundle"], c.bundle().path().string(), "bundle");
}

void annotations(Case& c) {
    const Json wanted = {{"com.example.one", "1"}, {"org.opencontainers.image.author", ""}};
    c.config()["annotations"] = wanted;
    const Json state = state_of(c.created());
    for (const auto& [key, value] : wanted.items()) {
        c.same(state["annotations"].value(key, Json()), value, "annotation " + key);
    }
}

void schema(Case& c) {
    const Json state = state_of(c.created());
    for (const char* member : {"ociVersion", "id", "status", "bundle"}) {
        c.expect(state[member].is_string(), std::string(member) + " is no string");
    }
    c.expect(state["pid"].is_number_integer() && state["pid"] >= 0, "pid is no whole number");
    const Json annotations = state.value("annotations", Json::object());
    c.expect(annotations.is_object(), "annotations is " + annotations.dump());
}

void version(Case& c) {
    const Json version = state_of(c.created())["ociVersion"];
    const std::string text = version.is_string() ? version.get<std::string>() : "";
    c.expect(std::ranges::count(text, '.') >= 2 && text.starts_with("1."),
             "ociVersion is " + version.dump());
}

void no_id(Case& c) {
    c.expect_refused(c.runtime().call({"state"}));
}

void unknown_id(Case& c) {
    c.expect_refused(c.runtime().call({"state", c.tag() + "-nobody"}));
}

} // namespace

Rows state_rows() {
    return {
        {"L1.created", kMust, "1.0", kState, "after create the status is created", &created},
        {"L1.running", kMust, "1.0", kState, "while the program runs the status is running",
         &running},
        {"L1.stopped", kMust, "1.0", kState, "after the program's end the status is stopped",
         &stopped},
        {"L1.killed-before-start", kMust, "1.0", kState,
         "after the end of a container that was never started it is stopped", &killed_before_start},
        {"L1.pid-created", kMust, "1.0", kState, "pid is the container's process once created",
         &pid_created},
        {"L1.pid-running", kMust, "1.0", kState, "pid is the container's process while it runs",
         &pid_running},
        {"L1.bundle", kMust, "1.0", kState, "bundle is absolute, even if a relative one was given",
         &bundle_absolute},
        {"L1.annotations", kMust, "1.0", kState, "annotations are those of config.json",
         &annotations},
        {"L1.version", kMust, "1.0", kState, "ociVersion is a version of the specification",
         &version},
        {"L9.schema", kMust, "1.0", kSchema, "the document adheres to the schema", &schema},
        {"L1.no-id", kMust, "1.0", kQuery, "state without an id is an error", &no_id},
        {"L1.unknown-id", kMust, "1.0", kQuery, "state of an unknown id is an error", &unknown_id},
    };
}

} // namespace conformance
