// ociVersion, root, host names, annotations, hooks.
#include "oci-spec/checks.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "oci-spec/version.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

void check_version(const Spec& spec, const Report& report) {
    const std::optional<Version> version = parse_version(spec.oci_version);
    if (!version) {
        report.error(report.at("ociVersion"),
                     cat("\"ociVersion\" must be a version like ", kOciVersion, ", not ",
                         excerpt(spec.oci_version)));
    } else if (version->major != 1) {
        report.error(report.at("ociVersion"),
                     cat("version ", spec.oci_version,
                         " of the specification is not supported: its major version must be 1"));
    }
}

void check_root(const Spec& spec, const Report& report) {
    if (!spec.root) {
        report.missing(report.at("root"), "\"root\" is missing: it names the root filesystem");
    } else if (spec.root->path.empty()) {
        report.error(report.at("root", "path"), "\"path\" of the root must not be empty");
    }
}

void check_host_name(const Spec& spec, const Report& report, std::string_view key,
                     std::string_view name) {
    constexpr std::size_t kMost = 64; // __NEW_UTS_LEN
    if (name.empty()) {
        return;
    }
    if (lacks_namespace(spec, NamespaceType::uts, report)) {
        report.error(report.at(key),
                     cat("\"", key, "\" without a uts namespace would rename the host"),
                     R"(add {"type": "uts"} to linux.namespaces)");
    }
    if (name.size() > kMost) {
        report.error(report.at(key),
                     cat("\"", key, "\" has ", name.size(), " bytes, the most is ", kMost));
    }
}

void check_host_names(const Spec& spec, const Report& report) {
    check_host_name(spec, report, "hostname", spec.hostname);
    check_host_name(spec, report, "domainname", spec.domainname);
}

void check_annotations(const Spec& spec, const Report& report) {
    if (spec.annotations.contains("")) {
        report.wrong_key(report.at("annotations", ""), "an annotation must not have an empty key");
    }
}

void check_hook(const Hook& hook, const Report& report) {
    if (!is_absolute(hook.path)) {
        report.error(report.at("path"),
                     cat("\"path\" of a hook must be an absolute path, not ", excerpt(hook.path)));
    }
    if (hook.timeout && *hook.timeout <= 0) {
        report.error(report.at("timeout"),
                     cat("\"timeout\" must be greater than zero, but is ", *hook.timeout),
                     "leave it out for none");
    }
    check_environment(hook.env, report.in("env"));
}

void check_hooks(const Spec& spec, const Report& report) {
    for (const auto& [name, list] : hook_kinds()) {
        const std::vector<Hook>& hooks = spec.hooks.*list;
        for (std::size_t i = 0; i < hooks.size(); ++i) {
            check_hook(hooks[i], report.in("hooks", name, i));
        }
    }
}

constexpr Check<Spec> kChecks[] = {
    check_version, check_root, check_host_names, check_annotations, check_hooks,
};

} // namespace

std::span<const Check<Spec>> general_checks() {
    return kChecks;
}

bool is_absolute(std::string_view path) {
    return path.starts_with('/');
}

void check_environment(const std::vector<std::string>& env, const Report& report) {
    for (std::size_t i = 0; i < env.size(); ++i) {
        if (env[i].find('=') == std::string::npos) {
            report.warning(report.at(i),
                           cat("the environment entry ", excerpt(env[i]),
                               " has no \"=\": programs will not find it"),
                           "entries are NAME=VALUE");
        }
    }
}

} // namespace spec
