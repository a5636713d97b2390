// The eight kinds of namespaces and what the kernel calls them.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <array>
#include <string_view>

namespace namespaces {

struct Kind {
    spec::NamespaceType type;
    std::string_view oci_name;  ///< in config.json: "network"
    std::string_view proc_name; ///< below /proc/PID/ns: "net"
    int flag;                   ///< CLONE_NEW*
};

/// All kinds, in the order in which they are joined (kernel rule 4): what our own user namespace
/// owns comes first, user last.
extern const std::array<Kind, 8> kKinds;

const Kind& kind_of(spec::NamespaceType type);

/// Opens the namespace at `path` (config-linux.md, "Namespaces": a MUST) and checks that it is one
/// of that type (ioctl_ns(2)); otherwise EINVAL with both types in the text.
base::Result<base::Fd> open_namespace(spec::NamespaceType type, const std::string& path);

/// Whether the open namespace is the one of that type in which this process is.
base::Result<bool> is_own(base::FdRef opened, spec::NamespaceType type);

} // namespace namespaces
