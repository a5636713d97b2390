// Whole files and the log.
#include "runtime/base/child.hpp"
#include "runtime/base/log.hpp"
#include "tests/temp_dir.hpp"

#include <csignal>

#include <sys/socket.h>
#include <sys/stat.h>

using base::FdRef;
using tests::ok;
using tests::value;
namespace sys = base::sys;

namespace {

mode_t mode_of(const tests::TempDir& place, const std::string& name) {
    return value(sys::fstatat(place.fd(), name, AT_SYMLINK_NOFOLLOW)).st_mode & 07777U;
}

/// Logs into a file of the test; stderr gets the log back at the end.
class LogFile {
  public:
    LogFile(base::log::Format format, base::log::Level most) {
        base::log::configure(
            value(sys::open(place_.fd(), "log", O_CREAT | O_WRONLY | O_APPEND, 0600)), format,
            most);
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() {
        base::log::redirect({});
        base::log::configure(base::Fd(), base::log::Format::text, base::log::Level::warning);
    }
    [[nodiscard]] std::string text() const { return place_.read("log"); }

  private:
    tests::TempDir place_;
};

} // namespace

TEST_CASE("a file is read whole, up to a limit", "[file]") {
    const tests::TempDir place;
    const std::string big(100'000, 'x');
    place.write("big", big);
    place.write("empty", "");
    CHECK(value(base::read_file(place.fd(), "big")) == big);
    CHECK(value(base::read_file(place.fd(), "big", big.size())) == big);
    CHECK(base::read_file(place.fd(), "big", big.size() - 1).code() == EFBIG);
    CHECK(value(base::read_file(place.fd(), "empty")).empty());
    CHECK(base::read_file(place.fd(), "gone").code() == ENOENT);
    CHECK(base::read_file(FdRef::cwd(), place.path()).code() == EISDIR);
}

TEST_CASE("a replaced file is the old one or the new one, never a part", "[file]") {
    const tests::TempDir place;
    const std::string small(10, 'a');
    const std::string large(200'000, 'b');
    place.write("f", small);
    const base::Fd old = value(sys::open(place.fd(), "f", O_RDONLY));
    base::Child reader = value(base::fork_to([&] {
        for (int i = 0; i < 300; ++i) {
            const auto text = base::read_file(place.fd(), "f");
            if (!text || (*text != small && *text != large)) {
                return 1;
            }
        }
        return 0;
    }));
    std::optional<base::Exit> end;
    for (bool flip = true; !end; flip = !flip) {
        ok(base::replace_file(place.fd(), "f", flip ? large : small, 0640));
        end = value(reader.poll());
    }
    CHECK(end->code == 0);
    CHECK(value(base::read_all(old)) == small); // who has it open keeps what he has
    CHECK(place.size() == 1);
}

TEST_CASE("what cannot be replaced leaves nothing behind", "[file]") {
    const tests::TempDir place;
    place.make_dir("d");
    CHECK(base::replace_file(place.fd(), "d", "text", 0644).code() == EISDIR);
    CHECK(place.size() == 1);
    CHECK(base::replace_file(place.fd(), "gone/f", "text", 0644).code() == ENOENT);
    place.link("l", "target");
    ok(base::replace_file(place.fd(), "l", "text", 0600)); // the link goes, its target is not made
    CHECK(place.read("l") == "text");
    CHECK(mode_of(place, "l") == 0600);
    CHECK_FALSE(place.has("target"));
}

TEST_CASE("a kernel file is written, never made, and not through a link", "[file]") {
    const tests::TempDir place;
    place.write("f", "12345");
    place.link("l", "f");
    ok(base::write_kernel_file(place.fd(), "f", "ab"));
    CHECK(place.read("f") == "ab345"); // no truncation: kernel files know none
    CHECK(base::write_kernel_file(place.fd(), "l", "x").code() == ELOOP);
    CHECK(base::write_kernel_file(place.fd(), "gone", "x").code() == ENOENT);
    CHECK_FALSE(place.has("gone"));
}

TEST_CASE("the mode of an entry is changed, never that of a link's target", "[file]") {
    const tests::TempDir place;
    place.write("f", "", 0600);
    place.link("l", "f");
    ok(sys::chmod(place.fd(), "f", 04711));
    CHECK(mode_of(place, "f") == 04711);
    CHECK(sys::chmod(place.fd(), "l", 0777).code() == ELOOP);
    CHECK(mode_of(place, "f") == 04711);
}

TEST_CASE("a long link is read whole", "[file]") {
    const tests::TempDir place;
    const std::string target(3000, 'x');
    place.link("l", target);
    CHECK(value(sys::readlink(place.fd(), "l")) == target);
}

TEST_CASE("a child ends as its body says, and is reaped once", "[child]") {
    base::Child child = value(base::fork_to([] { return 7; }));
    CHECK(value(child.wait()).code == 7);
    CHECK_FALSE(child);
    child.kill_and_reap(); // nothing is left to do
}

TEST_CASE("a running child can be asked for, and killed", "[child]") {
    base::Child child = value(base::fork_to([] {
        ::pause();
        return 0;
    }));
    const pid_t pid = child.pid();
    CHECK_FALSE(value(child.poll()));
    CHECK(child);
    ok(sys::send_signal(child.pidfd(), SIGUSR1)); // one that no test framework handles
    const base::Exit exit = value(child.wait());
    CHECK(exit.signal == SIGUSR1);
    CHECK(::kill(pid, 0) == -1); // reaped
}

TEST_CASE("a child does not outlive its owner, unless it is released", "[child]") {
    const auto sleeper = [] {
        ::pause();
        return 0;
    };
    pid_t pid = 0;
    {
        const base::Child child = value(base::fork_to(sleeper));
        pid = child.pid();
    }
    CHECK(::kill(pid, 0) == -1);

    base::Fd pidfd;
    {
        base::Child child = value(base::fork_to(sleeper));
        pid = child.pid();
        pidfd = child.release();
        CHECK_FALSE(child);
    }
    CHECK(::kill(pid, 0) == 0);
    base::Child again(pid, std::move(pidfd));
    again.kill_and_reap();
    CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("a child that takes another's place leaves no one unreaped", "[child]") {
    const auto sleeper = [] {
        ::pause();
        return 0;
    };
    base::Child first = value(base::fork_to(sleeper));
    const pid_t old = first.pid();
    {
        base::Child second = value(base::fork_to(sleeper));
        first = std::move(second);
    }
    CHECK(::kill(old, 0) == -1);
    CHECK(::kill(first.pid(), 0) == 0);
}

TEST_CASE("packets keep their bounds, their descriptors and their truncation", "[file]") {
    const sys::SocketPair pair = value(sys::socketpair(SOCK_SEQPACKET));
    const tests::TempDir place;
    place.write("f", "text");
    const base::Fd file = value(sys::open(place.fd(), "f", O_RDONLY));
    const std::vector<FdRef> many(253, file);
    ok(sys::send(pair.ours, "one", many));
    ok(sys::send(pair.ours, "a longer one"));
    CHECK(sys::send(pair.ours, "x", std::vector<FdRef>(254, file)).code() == E2BIG);

    const sys::Packet first = value(sys::receive(pair.theirs, 100));
    CHECK(first.bytes == "one");
    CHECK_FALSE(first.truncated);
    REQUIRE(first.fds.size() == 253);
    CHECK(value(base::read_all(first.fds.back())) == "text");
    const sys::Packet second = value(sys::receive(pair.theirs, 8));
    CHECK(second.bytes == "a longer");
    CHECK(second.truncated);
}

TEST_CASE("the log has one line per message, as text", "[log]") {
    const LogFile log(base::log::Format::text, base::log::Level::info);
    base::log::write(base::log::Level::error, "oci-rt create \"x\": no");
    base::log::warning("careful");
    base::log::info("by the way");
    base::log::debug("not this");
    CHECK(log.text() == "oci-rt create \"x\": no\nwarning: careful\ninfo: by the way\n");
    CHECK_FALSE(base::log::goes_to_stderr());
    CHECK_FALSE(base::log::enabled(base::log::Level::debug));
}

TEST_CASE("the log as JSON has what engines parse, and fields beside it", "[log]") {
    const LogFile log(base::log::Format::json, base::log::Level::debug);
    base::log::write(base::log::Level::warning, "a \"b\"\nc", R"(,"pointer":"/p")");
    base::log::debug("d");
    const std::string text = log.text();
    const std::size_t end = text.find('\n');
    REQUIRE(end != std::string::npos);
    const std::string first = text.substr(0, end);
    const std::string start = R"({"level":"warning","msg":"a \"b\"\nc","time":")";
    CHECK(first.substr(0, start.size()) == start);
    const std::string rest = first.substr(start.size());
    REQUIRE(rest.size() > 30);
    CHECK(rest.substr(0, 2) == "20");
    CHECK(rest.substr(10, 1) == "T");
    CHECK(rest.substr(29) == R"(Z","pointer":"/p"})");
    CHECK(text.find(R"({"level":"debug","msg":"d","time":")", end) == end + 1);
}

TEST_CASE("a process that logs through another one writes nothing itself", "[log]") {
    const LogFile log(base::log::Format::text, base::log::Level::debug);
    std::vector<std::string> taken;
    base::log::redirect([&](base::log::Level level, std::string_view line) {
        taken.push_back(base::cat(static_cast<int>(level), " ", line));
    });
    base::log::warning("one");
    base::log::debug("two");
    base::log::redirect({});
    base::log::warning("three");
    CHECK(taken == std::vector<std::string>{"1 one", "3 two"});
    CHECK(log.text() == "warning: three\n");
}
