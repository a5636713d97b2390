// config-linux.md, "Namespaces", "User namespace mappings", "Offset for Time Namespace".
#include "oci-spec/checks.hpp"
#include "oci-spec/pointer.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <limits>

namespace spec {

namespace {

using base::cat;

constexpr std::size_t kMostMappings = 340; // UID_GID_MAP_MAX_EXTENTS

void check_namespace_list(const Spec& spec, const Report& report) {
    const std::vector<Namespace>& list = spec.linux.namespaces;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto first = std::ranges::find(list, list[i].type, &Namespace::type);
        if (static_cast<std::size_t>(first - list.begin()) < i) {
            report.error(report.at("linux", "namespaces", i),
                         cat("the namespace type ", base::quoted(word_of(list[i].type)),
                             " is listed twice"));
        }
        if (!list[i].path.empty() && !is_absolute(list[i].path)) {
            report.error(
                report.at("linux", "namespaces", i, "path"),
                cat("\"path\" of a namespace must be absolute, not ", excerpt(list[i].path)));
        }
    }
}

void check_user_namespace(const Spec& spec, const Report& report) {
    const Linux& linux = spec.linux;
    const Report at = report.in("linux");
    check_mappings(linux.uid_mappings, at.in("uidMappings"));
    check_mappings(linux.gid_mappings, at.in("gidMappings"));
    if (lacks_namespace(spec, NamespaceType::user, report)) {
        const auto check = [&at](std::string_view key, const std::vector<IdMapping>& mappings) {
            if (!mappings.empty()) {
                at.error(at.at(key), cat("\"", key, "\" without a user namespace has no effect"),
                         R"(add {"type": "user"} to linux.namespaces)");
            }
        };
        check("uidMappings", linux.uid_mappings);
        check("gidMappings", linux.gid_mappings);
        return;
    }
    // With neither of them an ordinary user gets the ids that are its own: the plan knows.
    const bool has_mappings = !linux.uid_mappings.empty() || !linux.gid_mappings.empty();
    if (has_new_namespace(spec, NamespaceType::user) && has_mappings) {
        const auto check = [&at](std::string_view key, const std::vector<IdMapping>& mappings) {
            if (mappings.empty()) {
                at.missing(at.at(key),
                           cat("a new user namespace needs \"", key,
                               "\": without it the container has no ids, not even root"));
            }
        };
        check("uidMappings", linux.uid_mappings);
        check("gidMappings", linux.gid_mappings);
    }
}

/// Two ranges of ids, one behind the other by their starts, share an id.
bool overlap(std::uint64_t first, std::uint64_t first_size, std::uint64_t second,
             std::uint64_t second_size) {
    return first < second + second_size && second < first + first_size;
}

void check_mapping(const IdMapping& mapping, const Report& report) {
    constexpr std::uint64_t kIds = std::numeric_limits<std::uint32_t>::max(); // the last is no id
    if (mapping.size == 0) {
        report.error(report.at("size"), "\"size\" of a mapping must not be 0");
    }
    const auto check_end = [&](std::string_view key, std::uint64_t start) {
        if (start + mapping.size > kIds) {
            report.error(report.at(key),
                         cat("\"", key, "\" and \"size\" reach up to ", start + mapping.size - 1,
                             ", the last id is ", kIds - 1));
        }
    };
    check_end("containerID", mapping.container_id);
    check_end("hostID", mapping.host_id);
}

void check_time_offsets(const Spec& spec, const Report& report) {
    constexpr std::int64_t kMostSeconds = 9223372036; // KTIME_SEC_MAX
    if (spec.linux.time_offsets.empty()) {
        return;
    }
    if (!has_new_namespace(spec, NamespaceType::time) &&
        report.in("linux", "namespaces").was_read()) {
        report.error(report.at("linux", "timeOffsets"),
                     find_namespace(spec, NamespaceType::time) == nullptr
                         ? "\"timeOffsets\" needs a time namespace"
                         : "\"timeOffsets\" cannot change a time namespace that is joined",
                     R"(add {"type": "time"} without "path" to linux.namespaces)");
    }
    for (const auto& [clock, offset] : spec.linux.time_offsets) {
        const Report at = report.in("linux", "timeOffsets", clock);
        if (std::ranges::find(clocks(), clock, &Word<int>::word) == clocks().end()) {
            report.wrong_key(at.at(), cat("no clock ", excerpt(clock), " has an offset"),
                             "the clocks are monotonic and boottime");
        }
        if (offset.nanosecs >= 1'000'000'000) {
            report.error(at.at("nanosecs"),
                         cat("\"nanosecs\" is ", offset.nanosecs, ", the most is 999999999"));
        }
        if (offset.secs < -kMostSeconds || offset.secs > kMostSeconds) {
            report.error(at.at("secs"), cat("\"secs\" is ", offset.secs, ", it goes from -",
                                            kMostSeconds, " to ", kMostSeconds));
        }
    }
}

constexpr Check<Spec> kChecks[] = {check_namespace_list, check_user_namespace, check_time_offsets};

// --- the ids of the process in its new user namespace
// ---------------------------------------------

bool is_mapped(const std::vector<IdMapping>& mappings, std::uint32_t id) {
    return std::ranges::any_of(mappings, [id](const IdMapping& mapping) {
        return id >= mapping.container_id && id - mapping.container_id < mapping.size;
    });
}

/// A list that is empty or too long is an error of its own. The id may be a default that the
/// document does not have.
void check_id(const std::vector<IdMapping>& mappings, std::uint32_t id, std::string_view list,
              const Report& report) {
    if (!mappings.empty() && mappings.size() <= kMostMappings && !is_mapped(mappings, id) &&
        report.was_read(below("/linux", list))) {
        report.missing(report.at(), cat("the id ", id, " is not in linux.", list,
                                        ", so no process of the container can have it"));
    }
}

void check_ids(const Spec& spec, const Report& report) {
    if (!spec.process || !has_new_namespace(spec, NamespaceType::user)) {
        return;
    }
    const User& user = spec.process->user;
    const Linux& linux = spec.linux;
    const Report at = report.in("process", "user");
    check_id(linux.uid_mappings, user.uid, "uidMappings", at.in("uid"));
    check_id(linux.gid_mappings, user.gid, "gidMappings", at.in("gid"));
    for (std::size_t i = 0; i < user.additional_gids.size(); ++i) {
        check_id(linux.gid_mappings, user.additional_gids[i], "gidMappings",
                 at.in("additionalGids", i));
    }
}

constexpr Check<Spec> kUserChecks[] = {check_ids};

} // namespace

