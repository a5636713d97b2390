#include "runtime/restore.hpp"

#include "cgroups/layout.hpp"
#include "cgroups/statistics.hpp"
#include "namespaces/kinds.hpp"
#include "namespaces/mount_points.hpp"
#include "namespaces/net_devices.hpp"
#include "namespaces/rootfs.hpp"
#include "oci-spec/sysctl.hpp"
#include "runtime/base/apart.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/creation.hpp"
#include "runtime/criu_plan.hpp"
#include "runtime/process.hpp"
#include "runtime/streams.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

// What CRIU does for a restore, and what it leaves to us. CRIU's own process is what the restored
// ones descend from: they have its cgroups, class of service, I/O priority, memory policy and
// session keyring, none of which is in an image.

namespace runtime {

using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using spec::NamespaceType;

namespace {

constexpr int kStreams = 3;
constexpr criu::Version kTakesLabels{.major = 3, .minor = 16, .sublevel = 0};

/// The path of what is open.
Result<std::string> path_of(FdRef fd) {
    return base::sys::readlink(FdRef::cwd(), cat("/proc/self/fd/", fd.number()));
}

/// A path in the container behind the links of its root file system, as far as that has it: the
/// rest may be in one of its mounts.
Result<std::string> behind_links(const base::RootDir& root, std::string_view root_path,
                                 const std::string& path) {
    std::size_t end = path.size();
    while (true) {
        const Result<Fd> found = root.resolve(end == 0 ? "/" : path.substr(0, end));
        if (found) {
            TRY_ASSIGN(const std::string there, path_of(*found));
            return cat(there.substr(std::min(root_path.size(), there.size())), path.substr(end));
        }
        if (end == 0) {
            return path;
        }
        end = path.rfind('/', end - 1);
    }
}

/// The mounts by the names that an image has for them, which are where they were mounted.
Result<std::vector<criu::ExternalMount>> named_mounts(const namespaces::MountPlan& plan,
                                                      const std::string& root_path) {
    TRY_ASSIGN(Fd top, base::sys::open(FdRef::cwd(), root_path, O_PATH | O_DIRECTORY));
    const base::RootDir root(std::move(top));
    std::vector<criu::ExternalMount> named;
    for (const criu::ExternalMount& mount : criu::host_mounts_of(plan)) {
        TRY_ASSIGN(std::string point, behind_links(root, root_path, mount.key));
        named.push_back({std::move(point), mount.value});
    }
    if (!plan.masked.empty()) {
        named.push_back({std::string(criu::kMask), std::string(criu::kMask)});
    }
    return named;
}

Result<std::vector<criu::CgroupRoot>> cgroup_roots_of(pid_t pid) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const std::string text, proc.read(cat(pid, "/cgroup")));
    std::vector<criu::CgroupRoot> roots;
    for (const cgroups::Membership& membership : cgroups::memberships_of(text)) {
        for (const std::string& controller : membership.controllers) {
            roots.push_back({controller, membership.path});
        }
        if (membership.controllers.empty()) {
            roots.push_back({"", membership.path});
        }
    }
    return roots;
}

/// What an image says nothing of, since the network is for others to set up. "net" parameters are
/// those of the caller's namespace in any procfs.
Result<> set_up_network(FdRef network, const InitPlan& plan) {
    TRY(base::sys::join(network, CLONE_NEWNET).in("join the container's network namespace"));
    if (plan.bring_up_loopback) {
        TRY(namespaces::bring_up_loopback().in("bring up the loopback device"));
    }
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    for (const Sysctl& sysctl : plan.sysctls) {
        if (spec::sysctl_namespace(sysctl.path) == NamespaceType::network) {
            TRY(proc.write(cat("sys/", sysctl.path), sysctl.value).at(sysctl.origin).in([&] {
                return cat("set the sysctl ", sysctl.path);
            }));
        }
    }
    return done();
}

} // namespace

