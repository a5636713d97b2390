// The tables of rows, one per topic, and the two shapes that many rows share.
#pragma once

#include "conformance/harness/case.hpp"

#include <span>
#include <string>

namespace conformance {

Rows bundle_rows();
Rows root_rows();
Rows mount_rows();
Rows mount_option_rows();
Rows recursive_option_rows();
Rows process_rows();
Rows privilege_rows();
Rows terminal_rows();
Rows scheduling_rows();
Rows hook_rows();
Rows hook_failure_rows();
Rows state_rows();
Rows operation_rows();
Rows namespace_rows();
Rows mapping_rows();
Rows device_rows();
Rows network_rows();
Rows kernel_rows();
Rows path_rows();
Rows cgroup_rows();
Rows device_access_rows();
Rows resource_rows();
Rows resource_list_rows();
Rows seccomp_rows();
Rows seccomp_notify_rows();
Rows features_rows();

/// A change of the default config.json: an object is a merge patch (RFC 7386), an array is a JSON
/// patch (RFC 6902).
void change(Json& config, std::string_view patch);

/// A row whose whole story is: this config.json is an error.
struct Refusal {
    const char* id = nullptr;
    Level level = Level::must;
    const char* since = nullptr;
    const char* section = nullptr;
    const char* sentence = nullptr;
    const char* patch = nullptr;
    Stage latest = Stage::create;
};
Rows refusal_rows(std::span<const Refusal> refusals);

/// A row whose whole story is: with this config.json the container lives, and ends with 0.
struct Acceptance {
    const char* id;
    Level level;
    const char* since;
    const char* section;
    const char* sentence;
    const char* patch;
};
Rows acceptance_rows(std::span<const Acceptance> acceptances);

/// A row that notes what happens, where the specification leaves it open.
struct Observation {
    const char* id;
    const char* since;
    const char* section;
    const char* sentence;
    const char* patch;
};
Rows observation_rows(std::span<const Observation> observations);

Rows operator+(Rows first, Rows second);

} // namespace conformance
