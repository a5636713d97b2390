// Lists of CPUs and memory nodes as the bit masks that the kernel takes.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <vector>

namespace runtime {

/// One bit per id, the lowest id in the lowest bit of the first word; as long as the ids need.
using IdMask = std::vector<unsigned long>;

/// Of "0-3,7"; an empty mask for "". EINVAL for a text that is no such list.
base::Result<IdMask> id_mask_of(const std::string& list);

} // namespace runtime