constexpr std::array<Creation::Step, 9> Creation::kRestoreSteps = {{
    {"load the bundle", &Creation::load},
    {"plan", &Creation::plan},
    {"open the image", &Creation::open_images},
    {"reserve the id", &Creation::reserve},
    {"make cgroups", &Creation::make_cgroups},
    {"make the class of service", &Creation::make_rdt},
    {"open namespaces", &Creation::open_namespaces},
    {"start CRIU", &Creation::start_criu},
    {"restore the processes", &Creation::restore_processes},
}};

Result<> Creation::open_images() {
    TRY(criu::require_own_mounts(plan_.init.mounts));
    for (const namespaces::Join& join : plan_.init.spawn.joins) {
        if (join.type == NamespaceType::cgroup) {
            return Error("CRIU cannot join a cgroup namespace").at(join.origin);
        }
    }
    TRY_ASSIGN(images_, criu::open_directories(restore_->images, restore_->work));
    if (!plan_.init.process || !plan_.init.process->terminal) {
        TRY_ASSIGN(streams_, load_stream_names(images_.images));
    }
    return done();
}

/// The tree in which CRIU looks for what the container is made of: the host's, with the root
/// mounted on itself, as a root has to be that is entered. It ends with CRIU.
Result<> Creation::prepare_for_criu() const {
    constexpr mode_t kTreeUmask = 022;
    ::umask(kTreeUmask);
    TRY(base::sys::unshare(CLONE_NEWNS).in("make a mount namespace for CRIU"));
    TRY(namespaces::isolate_tree(plan_.init.mounts.root));
    TRY(namespaces::make_mount_points(plan_.init.mounts));
    TRY(namespaces::install_root(plan_.init.mounts.root).at("/root/path").in("mount the root"));
    if (!plan_.init.process) {
        return done();
    }
    ProcessPlan inherited = *plan_.init.process;
    inherited.personality.reset(); // an image has it, and CRIU is not to be run by it
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    return set_inherited_attributes(inherited, &proc);
}

Result<> Creation::start_criu() {
    std::vector<FdRef> handed_on;
    for (int stream = 0; stream < kStreams; ++stream) {
        handed_on.emplace_back(stream);
    }
    handed_on.insert(handed_on.end(), joins_.begin(), joins_.end());
    TRY_ASSIGN(criu::Service service,
               criu::Service::start(
                   {.prepare = [this] { return prepare_for_criu(); }, .handed_on = handed_on}));
    criu_.emplace(std::move(service));
    TRY_ASSIGN(images_, criu::seen_by(criu_->pid(), images_));
    const criu::Options& options = restore_->options;
    if (criu_->version() < kTakesLabels &&
        !(options.lsm_profile.empty() && options.lsm_mount_context.empty())) {
        return Error("--lsm-profile and --lsm-mount-context need CRIU 3.16 or newer");
    }
    return enter_with_criu();
}

Result<> Creation::enter_with_criu() {
    const pid_t pid = criu_->pid();
    if (plan_.cgroups.unit) { // systemd makes it of a process
        TRY_ASSIGN(cgroups::Manager::Created created,
                   manager_->adopt(plan_.cgroups, pid, recorder()));
        TRY(take_groups(std::move(created)));
    }
    TRY(cgroups::attach(placement_, pid).in("put CRIU into the container's cgroup"));
    TRY(enter_rdt(record_.rdt, pid));
    rdt_claim_ = Fd();
    return apply_limits(pid, {.origin = plan_.limits.origin,
                              .rlimits = {},
                              .oom_score_adj = {},
                              .scheduler = {},
                              .io_priority = plan_.limits.io_priority,
                              .cpus = {}});
}

