#include "runtime/checkpoint.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/processes.hpp"
#include "namespaces/kinds.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/bundle.hpp"
#include "runtime/container.hpp"
#include "runtime/criu.hpp"
#include "runtime/criu_images.hpp"
#include "runtime/criu_plan.hpp"
#include "runtime/host_facts.hpp"
#include "runtime/launch.hpp"
#include "runtime/lifecycle.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/plan.hpp"
#include "runtime/streams.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using spec::NamespaceType;
using spec::Status;

namespace {

/// One checkpoint of an open container.
class Checkpoint {
  public:
    Checkpoint(const CheckpointRequest& request, const Container& container)
        : request_(request), container_(container), options_(request.options) {}

    Result<> run();

  private:
    Result<> load();
    Result<> open_directories();
    Result<> add_mounts();
    Result<> add_namespaces();
    Result<> add_streams();
    Result<> add_freezer();
    Result<> require_features(criu::Service& service) const;
    Result<> hear(const criu::Notice& notice);
    void thaw_if_left_frozen() const;

    [[nodiscard]] pid_t pid() const { return container_.record.init.pid; }

    const CheckpointRequest& request_;
    const Container& container_;
    criu::Options options_;
    Bundle bundle_;
    Plan plan_;
    criu::Directories directories_;
};

/// What CRIU would dump, and could not bring back as it was.
Result<> require_restorable(const spec::Spec& config, const Plan& plan) {
    if (config.linux.seccomp && !config.linux.seccomp->listener_path.empty()) {
        return Error("an image cannot keep the agent that decides on system calls")
            .at("/linux/seccomp/listenerPath");
    }
    return criu::require_own_mounts(plan.init.mounts);
}

/// Who made its groups.
cgroups::ManagerKind manager_of(const ContainerRecord& record) {
    using Kind = cgroups::ManagerKind;
    if (record.unit) {
        return Kind::systemd;
    }
    return record.cgroups.empty() ? Kind::disabled : Kind::cgroupfs;
}

/// Where `target` is mounted, behind the links of the image.
std::string mount_point_of(const base::RootDir& root, const std::string& target) {
    const Result<Fd> found = root.resolve(target);
    const Result<std::string> path =
        found ? base::sys::readlink(base::FdRef::cwd(), cat("/proc/self/fd/", found->number()))
              : Result<std::string>(target);
    return path ? *path : target;
}

Result<> Checkpoint::run() {
    TRY(load());
    TRY(open_directories());
    options_.pid = pid();
    if (!request_.pre_dump) {
        TRY(add_mounts());
        TRY(add_streams());
    }
    TRY(add_namespaces());
    TRY(add_freezer());
    TRY_ASSIGN(criu::Service service, criu::Service::start({}));
    TRY(require_features(service));
    Result<> dumped =
        service.work(request_.pre_dump ? criu::Subject::pre_dump : criu::Subject::dump, options_,
                     directories_.log("dump.log"),
                     [this](const criu::Notice& notice, std::vector<Fd>) { return hear(notice); });
    if (!dumped) {
        thaw_if_left_frozen();
        return placed(std::move(dumped).error(), bundle_);
    }
    return done();
}

Result<> Checkpoint::load() {
    TRY_ASSIGN(bundle_, load_saved_config(container_.directory.fd, container_.record.bundle));
    TRY(inherit_own_namespaces(bundle_.config.linux));
    if (has_notify_directory(container_.directory.fd)) {
        offer_notify_socket(bundle_.config, "");
    }
    TRY_ASSIGN(HostFacts facts, read_host_facts());
    facts.activated_sockets = 0; // those of its create are the container's, and not these
    TRY_ASSIGN(plan_, plan_of(bundle_.config, facts,
                              {.id = container_.record.id,
                               .bundle = container_.record.bundle,
                               .cgroup_manager = manager_of(container_.record)},
                              {}));
    Result<> restorable = require_restorable(bundle_.config, plan_);
    return restorable ? done() : Result<>(placed(std::move(restorable).error(), bundle_));
}

Result<> Checkpoint::open_directories() {
    TRY_ASSIGN(directories_, criu::make_directories(request_.images, request_.work));
    directories_.put_into(options_);
    options_.log_file = "dump.log";
    options_.config_file = criu::config_file(bundle_.config.annotations);
    if (options_.parent_images.empty()) {
        return done();
    }
    options_.track_memory = true;
    if (options_.parent_images.starts_with('/')) {
        return Error("--parent-path is relative to the directory of the images");
    }
    TRY(base::sys::open(directories_.images, options_.parent_images, O_PATH | O_DIRECTORY)
            .in("open the images of --parent-path"));
    return done();
}

/// What is not of the container's making is found by its mount point, and gets that for a name. A
/// masked file is one of these, so that images are the same as runc's.
Result<> Checkpoint::add_mounts() {
    TRY_ASSIGN(Fd top, base::sys::open(base::FdRef::cwd(), cat("/proc/", pid(), "/root"),
                                       O_PATH | O_DIRECTORY));
    const base::RootDir root(std::move(top));
    for (const criu::ExternalMount& mount : criu::host_mounts_of(plan_.init.mounts)) {
        const std::string point = mount_point_of(root, mount.key);
        options_.external_mounts.push_back({point, point});
    }
    for (const namespaces::Covered& masked : plan_.init.mounts.masked) {
        const Result<Fd> found = root.resolve(masked.path);
        if (!found) {
            continue; // profiles list the paths of all kernels
        }
        TRY_ASSIGN(const struct stat status, base::sys::fstat(*found));
        if (!S_ISDIR(status.st_mode)) {
            options_.external_mounts.push_back(
                {mount_point_of(root, masked.path), std::string(criu::kMask)});
        }
    }
    return done();
}

/// A namespace that was joined is not the container's to dump.
Result<> Checkpoint::add_namespaces() {
    for (const namespaces::Join& join : plan_.init.spawn.joins) {
        if (!criu::stays_outside(join.type)) {
            continue;
        }
        const std::string path =
            cat("/proc/", pid(), "/ns/", namespaces::kind_of(join.type).proc_name);
        TRY_ASSIGN(const struct stat status, base::sys::fstatat(base::FdRef::cwd(), path, 0));
        options_.external.push_back(criu::external_namespace(join.type, status.st_ino));
    }
    return done();
}

Result<> Checkpoint::add_streams() {
    std::vector<std::string> names = container_.record.streams;
    if (plan_.init.process && plan_.init.process->terminal) {
        names.clear();
    }
    TRY_ASSIGN(const std::vector<OutsideStream> outside, outside_streams(pid(), names));
    for (const OutsideStream& stream : outside) {
        options_.external.push_back(stream.key);
        names[stream.number] = stream.key;
    }
    return save_stream_names(directories_.images, names);
}

/// The cgroup stops all processes at once, also those that fork meanwhile. Not where we are in it.
Result<> Checkpoint::add_freezer() {
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen_freezer(container_.record.cgroups));
    const auto open = std::ranges::find_if(
        groups, [](const cgroups::Hierarchy& group) { return bool{group.directory}; });
    if (open == groups.end()) {
        return done();
    }
    TRY_ASSIGN(const std::vector<pid_t> pids, cgroups::pids_in(open->directory));
    if (std::ranges::find(pids, ::getpid()) == pids.end()) {
        options_.freeze_cgroup = open->path;
    }
    return done();
}

