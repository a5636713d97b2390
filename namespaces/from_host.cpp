#include "namespaces/from_host.hpp"

#include "namespaces/devices.hpp"
#include "namespaces/mounts.hpp"
#include "namespaces/rootfs.hpp"
#include "namespaces/user_namespace.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"

#include <algorithm>
#include <iterator>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr std::size_t kMostAtOnce = 200; // descriptors per packet; the kernel takes 253
constexpr std::size_t kLongestError = 1 << 16;

/// The user namespace whose mappings a mount takes: one of its own, or the container's.
Result<Fd> mapping_of(const MountStep& step, pid_t child) {
    if (!step.uid_mappings.empty()) {
        return user_namespace_with(step.uid_mappings, step.gid_mappings);
    }
    return base::sys::open(FdRef::cwd(), cat("/proc/", child, "/ns/user"), O_RDONLY);
}

/// A copy of a bind source that no longer tells the host about what is mounted on it.
Result<Fd> copy_source(const MountStep& step, pid_t child) {
    Result<Fd> copied = copy_of_source(step);
    if (copied.code() == EINVAL && step.depth == Depth::one) {
        return std::move(copied).hint(
            "where mounts lie below the source, a user namespace can have it "
            "with all of them only: \"rbind\"");
    }
    TRY_ASSIGN(Fd copy, std::move(copied));
    TRY(set_propagation(copy, MS_SLAVE, Depth::recursive));
    if (step.id_map != MountStep::IdMap::no) {
        TRY_ASSIGN(const Fd mapping, mapping_of(step, child));
        const bool recursive = step.id_map == MountStep::IdMap::recursive;
        TRY(set_id_map(copy, mapping, recursive ? Depth::recursive : Depth::one));
    }
    return copy;
}

/// Nodes on a tmpfs of the first user namespace, which can be opened from any other. It is mounted
/// on "/" for the moment, because nothing can be copied out of a detached tree before Linux 6.15.
class NodeFactory {
  public:
    Result<> begin() {
        TRY_ASSIGN(tree_, make_filesystem({.type = "tmpfs", .options = {"mode=700"}}));
        TRY_ASSIGN(const Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
        return attach(tree_, top);
    }
    Result<Fd> make(const Node& node, std::size_t number) {
        const std::string name = cat(number);
        Result<> made = base::sys::mknod(tree_, name, node.mode, node.device);
        if (made.code() == EPERM) {
            return copy_of_hosts(node); // the runtime is in a user namespace itself
        }
        TRY(std::move(made));
        TRY(base::sys::chmod(tree_, name, node.mode & 07777U));
        TRY(base::sys::chown(tree_, name, node.host_uid, node.host_gid));
        return clone_tree(tree_, name, Depth::one);
    }
    Result<> end() {
        TRY(base::sys::chdir(tree_));
        if (::umount2(".", MNT_DETACH) < 0) {
            return call_failed("umount2", ".", base::Word{"MNT_DETACH"});
        }
        return done();
    }

  private:
    Fd tree_;
};

Result<std::vector<Fd>> make_all(const base::Child& child, const MountPlan& plan) {
    TRY(base::sys::join(child.pidfd(), CLONE_NEWNS).in("join the container's mount namespace"));
    std::vector<Fd> all;
    if (plan.root_from_host) {
        TRY_ASSIGN(Fd root, install_root(plan.root).at("/root/path").in("mount the root"));
        all.push_back(std::move(root));
    }
    for (const MountStep& step : plan.steps) {
        if (step.from_host) {
            TRY_ASSIGN(Fd copy, copy_source(step, child.pid()).at(step.origin).in([&] {
                return cat("bind ", base::quoted(step.source), " on ", base::quoted(step.target));
            }));
            all.push_back(std::move(copy));
        }
    }
    if (plan.nodes.empty() || !plan.root_from_host) {
        return all;
    }
    NodeFactory factory;
    TRY(factory.begin().in("make a place for device nodes"));
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const Node& node = plan.nodes[i];
        TRY_ASSIGN(Fd copy, factory.make(node, i)
                                .at(node.origin)
                                .in(cat("make the device ", base::quoted(node.path))));
        all.push_back(std::move(copy));
    }
    TRY(factory.end());
    return all;
}

/// The forked process: sends descriptors in packets of "+", or "!" with an error.
int work(FdRef socket, const base::Child& child, const MountPlan& plan) {
    Result<std::vector<Fd>> made = make_all(child, plan);
    if (!made) {
        static_cast<void>(base::sys::send(socket, cat("!", base::encode(made.error()))));
        return 1;
    }
    std::vector<FdRef> batch;
    for (const Fd& fd : *made) {
        batch.push_back(fd);
        if (batch.size() == kMostAtOnce || &fd == &made->back()) {
            if (!base::sys::send(socket, "+", batch)) {
                return 1;
            }
            batch.clear();
        }
    }
    return 0;
}

Result<std::vector<Fd>> collect(FdRef socket, std::size_t expected) {
    std::vector<Fd> all;
    while (all.size() < expected) {
        TRY_ASSIGN(base::sys::Packet packet, base::sys::receive(socket, kLongestError));
        if (packet.bytes.starts_with('!')) {
            return base::decode_error(std::string_view(packet.bytes).substr(1));
        }
        if (packet.bytes != "+" || packet.truncated || packet.fds.empty()) {
            return Error("the process that makes mount sources ended early");
        }
        std::ranges::move(packet.fds, std::back_inserter(all));
    }
    return all;
}

} // namespace

Result<std::vector<Fd>> sources_from_host(const base::Child& child, const MountPlan& plan) {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    TRY_ASSIGN(const base::Child worker, base::fork_to([&] {
                   pair.ours.close();
                   return work(pair.theirs, child, plan);
               }));
    pair.theirs.close();
    return collect(pair.ours, count_host_sources(plan));
}

Result<HostSources> apart(std::vector<Fd> sources, const MountPlan& plan) {
    if (sources.size() != count_host_sources(plan)) {
        return Error::system(EPROTO, "\"sources\" came with the wrong descriptors");
    }
    HostSources parts;
    auto next = sources.begin();
    if (plan.root_from_host) {
        parts.root = std::move(*next++);
    }
    for (const MountStep& step : plan.steps) {
        if (step.from_host) {
            parts.binds.push_back(std::move(*next++));
        }
    }
    parts.nodes.assign(std::make_move_iterator(next), std::make_move_iterator(sources.end()));
    return parts;
}

} // namespace namespaces
