// The standard streams of a container beyond its end: by their names an image of CRIU says what is
// to stand in for them when it is restored.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace runtime {

/// The caller's own three, as /proc names them: "pipe:[123]", "/dev/null"; "" for one that is
/// closed.
std::vector<std::string> names_of_streams();

/// A file of the host, which an image has to leave outside (criu(8), --external file[…]).
struct OutsideStream {
    std::size_t number = 0; ///< 0 … 2
    std::string key;        ///< "file[1a:7b]": the mount's id and the inode, in hexadecimal
};

/// Those of `names`, which the process began with, that are files of the host and still what it has
/// open. Needs PTRACE_MODE_READ over the process.
base::Result<std::vector<OutsideStream>> outside_streams(pid_t pid,
                                                         std::span<const std::string> names);

/// The names beside an image, in runc's file: descriptors.json.
base::Result<> save_stream_names(base::FdRef images, std::span<const std::string> names);
/// None if there is no such file.
base::Result<std::vector<std::string>> load_stream_names(base::FdRef images);

} // namespace runtime
