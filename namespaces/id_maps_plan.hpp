// Which ids an ordinary user may map into a user namespace: its own, and those that subuid(5) and
// subgid(5) give to it. Pure: id_maps.hpp reads the files.
#pragma once

#include "oci-spec/spec.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace namespaces {

/// A user, by whose name or number the lines of both files begin.
struct User {
    std::string name; ///< "" if there is no account
    std::uint32_t uid = 0;
};

/// The name of `uid` in a passwd(5); "" if it has none.
std::string account_of(std::uint32_t uid, std::string_view passwd);

struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// What the lines of a subuid(5) or subgid(5) give to the user, in their order. Lines that say
/// nothing are left out.
std::vector<IdRange> subordinate_ids(std::string_view text, const User& user);

/// Whether a map of groups that is written by this caller forbids setgroups(2) in its namespace:
/// the kernel's price for an ordinary user's own group alone (user_namespaces(7)).
bool costs_setgroups(const std::vector<spec::IdMapping>& gid_mappings, std::uint32_t uid,
                     std::uint32_t gid);

/// The mappings with which the container's root is the user itself, and its further ids are the
/// user's subordinate ones.
std::vector<spec::IdMapping> mappings_onto(std::uint32_t own_id,
                                           const std::vector<IdRange>& subordinate);

/// The advice to give that range to the user: add "user:100000:65536" to /etc/subuid.
std::string line_for(const User& user, const IdRange& range, std::string_view file);

/// What to do about the first mapping that newuidmap(1) must refuse, because it is neither the own
/// id nor within one of the ranges; "" if there is none. `file` is where the ranges stand.
std::string advice_on(const std::vector<spec::IdMapping>& mappings, std::uint32_t own_id,
                      const std::vector<IdRange>& subordinate, const User& user,
                      std::string_view file);

} // namespace namespaces