Result<> Checkpoint::require_features(criu::Service& service) const {
    if (!request_.pre_dump && !options_.lazy_pages) {
        return done();
    }
    TRY_ASSIGN(const criu::Features features, service.features());
    if (request_.pre_dump && !features.memory_tracking) {
        return Error("this kernel does not say which memory was changed: there is no pre-dump");
    }
    if (options_.lazy_pages && !features.lazy_pages) {
        return Error("this kernel has no userfaultfd that CRIU can use: there are no lazy pages");
    }
    return done();
}

Result<> Checkpoint::hear(const criu::Notice& notice) {
    if (notice.moment != "status-ready" || request_.status_fd < 0) {
        return done();
    }
    const Fd status(request_.status_fd); // whoever waits at its other end waits for its end, too
    return base::sys::write_once(status, std::string_view("\0", 1))
        .in("say on --status-fd that lazy pages are ready");
}

/// A CRIU that was killed leaves it so.
void Checkpoint::thaw_if_left_frozen() const {
    if (container_.status == Status::paused) {
        return;
    }
    const Result<cgroups::Placement> groups = cgroups::reopen_freezer(container_.record.cgroups);
    if (!groups) {
        return;
    }
    const Result<cgroups::FreezerState> state = cgroups::freezer_state(*groups);
    if (!state || *state == cgroups::FreezerState::thawed) {
        return;
    }
    if (const Result<> thawed = cgroups::thaw(*groups); !thawed) {
        base::log::warning(cat("the container stays paused: ", thawed.error().text()));
    }
}

} // namespace

Result<> checkpoint(const StateStore& store, const std::string& id,
                    const CheckpointRequest& request) {
    TRY_ASSIGN(Container container, open_container(store, id, Access::change));
    TRY(require_status(container, "checkpoint", {Status::running, Status::paused}));
    TRY(Checkpoint(request, container).run());
    // runc and crun delete it, too, and engines expect no more of it.
    return request.pre_dump || request.options.leave_running ? done() : remove(store, container);
}

} // namespace runtime
