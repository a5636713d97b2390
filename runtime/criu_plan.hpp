// What CRIU is asked for, out of the container's plan and its caller's options, and what it answers
// in its log. Pure.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "namespaces/spawn_plan.hpp"
#include "runtime/criu_message.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runtime::criu {

/// The mounts of the plan whose source is the host's (binds, and the device nodes of a container in
/// a user namespace, whose paths are taken for the host's): the destination as the configuration
/// has it, and the source.
std::vector<ExternalMount> host_mounts_of(const namespaces::MountPlan& plan);

/// CRIU takes a container for one by its own tree of mounts: an error for one that has none.
base::Result<> require_own_mounts(const namespaces::MountPlan& plan);

/// The name that all masks of files have in the image, which is runc's; also what they are bound
/// from at a restore.
constexpr std::string_view kMask = "/dev/null";

/// The name that a joined namespace has in the image, which is runc's: "extRootNetNS". Only for
/// those that an image leaves to its restorer: net and pid.
std::string external_name(spec::NamespaceType type);
/// The same as criu(8) wants it at a dump, with the inode of the namespace.
std::string external_namespace(spec::NamespaceType type, std::uint64_t inode);
/// Whether an image leaves a joined namespace of that type to its restorer.
bool stays_outside(spec::NamespaceType type);

/// What stands in for the standard streams at a restore: `names` are those of the container that
/// was dumped ("pipe:[123]", "file[1a:7b]"), and the descriptors are CRIU's from `first` on. What
/// has a path is found by its path.
std::vector<InheritedFd> inherited_streams(std::span<const std::string> names, int first);

/// The file with settings that come after the caller's: that of the annotation org.criu.config;
/// nullopt if there is no such annotation, "" if it says that none is to be read.
std::optional<std::string> config_file_of(const std::map<std::string, std::string>& annotations);

/// "soft", "full", "strict", "ignore"; "" is soft.
base::Result<CgroupMode> cgroup_mode_of(std::string_view word);
/// "ADDRESS:PORT", "[ADDRESS]:PORT".
base::Result<PageServer> page_server_of(std::string_view text);

/// The errors that say why CRIU failed: the first of its log, without the time and what follows
/// from them.
std::vector<std::string> decisive_lines(std::string_view log);

} // namespace runtime::criu
