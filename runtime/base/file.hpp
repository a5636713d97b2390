// Whole files: reading, writing, replacing.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace base {

/// Everything that can be read from `fd`; EFBIG beyond `limit` bytes.
Result<std::string> read_all(FdRef fd, std::size_t limit = 64U << 20U);
/// The content of a file below `directory`.
Result<std::string> read_file(FdRef directory, ZView path, std::size_t limit = 64U << 20U);
/// Opens an existing file for writing and writes once: for files of the kernel.
Result<> write_kernel_file(FdRef directory, ZView path, std::string_view value);
/// Writes a new file beside `name` and renames it over it, so that a reader sees the old content
/// or the new, never a part. Not synced to disk: the callers' directories are on tmpfs.
Result<> replace_file(FdRef directory, ZView name, std::string_view content, mode_t mode);

} // namespace base
