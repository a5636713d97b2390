// Hooks, with the host's shell as the program.
#include "runtime/base/log.hpp"
#include "runtime/clock.hpp"
#include "runtime/hooks.hpp"
#include "tests/temp_dir.hpp"

#include <csignal>

using runtime::Clock;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

using Hooks = std::vector<spec::Hook>;

spec::Hook shell(const std::string& script, std::optional<std::int64_t> timeout = {}) {
    return {.path = "/bin/sh",
            .args = {"hook", "-c", script},
            .env = {"PATH=/usr/bin:/bin"},
            .timeout = timeout};
}

base::Result<> run(const Hooks& hooks, const tests::TempDir& place, std::string_view state = "{}") {
    return runtime::run_hooks({"prestart", hooks}, state, place.path());
}

} // namespace

TEST_CASE("a hook gets the state, its environment and the directory, and nothing else", "[hooks]") {
    const tests::TempDir place;
    ok(run({shell("cat > state; env | sort > env; pwd > cwd; echo $0 > name")}, place,
           "{\"id\":\"x\"}"));
    CHECK(place.read("state") == "{\"id\":\"x\"}");
    CHECK(place.read("cwd") == place.path() + "\n");
    CHECK(place.read("name") == "hook\n");
    const std::string env = place.read("env");
    CHECK(env.find("PATH=/usr/bin:/bin\n") != std::string::npos);
    CHECK(env.find("HOME=") == std::string::npos);
}

TEST_CASE("without args the path is the program's name", "[hooks]") {
    const tests::TempDir place;
    place.write("hook", "#!/bin/sh\necho $0 $# > out\n", 0755);
    ok(run({{.path = place.at("hook")}}, place));
    CHECK(place.read("out") == place.at("hook") + " 0\n");
}

TEST_CASE("hooks run in their order, up to the first that fails", "[hooks]") {
    const tests::TempDir place;
    const auto failed = run(
        {shell("echo 1 >> out"), shell("echo 2 >> out; exit 3"), shell("echo 3 >> out")}, place);
    REQUIRE_FALSE(failed);
    CHECK(place.read("out") == "1\n2\n");
    CHECK(failed.error().failure().pointer == "/hooks/prestart/1");
    const std::string text = error_text(failed);
    CHECK(text.starts_with("prestart hook \"/bin/sh\": it exited with 3 after "));
    CHECK(text.ends_with(" ms (/hooks/prestart/1)"));
}

TEST_CASE("what a failing hook printed is in the error, on one line and bounded", "[hooks]") {
    const tests::TempDir place;
    const std::string text =
        error_text(run({shell("echo to stdout; echo 'to \"stderr\"' >&2; exit 1")}, place));
    CHECK(text.find(R"(, it printed "to stdout\nto \"stderr\"")") != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);

    const std::string much = error_text(run(
        {shell("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 1")}, place));
    CHECK(much.size() < 6000);
    CHECK(much.find("line 2999") != std::string::npos); // the end says why
    CHECK(much.find("line 100\\n") == std::string::npos);
}

TEST_CASE("a hook that is killed or cannot be executed is told as such", "[hooks]") {
    const tests::TempDir place;
    CHECK(error_text(run({shell("kill -9 $$")}, place)).find("was killed by SIGKILL") !=
          std::string::npos);
    const std::string missing = error_text(run({{.path = place.at("gone")}}, place));
    CHECK(missing.find("exited with 127") != std::string::npos);
    CHECK(missing.find("No such file or directory (ENOENT)") != std::string::npos);
    place.write("plain", "#!/bin/sh\n", 0644);
    CHECK(
        error_text(run({{.path = place.at("plain")}}, place)).find("Permission denied (EACCES)") !=
        std::string::npos);
    CHECK(error_text(runtime::run_hooks({"prestart", Hooks{shell("true")}}, "{}", place.at("gone")))
              .find("No such file or directory (ENOENT)") != std::string::npos);
}

TEST_CASE("a hook that takes too long is killed with all it started", "[hooks]") {
    const tests::TempDir place;
    const auto begin = Clock::now();
    const auto failed =
        run({shell("sleep 60 & echo $! > child; echo waiting; sleep 60", 1)}, place);
    const auto took = Clock::now() - begin;
    CHECK(error_text(failed) ==
          "prestart hook \"/bin/sh\": it did not end within its timeout of 1 s "
          "and was killed, it printed \"waiting\" (/hooks/prestart/0)");
    CHECK(took >= std::chrono::seconds(1));
    CHECK(took < std::chrono::seconds(20));
    const auto pid = base::parse_number<pid_t>(base::trimmed(place.read("child")));
    REQUIRE(pid);
    // Killed with its group; its reaper may take a moment.
    bool gone = false;
    for (int i = 0; i < 1000 && !gone; ++i) {
        const auto stat = base::read_file(base::FdRef::cwd(), base::cat("/proc/", *pid, "/stat"));
        gone = !stat || stat->find(") Z ") != std::string::npos;
        ::usleep(1000);
    }
    CHECK(gone);
}

TEST_CASE("a hook within its timeout is not waited for longer", "[hooks]") {
    const tests::TempDir place;
    const auto begin = Clock::now();
    ok(run({shell("true", 60)}, place));
    CHECK(Clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("a process that a hook leaves behind with its output open holds nobody up", "[hooks]") {
    const tests::TempDir place;
    const auto begin = Clock::now();
    ok(run({shell("sleep 60 & echo $! > child; exit 0")}, place));
    CHECK(Clock::now() - begin < std::chrono::seconds(30));
    const auto pid = base::parse_number<pid_t>(base::trimmed(place.read("child")));
    REQUIRE(pid);
    CHECK(::kill(*pid, SIGKILL) == 0); // ours to end
}

TEST_CASE("a hook that reads nothing, or prints more than a pipe holds, is no trouble", "[hooks]") {
    const tests::TempDir place;
    const std::string state(200'000, 'x');
    ok(run({shell("exec 0<&-; true")}, place, state));
    ok(run({shell("head -c 300000 /dev/zero; cat > state")}, place, state));
    CHECK(place.read("state").size() == state.size());
}

TEST_CASE("signals that the runtime held back reach a hook", "[hooks]") {
    const tests::TempDir place;
    sigset_t held;
    sigset_t before;
    sigfillset(&held);
    REQUIRE(::sigprocmask(SIG_BLOCK, &held, &before) == 0);
    const auto result = run({shell("kill -TERM $$; sleep 60", 20)}, place);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    CHECK(error_text(result).find("was killed by SIGTERM") != std::string::npos);
}

TEST_CASE("where all hooks have to run, a failure is a warning", "[hooks]") {
    const tests::TempDir place;
    std::vector<std::string> logged;
    base::log::redirect([&](base::log::Level level, std::string_view line) {
        logged.push_back(base::cat(static_cast<int>(level), " ", line));
    });
    const Hooks hooks = {shell("exit 4"), shell("echo ran > out")};
    runtime::run_all_hooks({"poststop", hooks}, "{}", place.path());
    base::log::redirect({});
    CHECK(place.read("out") == "ran\n");
    REQUIRE(logged.size() == 1);
    CHECK(logged.front().starts_with("1 poststop hook \"/bin/sh\": it exited with 4 after "));
}
