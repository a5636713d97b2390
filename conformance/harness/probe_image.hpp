// The probe's executable file, as it lies inside this program.
#pragma once

#include <string_view>

namespace conformance {

std::string_view probe_image();

} // namespace conformance
