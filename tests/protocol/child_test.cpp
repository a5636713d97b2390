// Stage 2's end of the conversation, with a runtime that dies or lies at each turn: stage 2 ends by
// itself, says why where somebody listens, and leaves nothing.
#include "namespaces/id_maps.hpp"
#include "namespaces/spawn.hpp"
#include "runtime/channel.hpp"
#include "runtime/gate.hpp"
#include "runtime/init.hpp"
#include "runtime/launch.hpp"
#include "tests/protocol/peers.hpp"
#include "tests/temp_dir.hpp"

#include <fcntl.h>
#include <sched.h>

using namespace peers;
using runtime::InitPlan;
using runtime::Role;
using tests::error_text;
using tests::not_here;
using tests::ok;

namespace {

constexpr int kPatienceMs = 20'000;

/// Stage 2 in a forked process; the test plays the runtime.
class Stage2 {
  public:
    Stage2() : Stage2(value(base::sys::socketpair(SOCK_SEQPACKET))) {}

    [[nodiscard]] FdRef socket() const { return socket_; }
    void hang_up() { socket_.close(); }
    void send(Message message, std::span<const FdRef> fds = {}) const {
        ok(base::sys::send(socket_, packet_of(message), fds));
    }
    /// `begin` with a plan and descriptors behind it.
    void begin(const InitPlan& plan, std::vector<FdRef> more) const {
        const base::Fd sealed = value(runtime::sealed_plan(plan));
        more.insert(more.begin(), sealed.ref());
        send(Message::begin, more);
    }
    /// The next packet that is no log line; "" if it has hung up.
    std::string next() const {
        while (true) {
            std::array<pollfd, 1> watched = {{{socket_.number(), POLLIN, 0}}};
            REQUIRE(value(base::sys::poll(watched, kPatienceMs)) == 1);
            auto packet = base::sys::receive(socket_, kLongestPacket);
            if (!packet && packet.code() == ECONNRESET) {
                continue;
            }
            std::string bytes = value(std::move(packet)).bytes;
            if (bytes.empty() || static_cast<Message>(bytes.front()) != Message::log) {
                return bytes;
            }
        }
    }
    /// The failure that it reports next.
    std::string failure() const {
        const std::string bytes = next();
        REQUIRE_FALSE(bytes.empty());
        REQUIRE(static_cast<Message>(bytes.front()) == Message::failed);
        return base::decode_error(std::string_view(bytes).substr(1)).text();
    }
    /// How it ends, by itself.
    base::Exit end() {
        std::array<pollfd, 1> watched = {{{process_.pidfd().number(), POLLIN, 0}}};
        REQUIRE(value(base::sys::poll(watched, kPatienceMs)) == 1);
        return value(process_.wait());
    }
    [[nodiscard]] FdRef pidfd() const { return process_.pidfd(); }

  private:
    explicit Stage2(base::sys::SocketPair pair)
        : socket_(std::move(pair.ours)), process_(value(base::fork_to([&] {
              for (const int signal : {SIGTERM, SIGINT, SIGSEGV, SIGABRT}) {
                  ::signal(signal, SIG_DFL);
              }
              socket_.close();
              return runtime::run_init(pair.theirs.release());
          }))) {}

    base::Fd socket_;
    base::Child process_;
};

/// A further process that changes nothing of the one it is run in, and executes /bin/true.
InitPlan plan_of_exec() {
    InitPlan plan;
    plan.role = Role::exec;
    plan.script = runtime::script_of({});
    runtime::ProcessPlan process;
    process.origin = "/process";
    process.args = {"/bin/true"};
    process.cwd = "/";
    process.uid = ::getuid();
    process.gid = ::getgid();
    process.set_groups = false;
    process.capabilities.bounding = ~runtime::CapabilityMask{0};
    plan.process = std::move(process);
    return plan;
}

/// A container without any namespace of its own: nothing is mounted or made, chroot(2) to "/".
struct BareContainer {
    BareContainer() : gate(value(runtime::make_gate(state.fd()))) {
        plan.script = {Message::begin,  Message::sources, Message::mounted,
                       Message::hooked, Message::ready,   Message::release};
        plan.mounts.root = {.entry = namespaces::RootPlan::Entry::bare, .path = "/"};
        plan.id = "bare";
        plan.bundle = "/";
    }
    void begin(const Stage2& stage) const { stage.begin(plan, {gate.gate, gate.verdict}); }

