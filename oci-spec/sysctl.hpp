// Names of kernel parameters and the namespaces that own them.
#pragma once

#include "oci-spec/spec.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spec {

/// The path below /proc/sys that a name stands for, as sysctl(8) reads it: the first of "." and
/// "/" in the name separates, the other stands for itself ("net.ipv4.conf.eth0/1.mtu" is
/// "net/ipv4/conf/eth0.1/mtu"). nullopt if a piece is empty, "." or "..".
std::optional<std::string> sysctl_path(std::string_view name);

/// The namespace whose instances have the parameter at `path` each of their own; nullopt if it
/// belongs to the whole host.
std::optional<NamespaceType> sysctl_namespace(std::string_view path);

} // namespace spec
