// What becomes of a process short of its exec: the program, the environment, the filter that lets
// it start or not, and bundles as they are read.
#include "oci-spec/default_spec.hpp"
#include "runtime/base/child.hpp"
#include "runtime/bundle.hpp"
#include "runtime/filter_check.hpp"
#include "runtime/filter_store.hpp"
#include "runtime/process.hpp"
#include "seccomp/compile.hpp"
#include "tests/temp_dir.hpp"
#include "tests/unit/oci-spec/edited.hpp"
#include "tests/unit/seccomp/profiles.hpp"

#include <algorithm>

using runtime::ProcessPlan;
using tests::error_text;
using tests::value;

namespace {

using Names = std::vector<std::string>;

ProcessPlan program(const std::string& name, Names env = {}) {
    return {.origin = "/process", .args = {name, "-x"}, .env = std::move(env)};
}

/// A root of a container with a passwd(5).
struct Root {
    tests::TempDir place;
    [[nodiscard]] base::RootDir dir() const { return base::RootDir(place.open()); }
    void passwd(std::string_view text) const {
        place.make_dir("etc");
        place.write("etc/passwd", text);
    }
};

std::string home(const Root& root, std::uint32_t uid, Names env = {}) {
    ProcessPlan process = program("sh", std::move(env));
    process.uid = uid;
    const Names environment = environment_of(process, root.dir());
    const auto found = std::ranges::find_if(
        environment, [](const std::string& entry) { return entry.starts_with("HOME="); });
    return found == environment.end() ? "none" : found->substr(5);
}

seccomp::Program filter_of(const spec::Seccomp& profile) {
    return value(seccomp::compile(profile));
}

/// The error of a config.json in a bundle of its own.
std::string bundle_error(std::string_view config) {
    const tests::TempDir place;
    place.write("config.json", config);
    return error_text(runtime::load_bundle(place.path()));
}

} // namespace

TEST_CASE("a program is found in the container's PATH, the first that may be executed",
          "[process]") {
    const tests::TempDir place;
    place.make_dir("a/tool"); // a directory of that name is no program
    place.make_dir("b");
    place.make_dir("c");
    place.write("b/tool", "x", 0644);
    place.write("c/tool", "x", 0755);
    const std::string path = base::cat("PATH=", place.at("gone"), ":", place.at("a"), ":",
                                       place.at("b"), ":", place.at("c"));
    CHECK(value(find_program(program("tool", {path}))) == place.at("c/tool"));
    CHECK(value(find_program(program("tool", {"PATH=/nowhere", path}))) == place.at("c/tool"));
    CHECK(error_text(find_program(program("tool", {path, "PATH=" + place.at("b")}))) ==
          "exec: \"tool\": permission denied for what $PATH has of that name (/process/args/0): "
          "Permission denied (EACCES)");
    CHECK(error_text(find_program(program("other", {path}))) ==
          "exec: \"other\": executable file not found in $PATH (/process/args/0): "
          "No such file or directory (ENOENT)");
    CHECK(value(find_program(program("sh"))) == "/bin/sh"); // execvp(3)'s own path
}

TEST_CASE("a program with a slash in its name is taken as it is", "[process]") {
    const tests::TempDir place;
    place.write("tool", "x", 0755);
    place.write("text", "x", 0644);
    CHECK(value(find_program(program(place.at("tool")))) == place.at("tool"));
    CHECK(find_program(program(place.at("text"))).code() == EACCES);
    CHECK(find_program(program(place.at("gone"))).code() == ENOENT);
    CHECK(find_program(program(place.path())).code() == EACCES);
    CHECK(find_program(program(place.at("text/x"))).code() == ENOTDIR);
}

TEST_CASE("what engines look for is said in their words", "[process]") {
    const tests::TempDir place;
    place.write("text", "x", 0644);
    const auto begins = [](const std::string& name, std::string_view words) {
        const std::string text = error_text(find_program(program(name)));
        INFO(text);
        CHECK(text.starts_with(base::cat("exec: ", base::quoted(name), ": ", words, " (")));
    };
    begins(place.at("gone"), "no such file or directory");
    begins(place.at("text"), "permission denied: its mode is 0644");
    begins(place.path(), "permission denied: it is a directory");
    begins("/dev/null", "permission denied: it is no regular file");
}

