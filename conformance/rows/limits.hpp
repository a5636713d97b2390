// Values of the container's cgroup, whichever hierarchy its controller lives in.
#pragma once

#include "conformance/harness/case.hpp"

#include <string>

namespace conformance {

/// A file of one controller, by its name in v1 and in v2; nullptr where that one has none.
struct LimitFile {
    const char* controller;
    const char* v1;
    const char* v2;
};

/// The file's content for a container that has been created. Throws Skipped if this host has no
/// such controller or file, Failed if the runtime made the container no group of its own.
std::string limit_of(Case& c, const Container& container, const LimitFile& file);

/// A container that has been created with a limit that stands in `file`. Where that fails, and no
/// group of this host has such a file, the row is skipped: the kernel lacks it.
Container& created_with_limit(Case& c, const LimitFile& file);

/// Throws Skipped if this host has no such controller or file.
void need_limit(Case& c, const LimitFile& file);

/// Any block device that can be throttled: "254:0", or "" if there is none.
std::string block_device();

/// Throws Skipped if the runtime was told to let systemd make its groups.
void need_cgroupfs(Case& c);

} // namespace conformance