std::span<const Check<Spec>> namespace_checks() {
    return kChecks;
}
std::span<const Check<Spec>> user_checks() {
    return kUserChecks;
}

const Namespace* find_namespace(const Spec& spec, NamespaceType type) {
    const auto found = std::ranges::find(spec.linux.namespaces, type, &Namespace::type);
    return found == spec.linux.namespaces.end() ? nullptr : &*found;
}

bool lacks_namespace(const Spec& spec, NamespaceType type, const Report& report) {
    return find_namespace(spec, type) == nullptr && report.was_read("/linux/namespaces");
}

bool has_new_namespace(const Spec& spec, NamespaceType type) {
    const Namespace* entry = find_namespace(spec, type);
    return entry != nullptr && entry->path.empty();
}

void check_mappings(const std::vector<IdMapping>& mappings, const Report& report) {
    if (mappings.size() > kMostMappings) {
        report.error(report.at(),
                     cat(mappings.size(), " mappings are more than the kernel's ", kMostMappings));
        return;
    }
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const IdMapping& mapping = mappings[i];
        check_mapping(mapping, report.in(i));
        for (std::size_t j = 0; j < i; ++j) {
            const IdMapping& earlier = mappings[j];
            if (overlap(mapping.container_id, mapping.size, earlier.container_id, earlier.size)) {
                report.error(report.at(i, "containerID"),
                             cat("the container's ids overlap with those of mapping ", j));
            }
            if (overlap(mapping.host_id, mapping.size, earlier.host_id, earlier.size)) {
                report.error(report.at(i, "hostID"),
                             cat("the host's ids overlap with those of mapping ", j));
            }
        }
    }
}

} // namespace spec
