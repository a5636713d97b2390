// Why a kernel does not let somebody make a user namespace, or do anything in it.
#pragma once

#include <string>

namespace namespaces {

/// Settings of the kernel, as they stand in their files; "" for one that this kernel has not.
struct UserNamespaceSettings {
    std::string unprivileged_clone; ///< kernel.unprivileged_userns_clone, of Debian
    std::string most;               ///< user.max_user_namespaces
    std::string apparmor;           ///< kernel.apparmor_restrict_unprivileged_userns, of Ubuntu
};
/// Reads them below /proc/sys.
UserNamespaceSettings user_namespace_settings();

/// What to do about a clone3(2) with CLONE_NEWUSER that failed with this errno; "" if its cause is
/// none of the settings. Pure.
std::string advice_on_clone(int code, const UserNamespaceSettings& settings);

/// What to do about EPERM or EACCES in a user namespace that was made; "" if AppArmor lets ordinary
/// users have rights there. Pure.
std::string advice_on_rights(int code, const UserNamespaceSettings& settings);

} // namespace namespaces
