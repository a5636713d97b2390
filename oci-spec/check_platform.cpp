// config-linux.md, "IntelRdt" and "Memory policy".
#include "oci-spec/checks.hpp"
#include "oci-spec/id_list.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

bool has_newline(std::string_view text) {
    return text.find('\n') != std::string_view::npos;
}

/// It becomes the name of a directory in resctrl; "/" alone is the root of it.
void check_class(const IntelRdt& rdt, const Report& report) {
    const std::string& id = rdt.clos_id;
    const bool is_file_name = id != "." && id != ".." && id.find('/') == std::string::npos;
    if (id != "/" && (!is_file_name || has_newline(id))) {
        report.error(report.at("closID"),
                     cat("\"closID\" cannot be ", excerpt(id), ": it names a directory"),
                     R"("/" alone is the default class)");
    }
}

void check_schemas(const IntelRdt& rdt, const Report& report) {
    if (has_newline(rdt.l3_cache_schema)) {
        report.warning(report.at("l3CacheSchema"), "\"l3CacheSchema\" should not hold a newline",
                       "\"schemata\" is for several lines");
    }
    if (!rdt.l3_cache_schema.empty() && !rdt.l3_cache_schema.starts_with("L3")) {
        report.warning(report.at("l3CacheSchema"), cat("\"l3CacheSchema\" should start with "
                                                       "\"L3:\", not be ",
                                                       excerpt(rdt.l3_cache_schema)));
    }
    if (has_newline(rdt.mem_bw_schema)) {
        report.error(report.at("memBwSchema"), "\"memBwSchema\" must not hold a newline");
    }
    if (!rdt.mem_bw_schema.empty() && !rdt.mem_bw_schema.starts_with("MB:")) {
        report.error(report.at("memBwSchema"), cat("\"memBwSchema\" must start with \"MB:\", not "
                                                   "be ",
                                                   excerpt(rdt.mem_bw_schema)));
    }
    for (std::size_t i = 0; i < rdt.schemata.size(); ++i) {
        if (has_newline(rdt.schemata[i])) {
            report.error(report.at("schemata", i), "a line of \"schemata\" must not hold a newline",
                         "each line is an entry of its own");
        }
    }
}

void check_intel_rdt(const Spec& spec, const Report& report) {
    if (spec.linux.intel_rdt) {
        check_class(*spec.linux.intel_rdt, report.in("linux", "intelRdt"));
        check_schemas(*spec.linux.intel_rdt, report.in("linux", "intelRdt"));
    }
}

// --- memory policy, by set_mempolicy(2) and mm/mempolicy.c
// ----------------------------------------

enum class Nodes : std::uint8_t { forbidden, optional, required };

Nodes nodes_of(MemoryPolicyMode mode) {
    switch (mode) {
    case MemoryPolicyMode::default_:
    case MemoryPolicyMode::local:
        return Nodes::forbidden;
    case MemoryPolicyMode::preferred:
        return Nodes::optional;
    case MemoryPolicyMode::bind:
    case MemoryPolicyMode::interleave:
    case MemoryPolicyMode::weighted_interleave:
    case MemoryPolicyMode::preferred_many:
        break;
    }
    return Nodes::required;
}

void check_nodes(const MemoryPolicy& policy, const Report& report) {
    const auto ranges = parse_id_list(policy.nodes);
    const std::string_view mode = word_of(policy.mode);
    if (!ranges) {
        report.error(report.at("nodes"), cat("\"nodes\" must be a list of memory nodes like "
                                             "0-3,7, not ",
                                             excerpt(policy.nodes)));
    } else if (ranges->empty() && nodes_of(policy.mode) == Nodes::required) {
        report.missing(report.at("nodes"), cat(mode, " needs \"nodes\""));
    } else if (!ranges->empty() && nodes_of(policy.mode) == Nodes::forbidden) {
        report.error(report.at("nodes"), cat(mode, " takes no \"nodes\""));
    }
}

void check_policy_flags(const MemoryPolicy& policy, const Report& report) {
    const auto index_of = [&policy](MemoryPolicyFlag flag) -> std::optional<std::ptrdiff_t> {
        const auto found = std::ranges::find(policy.flags, flag);
        return found == policy.flags.end() ? std::nullopt
                                           : std::optional(found - policy.flags.begin());
    };
    const auto fixed = index_of(MemoryPolicyFlag::static_nodes);
    const auto relative = index_of(MemoryPolicyFlag::relative_nodes);
    const auto balancing = index_of(MemoryPolicyFlag::numa_balancing);
    const std::string_view mode = word_of(policy.mode);
    if (fixed && relative) {
        report.error(report.at("flags", std::max(*fixed, *relative)),
                     "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
    }
    for (const auto& flag : {fixed, relative}) {
        if (flag && policy.nodes.empty() && nodes_of(policy.mode) != Nodes::required) {
            report.error(report.at("flags", *flag),
                         cat(word_of(policy.flags[static_cast<std::size_t>(*flag)]), " under ",
                             mode, " without \"nodes\" has nothing to work on"));
        }
    }
    if (balancing && policy.mode != MemoryPolicyMode::bind &&
        policy.mode != MemoryPolicyMode::preferred_many) {
        report.error(report.at("flags", *balancing),
                     cat("MPOL_F_NUMA_BALANCING is only for MPOL_BIND and MPOL_PREFERRED_MANY, "
                         "not for ",
                         mode));
    }
}

void check_memory_policy(const Spec& spec, const Report& report) {
    const Report at = report.in("linux", "memoryPolicy");
    if (spec.linux.memory_policy && at.was_read()) {
        check_nodes(*spec.linux.memory_policy, at);
        check_policy_flags(*spec.linux.memory_policy, at);
    }
}

constexpr Check<Spec> kChecks[] = {check_intel_rdt, check_memory_policy};

} // namespace

std::span<const Check<Spec>> platform_checks() {
    return kChecks;
}

} // namespace spec
