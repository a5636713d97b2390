// Which devices a container may use: linux.resources.devices reduced to a set whose meaning does
// not depend on order. Pure. (config-linux.md, "Allowed Device list")
//
// The rules are applied in their order, beginning with "nothing is allowed": for each kind of
// access to a device the last rule that speaks of it decides. Behind the listed rules stand the
// implicit ones, without which no container works: mknod of any device, and null, zero, full,
// random, urandom, tty, console, ptmx and the terminals of devpts.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

enum class DeviceKind : std::uint8_t { character, block };

/// What can be done with a device: bits, as BPF_DEVCG_ACC_* of <linux/bpf.h> has them.
using DeviceAccess = std::uint8_t;
constexpr DeviceAccess kMknod = 1;
constexpr DeviceAccess kRead = 2;
constexpr DeviceAccess kWrite = 4;
constexpr DeviceAccess kAllAccess = kMknod | kRead | kWrite;

/// The devices of a kind, all or those of one major or minor number, and what is allowed with them.
struct DeviceGrant {
    DeviceKind kind = DeviceKind::character;
    std::optional<std::uint32_t> major; ///< nullopt: all
    std::optional<std::uint32_t> minor;
    DeviceAccess access = 0;
    std::string origin; ///< the last listed rule that allows any of it; empty: an implicit one does
};

/// The first grant whose pattern a device has decides all of its access; where none has it, nothing
/// is allowed. So: numbers before wildcards.
using DeviceSet = std::vector<DeviceGrant>;

/// The set for a container. `pointer` is where the Resources stand in their document. A number of
/// -1 is a wildcard, as in all runtimes. Without any listed rule the devices of linux.devices are
/// allowed. Errors: a number or an access that no device has.
base::Result<DeviceSet> device_set_of(const std::vector<spec::DeviceRule>& listed,
                                      const std::vector<spec::Device>& devices,
                                      std::string_view pointer);

/// What the set allows with one device.
DeviceAccess allowed_access(const DeviceSet& set, DeviceKind kind, std::uint32_t major,
                            std::uint32_t minor);
bool allows_everything(const DeviceSet& set);

/// "c 1:3 rwm", "b *:* m".
std::string text_of(const DeviceGrant& grant);

} // namespace cgroups
