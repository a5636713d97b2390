// A container as it is now: its record, and what can be seen of its process.
#pragma once

#include "oci-spec/state.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/record.hpp"
#include "runtime/state_store.hpp"

#include <optional>
#include <string>

namespace runtime {

struct Container {
    ContainerDirectory directory;
    ContainerRecord record;
    base::Fd init; ///< pidfd of its process; empty if that has ended
    spec::Status status = spec::Status::stopped;

    /// The state document (runtime.md, "State"); a stopped container has pid 0.
    [[nodiscard]] spec::State state() const;
};

/// How long to wait for another oci-rt that works on the container.
constexpr unsigned kLockPatienceS = 30;

/// Whether the caller will change the container: then it holds its lock.
enum class Access { look, change };

/// Opens a container. "container … does not exist" (ENOENT) if there is none.
base::Result<Container> open_container(const StateStore& store, const std::string& id,
                                       Access access);

/// An error unless the container is in one of `allowed`; `deed` completes "cannot …".
base::Result<> require_status(const Container& container, std::string_view deed,
                              std::initializer_list<spec::Status> allowed);

} // namespace runtime
