// config-linux.md, "Sysctl".
#include "oci-spec/checks.hpp"
#include "oci-spec/sysctl.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

struct Owner {
    std::string_view path; ///< with "/" at the end: everything below
    NamespaceType type;
};

// ipc/ipc_sysctl.c, ipc/mq_sysctl.c, kernel/utsname_sysctl.c and the per-net tables of net/.
constexpr Owner kOwners[] = {
    {"net/", NamespaceType::network},           {"fs/mqueue/", NamespaceType::ipc},
    {"kernel/msgmax", NamespaceType::ipc},      {"kernel/msgmnb", NamespaceType::ipc},
    {"kernel/msgmni", NamespaceType::ipc},      {"kernel/msg_next_id", NamespaceType::ipc},
    {"kernel/auto_msgmni", NamespaceType::ipc}, {"kernel/sem", NamespaceType::ipc},
    {"kernel/sem_next_id", NamespaceType::ipc}, {"kernel/shmall", NamespaceType::ipc},
    {"kernel/shmmax", NamespaceType::ipc},      {"kernel/shmmni", NamespaceType::ipc},
    {"kernel/shm_next_id", NamespaceType::ipc}, {"kernel/shm_rmid_forced", NamespaceType::ipc},
    {"kernel/hostname", NamespaceType::uts},    {"kernel/domainname", NamespaceType::uts},
};

/// The member of config.json that sets the same thing; "" if there is none.
std::string_view rival(const Spec& spec, std::string_view path, std::string_view value) {
    if (path == "kernel/hostname" && !spec.hostname.empty() && spec.hostname != value) {
        return "hostname";
    }
    if (path == "kernel/domainname" && !spec.domainname.empty() && spec.domainname != value) {
        return "domainname";
    }
    return {};
}

void check_parameter(const Spec& spec, const std::string& name, const std::string& value,
                     const Report& report) {
    const std::optional<std::string> path = sysctl_path(name);
    if (!path) {
        report.wrong_key(report.at(), cat(excerpt(name), " is not a kernel parameter"),
                         "write it like net.ipv4.ip_forward");
        return;
    }
    const std::optional<NamespaceType> owner = sysctl_namespace(*path);
    if (!owner) {
        report.wrong_key(report.at(),
                         cat("the kernel parameter ", excerpt(name),
                             " belongs to the whole host, not to a namespace"),
                         "set it on the host");
    } else if (lacks_namespace(spec, *owner, report)) {
        report.wrong_key(report.at(),
                         cat("the kernel parameter ", excerpt(name),
                             " without a namespace of type ", word_of(*owner),
                             " would change the host"),
                         cat(R"(add {"type": ")", word_of(*owner), R"("} to linux.namespaces)"));
    } else if (const std::string_view other = rival(spec, *path, value); !other.empty()) {
        report.error(report.at(), cat(excerpt(name), " contradicts \"", other, "\""),
                     cat("set only \"", other, "\""));
    }
}

void check_sysctl(const Spec& spec, const Report& report) {
    for (const auto& [name, value] : spec.linux.sysctl) {
        check_parameter(spec, name, value, report.in("linux", "sysctl", name));
    }
}

constexpr Check<Spec> kChecks[] = {check_sysctl};

} // namespace

std::span<const Check<Spec>> sysctl_checks() {
    return kChecks;
}

std::optional<std::string> sysctl_path(std::string_view name) {
    std::string path(name);
    const std::size_t first = path.find_first_of("./");
    if (first != std::string::npos && path[first] == '.') {
        for (char& c : path) {
            c = c == '.' ? '/' : c == '/' ? '.' : c;
        }
    }
    const bool broken = std::ranges::any_of(base::split(path, '/'), [](std::string_view piece) {
        return piece.empty() || piece == "." || piece == "..";
    });
    return broken ? std::nullopt : std::optional(std::move(path));
}

std::optional<NamespaceType> sysctl_namespace(std::string_view path) {
    const auto* owner = std::ranges::find_if(kOwners, [path](const Owner& candidate) {
        return candidate.path.ends_with('/')
                   ? path.starts_with(candidate.path) && path.size() > candidate.path.size()
                   : path == candidate.path;
    });
    return owner == std::end(kOwners) ? std::nullopt : std::optional(owner->type);
}

} // namespace spec
