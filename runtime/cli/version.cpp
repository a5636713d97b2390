#include "runtime/cli/version.hpp"

#include "oci-spec/tables.hpp"
#include "runtime/base/text.hpp"
#include "seccomp/library.hpp"

namespace cli {

std::string version_text() {
    return base::cat("oci-rt version ", OCI_RT_VERSION, "\ncommit: ", OCI_RT_COMMIT,
                     "\nspec: ", spec::kOciVersion, "\nlibseccomp: ", seccomp::library_version(),
                     "\n");
}

std::map<std::string, std::string> version_annotations() {
    return {{"run.oci-rt.version", OCI_RT_VERSION},
            {"run.oci-rt.commit", OCI_RT_COMMIT},
            {"io.github.seccomp.libseccomp.version", seccomp::library_version()}};
}

} // namespace cli
