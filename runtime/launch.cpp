#include "runtime/launch.hpp"

#include "namespaces/kinds.hpp"
#include "namespaces/spawn.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"
#include "runtime/seal.hpp"
#include "seccomp/listener.hpp"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

Result<Child> launch(const LaunchRequest& request) {
    TRY_ASSIGN(const Fd program, seal_self());
    const std::string channel = cat(request.channel.number());
    namespaces::Launch launch{.program = program,
                              .argv = {"oci-rt", "init", channel.c_str(), nullptr},
                              .channel = request.channel,
                              .cgroup = request.cgroup};
    for (std::uint32_t i = 0; i < request.preserved_fds; ++i) {
        launch.kept.push_back(static_cast<int>(3 + i));
    }
    if (request.spawn.shape == namespaces::Shape::direct) {
        launch.new_types = request.spawn.new_types;
    }
    return namespaces::spawn(launch);
}

Result<Fd> sealed_plan(const InitPlan& plan) {
    TRY_ASSIGN(Fd memory, base::sys::memfd("plan", MFD_ALLOW_SEALING));
    TRY(base::sys::write(memory, encode(plan)));
    TRY(base::sys::seal(memory));
    if (::lseek(memory.number(), 0, SEEK_SET) < 0) {
        return base::call_failed("lseek", memory);
    }
    return memory;
}

Result<Child> take_sibling(Channel& channel, Child& relay, int bound_ms) {
    TRY_ASSIGN(Received received, channel.expect(Message::sibling, bound_ms, relay.pidfd()));
    pid_t pid = 0;
    if (received.fds.size() != 1 || received.body.size() != sizeof pid) {
        return Error::system(EPROTO, "\"sibling\" came without its process");
    }
    std::memcpy(&pid, received.body.data(), sizeof pid);
    Child sibling(pid, std::move(received.fds.front()));
    TRY(relay.wait());
    return sibling;
}

namespace {

constexpr int kAgentBoundMs = 30'000;
constexpr int kBetweenTriesMs = 1;

/// The child has said which number the listener will have; it is there as soon as the filter is.
Result<Fd> fetch_listener(const Child& child, int number) {
    for (int waited = 0;; waited += kBetweenTriesMs) {
        Result<Fd> listener = base::sys::pidfd_getfd(child.pidfd(), number);
        if (listener || listener.code() != EBADF || waited > kAgentBoundMs) {
            return listener;
        }
        // Nothing tells of a filter being loaded, but the child's death ends the wait.
        std::array<pollfd, 1> watched = {{{child.pidfd().number(), POLLIN, 0}}};
        TRY_ASSIGN(const int ended, base::sys::poll(watched, kBetweenTriesMs));
        if (ended != 0) {
            return Error::system(EPIPE, "the process ended");
        }
    }
}

} // namespace

Result<> hand_over_listener(Channel& channel, const Child& child, const spec::Seccomp& profile,
                            const spec::State& state) {
    TRY_ASSIGN(const Received received,
               channel.expect(Message::listener, kConversationBoundMs, child.pidfd()));
    const std::optional<int> number = base::parse_number<int>(received.body);
    if (!number) {
        return Error::system(EPROTO, "\"listener\" came without its number");
    }
    TRY_ASSIGN(const Fd listener, fetch_listener(child, *number).in("fetch the seccomp listener"));
    const spec::ContainerProcessState document{.fds = {std::string(spec::kSeccompFdName)},
                                               .pid = child.pid(),
                                               .metadata = profile.listener_metadata,
                                               .state = state};
    return seccomp::hand_over(listener, profile.listener_path, spec::to_json(document),
                              kAgentBoundMs)
        .at("/linux/seccomp/listenerPath")
        .in("hand the seccomp listener to its agent");
}

Result<> write_pid_file(const std::string& path, pid_t pid) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    TRY_ASSIGN(
        const Fd opened,
        base::sys::open(FdRef::cwd(), directory, O_RDONLY | O_DIRECTORY).in("write the pid file"));
    return base::replace_file(opened, name, cat(pid), 0644).in("write the pid file");
}

Result<> inherit_own_namespaces(spec::Linux& linux) {
    constexpr std::array kTypes = {spec::NamespaceType::user, spec::NamespaceType::mount};
    for (const spec::NamespaceType type : kTypes) {
        const std::string path = cat("/proc/self/ns/", namespaces::kind_of(type).proc_name);
        const Result<struct stat> own = base::sys::fstatat(FdRef::cwd(), path, 0);
        std::erase_if(linux.namespaces, [&](const spec::Namespace& wanted) {
            if (wanted.type != type || wanted.path.empty() || !own) {
                return false;
            }
            const Result<struct stat> named = base::sys::fstatat(FdRef::cwd(), wanted.path, 0);
            return named && named->st_ino == own->st_ino && named->st_dev == own->st_dev;
        });
    }
    return done();
}

} // namespace runtime
