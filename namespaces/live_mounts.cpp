#include "namespaces/live_mounts.hpp"

#include "namespaces/from_host.hpp"
#include "namespaces/mounts.hpp"
#include "namespaces/rootfs.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"

#include <array>
#include <functional>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using base::RootDir;

namespace {

constexpr std::size_t kLongestError = 1 << 16;
constexpr mode_t kTreeUmask = 022; // as when the container's tree was made
/// A file system of the container's own may keep whoever walks into it waiting.
constexpr int kPatienceMs = 120'000;

/// "+", or "!" with an error: what a process of ours says when it has done its part.
Result<> tell(FdRef socket, Result<> result) {
    return base::sys::send(socket, result ? "+" : cat("!", base::encode(result.error())));
}

/// Nothing heard is an error: then the other side is killed with its Child.
Result<> hear(FdRef socket) {
    std::array<pollfd, 1> waiting = {{{.fd = socket.number(), .events = POLLIN, .revents = 0}}};
    TRY_ASSIGN(const int heard, base::sys::poll(waiting, kPatienceMs));
    if (heard == 0) {
        return Error("the process that changes mounts does not come to an end")
            .hint("a file system in the container may not answer; some of the mounts may be made");
    }
    TRY_ASSIGN(const base::sys::Packet packet, base::sys::receive(socket, kLongestError));
    if (packet.bytes.starts_with('!')) {
        return base::decode_error(std::string_view(packet.bytes).substr(1));
    }
    return packet.bytes == "+" ? done() : Error("the process that changes mounts ended early");
}

Result<> run_apart(const std::function<Result<>()>& deed) {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    TRY_ASSIGN(const Child worker, base::fork_to([&] {
                   pair.ours.close();
                   return tell(pair.theirs, deed()) ? 0 : 1;
               }));
    pair.theirs.close();
    return hear(pair.ours);
}

Result<bool> has_own_user_namespace(const LiveContainer& container) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const struct stat ours, base::sys::fstatat(proc.root(), "self/ns/user", 0));
    TRY_ASSIGN(const struct stat theirs,
               base::sys::fstatat(proc.root(), cat(container.pid, "/ns/user"), 0));
    return ours.st_ino != theirs.st_ino;
}

// --- in the container's namespaces --------------------------------------------------------------

/// A process with host descriptors in the container's user namespace: nobody in there may look
/// into it. Changes of ids undo that.
Result<> hide() {
    if (::prctl(PR_SET_DUMPABLE, 0) < 0) {
        return call_failed("prctl", base::Word{"PR_SET_DUMPABLE"}, 0);
    }
    return done();
}

Result<> become_root() {
    if (::setresgid(0, 0, 0) < 0) {
        return call_failed("setresgid", 0, 0, 0);
    }
    if (::setresuid(0, 0, 0) < 0) {
        return call_failed("setresuid", 0, 0, 0);
    }
    return hide();
}

