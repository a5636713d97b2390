// The options that `checkpoint` and `restore` share: CRIU's, under the names that runc gives them.
#pragma once

#include "runtime/cli/arguments.hpp"
#include "runtime/criu_message.hpp"

#include <string>
#include <vector>

namespace cli {

/// What has to be read before it can be asked of CRIU.
struct CriuWords {
    std::string images = "checkpoint";
    std::string work;
    std::string cgroup_mode;
    std::vector<std::string> empty_namespaces;
};

/// Declares them on `arguments`, to be written into `options` and `words`.
void declare_criu_options(Arguments& arguments, runtime::criu::Options& options, CriuWords& words);

/// Reads the words. An error names the option.
base::Result<> complete(runtime::criu::Options& options, const CriuWords& words);

} // namespace cli