TEST_CASE("HOME is the user's in the container's passwd, unless it is given", "[process]") {
    const Root root;
    CHECK(home(root, 0) == "/");
    root.passwd("root:x:0:0::/root:/bin/sh\n"
                "\n"
                "# comment\n"
                "broken\n"
                "short:x:1:1\n"
                "1000:x:0:0::/wrong:/bin/sh\n"
                "user:x:1000:1000:Name, With:/home/user:/bin/sh\n"
                "twice:x:1000:1000::/second:/bin/sh\n"
                "relative:x:7:7::home/rel:/bin/sh\n"
                "big:x:4294967297:1::/overflow:/bin/sh\n"
                "last:x:8:8::/last:/bin/sh");
    CHECK(home(root, 0) == "/root");
    CHECK(home(root, 1) == "/");
    CHECK(home(root, 1000) == "/home/user");
    CHECK(home(root, 7) == "/");
    CHECK(home(root, 8) == "/last");
    CHECK(home(root, 99) == "/");
    CHECK(home(root, 1000, {"HOME=/mine"}) == "/mine");
    CHECK(home(root, 1000, {"HOMER=/mine"}) == "/home/user");
}

TEST_CASE("a passwd that is a link leads nowhere but into the container", "[process]") {
    const Root root;
    root.place.make_dir("etc");
    root.place.make_dir("data");
    root.place.link("etc/passwd", "/data/passwd");
    root.place.write("data/passwd", "u:x:1000:1000::/inside:/bin/sh\n");
    CHECK(home(root, 1000) == "/inside");
    const Root other;
    other.place.make_dir("etc");
    other.place.link("etc/passwd", root.place.at("data/passwd"));
    CHECK(home(other, 1000) == "/");
}

TEST_CASE("a passwd that is a fifo does not hold the container up", "[process]") {
    const Root root;
    root.place.make_dir("etc");
    tests::ok(base::sys::mknod(root.place.fd(), "etc/passwd", S_IFIFO | 0644, 0));
    CHECK(home(root, 1000) == "/");
}

TEST_CASE("the pid of activated sockets is that of the program", "[process]") {
    const Root root;
    ProcessPlan process = program("sh");
    process.socket_activation = true;
    const Names environment = environment_of(process, root.dir());
    CHECK(std::ranges::find(environment, base::cat("LISTEN_PID=", ::getpid())) !=
          environment.end());
}

TEST_CASE("a program that is none for this machine is told with advice", "[process]") {
    const tests::TempDir place;
    place.write("text", "no program\n", 0755);
    base::sys::Pipe pipe = value(base::sys::pipe());
    base::Child child = value(base::fork_to([&] {
        const base::Error error = execute(program(place.at("text")), place.at("text"), {});
        tests::ok(
            base::sys::write(pipe.write_end, base::cat(error.text(), "\n", error.failure().hint)));
        return 0;
    }));
    pipe.write_end.close();
    const std::string said = value(base::read_all(pipe.read_end));
    CHECK(said.find("Exec format error (ENOEXEC)") != std::string::npos);
    CHECK(said.find("(/process/args/0)") != std::string::npos);
    CHECK(said.ends_with("a script without #!"));
}

TEST_CASE("a filter under which nothing can start is refused before it is loaded",
          "[filter_check]") {
    using spec::SeccompAction;
    CHECK(runtime::check_filter(filter_of(profiles::permitting({}))));
    CHECK(runtime::check_filter(filter_of(profiles::refusing(
        {profiles::entry({"read", "write", "execve", "exit_group"}, SeccompAction::allow)}))));
    const auto refused_call = GENERATE(as<std::string>{}, "read", "write", "execve");
    const auto action = GENERATE(SeccompAction::errno_return, SeccompAction::kill_process,
                                 SeccompAction::kill_thread, SeccompAction::trap);
    const auto checked = runtime::check_filter(
        filter_of(profiles::permitting({profiles::entry({refused_call}, action)})));
    REQUIRE_FALSE(checked);
    CHECK(
        error_text(checked).starts_with(base::cat("the filter answers ", refused_call, " with ")));
    CHECK(checked.error().failure().pointer == "/linux/seccomp");
    CHECK_FALSE(checked.error().failure().hint.empty());
}

