#include "namespaces/id_maps_plan.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>

namespace namespaces {

using base::cat;

namespace {

/// Below it are the accounts of a host (login.defs(5), SUB_UID_MIN is 100000).
constexpr std::uint32_t kFirstForContainers = 65536;

bool is_within(const spec::IdMapping& mapping, const IdRange& range) {
    return mapping.host_id >= range.first && std::uint64_t{mapping.host_id} + mapping.size <=
                                                 std::uint64_t{range.first} + range.count;
}

} // namespace

std::string account_of(std::uint32_t uid, std::string_view passwd) {
    for (const std::string_view line : base::split(passwd, '\n')) {
        const std::vector<std::string_view> fields = base::split(line, ':');
        if (fields.size() > 2 && base::parse_number<std::uint32_t>(fields[2]) == uid) {
            return std::string(fields[0]);
        }
    }
    return "";
}

std::vector<IdRange> subordinate_ids(std::string_view text, const User& user) {
    std::vector<IdRange> ranges;
    for (const std::string_view line : base::split(text, '\n')) {
        const std::vector<std::string_view> fields = base::split(line, ':');
        if (fields.size() != 3 || fields[0].empty() ||
            (fields[0] != user.name && fields[0] != cat(user.uid))) {
            continue;
        }
        const auto first = base::parse_number<std::uint32_t>(fields[1]);
        const auto count = base::parse_number<std::uint32_t>(fields[2]);
        if (first && count && *count > 0) {
            ranges.push_back({*first, *count});
        }
    }
    return ranges;
}

bool costs_setgroups(const std::vector<spec::IdMapping>& gid_mappings, std::uint32_t uid,
                     std::uint32_t gid) {
    return uid != 0 && gid_mappings.size() == 1 && gid_mappings[0].size == 1 &&
           gid_mappings[0].host_id == gid;
}

std::vector<spec::IdMapping> mappings_onto(std::uint32_t own_id,
                                           const std::vector<IdRange>& subordinate) {
    std::vector<spec::IdMapping> mappings = {{.container_id = 0, .host_id = own_id, .size = 1}};
    std::uint32_t next = 1;
    for (const IdRange& range : subordinate) {
        mappings.push_back({.container_id = next, .host_id = range.first, .size = range.count});
        next += range.count;
    }
    return mappings;
}

std::string line_for(const User& user, const IdRange& range, std::string_view file) {
    const std::string name = user.name.empty() ? cat(user.uid) : user.name;
    return cat("add \"", name, ":", range.first, ":", range.count, "\" to ", file);
}

std::string advice_on(const std::vector<spec::IdMapping>& mappings, std::uint32_t own_id,
                      const std::vector<IdRange>& subordinate, const User& user,
                      std::string_view file) {
    const auto refused = std::ranges::find_if(mappings, [&](const spec::IdMapping& mapping) {
        const bool own = mapping.size == 1 && mapping.host_id == own_id;
        return !own && std::ranges::none_of(subordinate, [&](const IdRange& range) {
            return is_within(mapping, range);
        });
    });
    if (refused == mappings.end()) {
        return "";
    }
    if (refused->host_id < kFirstForContainers) {
        return cat("the own id of this user is ", own_id, "; hostID ", refused->host_id,
                   " belongs to somebody else, who must not be given away in ", file);
    }
    return line_for(user, {.first = refused->host_id, .count = refused->size}, file);
}

} // namespace namespaces
