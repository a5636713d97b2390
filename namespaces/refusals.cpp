#include "namespaces/refusals.hpp"

#include "runtime/base/procfs.hpp"
#include "runtime/base/text.hpp"

#include <cerrno>

namespace namespaces {

using base::Result;

UserNamespaceSettings user_namespace_settings() {
    const Result<base::Procfs> proc = base::Procfs::of_host();
    const auto setting = [&proc](base::ZView path) {
        const Result<std::string> text =
            proc ? proc->read(path) : Result<std::string>(std::string());
        return text ? std::string(base::trimmed(*text)) : std::string();
    };
    return {.unprivileged_clone = setting("sys/kernel/unprivileged_userns_clone"),
            .most = setting("sys/user/max_user_namespaces"),
            .apparmor = setting("sys/kernel/apparmor_restrict_unprivileged_userns")};
}

std::string advice_on_clone(int code, const UserNamespaceSettings& settings) {
    if (code == ENOSPC || code == EUSERS) {
        return settings.most == "0"
                   ? "user.max_user_namespaces is 0, which forbids user namespaces: sysctl -w "
                     "user.max_user_namespaces=10000"
                   : base::cat("no more user namespaces: user.max_user_namespaces is ",
                               settings.most, ", and at most 32 can be nested");
    }
    if (code != EPERM && code != EACCES) {
        return "";
    }
    if (settings.unprivileged_clone == "0") {
        return "kernel.unprivileged_userns_clone is 0, which forbids user namespaces to ordinary "
               "users: sysctl -w kernel.unprivileged_userns_clone=1";
    }
    const std::string apparmor = advice_on_rights(code, settings);
    return !apparmor.empty() ? apparmor
                             : "user namespaces are forbidden to a process in a chroot, without "
                               "an id in its own user namespace, or by a seccomp filter, as "
                               "engines have it";
}

std::string advice_on_rights(int code, const UserNamespaceSettings& settings) {
    const bool restricted = !settings.apparmor.empty() && settings.apparmor != "0";
    if (!restricted || (code != EPERM && code != EACCES)) {
        return "";
    }
    return "kernel.apparmor_restrict_unprivileged_userns is set: an ordinary user has rights in a "
           "user namespace only by an AppArmor profile with \"userns,\" for this program, or after "
           "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
}

} // namespace namespaces
