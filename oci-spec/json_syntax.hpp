// What is wrong with a text that is not JSON, said so that its writer can mend it.
#pragma once

#include "oci-spec/finding.hpp"

#include <string_view>

namespace spec {

/// From what nlohmann's parser knows: how many bytes it has read, the token it read last, and its
/// own message.
Finding syntax_finding(std::string_view bytes, std::size_t read, std::string_view token,
                       std::string_view message);

} // namespace spec