    tests::TempDir state;
    runtime::GateEnds gate;
    InitPlan plan;
};

bool may_chroot() {
    if (::geteuid() != 0) {
        not_here("chroot(2) needs root");
        return false;
    }
    return true;
}

} // namespace

TEST_CASE("with an honest runtime stage 2 becomes the program", "[protocol]") {
    Stage2 stage;
    stage.begin(plan_of_exec(), {});
    CHECK(stage.next() == packet_of(Message::ready));
    stage.send(Message::release);
    CHECK(stage.next().empty()); // the exec closes its end
    CHECK(stage.end().code == 0);
}

TEST_CASE("stage 2 does not live on when the runtime hangs up instead of its turn", "[protocol]") {
    SECTION("begin") {
        Stage2 stage;
        stage.hang_up();
        CHECK(stage.end().code == 1);
    }
    SECTION("release") {
        Stage2 stage;
        stage.begin(plan_of_exec(), {});
        CHECK(stage.next() == packet_of(Message::ready));
        stage.hang_up();
        CHECK(stage.end().code != 0); // it did not become the program
    }
}

TEST_CASE("a container does not live on when the runtime hangs up instead of its turn",
          "[protocol][root]") {
    if (!may_chroot()) {
        return;
    }
    const BareContainer container;
    const auto last = GENERATE(Message::begin, Message::sources, Message::hooked, Message::release);
    INFO("hangs up instead of " << name_of(last));
    Stage2 stage;
    for (const Message message : container.plan.script) {
        if (message == last) {
            break;
        }
        if (message == Message::begin) {
            container.begin(stage);
        } else if (sender_of(message) == Side::parent) {
            stage.send(message);
        } else {
            CHECK(stage.next() == packet_of(message));
        }
    }
    stage.hang_up();
    const base::Exit exit = stage.end();
    CHECK((exit.signal != 0 || exit.code != 0));
    CHECK(container.state.size() == 2); // the gate, which is the runtime's to remove
}

TEST_CASE("a released container outlives the conversation and waits at its gate",
          "[protocol][root]") {
    if (!may_chroot()) {
        return;
    }
    BareContainer container;
    Stage2 stage;
    container.begin(stage);
    stage.send(Message::sources);
    CHECK(stage.next() == packet_of(Message::mounted));
    stage.send(Message::hooked);
    CHECK(stage.next() == packet_of(Message::ready));
    stage.send(Message::release);
    stage.hang_up();
    container.gate = {};
    CHECK(value(runtime::somebody_waits(container.state.fd())));
    const auto started = runtime::open_gate(container.state.fd(), stage.pidfd(), kPatienceMs);
    CHECK(error_text(started) == "config.json has no process to start (/process)");
    CHECK(stage.end().code == 1);
}

