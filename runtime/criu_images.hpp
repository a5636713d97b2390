// Where an image of CRIU lies and where CRIU logs, for both directions; and the file that CRIU's
// users may change its settings by.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/criu.hpp"

#include <map>
#include <string>

namespace runtime::criu {

struct Directories {
    base::Fd images;
    base::Fd work; ///< empty: that of the images
    std::string log_path;

    [[nodiscard]] Log log(std::string file) const {
        return {.directory = work ? work : images, .path = log_path, .file = std::move(file)};
    }
    /// As they stand in a request.
    void put_into(Options& options) const;
};

/// Makes what is missing, with the directories above it, for its owner alone. `work` may be "".
base::Result<Directories> make_directories(const std::string& images, const std::string& work);
/// Opens the images, which have to be there, and makes `work`.
base::Result<Directories> open_directories(const std::string& images, const std::string& work);

/// The same directories as that process sees them, which is in a mount namespace of its own: CRIU
/// mounts in the directory of its log.
base::Result<Directories> seen_by(pid_t pid, const Directories& directories);

/// The file that the annotation org.criu.config names, or ours in /etc/criu, or else runc's, which
/// engines write; "": none, as an empty annotation asks for.
std::string config_file(const std::map<std::string, std::string>& annotations);

} // namespace runtime::criu
