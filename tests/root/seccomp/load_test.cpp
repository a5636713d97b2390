// Filters in the kernel: loaded in forked children, which then make the calls.
#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/load.hpp"
#include "tests/catch.hpp"
#include "tests/unit/seccomp/profiles.hpp"

#include <csignal>
#include <random>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace profiles;
using base::Exit;
using base::Fd;
using seccomp::Program;
using spec::SeccompAction;
using spec::SeccompOperator;

namespace {

constexpr int kNotLoaded = 99;

Program compiled(const spec::Seccomp& profile) {
    auto program = seccomp::compile(profile);
    INFO((program ? "" : program.error().text()));
    REQUIRE(program);
    return *std::move(program);
}

/// How a child ends that runs `body` under `program`.
Exit under(const Program& program, const std::function<int()>& body) {
    auto child = base::fork_to([&] {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const int code = seccomp::load(program.filter, program.flags) ? body() : kNotLoaded;
        // A sanitizer's _exit makes further calls, which the filter may refuse.
        ::syscall(SYS_exit_group, code);
        return code;
    });
    REQUIRE(child);
    const auto exit = (*child).wait();
    REQUIRE(exit);
    return *exit;
}

/// The errno of a call that is made raw, 0 if it succeeds.
int errno_of(long number, std::array<std::uint64_t, 6> args = {}) {
    const long result = ::syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
    return result < 0 ? errno : 0;
}

} // namespace

TEST_CASE("the kernel answers as the filter says", "[seccomp]") {
    const Program program = compiled(permitting(
        {errno_entry({"getppid"}, EXFULL), entry({"sethostname"}, SeccompAction::errno_return),
         entry({"getsid"}, SeccompAction::log)}));
    CHECK(under(program, [] { return errno_of(SYS_getppid); }).code == EXFULL);
    CHECK(under(program, [] { return errno_of(SYS_sethostname); }).code == EPERM);
    CHECK(under(program, [] { return errno_of(SYS_getsid); }).code == 0);
    CHECK(under(program, [] { return errno_of(SYS_getpid); }).code == 0);
}

TEST_CASE("killing actions kill by SIGSYS", "[seccomp]") {
    const SeccompAction action = GENERATE(SeccompAction::kill, SeccompAction::kill_process,
                                          SeccompAction::kill_thread, SeccompAction::trap);
    const Program program = compiled(permitting({entry({"getppid"}, action)}));
    CHECK(under(program, [] { return errno_of(SYS_getppid); }).signal == SIGSYS);
    CHECK(under(program, [] { return errno_of(SYS_getpid); }).code == 0);
}

TEST_CASE("a trap can be caught, and tells the call", "[seccomp]") {
    const Program program = compiled(permitting({entry({"getppid"}, SeccompAction::trap)}));
    CHECK(under(program, [] {
              struct sigaction action {};
              action.sa_flags = SA_SIGINFO;
              action.sa_sigaction = [](int, siginfo_t* info, void*) {
                  ::_exit(info->si_syscall == SYS_getppid ? 42 : 1);
              };
              ::sigaction(SIGSYS, &action, nullptr);
              return errno_of(SYS_getppid);
          }).code == 42);
}

TEST_CASE("calls newer than the profile get ENOSYS from the kernel, others EPERM", "[seccomp]") {
    const Program program =
        compiled(refusing({entry({"exit_group", "faccessat2"}, SeccompAction::allow)}));
    constexpr long kMountSetattr = 442;
    constexpr long kSetxattrat = 463;
    CHECK(under(program, [] { return errno_of(kMountSetattr); }).code == ENOSYS);
    CHECK(under(program, [] { return errno_of(kSetxattrat); }).code == ENOSYS);
    CHECK(under(program, [] { return errno_of(SYS_openat2); }).code == EPERM);
    CHECK(under(program, [] { return errno_of(SYS_getpid); }).code == EPERM);
}