TEST_CASE("stage 2 says what is wrong with the beginning", "[protocol]") {
    Stage2 stage;
    const base::Fd some = value(base::sys::open(FdRef::cwd(), "/dev/null", O_RDONLY));
    SECTION("no plan") {
        stage.send(Message::begin);
        CHECK(stage.failure().starts_with("\"begin\" came without a plan"));
    }
    SECTION("an empty plan") {
        const FdRef sent[] = {some};
        stage.send(Message::begin, sent);
        CHECK(stage.failure().starts_with("the plan is damaged"));
    }
    SECTION("garbage for a plan") {
        const base::Fd garbage = value(base::sys::memfd("garbage", 0));
        ok(base::sys::write(garbage, std::string(5000, '\xa5')));
        REQUIRE(::lseek(garbage.number(), 0, SEEK_SET) == 0);
        const FdRef sent[] = {garbage};
        stage.send(Message::begin, sent);
        CHECK(stage.failure().starts_with("the plan is damaged"));
    }
    SECTION("a descriptor too many") {
        stage.begin(plan_of_exec(), {some});
        CHECK(stage.failure().starts_with("\"begin\" came with the wrong descriptors"));
    }
    SECTION("the gate's descriptors are missing") {
        InitPlan plan = plan_of_exec();
        plan.role = Role::container;
        stage.begin(plan, {});
        CHECK(stage.failure().starts_with("\"begin\" came with the wrong descriptors"));
    }
    SECTION("namespaces to join are missing") {
        InitPlan plan = plan_of_exec();
        plan.spawn.joins = {{spec::NamespaceType::network, "/n", "/linux/namespaces/0"}};
        stage.begin(plan, {});
        CHECK(stage.failure().starts_with("\"begin\" came with the wrong descriptors"));
    }
    SECTION("groups to enter are missing") {
        InitPlan plan = plan_of_exec();
        plan.cgroup_fds = 3;
        stage.begin(plan, {some});
        CHECK(stage.failure().starts_with("\"begin\" came with the wrong descriptors"));
    }
    SECTION("another turn") {
        stage.send(Message::release);
        CHECK(
            stage.failure().starts_with("the conversation is at \"begin\", but \"release\" came"));
    }
    SECTION("a word that is the child's alone") {
        send_raw(stage.socket(), packet_of(Message::failed, base::encode(base::Error("x"))));
        CHECK(stage.failure().starts_with("the conversation is at \"begin\", but \"failed\" came"));
    }
    SECTION("a packet that is too long") {
        send_raw(stage.socket(), packet_of(Message::begin, std::string(kLongestPacket, 'x')));
        CHECK(stage.failure().find("too long") != std::string::npos);
    }
    SECTION("an empty packet") {
        send_raw(stage.socket(), "");
        CHECK(stage.failure().find("closed the conversation") != std::string::npos);
    }
    CHECK(stage.end().code == 1);
}

TEST_CASE("stage 2 says what is wrong later on", "[protocol][root]") {
    if (!may_chroot()) {
        return;
    }
    const BareContainer container;
    Stage2 stage;
    container.begin(stage);
    SECTION("sources that nobody announced") {
        const FdRef sent[] = {container.gate.gate};
        stage.send(Message::sources, sent);
        CHECK(stage.failure().starts_with("\"sources\" came with the wrong descriptors"));
    }
    SECTION("another turn than sources") {
        stage.send(Message::release);
        CHECK(stage.failure().starts_with("the conversation is at \"sources\", but"));
    }
    SECTION("another turn than hooked") {
        stage.send(Message::sources);
        CHECK(stage.next() == packet_of(Message::mounted));
        stage.send(Message::release);
        CHECK(stage.failure().starts_with("the conversation is at \"hooked\", but"));
    }
    SECTION("another turn than release") {
        stage.send(Message::sources);
        CHECK(stage.next() == packet_of(Message::mounted));
        stage.send(Message::hooked);
        CHECK(stage.next() == packet_of(Message::ready));
        stage.send(Message::begin);
        CHECK(stage.failure().starts_with("the conversation is at \"release\", but"));
    }
    CHECK(stage.end().code == 1);
}

TEST_CASE("a failure of a step is told with its place", "[protocol]") {
    struct Row {
        std::function<void(runtime::ProcessPlan&)> change;
        std::string start;
        std::string part;
    };
    const Row row = GENERATE(values<Row>({
        {[](auto& process) { process.args = {"/nowhere/program"}; }, "exec: \"/nowhere/program\"",
         "(/process/args/0)"},
        {[](auto& process) { process.cwd = "/dev/null"; },
         "enter the working directory (/process/cwd): chdir(\"/dev/null\")", "ENOTDIR"},
        {[](auto& process) { process.preserved_fds = 500; }, "fcntl(", "F_SETFD"},
        {[](auto& process) {
             process.filter = {{.code = 0xffff, .jt = 0, .jf = 0, .k = 0}};
             process.no_new_privileges = true;
         },
         "load the seccomp filter (/linux/seccomp)", "EINVAL"},
    }));
    InitPlan plan = plan_of_exec();
    row.change(*plan.process);
    Stage2 stage;
    stage.begin(plan, {});
    const std::string failure = stage.failure();
    INFO(failure);
    CHECK(failure.starts_with(row.start));
    CHECK(failure.find(row.part) != std::string::npos);
    CHECK(stage.end().code == 1);
}

