// Where containers are remembered: ids, directories, locks. And the gate in such a directory.
#include "runtime/base/child.hpp"
#include "runtime/base/wire.hpp"
#include "runtime/clock.hpp"
#include "runtime/container.hpp"
#include "runtime/gate.hpp"
#include "runtime/state_store.hpp"
#include "tests/temp_dir.hpp"

#include <csignal>

#include <sys/file.h>

using runtime::ContainerDirectory;
using runtime::StateStore;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

using Names = std::vector<std::string>;

constexpr int kBoundMs = 20'000; // nothing is to need it

/// A store in a directory of the test's own; its root is not there yet.
struct Store {
    tests::TempDir place;
    StateStore store{place.at("a/b/root")};
};

/// A process that waits at the gate, then does what a container does with its verdict.
base::Child container_at(runtime::GateEnds& gate, const std::function<int(base::FdRef)>& body) {
    base::Child child = value(
        base::fork_to([&] { return runtime::wait_at_gate(gate.gate) ? body(gate.verdict) : 99; }));
    gate = {};
    return child;
}

} // namespace

TEST_CASE("ids are plain names", "[state]") {
    const auto good = GENERATE(as<std::string>{}, "a", "Web-1_x+y.z", "...", ".hidden", "-x", "0",
                               std::string(255, 'x'));
    INFO(good);
    CHECK(runtime::check_id(good));
    const auto bad = GENERATE(as<std::string>{}, ".", "..", "a/b", "/", "../x", "a b", "a\n",
                              std::string("a\0", 2), "@filters", "a:b", "\xc3\xa4", "a\x7f",
                              std::string(256, 'x'), "a*", "~");
    INFO(bad);
    const auto checked = runtime::check_id(bad);
    REQUIRE_FALSE(checked);
    CHECK(error_text(checked).starts_with("invalid id \""));
    CHECK(error_text(checked).find('\n') == std::string::npos);
    CHECK(error_text(runtime::check_id("")) == "the id of a container must not be empty");
}

TEST_CASE("a container's directory is made once, with all above it", "[state]") {
    const Store s;
    const ContainerDirectory first = value(s.store.reserve("web"));
    CHECK(first.id == "web");
    CHECK(s.place.has("a/b/root/web"));
    CHECK(StateStore::is_locked(first));
    CHECK(error_text(s.store.reserve("web")) == "container with id \"web\" already exists");
    CHECK(error_text(s.store.reserve("../web")).starts_with("invalid id"));
    const ContainerDirectory other = value(s.store.reserve("other"));
    CHECK(value(s.store.ids()) == Names{"other", "web"});
    const auto mode = [&](const char* name) {
        return value(base::sys::fstatat(s.place.fd(), name, 0)).st_mode & 07777U;
    };
    CHECK(mode("a/b/root/web") == 0700);
    CHECK(mode("a/b/root") == 0711);
}

TEST_CASE("who does not exist is told by name", "[state]") {
    const Store s;
    CHECK(error_text(s.store.open("web")) ==
          "container \"web\" does not exist: No such file or directory (ENOENT)");
    static_cast<void>(value(s.store.make_root()));
    CHECK(s.store.open("web").code() == ENOENT);
    CHECK(s.store.open_locked("web", 1).code() == ENOENT);
    CHECK(error_text(s.store.open("a/b")).starts_with("invalid id"));
    CHECK(error_text(open_container(s.store, "web", runtime::Access::look))
              .starts_with("container \"web\" does not exist"));
}

TEST_CASE("a store without a root has no containers", "[state]") {
    const Store s;
    CHECK(value(s.store.ids()).empty());
    CHECK_FALSE(s.place.has("a"));
}

TEST_CASE("what is no container in the root is not listed", "[state]") {
    const Store s;
    static_cast<void>(value(s.store.reserve("web")));
    s.place.make_dir("a/b/root/@filters");
    s.place.make_dir("a/b/root/a b");
    CHECK(value(s.store.ids()) == Names{"web"});
}

