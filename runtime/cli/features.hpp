// What this build can do, for the features document.
#pragma once

#include "oci-spec/features.hpp"

namespace cli {

/// The same on every host (features.md).
spec::FeatureFacts feature_facts();

} // namespace cli