Result<criu::Options> Creation::restore_options() const {
    criu::Options options = restore_->options;
    images_.put_into(options);
    options.log_file = "restore.log";
    options.config_file = criu::config_file(bundle_.config.annotations);
    options.evasive_devices = true;
    options.restore_sibling = true;
    const namespaces::MountPlan& mounts = plan_.init.mounts;
    TRY_ASSIGN(const Fd root,
               base::sys::open(FdRef::cwd(), mounts.root.path, O_PATH | O_DIRECTORY));
    TRY_ASSIGN(options.root, path_of(root));
    TRY_ASSIGN(options.external_mounts, named_mounts(mounts, options.root));
    TRY_ASSIGN(options.cgroup_roots, cgroup_roots_of(criu_->pid()));
    options.inherited_fds = criu::inherited_streams(streams_, criu::kFirstHandedOn);
    for (std::size_t i = 0; i < joins_.size(); ++i) {
        const NamespaceType type = plan_.init.spawn.joins[i].type;
        if (criu::stays_outside(type)) {
            const int number = criu::kFirstHandedOn + kStreams + static_cast<int>(i);
            options.inherited_fds.push_back({criu::external_name(type), number});
        } else {
            options.joined_namespaces.push_back(
                {std::string(namespaces::kind_of(type).proc_name),
                 cat("/proc/", ::getpid(), "/fd/", joins_[i].number())});
        }
    }
    return options;
}

Result<> Creation::restore_processes() {
    TRY_ASSIGN(const criu::Options options, restore_options());
    Result<> restored = criu_->work(criu::Subject::restore, options, images_.log("restore.log"),
                                    [this](const criu::Notice& notice, std::vector<Fd> fds) {
                                        return hear(notice, std::move(fds));
                                    });
    if (!restored) {
        const Result<cgroups::MemoryEvents> memory = cgroups::memory_events(placement_);
        if (memory && memory->oom_kills > 0) {
            return std::move(restored)
                .at("/linux/resources/memory/limit")
                .hint("the container's cgroup ran out of memory");
        }
    }
    return restored;
}

Result<> Creation::hear(const criu::Notice& notice, std::vector<Fd> fds) {
    if (notice.moment == "setup-namespaces") {
        return set_up_restored(notice.pid);
    }
    if (notice.moment == "orphan-pts-master") {
        return take_restored_terminal(std::move(fds));
    }
    if (notice.moment == "post-restore") {
        return save_restored(notice.pid);
    }
    return done();
}

/// Namespaces are there and nothing else is. From now on the process is ours to reap.
Result<> Creation::set_up_restored(pid_t pid) {
    TRY_ASSIGN(Fd pidfd, base::sys::pidfd_open(pid));
    child_ = Child(pid, std::move(pidfd));
    TRY_ASSIGN(record_.init, identity_of(pid));
    TRY(remember());
    TRY(run_runtime_hooks());
    if (plan_.init.spawn.has(NamespaceType::network)) {
        TRY_ASSIGN(const Fd network,
                   base::sys::open(FdRef::cwd(), cat("/proc/", pid, "/ns/net"), O_RDONLY));
        TRY(base::done_apart([&] { return set_up_network(network, plan_.init); }));
    }
    return move_net_devices();
}

Result<> Creation::take_restored_terminal(std::vector<Fd> fds) {
    if (fds.size() != 1) {
        return Error::system(EPROTO, "CRIU sent a terminal without its descriptor");
    }
    if (!plan_.init.process || !plan_.init.process->terminal || has_terminal_) {
        base::log::warning("the image has a terminal that nobody asks for; it is hung up");
        return done();
    }
    has_terminal_ = true;
    return hand_over_terminal(std::move(fds.front()));
}

/// Everything stands, and no process goes on before CRIU has our answer.
Result<> Creation::save_restored(pid_t pid) {
    if (!child_) {
        TRY(set_up_restored(pid)); // it has no namespaces of its own
    }
    if (!request_.console_socket.empty() && !has_terminal_) {
        return Error("the image has no terminal that could be sent to the console socket")
            .at("/process/terminal");
    }
    TRY(apply_late_limits());
    TRY(tell_pid());
    record_.phase = ContainerRecord::Phase::created;
    return remember();
}

Result<Created> restore(const StateStore& store, const RestoreRequest& request) {
    return Creation(store, request).run();
}

} // namespace runtime
