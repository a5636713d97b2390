// linux.resources as writes into cgroup files. Pure; one translator for each version of cgroups,
// so that on a mixed host every controller is translated for the hierarchy where it lives.
//
// A value of 0 for a memory limit, cpu shares, quota, period or realtime value, or a weight means
// "not set", as all engines use it; at create that is warned of. (pids.limit 0, swappiness 0, burst
// 0 and idle 0 are values.)
#pragma once

#include "cgroups/write.hpp"
#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

enum class Occasion : std::uint8_t { create, update };

/// What an update has to know of the values in force, as v2 combines what v1 has in several files.
struct Current {
    std::optional<std::int64_t> memory_limit; ///< bytes; -1: unlimited
    std::string cpu_quota;                    ///< the first word of cpu.max, or v1's; "" if unknown
    std::optional<std::uint64_t> cpu_period;  ///< microseconds
};

struct TranslationContext {
    Occasion occasion = Occasion::create;
    std::string pointer = "/linux/resources"; ///< where the Resources stand in their document
    Current current = {};
};

struct Translation {
    std::vector<Write> writes;
    std::vector<Warning> warnings;
};

/// What is wrong with `resources` under either version, contradictions and values out of range, as
/// one error; else what there is to warn of.
base::Result<std::vector<Warning>> check(const spec::Resources& resources,
                                         const TranslationContext& context);

/// A controller that `resources` needs.
struct Demand {
    std::string controller; ///< its name in v1: "blkio", "net_cls"
    std::string unified;    ///< its name in v2, "" if v2 has no such controller
    std::string origin;
};
std::vector<Demand> demands_of(const spec::Resources& resources, const TranslationContext& context);

/// The writes for those of `controllers` (names of v1) that `resources` speaks of.
/// `resources` has passed check().
base::Result<Translation> translate_v1(const spec::Resources& resources,
                                       std::span<const std::string> controllers,
                                       const TranslationContext& context);
/// The same for v2 (names of v2). A value without an equivalent is an error; resources.unified is
/// written as it stands, behind everything else.
base::Result<Translation> translate_v2(const spec::Resources& resources,
                                       std::span<const std::string> controllers,
                                       const TranslationContext& context);

/// cpu.weight (1 to 10000) for shares (2 to 262144): 10 to the power of
/// (log2(shares)^2 + 125 * log2(shares)) / 612 - 7 / 34, rounded up. So the least, the most and the
/// default (1024, which is 100) become those of v2; runc 1.4 and crun 1.23 have the same curve.
std::uint64_t cpu_weight_of(std::uint64_t shares);
/// io.weight (1 to 10000) for a weight of v1 or BFQ (10 to 1000).
std::uint64_t io_weight_of(std::uint16_t weight);

} // namespace cgroups
