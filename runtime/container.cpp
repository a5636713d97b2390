#include "runtime/container.hpp"

#include "cgroups/freezer.hpp"
#include "oci-spec/words.hpp"
#include "runtime/base/text.hpp"
#include "runtime/gate.hpp"

#include <algorithm>

#include <pwd.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using spec::Status;

namespace {

/// While a create works, its container is "creating"; one that was interrupted is "stopped", so
/// that it can be deleted.
Result<Status> unfinished_status(const ContainerRecord& record) {
    TRY_ASSIGN(const Fd creator, open_process(record.creator));
    return creator ? Status::creating : Status::stopped;
}

Result<Status> status_of(const Container& container) {
    if (container.record.phase == ContainerRecord::Phase::creating) {
        return unfinished_status(container.record);
    }
    if (!container.init) {
        return Status::stopped;
    }
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen_freezer(container.record.cgroups));
    const Result<cgroups::FreezerState> freezer = cgroups::freezer_state(groups);
    if (freezer && *freezer != cgroups::FreezerState::thawed) {
        return Status::paused;
    }
    TRY_ASSIGN(const bool waits, somebody_waits(container.directory.fd));
    return waits ? Status::created : Status::running;
}

/// The owner's name as the host's passwd(5) has it, or the number: a static program has no NSS.
std::string owner_name(uid_t uid) {
    return uid == 0 ? "root" : cat(uid);
}

} // namespace

spec::State Container::state() const {
    return {.id = record.id,
            .status = status,
            .pid = init ? record.init.pid : 0,
            .bundle = record.bundle,
            .annotations = record.annotations,
            .rootfs = record.rootfs,
            .created = record.created,
            .owner = owner_name(record.owner)};
}

namespace {

/// A create has just begun, and will write its record; or it was killed before it made anything.
Container unrecorded(ContainerDirectory directory, Access access) {
    Container container{.directory = std::move(directory), .record = {}};
    container.record.id = container.directory.id;
    const bool begun = access == Access::look && StateStore::is_locked(container.directory);
    container.status = begun ? Status::creating : Status::stopped;
    return container;
}

Result<Container> as_it_is(ContainerDirectory directory, ContainerRecord record) {
    Container container{.directory = std::move(directory), .record = std::move(record)};
    TRY_ASSIGN(container.init, open_process(container.record.init));
    TRY_ASSIGN(container.status, status_of(container));
    return container;
}

} // namespace

Result<Container> open_container(const StateStore& store, const std::string& id, Access access) {
    Result<ContainerDirectory> opened =
        access == Access::change ? store.open_locked(id, kLockPatienceS) : store.open(id);
    TRY_ASSIGN(ContainerDirectory directory, std::move(opened));
    const auto fact = [&] { return cat("container ", base::quoted(id)); };
    Result<ContainerRecord> record = read_record(directory.fd);
    if (!record && record.code() == ENOENT) {
        return unrecorded(std::move(directory), access);
    }
    TRY_ASSIGN(ContainerRecord found, std::move(record).in(fact));
    return as_it_is(std::move(directory), std::move(found)).in(fact);
}

Result<> require_status(const Container& container, std::string_view deed,
                        std::initializer_list<Status> allowed) {
    if (std::ranges::find(allowed, container.status) != allowed.end()) {
        return done();
    }
    return Error(cat("cannot ", deed, " a container that is ", spec::word_of(container.status)));
}

} // namespace runtime
