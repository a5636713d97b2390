#include "oci-spec/id_list.hpp"

#include "runtime/base/text.hpp"

namespace spec {

std::optional<std::vector<IdRange>> parse_id_list(std::string_view text) {
    std::vector<IdRange> ranges;
    for (const std::string_view piece : base::split(text, ',')) {
        const std::string_view range = base::trimmed(piece);
        if (range.empty()) {
            continue;
        }
        const std::size_t dash = range.find('-');
        const auto first = base::parse_number<std::uint16_t>(range.substr(0, dash));
        const auto last = dash == std::string_view::npos
                              ? first
                              : base::parse_number<std::uint16_t>(range.substr(dash + 1));
        if (!first || !last || *first > *last) {
            return std::nullopt;
        }
        ranges.push_back({.first = *first, .last = *last});
    }
    return ranges;
}

} // namespace spec