TEST_CASE("the kernel takes the flags that it is said to support", "[seccomp]") {
    spec::Seccomp profile = permitting({errno_entry({"getppid"}, EXFULL)});
    profile.flags = seccomp::supported_flags();
    std::erase(profile.flags, spec::SeccompFlag::wait_killable_recv); // needs a listener
    CHECK(profile.flags.size() == 3);
    CHECK(under(compiled(profile), [] { return errno_of(SYS_getppid); }).code == EXFULL);
}

TEST_CASE("a filter that the kernel refuses is an error with its length", "[seccomp]") {
    const auto loaded = seccomp::load({}, 0);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.code() == EINVAL);
    CHECK(loaded.error().text().starts_with("seccomp(SECCOMP_SET_MODE_FILTER, 0x0, 0): "));
}

TEST_CASE("without no_new_privs and CAP_SYS_ADMIN nothing is loaded", "[seccomp]") {
    if (::geteuid() != 0) {
        SUCCEED("only root has something to drop");
        return;
    }
    const Program program = compiled(permitting({errno_entry({"getppid"}, EXFULL)}));
    auto child = base::fork_to([&] {
        return ::setresuid(65534, 65534, 65534) == 0
                   ? seccomp::load(program.filter, program.flags).code()
                   : kNotLoaded;
    });
    REQUIRE(child);
    CHECK((*(*child).wait()).code == EACCES);
}