TEST_CASE("a lock is waited for, and not for ever", "[state]") {
    const Store s;
    std::optional<ContainerDirectory> first = value(s.store.reserve("web"));
    const auto begin = runtime::Clock::now();
    const auto refused = s.store.open_locked("web", 1);
    CHECK(refused.code() == ETIMEDOUT);
    CHECK(refused.error().failure().hint == "another oci-rt is working on this container");
    CHECK(runtime::Clock::now() - begin < std::chrono::seconds(10));

    const ContainerDirectory looked = value(s.store.open("web")); // readers need no lock
    CHECK(StateStore::is_locked(looked));
    first.reset();
    CHECK_FALSE(StateStore::is_locked(looked));
    const ContainerDirectory second = value(s.store.open_locked("web", 1));
    CHECK(StateStore::is_locked(looked));
}

TEST_CASE("the bound of a lock does not depend on the caller's signals", "[state]") {
    const Store s;
    const ContainerDirectory first = value(s.store.reserve("web"));
    base::Child waiter = value(base::fork_to([&] {
        ::signal(SIGALRM, SIG_IGN);
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, nullptr);
        const auto refused = s.store.open_locked("web", 1);
        sigset_t after;
        ::sigprocmask(SIG_SETMASK, nullptr, &after);
        const bool as_before = ::sigismember(&after, SIGALRM) == 1;
        return refused.code() == ETIMEDOUT && as_before && ::signal(SIGALRM, SIG_DFL) == SIG_IGN
                   ? 0
                   : 1;
    }));
    std::array<pollfd, 1> ended = {{{waiter.pidfd().number(), POLLIN, 0}}};
    REQUIRE(value(base::sys::poll(ended, kBoundMs)) == 1);
    CHECK(value(waiter.wait()).code == 0);
}

TEST_CASE("a lock ends with who held it, however he ended", "[state]") {
    const Store s;
    const base::sys::Pipe locked = value(base::sys::pipe());
    base::Child holder = value(base::fork_to([&] {
        const ContainerDirectory held = value(s.store.reserve("web"));
        ok(base::sys::write(locked.write_end, "+"));
        ::pause();
        return 0;
    }));
    std::array<char, 1> byte{};
    value(base::sys::read(locked.read_end, byte));
    CHECK(StateStore::is_locked(value(s.store.open("web"))));
    holder.kill_and_reap();
    CHECK(value(s.store.open_locked("web", 1)).id == "web");
}

TEST_CASE("a container's directory goes with all it holds", "[state]") {
    const Store s;
    const ContainerDirectory directory = value(s.store.reserve("web"));
    s.place.write("a/b/root/web/record", "x");
    s.place.write("a/b/root/web/config.json", "x");
    static_cast<void>(value(runtime::make_gate(directory.fd)));
    ok(s.store.remove(directory));
    CHECK_FALSE(s.place.has("a/b/root/web"));
    CHECK(value(s.store.ids()).empty());
    CHECK(value(s.store.reserve("web")).id == "web");
}