TEST_CASE("what a tracer, a listener or an argument decides is no refusal", "[filter_check]") {
    using spec::SeccompAction;
    const auto action = GENERATE(SeccompAction::trace, SeccompAction::log);
    CHECK(runtime::check_filter(
        filter_of(profiles::permitting({profiles::entry({"execve"}, action)}))));
    CHECK(runtime::check_filter(filter_of(profiles::permitting({profiles::errno_entry(
        {"write"}, 1, {{.index = 0, .value = 2, .op = spec::SeccompOperator::eq}})}))));
}

TEST_CASE("the calls that a filter kills on the way are named", "[filter_check]") {
    using spec::SeccompAction;
    CHECK(runtime::killing_calls(filter_of(profiles::permitting({}))).empty());
    const std::string named = runtime::killing_calls(filter_of(
        profiles::permitting({profiles::entry({"capset", "setgroups"}, SeccompAction::kill_process),
                              profiles::entry({"chdir"}, SeccompAction::errno_return)})));
    CHECK(named == "setgroups (KILL_PROCESS), capset (KILL_PROCESS)");
}

TEST_CASE("a filter is compiled once and then taken from the store", "[filter_check]") {
    const tests::TempDir place;
    const runtime::StateStore store(place.at("root"));
    const spec::Seccomp profile = profiles::permitting({profiles::errno_entry({"mkdir"}, 5)});
    const seccomp::Program first = value(runtime::compile_stored(profile, store));
    CHECK(std::distance(std::filesystem::directory_iterator(place.at("root/@filters")), {}) == 1);
    const seccomp::Program second = value(runtime::compile_stored(profile, store));
    REQUIRE(second.filter.size() == first.filter.size());
    CHECK(std::ranges::equal(
        first.filter, second.filter, [](const sock_filter& a, const sock_filter& b) {
            return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
        }));
    CHECK(value(store.ids()).empty());
}

TEST_CASE("a bundle is read by its real path, its errors have places", "[bundle]") {
    const tests::TempDir place;
    const std::string good = spec::default_spec_json({});
    place.write("config.json", good);
    place.link("link", ".");
    const runtime::Bundle bundle = value(runtime::load_bundle(place.at("link")));
    CHECK(bundle.path == place.path());
    CHECK(bundle.bytes == good);
    CHECK(bundle.config.hostname == "oci-rt");
    CHECK(bundle.place_of("/hostname").starts_with("config.json:"));

    CHECK(error_text(runtime::load_bundle(place.at("gone")))
              .starts_with("open the bundle \"" + place.at("gone") + "\": realpath("));
    const tests::TempDir empty;
    CHECK(runtime::load_bundle(empty.path()).code() == ENOENT);
    CHECK(bundle_error("") != "no error");
    const std::string wrong = edited(good, {{"/root/readonly", "1"}, {"/process/cwd", "7"}}).text;
    place.write("config.json", wrong);
    const auto broken = runtime::load_bundle(place.path());
    REQUIRE_FALSE(broken);
    CHECK(broken.error().others().size() == 1);
    CHECK(error_text(broken).find("(config.json:") != std::string::npos);
}

TEST_CASE("an error from elsewhere gets its place in the bundle's document", "[bundle]") {
    const runtime::Bundle bundle{.path = "/b", .bytes = "{\n  \"a\": {\"b\": 1}\n}"};
    CHECK(placed(base::Error("fact").at("/a/b"), bundle).text() == "fact (config.json:2:14 /a/b)");
    CHECK(placed(base::Error("fact"), bundle).text() == "fact");
    CHECK(placed(base::Error("fact").at("/a").placed("elsewhere"), bundle).text() ==
          "fact (elsewhere)");
}
