// A bundle: a directory with a config.json (bundle.md), read once.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <string_view>

namespace runtime {

struct Bundle {
    std::string path;  ///< absolute, without links
    std::string bytes; ///< config.json as it was read
    spec::Spec config;

    /// For error texts: where `pointer` is in config.json.
    [[nodiscard]] std::string place_of(std::string_view pointer) const;
};

/// Opens the directory, reads config.json, loads it strictly and validates it. All errors come at
/// once, each with its place; warnings go to the log.
base::Result<Bundle> load_bundle(const std::string& path);

/// The configuration that was saved with a container, which has been validated at create.
base::Result<Bundle> load_saved_config(base::FdRef state_directory, std::string bundle_path);

/// Gives an error, and those beside it, their places for people.
base::Error placed(base::Error error, const Bundle& bundle);

} // namespace runtime
