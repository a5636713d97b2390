// Namespaces: their names here and in /proc, and processes that hold some open for a row.
#pragma once

#include "conformance/harness/processes.hpp"

#include <array>
#include <string>
#include <string_view>

namespace conformance {

struct NamespaceType {
    const char* name; ///< in config.json: "network"
    const char* file; ///< in /proc/PID/ns: "net"
    int flag;         ///< CLONE_NEWNET
    const char* since;
};
extern const std::array<NamespaceType, 8> kNamespaceTypes;

const NamespaceType& namespace_type(std::string_view name);

/// "net:[4026531840]"; "" if it cannot be read.
std::string namespace_id(pid_t pid, const NamespaceType& type);
std::string own_namespace_id(const NamespaceType& type);

/// A process in one new namespace of a type. A user namespace maps 0 to 65535 to themselves.
class NamespaceHolder {
  public:
    /// Throws Skipped if this host cannot make such a namespace.
    explicit NamespaceHolder(const NamespaceType& type);
    NamespaceHolder(const NamespaceHolder&) = delete;
    NamespaceHolder& operator=(const NamespaceHolder&) = delete;
    ~NamespaceHolder();
    /// The file of the namespace, for `linux.namespaces[].path`.
    [[nodiscard]] std::string path() const;
    [[nodiscard]] std::string id() const { return namespace_id(inner_, type_); }
    [[nodiscard]] pid_t pid() const { return inner_; }

  private:
    const NamespaceType& type_;
    pid_t outer_ = 0; ///< our child, which unshared
    pid_t inner_ = 0; ///< its child, which is in every namespace, also those for children only
};

/// A mount, network, ipc and uts namespace for this process itself: whatever a runtime does wrong
/// there ends with the suite and never reaches the host. Throws Broken without CAP_SYS_ADMIN.
void enter_own_namespaces();

} // namespace conformance