/// Joins the container and returns its root, as its first process sees it. "/" stays the host's:
/// the container's /proc is not to be trusted, and is not one of this process, which stays outside
/// of the pid namespace.
Result<RootDir> enter(const LiveContainer& container, bool user_namespace) {
    // Whatever becomes of the runtime now: all of the list is done, or nothing.
    ::prctl(PR_SET_PDEATHSIG, 0);
    TRY(hide());
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(Fd root,
               base::sys::open(proc.root(), cat(container.pid, "/root"), O_PATH | O_DIRECTORY));
    TRY_ASSIGN(const Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
    // Behind the root: that there is a process to join shows that the pid was still its own. sysfs
    // and mqueue show the namespaces of whoever mounts them.
    TRY(base::sys::join(container.pidfd, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
                                             (user_namespace ? CLONE_NEWUSER : 0)));
    TRY(base::sys::chdir(top));
    if (::chroot(".") < 0) {
        return call_failed("chroot", ".");
    }
    if (user_namespace) {
        TRY(become_root());
    }
    ::umask(kTreeUmask);
    return RootDir(std::move(root));
}

/// All the steps; if one fails, those before it are undone.
Result<> apply_all(const RootDir& root, const std::vector<MountStep>& steps,
                   std::vector<Fd> sources) {
    std::vector<Fd> made;
    auto source = sources.begin();
    for (const MountStep& step : steps) {
        Result<Fd> mount = apply(root, step, step.from_host ? std::move(*source++) : Fd());
        if (mount) {
            made.push_back(*std::move(mount));
            continue;
        }
        Error error = std::move(mount).error();
        for (auto last = made.rbegin(); last != made.rend(); ++last) {
            if (Result<> undone = *last ? detach(*last) : done(); !undone) {
                error = std::move(error).also(
                    std::move(undone).in("undo what was mounted before").error());
            }
        }
        return error;
    }
    return done();
}

// --- sources ------------------------------------------------------------------------------------

/// A process that waits in a copy of our mount namespace, which belongs to the container's user
/// namespace: what is copied out of there keeps the locks of a mount that was handed down, and
/// tells the host nothing (kernel rule 6).
struct SourceNamespace {
    Fd life; ///< when this is closed the process ends
    Child holder;
};

Result<> move_to_copy(const LiveContainer& container, bool user_namespace) {
    TRY(hide());
    if (user_namespace) {
        TRY(base::sys::join(container.pidfd, CLONE_NEWUSER));
        TRY(hide());
    }
    TRY(base::sys::unshare(CLONE_NEWNS));
    return isolate_tree(RootPlan{});
}

Result<SourceNamespace> namespace_for_sources(const LiveContainer& container, bool user_namespace) {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    TRY_ASSIGN(Child holder, base::fork_to([&] {
                   pair.ours.close();
                   static_cast<void>(tell(pair.theirs, move_to_copy(container, user_namespace)));
                   static_cast<void>(base::sys::receive(pair.theirs, 1));
                   return 0;
               }));
    pair.theirs.close();
    TRY(hear(pair.ours).in("make a place to copy sources in"));
    return SourceNamespace{.life = std::move(pair.ours), .holder = std::move(holder)};
}

Result<std::vector<Fd>> sources_of(const LiveContainer& container,
                                   const std::vector<MountStep>& steps, bool user_namespace) {
    MountPlan plan;
    plan.steps = steps;
    if (count_host_sources(plan) == 0) {
        return std::vector<Fd>();
    }
    TRY_ASSIGN(const SourceNamespace place, namespace_for_sources(container, user_namespace));
    return sources_from_host(place.holder, plan);
}

// --- what is taken away -------------------------------------------------------------------------

/// Which mount a descriptor is of, and whether it is the top of that mount. The kernel tells since
/// Linux 5.8.
Result<struct statx> mount_facts(FdRef fd) {
    struct statx facts {};
    if (::statx(fd.number(), "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &facts) < 0) {
        return call_failed("statx", fd, base::Word{"STATX_MNT_ID"});
    }
    return facts;
}

/// What is mounted at `path`: on a link that stands there, or where it leads.
Result<Fd> mount_at(const RootDir& root, const std::string& path) {
    TRY_ASSIGN(const struct statx top, mount_facts(root.root()));
    Error missing(cat("nothing is mounted on ", base::quoted(path)));
    for (const bool follow : {false, true}) {
        Result<Fd> found = follow ? root.resolve(path) : root.resolve_entry(path);
        if (!found && found.code() == ENOENT) {
            return missing;
        }
        TRY_ASSIGN(Fd fd, std::move(found));
        TRY_ASSIGN(const struct statx facts, mount_facts(fd));
        if ((facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) {
            continue;
        }
        if (facts.stx_mnt_id == top.stx_mnt_id) {
            return Error(cat(base::quoted(path), " is the container's root"));
        }
        return fd;
    }
    return missing;
}

Result<> detach_all(const RootDir& root, const std::vector<LiveTarget>& targets) {
    std::vector<Fd> mounts;
    const auto fact = [](const LiveTarget& target) {
        return cat("unmount ", base::quoted(target.path));
    };
    for (const LiveTarget& target : targets) {
        TRY_ASSIGN(Fd mount, mount_at(root, target.path).at(target.origin).in(fact(target)));
        mounts.push_back(std::move(mount));
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        TRY(detach(mounts[i]).at(targets[i].origin).in(fact(targets[i])));
    }
    return done();
}

} // namespace

Result<> add_mounts(const LiveContainer& container, const std::vector<MountStep>& steps) {
    TRY_ASSIGN(const bool user_namespace, has_own_user_namespace(container));
    TRY_ASSIGN(std::vector<Fd> sources, sources_of(container, steps, user_namespace));
    return run_apart([&]() -> Result<> {
        TRY_ASSIGN(const RootDir root, enter(container, user_namespace).in("join the container"));
        return apply_all(root, steps, std::move(sources));
    });
}

Result<> remove_mounts(const LiveContainer& container, const std::vector<LiveTarget>& targets) {
    TRY_ASSIGN(const bool user_namespace, has_own_user_namespace(container));
    return run_apart([&]() -> Result<> {
        TRY_ASSIGN(const RootDir root, enter(container, user_namespace).in("join the container"));
        return detach_all(root, targets);
    });
}

} // namespace namespaces
