// The state of a container as JSON: for `state` and `list`, for hooks, and for a seccomp agent.
#pragma once

#include "oci-spec/json_writer.hpp"
#include "oci-spec/words.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spec {

/// runtime.md, "State"; `paused` is ours, as the specification allows.
enum class Status : std::uint8_t { creating, created, running, paused, stopped };

template <>
std::span<const Word<Status>> words<Status>();

struct State {
    std::string id;
    Status status = Status::creating;
    /// As its reader sees it: the runtime's, or the container's for hooks inside. nullopt is left
    /// out; `state` prints 0 for a stopped container, because engines read the member.
    std::optional<std::int32_t> pid;
    std::string bundle; ///< absolute
    std::map<std::string, std::string> annotations;

    // Not of the specification: what runc's `state` and `list` have and engines read. "" is left
    // out, so hooks get the plain document.
    std::string rootfs;
    std::string created; ///< RFC 3339
    std::optional<std::string> owner;
};

/// Writes the state as one value: alone, or as an element of a list.
void write(JsonWriter& json, const State& state);

std::string to_json(const State& state, JsonWriter::Form form);

/// config-linux.md, "The Container Process State": goes with the descriptors to a seccomp agent.
struct ContainerProcessState {
    std::vector<std::string> fds; ///< the names of the descriptors, in their order
    std::int32_t pid = 0;         ///< as the runtime sees it
    std::string metadata;         ///< listenerMetadata; "" is left out
    State state;
};

/// The name of the descriptor that a seccomp agent listens on.
constexpr std::string_view kSeccompFdName = "seccompFd";

std::string to_json(const ContainerProcessState& state);

} // namespace spec