TEST_CASE("who waits for the lock of a container that is deleted finds none", "[state]") {
    const Store s;
    std::optional<ContainerDirectory> first = value(s.store.reserve("web"));
    base::Child waiter = value(base::fork_to([&] {
        first.reset(); // the lock belongs to the description, which both hold
        return s.store.open_locked("web", 10).code() == ENOENT ? 0 : 1;
    }));
    // The waiter blocks in flock(2): nothing tells from outside, so it gets a moment.
    ::usleep(50'000);
    ok(s.store.remove(*first));
    first.reset();
    CHECK(value(waiter.wait()).code == 0);
}

TEST_CASE("an ordinary user's state is below XDG_RUNTIME_DIR, root's below /run", "[state]") {
    if (::geteuid() == 0) {
        CHECK(value(runtime::default_state_root()) == "/run/oci-rt");
    }
    base::Child user = value(base::fork_to([] {
        if (::geteuid() == 0 && ::setresuid(12345, 12345, 12345) != 0) {
            return 1;
        }
        ::unsetenv("XDG_RUNTIME_DIR");
        if (runtime::default_state_root()) {
            return 2;
        }
        ::setenv("XDG_RUNTIME_DIR", "relative", 1);
        if (runtime::default_state_root()) {
            return 3;
        }
        ::setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
        const auto root = runtime::default_state_root();
        return root && *root == "/run/user/1/oci-rt" ? 0 : 4;
    }));
    CHECK(value(user.wait()).code == 0);
}

TEST_CASE("a container waits at its gate, and everybody sees it", "[gate]") {
    const tests::TempDir place;
    CHECK_FALSE(value(runtime::somebody_waits(place.fd())));
    runtime::GateEnds gate = value(runtime::make_gate(place.fd()));
    base::Child child = container_at(gate, [](base::FdRef) { return 7; });
    CHECK(value(runtime::somebody_waits(place.fd())));
    CHECK(value(runtime::somebody_waits(place.fd()))); // looking opens nothing
    CHECK_FALSE(value(child.poll()));
    CHECK(error_text(runtime::open_gate(place.fd(), child.pidfd(), kBoundMs)) ==
          "the container's process ended before its program was executed");
    CHECK(value(child.wait()).code == 7);
    CHECK_FALSE(value(runtime::somebody_waits(place.fd())));
    ok(runtime::remove_gate(place.fd()));
    ok(runtime::remove_gate(place.fd()));
    CHECK(place.size() == 0);
}

TEST_CASE("the exec of the program is what start waits for", "[gate]") {
    const tests::TempDir place;
    runtime::GateEnds gate = value(runtime::make_gate(place.fd()));
    base::Child child = container_at(gate, [](base::FdRef verdict) {
        runtime::announce_program(verdict);
        ::execl("/bin/sh", "sh", "-c", "sleep 60", nullptr);
        return 98;
    });
    ok(runtime::open_gate(place.fd(), child.pidfd(), kBoundMs));
    CHECK_FALSE(value(child.poll())); // it runs on
    CHECK_FALSE(value(runtime::somebody_waits(place.fd())));
}

TEST_CASE("the container's error comes back through the gate, also a long one", "[gate]") {
    const tests::TempDir place;
    runtime::GateEnds gate = value(runtime::make_gate(place.fd()));
    const bool announced = GENERATE(false, true); // a hook fails before, the exec itself after
    const std::string fact(20'000, 'x');          // more than one read
    base::Child child = container_at(gate, [&](base::FdRef verdict) {
        if (announced) {
            runtime::announce_program(verdict);
        }
        return runtime::give_verdict(
            verdict, base::Error::system(ENOEXEC, "execve(\"x\")").in(fact).at("/process/args/0"));
    });
    const auto opened = runtime::open_gate(place.fd(), child.pidfd(), kBoundMs);
    REQUIRE_FALSE(opened);
    CHECK(opened.code() == ENOEXEC);
    CHECK(opened.error().failure().pointer == "/process/args/0");
    CHECK(opened.error().failure().facts.front() == fact);
    CHECK(value(child.wait()).code == 1);
}

TEST_CASE("a gate where nobody waits is an error, not a wait", "[gate]") {
    const tests::TempDir place;
    const base::Child nobody = value(base::fork_to([] {
        ::pause();
        return 0;
    }));
    CHECK(runtime::open_gate(place.fd(), nobody.pidfd(), kBoundMs).code() == ENOENT);
    runtime::GateEnds gate = value(runtime::make_gate(place.fd()));
    CHECK(runtime::make_gate(place.fd()).code() == EEXIST);
    gate = {};
    CHECK(runtime::open_gate(place.fd(), nobody.pidfd(), kBoundMs).code() == ENXIO);
}

TEST_CASE("the death of who waits ends the waiting for him", "[gate]") {
    const tests::TempDir place;
    runtime::GateEnds gate = value(runtime::make_gate(place.fd()));
    // A copy of its ends lives on elsewhere, so that only the pidfd can tell.
    const base::Fd copy = value(base::sys::duplicate(gate.verdict));
    base::Child child = container_at(gate, [](base::FdRef) {
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    CHECK(error_text(runtime::open_gate(place.fd(), child.pidfd(), kBoundMs)) ==
          "the container's process ended before its program was executed");
    CHECK(value(child.wait()).signal == SIGKILL);
}
