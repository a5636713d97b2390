// config.md, "Mounts".
#include "oci-spec/checks.hpp"
#include "oci-spec/mount_options.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

/// One mount with its options taken apart, and the configuration around it.
struct Subject {
    const Spec& spec;
    const Mount& mount;
    MountOptions options;

    [[nodiscard]] bool is_bind() const { return options.bind != MountOptions::Bind::no; }
};

void check_destination(const Subject& subject, const Report& report) {
    const std::string& destination = subject.mount.destination;
    if (destination.empty()) {
        report.error(report.at("destination"), "\"destination\" must not be empty");
    } else if (!is_absolute(destination)) {
        report.warning(report.at("destination"),
                       cat("the relative destination ", excerpt(destination),
                           " is deprecated and taken from \"/\""),
                       cat("write ", excerpt("/" + destination)));
    }
}

void check_type(const Subject& subject, const Report& report) {
    const Mount& mount = subject.mount;
    if (subject.is_bind() || subject.options.remount || !report.in("options").was_read()) {
        return;
    }
    if (mount.type == "bind") {
        report.error(report.at("type"),
                     "there is no filesystem \"bind\": an option makes a bind mount, not the type",
                     R"(add "rbind" or "bind" to options)");
    } else if (mount.type.empty() && subject.options.propagation.empty()) {
        report.missing(report.at("type"), "a mount that is not a bind mount needs a \"type\"",
                       R"(name the filesystem, or add "rbind" or "bind" to options)");
    }
}

void check_source(const Subject& subject, const Report& report) {
    if (subject.is_bind() && !subject.options.remount && subject.mount.source.empty()) {
        report.missing(report.at("source"), "a bind mount needs a \"source\"");
    }
}

void check_mount_mappings(const Subject& subject, const Report& report) {
    const Mount& mount = subject.mount;
    if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
        const bool lacks_uids = mount.uid_mappings.empty();
        report.error(report.at(lacks_uids ? "gidMappings" : "uidMappings"),
                     cat("\"uidMappings\" and \"gidMappings\" of a mount belong together, but ",
                         lacks_uids ? "\"uidMappings\"" : "\"gidMappings\"", " is missing"));
    }
    check_mappings(mount.uid_mappings, report.in("uidMappings"));
    check_mappings(mount.gid_mappings, report.in("gidMappings"));
}

void check_idmap(const Subject& subject, const Report& report) {
    const Mount& mount = subject.mount;
    const bool asked = subject.options.id_map != MountOptions::IdMap::no;
    const bool has_mappings = !mount.uid_mappings.empty() || !mount.gid_mappings.empty();
    const auto option = std::ranges::find_if(
        mount.options, [](const std::string& word) { return word == "idmap" || word == "ridmap"; });
    if (asked && !has_mappings && lacks_namespace(subject.spec, NamespaceType::user, report)) {
        report.error(report.at("options", option - mount.options.begin()),
                     cat(excerpt(*option), " needs \"uidMappings\" and \"gidMappings\", or a user "
                                           "namespace to take them from"));
    } else if (has_mappings && !asked) {
        report.warning(report.at(mount.uid_mappings.empty() ? "gidMappings" : "uidMappings"),
                       "mappings without the option \"idmap\" or \"ridmap\" are ignored by older "
                       "runtimes",
                       R"(add "idmap" to options)");
    }
}

/// What a bind mount or the kernel would drop without a word, or refuse without a reason.
void check_word(const Subject& subject, std::size_t index, const Report& report) {
    const std::string& word = subject.mount.options[index];
    const auto place = [&] { return report.at("options", index); };
    if (is_mount_option(word)) {
        return;
    }
    if (word.starts_with("idmap=") || word.starts_with("ridmap=")) {
        report.error(place(), cat("mappings in the option ", excerpt(word), " are not supported"),
                     "write them as \"uidMappings\" and \"gidMappings\" of the mount, with the "
                     "option \"idmap\" or \"ridmap\"");
        return;
    }
    const std::vector<std::string_view> known = mount_option_words();
    const std::string_view first = std::string_view(word).substr(0, word.find(','));
    if (first.size() < word.size() && is_mount_option(first)) {
        report.warning(place(), cat("the option ", excerpt(word), " is passed on as one"),
                       "each option is an entry of its own");
    } else if (subject.is_bind()) {
        const auto near = suggestion(word, known);
        report.warning(place(), cat("a bind mount has no option ", excerpt(word), ", ignored"),
                       near ? cat("did you mean ", base::quoted(*near), "?") : "");
    }
}

void check_words(const Subject& subject, const Report& report) {
    for (std::size_t i = 0; i < subject.mount.options.size(); ++i) {
        check_word(subject, i, report);
    }
    const auto copyup = std::ranges::find(subject.mount.options, "tmpcopyup");
    if (copyup != subject.mount.options.end() && subject.mount.type != "tmpfs") {
        report.warning(report.at("options", copyup - subject.mount.options.begin()),
                       "\"tmpcopyup\" is only for a tmpfs, ignored");
    }
}

constexpr Check<Subject> kMountChecks[] = {
    check_destination, check_type, check_source, check_mount_mappings, check_idmap, check_words,
};

void check_mounts(const Spec& spec, const Report& report) {
    for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
        const Subject subject{.spec = spec,
                              .mount = spec.mounts[i],
                              .options = mount_options(spec.mounts[i].options)};
        run<Subject>(kMountChecks, subject, report.in("mounts", i));
    }
}

constexpr Check<Spec> kChecks[] = {check_mounts};

} // namespace

std::span<const Check<Spec>> mount_checks() {
    return kChecks;
}

} // namespace spec
