// The command line of oci-conformance.
#pragma once

#include "conformance/harness/suite.hpp"

#include <optional>

namespace conformance {

/// nullopt: the answer is printed already, and `status` is the exit status.
std::optional<Options> parse_options(int count, const char* const* arguments, int& status);

} // namespace conformance