TEST_CASE("kernel and interpreter agree on random filters and calls", "[seccomp]") {
    // Every answer is another errno, so that no call is ever made; but exit_group is.
    const std::vector<std::string> names = {"read",  "write",    "ioctl",  "openat",      "mount",
                                            "clone", "kill",     "prctl",  "personality", "getpid",
                                            "dup3",  "execveat", "setns",  "getrandom",   "openat2",
                                            "umask", "fchdir",   "ptrace", "sethostname", "chdir"};
    constexpr std::array<std::uint64_t, 8> kValues = {
        0, 1, 7, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0xffffffffffffffff};
    constexpr std::size_t kCalls = 3000;
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U, 5U));
    const auto below = [&](std::size_t limit) { return random() % limit; };

    spec::Seccomp profile = refusing({entry({"exit_group"}, SeccompAction::allow)});
    for (std::uint32_t code = 2; code < 62; ++code) {
        std::vector<spec::SeccompArg> args;
        for (std::uint32_t index = 0; index < 6; ++index) {
            if (below(4) == 0) {
                args.push_back({.index = index,
                                .value = kValues[below(kValues.size())],
                                .value_two = kValues[below(kValues.size())],
                                .op = static_cast<SeccompOperator>(below(7))});
            }
        }
        profile.syscalls.push_back(errno_entry({names[below(names.size())]}, code, args));
    }
    const Program program = compiled(profile);

    std::vector<seccomp::Call> calls;
    for (std::size_t i = 0; i < kCalls; ++i) {
        const auto number = static_cast<long>(below(330)); // 335, 336: never asked about (uprobes)
        std::array<std::uint64_t, 6> args{};
        std::ranges::generate(args, [&] { return kValues[below(kValues.size())] + below(2); });
        calls.push_back(call(number == SYS_exit_group ? 0 : number, args));
    }
    // The child tells what it saw by memory: under this filter it can do nothing else.
    auto* seen = static_cast<int*>(::mmap(nullptr, kCalls * sizeof(int), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    REQUIRE(seen != MAP_FAILED);
    const Exit exit = under(program, [&] {
        for (std::size_t i = 0; i < kCalls; ++i) {
            std::array<std::uint64_t, 6> args{};
            std::ranges::transform(calls[i].args, args.begin(), [](auto arg) { return *arg; });
            seen[i] = errno_of(calls[i].number, args);
        }
        return 0;
    });
    CHECK(exit.text() == "exited with 0");
    std::size_t different = 0;
    for (std::size_t i = 0; i < kCalls; ++i) {
        const auto foretold = seccomp::answers(program.filter, calls[i]);
        REQUIRE(foretold);
        REQUIRE((*foretold).size() == 1);
        if ((*foretold)[0] != errno_answer(static_cast<std::uint32_t>(seen[i]))) {
            ++different;
        }
    }
    CHECK(different == 0);
    ::munmap(seen, kCalls * sizeof(int));
}

TEST_CASE("the listener has the number foretold, and is fetched whatever the filter forbids",
          "[seccomp]") {
    spec::Seccomp profile =
        permitting({entry({"sendmsg", "sendto", "close", "write"}, SeccompAction::kill_process),
                    entry({"getppid"}, SeccompAction::notify)});
    profile.listener_path = "/agent";
    const Program program = compiled(profile);
    REQUIRE(program.notifies());
    auto sockets = base::sys::socketpair(SOCK_SEQPACKET);
    REQUIRE(sockets);
    auto child = base::fork_to([&] {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const auto number = seccomp::next_descriptor();
        if (!number || !base::sys::send((*sockets).theirs, base::cat(*number))) {
            return 1;
        }
        auto listener = seccomp::load(program.filter, program.flags);
        if (!listener || (*listener).release() != *number) { // closing it is forbidden
            return 2;
        }
        return static_cast<int>(::syscall(SYS_getppid));
    });
    REQUIRE(child);
    const auto packet = base::sys::receive((*sockets).ours, 16);
    REQUIRE(packet);
    const auto number = base::parse_number<int>((*packet).bytes);
    REQUIRE(number);
    base::Result<Fd> listener = base::Error("the child has not loaded the filter yet");
    while (!listener && (*(*child).poll()) == std::nullopt) {
        listener = base::sys::pidfd_getfd((*child).pidfd(), *number);
        REQUIRE((listener || listener.code() == EBADF));
    }
    REQUIRE(listener);
    seccomp_notif request{};
    REQUIRE(::ioctl((*listener).number(), SECCOMP_IOCTL_NOTIF_RECV, &request) == 0);
    CHECK(request.data.nr == SYS_getppid);
    seccomp_notif_resp response{.id = request.id, .val = 77};
    REQUIRE(::ioctl((*listener).number(), SECCOMP_IOCTL_NOTIF_SEND, &response) == 0);
    CHECK((*(*child).wait()).code == 77);
}

TEST_CASE("verdicts foretell what a filter does to stage 2", "[seccomp]") {
    const Program program =
        compiled(permitting({entry({"execveat"}, SeccompAction::kill_process)}));
    const std::vector<std::uint32_t> needed = {SYS_read, SYS_execveat, SYS_exit_group};
    const auto verdicts = seccomp::verdicts(program.filter, seccomp::native_architecture(), needed);
    REQUIRE(verdicts);
    CHECK((*verdicts)[0].always_permitted());
    CHECK_FALSE((*verdicts)[1].always_permitted());
    CHECK((*verdicts)[2].always_permitted());
    CHECK(under(program, [] { return errno_of(SYS_execveat); }).signal == SIGSYS);
}

#if defined(__x86_64__)

TEST_CASE("calls of an architecture that is not listed are killed, those of a listed one judged",
          "[seccomp]") {
    const auto getpid_of_i386 = [] {
        long result = 20; // its number
        asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        return result > 0 ? 0 : static_cast<int>(-result);
    };
    spec::Seccomp profile = refusing({entry({"exit_group"}, SeccompAction::allow)});
    CHECK(under(compiled(profile), getpid_of_i386).signal == SIGSYS);
    profile.architectures = {"SCMP_ARCH_X86"};
    CHECK(under(compiled(profile), getpid_of_i386).code == EPERM);
    profile.syscalls.push_back(entry({"getpid"}, SeccompAction::allow));
    CHECK(under(compiled(profile), getpid_of_i386).code == 0);
}

#endif
