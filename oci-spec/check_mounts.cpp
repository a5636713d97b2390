// config.md, "Mounts".
#include "oci-spec/checks.hpp"
#include "oci-spec/id_map_option.hpp"
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

/// Places and words of the option that asks for mappings, the last one if there are several.
struct IdMapWord {
    std::size_t index = 0;
    std::string_view word;
};

std::optional<IdMapWord> id_map_word(const Mount& mount) {
    for (std::size_t i = mount.options.size(); i-- > 0;) {
        const std::string_view word = mount.options[i];
        const std::string_view key = word.substr(0, word.find('='));
        if (key == "idmap" || key == "ridmap") {
            return IdMapWord{i, word};
        }
    }
    return std::nullopt;
}

/// Ranges in the option itself. Overlaps are found as in mappings that are members.
base::Result<> check_ranges(const Subject& subject) {
    if (!subject.mount.uid_mappings.empty() || !subject.mount.gid_mappings.empty()) {
        return base::Error("mappings are given twice, in the option and as members of the mount");
    }
    TRY_ASSIGN(const IdMapOption option, id_map_option(subject.options.id_map_ranges));
    const Linux& linux = subject.spec.linux;
    TRY_ASSIGN(const std::vector<IdMapping> uids, absolute(option.uids, linux.uid_mappings));
    TRY_ASSIGN(const std::vector<IdMapping> gids, absolute(option.gids, linux.gid_mappings));
    Findings findings;
    const Findings loading;
    for (const auto* mappings : {&uids, &gids}) {
        check_mappings(*mappings, Report(findings, loading));
    }
    return findings.empty() ? base::done() : base::Error(findings.begin()->message);
}

void check_idmap(const Subject& subject, const Report& report) {
    const Mount& mount = subject.mount;
    const std::optional<IdMapWord> option = id_map_word(mount);
    const bool has_mappings = !mount.uid_mappings.empty() || !mount.gid_mappings.empty();
    const auto place = [&] { return report.at("options", option->index); };
    if (!subject.is_bind() && (option || has_mappings)) {
        report.error(option ? place() : report.at("uidMappings"), "only a bind mount can be mapped",
                     R"(mount the filesystem, then bind it with "idmap")");
    } else if (option && option->word.find('=') != std::string_view::npos) {
        if (const base::Result<> checked = check_ranges(subject); !checked) {
            report.error(place(), cat(excerpt(option->word), ": ", checked.error().text()),
                         "write idmap=uids=FIRST-SHOWN-SIZE#...;gids=..., with @ before ids of the "
                         "container");
        }
    } else if (option && !has_mappings &&
               lacks_namespace(subject.spec, NamespaceType::user, report)) {
        report.error(place(),
                     cat(excerpt(option->word), " needs \"uidMappings\" and \"gidMappings\", or a "
                                                "user namespace to take them from"));
    } else if (has_mappings && !option) {
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
    if (is_mount_option(word) || word.starts_with("idmap=") || word.starts_with("ridmap=")) {
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

/// The options for links belong to bind mounts, and copying a link is another thing than mounting.
void check_links(const Subject& subject, const Report& report) {
    const std::vector<std::string>& words = subject.mount.options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool nofollow = words[i] == "src-nofollow" || words[i] == "dest-nofollow";
        if (!nofollow && words[i] != "copy-symlink") {
            continue;
        }
        if (!subject.is_bind() || subject.options.remount) {
            report.error(report.at("options", i),
                         cat(excerpt(words[i]), " is only for a bind mount"));
        } else if (nofollow && subject.options.copy_symlink) {
            report.error(report.at("options", i),
                         cat(excerpt(words[i]), " contradicts \"copy-symlink\""));
        }
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
    check_destination, check_type,  check_source, check_mount_mappings,
    check_idmap,       check_links, check_words,
};

void check_mounts(const Spec& spec, const Report& report) {
    for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
        check_mount(spec, spec.mounts[i], report.in("mounts", i));
    }
}

constexpr Check<Spec> kChecks[] = {check_mounts};

} // namespace

void check_mount(const Spec& spec, const Mount& mount, const Report& report) {
    const Subject subject{.spec = spec, .mount = mount, .options = mount_options(mount.options)};
    run<Subject>(kMountChecks, subject, report);
}

std::span<const Check<Spec>> mount_checks() {
    return kChecks;
}

} // namespace spec