TEST_CASE("an exec that fails behind the release is told in the same conversation", "[protocol]") {
    const tests::TempDir place;
    place.write("text", "no program", 0755);
    InitPlan plan = plan_of_exec();
    plan.process->args = {place.at("text")};
    Stage2 stage;
    stage.begin(plan, {});
    CHECK(stage.next() == packet_of(Message::ready));
    stage.send(Message::release);
    CHECK(stage.failure().find("Exec format error (ENOEXEC)") != std::string::npos);
    CHECK(stage.end().code == 1);
}

namespace {

/// A child that waits for its maps in a new user namespace; nullopt where there can be none.
struct Birth {
    base::Fd socket;
    base::Child process;
};
std::optional<Birth> born_in_user_namespace(const char* program) {
    base::sys::SocketPair pair = value(base::sys::socketpair(SOCK_SEQPACKET));
    const base::Fd executed = value(base::sys::open(FdRef::cwd(), program, O_PATH));
    namespaces::Launch launch{.program = executed,
                              .argv = {"program", nullptr, nullptr, nullptr},
                              .channel = pair.theirs,
                              .new_types = CLONE_NEWUSER};
    auto child = namespaces::spawn(launch);
    if (!child) {
        not_here(child.error().text());
        return std::nullopt;
    }
    return Birth{std::move(pair.ours), *std::move(child)};
}

/// The failure of a launch that arrives on the socket.
std::string launch_failure(FdRef socket) {
    const auto packet = value(base::sys::receive(socket, 100));
    namespaces::LaunchFailure failure;
    if (packet.bytes.size() != sizeof failure) {
        return base::cat("a packet of ", packet.bytes.size(), " bytes");
    }
    std::memcpy(&failure, packet.bytes.data(), sizeof failure);
    return base::cat(namespaces::kLaunchSteps.at(failure.step), ": ", failure.code);
}

} // namespace

TEST_CASE("a child whose maps never come ends, and executes nothing", "[protocol]") {
    // It has a copy of its parent's end of the conversation, so only the parent's death tells it.
    const base::sys::Pipe born = value(base::sys::pipe());
    Peer parent = peer([&](base::Fd told_to_die) {
        auto child = born_in_user_namespace("/bin/true");
        const pid_t pid = child ? child->process.pid() : 0;
        ok(base::sys::write(born.write_end, {reinterpret_cast<const char*>(&pid), sizeof pid}));
        wait_readable(told_to_die);
        if (child) {
            static_cast<void>(child->process.release());
        }
        return 0;
    });
    pid_t pid = 0;
    value(base::sys::read(born.read_end, {reinterpret_cast<char*>(&pid), sizeof pid}));
    if (pid == 0) {
        return; // and the parent has said why
    }
    const base::Fd child = value(base::sys::pidfd_open(pid));
    std::array<pollfd, 1> ended = {{{child.number(), POLLIN, 0}}};
    CHECK(value(base::sys::poll(ended, 100)) == 0);
    parent.socket.close();
    CHECK(value(parent.process.wait()).code == 0);
    CHECK(value(base::sys::poll(ended, kPatienceMs)) == 1);
}

TEST_CASE("a child that is told of maps which are not there says that it cannot take root",
          "[protocol]") {
    auto born = born_in_user_namespace("/bin/true");
    if (!born) {
        return;
    }
    send_raw(born->socket, packet_of(Message::mapped));
    CHECK(launch_failure(born->socket) ==
          base::cat("take uid and gid 0 of the user namespace: ", EINVAL));
    CHECK(value(born->process.wait()).code == 1);
}

TEST_CASE("a child that cannot execute the runtime says so", "[protocol]") {
    auto born = born_in_user_namespace("/dev/null");
    if (!born) {
        return;
    }
    ok(namespaces::write_id_maps(born->process.pid(), {{0, ::getuid(), 1}}, {{0, ::getgid(), 1}}));
    send_raw(born->socket, packet_of(Message::mapped));
    CHECK(launch_failure(born->socket) == base::cat("execute the sealed runtime: ", EACCES));
    CHECK(value(born->process.wait()).code == 1);
}
