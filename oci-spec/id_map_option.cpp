#include "oci-spec/id_map_option.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <limits>

namespace spec {

using base::cat;
using base::Error;
using base::Result;

namespace {

Result<IdMapRange> range_of(std::string_view text) {
    IdMapRange range;
    std::string_view numbers = text;
    if (numbers.starts_with('@')) {
        range.relative = true;
        numbers.remove_prefix(1);
    }
    const std::vector<std::string_view> parts = base::split(numbers, '-');
    if (parts.size() != 3) {
        return Error(cat(base::quoted(text), " is no range of ids"));
    }
    std::uint32_t* const values[] = {&range.mapping.container_id, &range.mapping.host_id,
                                     &range.mapping.size};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = base::parse_number<std::uint32_t>(parts[i]);
        if (!number) {
            return Error(cat(base::quoted(parts[i]), " in ", base::quoted(text), " is no id"));
        }
        *values[i] = *number;
    }
    constexpr std::uint64_t kIds = std::numeric_limits<std::uint32_t>::max(); // the last is no id
    const std::uint64_t start = std::max(range.mapping.container_id, range.mapping.host_id);
    if (range.mapping.size == 0 || start + range.mapping.size > kIds) {
        return Error(
            cat("the size of ", base::quoted(text), " is 0 or reaches beyond the last id"));
    }
    return range;
}

Result<std::vector<IdMapRange>> ranges_of(std::string_view text) {
    std::vector<IdMapRange> ranges;
    for (const std::string_view part : base::split(text, '#')) {
        TRY_ASSIGN(const IdMapRange range, range_of(part));
        ranges.push_back(range);
    }
    return ranges;
}

/// The part of `container` that holds the id.
const IdMapping* holder_of(std::uint64_t id, std::span<const IdMapping> container) {
    const auto holds = [id](const IdMapping& mapping) {
        return id >= mapping.container_id && id - mapping.container_id < mapping.size;
    };
    const auto found = std::ranges::find_if(container, holds);
    return found == container.end() ? nullptr : &*found;
}

Result<> add_relative(std::vector<IdMapping>& mappings, const IdMapping& range,
                      std::span<const IdMapping> container) {
    std::uint64_t done = 0;
    while (done < range.size) {
        const std::uint64_t id = range.host_id + done;
        const IdMapping* const holder = holder_of(id, container);
        if (holder == nullptr) {
            return Error(cat("the container's user namespace has no id ", id));
        }
        const std::uint64_t offset = id - holder->container_id;
        const std::uint64_t size =
            std::min<std::uint64_t>(range.size - done, holder->size - offset);
        mappings.push_back({.container_id = static_cast<std::uint32_t>(range.container_id + done),
                            .host_id = static_cast<std::uint32_t>(holder->host_id + offset),
                            .size = static_cast<std::uint32_t>(size)});
        done += size;
    }
    return base::done();
}

} // namespace

Result<IdMapOption> id_map_option(std::string_view text) {
    IdMapOption option;
    for (const std::string_view part : base::split(text, ';')) {
        const std::size_t equals = part.find('=');
        const std::string_view key = part.substr(0, equals);
        if (equals == std::string_view::npos || (key != "uids" && key != "gids")) {
            return Error(cat(base::quoted(part), " is neither uids=RANGES nor gids=RANGES"));
        }
        std::vector<IdMapRange>& target = key == "uids" ? option.uids : option.gids;
        if (!target.empty()) {
            return Error(cat(base::quoted(key), " stands twice"));
        }
        TRY_ASSIGN(target, ranges_of(part.substr(equals + 1)));
    }
    if (option.uids.empty() || option.gids.empty()) {
        return Error(cat("\"uids\" and \"gids\" belong together, but \"",
                         option.uids.empty() ? "uids" : "gids", "\" is missing"));
    }
    return option;
}

Result<std::vector<IdMapping>> absolute(std::span<const IdMapRange> ranges,
                                        std::span<const IdMapping> container) {
    std::vector<IdMapping> mappings;
    for (const IdMapRange& range : ranges) {
        if (range.relative) {
            TRY(add_relative(mappings, range.mapping, container));
        } else {
            mappings.push_back(range.mapping);
        }
    }
    return mappings;
}

} // namespace spec
