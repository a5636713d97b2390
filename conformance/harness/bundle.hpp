// A bundle: the smallest root file system that can report, and a config.json that every runtime
// of specification 1.0 accepts. A row changes what it is about.
#pragma once

#include "conformance/harness/posix.hpp"

#include <nlohmann/json.hpp>

namespace conformance {

using Json = nlohmann::json;

/// Where the probe lies inside every root file system.
inline constexpr const char* kProbe = "/probe";

/// What a row starts from: own pid, network, ipc, uts and mount namespaces, the usual mounts, the
/// fourteen capabilities that engines give by default, no access to devices but the usual ones.
Json default_config();

class Bundle {
  public:
    /// Makes `directory` with rootfs in it; the probe is a hard link to `probe`.
    Bundle(fs::path directory, const fs::path& probe);

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] fs::path rootfs() const { return path_ / "rootfs"; }
    /// Written by write(); changed by the row before.
    Json config = default_config();
    void write() const;
    void write(const Json& other) const;

  private:
    fs::path path_;
};

} // namespace conformance
