// The command line of oci-rt.
#pragma once

#include <span>
#include <string>

namespace cli {

/// Runs the verb that the arguments name (without the program's name) and returns the exit code.
/// What fails is printed on the standard error and, with --log, written there too.
/// `inherited_descriptors`: how many of the caller's descriptors are open from 3 on.
int run_command_line(std::span<const std::string> given, unsigned inherited_descriptors);

} // namespace cli
