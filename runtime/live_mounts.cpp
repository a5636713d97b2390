#include "runtime/live_mounts.hpp"

#include "namespaces/live_mounts.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/bundle.hpp"
#include "runtime/container.hpp"
#include "runtime/host_facts.hpp"

#include <algorithm>

namespace runtime {

using base::cat;
using base::Error;
using base::Result;
using namespaces::LiveContainer;
using namespaces::LiveTarget;
using namespaces::MountStep;
using spec::NamespaceType;
using spec::Status;

namespace {

bool has_namespace(const spec::Spec& config, NamespaceType type) {
    return std::ranges::count(config.linux.namespaces, type, &spec::Namespace::type) > 0;
}

/// A container that may be changed, with its configuration.
struct Changeable {
    Container container;
    Bundle bundle;

    [[nodiscard]] LiveContainer live() const {
        return {.pid = container.record.init.pid, .pidfd = container.init};
    }
};

Result<Changeable> open_changeable(const StateStore& store, const std::string& id,
                                   std::string_view deed) {
    TRY_ASSIGN(const HostFacts facts, read_host_facts());
    if (facts.rights == Rights::user) {
        return Error("an ordinary user cannot change the mounts of a running container")
            .hint("that needs the host's root; config.json can have any mount at create");
    }
    Changeable opened;
    TRY_ASSIGN(opened.container, open_container(store, id, Access::change));
    TRY(require_status(opened.container, deed, {Status::created, Status::running, Status::paused}));
    TRY_ASSIGN(opened.bundle,
               load_saved_config(opened.container.directory.fd, opened.container.record.bundle));
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const struct stat ours, base::sys::fstatat(proc.root(), "self/ns/mnt", 0));
    TRY_ASSIGN(const struct stat theirs,
               base::sys::fstatat(proc.root(), cat(opened.live().pid, "/ns/mnt"), 0));
    if (!has_namespace(opened.bundle.config, NamespaceType::mount) ||
        ours.st_ino == theirs.st_ino) {
        return Error("the container has no mount namespace: its mounts are the host's");
    }
    return opened;
}

Result<spec::MountDocument> usable(spec::Loaded<spec::MountDocument> loaded,
                                   const spec::Document& document) {
    for (const spec::Finding& finding : loaded.findings) {
        if (finding.severity == spec::Severity::warning) {
            base::log::warning(spec::text_of(finding, document));
        }
    }
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, document);
    }
    return std::move(loaded.value);
}

Result<std::vector<MountStep>> steps_of(const spec::MountDocument& document, const Bundle& bundle) {
    const namespaces::MountFacts facts{.bundle = bundle.path,
                                       .user_namespace =
                                           has_namespace(bundle.config, NamespaceType::user),
                                       .sources_from_host = true};
    std::vector<MountStep> steps;
    for (std::size_t i = 0; i < document.mounts.size(); ++i) {
        TRY_ASSIGN(MountStep step,
                   namespaces::live_step_of(document.mounts[i], document.pointer_of(i),
                                            bundle.config.linux, facts));
        steps.push_back(std::move(step));
    }
    return steps;
}

Result<> mount_all(const Changeable& opened, const spec::MountDocument& mounts) {
    TRY_ASSIGN(const std::vector<MountStep> steps, steps_of(mounts, opened.bundle));
    return namespaces::add_mounts(opened.live(), steps);
}

/// Gives an error from below its place in the document; one of the document as a whole has the
/// pointer "", as one that has no place.
Result<> placed_in(Result<> result, const spec::Document& document) {
    if (result || !result.error().failure().place.empty() ||
        result.error().failure().pointer.empty()) {
        return result;
    }
    std::string place = spec::place_of(result.error().failure().pointer, document);
    return std::move(result).error().placed(std::move(place));
}

} // namespace

Result<> add_mounts(const StateStore& store, const std::string& id,
                    const spec::Document& document) {
    TRY_ASSIGN(const Changeable opened, open_changeable(store, id, "add mounts to"));
    TRY_ASSIGN(const spec::MountDocument mounts,
               usable(spec::checked_mounts(document.bytes, opened.bundle.config), document));
    return placed_in(mount_all(opened, mounts), document);
}

Result<> remove_mounts(const StateStore& store, const std::string& id,
                       const std::vector<std::string>& destinations) {
    TRY_ASSIGN(const Changeable opened, open_changeable(store, id, "remove mounts from"));
    std::vector<LiveTarget> targets;
    targets.reserve(destinations.size());
    for (const std::string& destination : destinations) {
        targets.push_back({.origin = "", .path = destination});
    }
    return namespaces::remove_mounts(opened.live(), targets);
}

Result<> remove_mounts(const StateStore& store, const std::string& id,
                       const spec::Document& document) {
    TRY_ASSIGN(const Changeable opened, open_changeable(store, id, "remove mounts from"));
    TRY_ASSIGN(const spec::MountDocument mounts,
               usable(spec::load_mounts(document.bytes), document));
    std::vector<LiveTarget> targets;
    for (std::size_t i = 0; i < mounts.mounts.size(); ++i) {
        const std::string& path = mounts.mounts[i].destination;
        targets.push_back({.origin = mounts.pointer_of(i),
                           .path = path.starts_with('/') ? path : cat("/", path)});
    }
    return placed_in(namespaces::remove_mounts(opened.live(), targets), document);
}

} // namespace runtime
