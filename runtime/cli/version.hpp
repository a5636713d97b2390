// Which oci-rt this is.
#pragma once

#include <map>
#include <string>

namespace cli {

/// What --version prints: in runc's form, because engines read it.
std::string version_text();
/// The same for the features document.
std::map<std::string, std::string> version_annotations();

} // namespace cli
