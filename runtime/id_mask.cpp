#include "runtime/id_mask.hpp"

#include "oci-spec/id_list.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace runtime {

base::Result<IdMask> id_mask_of(const std::string& list) {
    constexpr unsigned kWordBits = 8 * sizeof(unsigned long);
    IdMask mask;
    if (list.empty()) {
        return mask;
    }
    const std::optional<std::vector<spec::IdRange>> ranges = spec::parse_id_list(list);
    if (!ranges) {
        return base::Error(base::cat(base::quoted(list), " is no list of ids"))
            .hint("write it as 0-3,7");
    }
    for (const auto& [first, last] : *ranges) {
        mask.resize(std::max<std::size_t>(mask.size(), last / kWordBits + 1));
        for (std::uint32_t id = first; id <= last; ++id) {
            mask[id / kWordBits] |= 1UL << (id % kWordBits);
        }
    }
    return mask;
}

} // namespace runtime
