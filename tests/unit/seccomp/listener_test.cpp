#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/listener.hpp"
#include "tests/catch.hpp"

#include <cstring>
#include <filesystem>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using base::Fd;
using seccomp::hand_over;

namespace fs = std::filesystem;

namespace {

/// The socket of a seccomp agent.
class Agent {
  public:
    explicit Agent(int backlog = 8, int type = SOCK_STREAM) {
        std::string path = (fs::temp_directory_path() / "oci-rt-agent-XXXXXX").string();
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        directory_ = path;
        path_ = (directory_ / "socket").string();
        sockaddr_un address{.sun_family = AF_UNIX};
        std::memcpy(address.sun_path, path_.data(), path_.size());
        socket_ = Fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address),
                       sizeof address) == 0);
        if (type == SOCK_STREAM) {
            REQUIRE(::listen(socket_.number(), backlog) == 0);
        }
    }
    ~Agent() { fs::remove_all(directory_); }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Takes one connection and reads it to its end.
    [[nodiscard]] base::sys::Packet taken(std::size_t chunk) const {
        const Fd connection(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        REQUIRE(connection);
        base::sys::Packet all;
        while (true) {
            auto packet = base::sys::receive(connection, chunk);
            REQUIRE(packet);
            if ((*packet).bytes.empty()) {
                return all;
            }
            REQUIRE(((*packet).fds.empty() || all.bytes.empty())); // only beside the first bytes
            all.bytes += (*packet).bytes;
            for (Fd& fd : (*packet).fds) {
                all.fds.push_back(std::move(fd));
            }
        }
    }

  private:
    fs::path directory_;
    std::string path_;
    Fd socket_;
};

constexpr int kPatience = 20'000; // ms: more than any test takes

} // namespace

TEST_CASE("the agent gets the state and one descriptor, and then the end", "[seccomp]") {
    const Agent agent;
    const auto pipe = base::sys::pipe();
    REQUIRE(pipe);
    REQUIRE(hand_over((*pipe).write_end, agent.path(), R"({"fds":["seccompFd"]})", kPatience));
    const base::sys::Packet packet = agent.taken(4096);
    CHECK(packet.bytes == R"({"fds":["seccompFd"]})");
    REQUIRE(packet.fds.size() == 1);
    REQUIRE(base::sys::write(packet.fds[0], "x"));
    std::array<char, 2> got{};
    CHECK(*base::sys::read((*pipe).read_end, got) == 1);
}

TEST_CASE("a state larger than the socket's buffer arrives whole", "[seccomp]") {
    const Agent agent;
    const auto pipe = base::sys::pipe();
    REQUIRE(pipe);
    std::string state;
    while (state.size() < (4U << 20U)) {
        state += std::to_string(state.size()) + " ";
    }
    auto sender = base::fork_to(
        [&] { return hand_over((*pipe).write_end, agent.path(), state, kPatience) ? 0 : 1; });
    REQUIRE(sender);
    const base::sys::Packet packet = agent.taken(1000);
    CHECK(packet.bytes == state);
    CHECK(packet.fds.size() == 1);
    CHECK((*(*sender).wait()).code == 0);
}

TEST_CASE("an agent that takes no connection is not waited for without end", "[seccomp]") {
    const Agent agent(0);
    const auto pipe = base::sys::pipe();
    REQUIRE(pipe);
    int code = 0;
    for (int i = 0; i < 8 && code == 0; ++i) { // until the backlog is full
        const auto sent = hand_over((*pipe).write_end, agent.path(), "{}", 20);
        code = sent.code();
        if (code != 0) {
            CHECK(sent.error().failure().hint == "the seccomp agent did not take it in time");
        }
    }
    CHECK(code == EAGAIN);
}

TEST_CASE("an agent that reads nothing is not waited for without end", "[seccomp]") {
    const Agent agent;
    const auto pipe = base::sys::pipe();
    REQUIRE(pipe);
    const std::string state(8U << 20U, ' ');
    CHECK(hand_over((*pipe).write_end, agent.path(), state, 20).code() == EAGAIN);
}

TEST_CASE("a socket that is none, or not of type stream, is an error with its path", "[seccomp]") {
    const auto pipe = base::sys::pipe();
    REQUIRE(pipe);
    const auto missing = hand_over((*pipe).write_end, "/nonexistent/socket", "{}", kPatience);
    CHECK(missing.code() == ENOENT);
    CHECK(missing.error().text().find("\"/nonexistent/socket\"") != std::string::npos);

    const std::string long_path(108, 'x');
    CHECK(hand_over((*pipe).write_end, long_path, "{}", kPatience).code() == ENAMETOOLONG);

    const Agent datagram(0, SOCK_DGRAM);
    CHECK(hand_over((*pipe).write_end, datagram.path(), "{}", kPatience).code() == EPROTOTYPE);
}
