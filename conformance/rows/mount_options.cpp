// B. Every option of the table "Linux mount options", seen in the container's mountinfo.
#include "conformance/rows/rows.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kOptions = "config.md#linux-mount-options";

// --- options of a file system and of a mount -----------------------------------------------------

enum class Seen : unsigned char {
    mounted, ///< it is accepted; the kernel shows nothing of it
    option,  ///< this word is among the options of the mount
    super,   ///< this word is among those of the superblock
    gone,    ///< this word, set by an earlier option, is not among the options of the mount
};

struct OptionCase {
    const char* option;
    Level level;
    const char* before; ///< the option that stands before it, "" if none
    Seen seen;
    const char* word;
};

constexpr OptionCase kCases[] = {
    {"async", kMust, "sync", Seen::gone, "sync"},
    {"atime", kMust, "noatime", Seen::gone, "noatime"},
    {"defaults", kMust, "", Seen::option, "rw"},
    {"dev", kMust, "nodev", Seen::gone, "nodev"},
    {"diratime", kMust, "nodiratime", Seen::gone, "nodiratime"},
    {"dirsync", kMust, "", Seen::super, "dirsync"},
    {"exec", kMust, "noexec", Seen::gone, "noexec"},
    {"iversion", kMust, "", Seen::mounted, ""},
    {"lazytime", kMust, "", Seen::super, "lazytime"},
    {"loud", kMust, "silent", Seen::mounted, ""},
    {"noatime", kMust, "", Seen::option, "noatime"},
    {"nodev", kMust, "", Seen::option, "nodev"},
    {"nodiratime", kMust, "", Seen::option, "nodiratime"},
    {"noexec", kMust, "", Seen::option, "noexec"},
    {"noiversion", kMust, "", Seen::mounted, ""},
    {"nolazytime", kMust, "lazytime", Seen::gone, "lazytime"},
    {"norelatime", kMust, "", Seen::mounted, ""},
    {"nostrictatime", kMust, "", Seen::mounted, ""},
    {"nosuid", kMust, "", Seen::option, "nosuid"},
    {"nosymfollow", kShould, "", Seen::option, "nosymfollow"},
    {"relatime", kMust, "", Seen::option, "relatime"},
    {"ro", kMust, "", Seen::option, "ro"},
    {"rw", kMust, "ro", Seen::option, "rw"},
    {"silent", kMust, "", Seen::mounted, ""},
    {"strictatime", kMust, "", Seen::gone, "relatime"},
    {"suid", kMust, "nosuid", Seen::gone, "nosuid"},
    {"symfollow", kShould, "nosymfollow", Seen::gone, "nosymfollow"},
    {"sync", kMust, "", Seen::super, "sync"},
};

void option_on_tmpfs(Case& c, const OptionCase& one) {
    Json options = Json::array();
    if (*one.before != '\0') {
        options.push_back(one.before);
    }
    options.push_back(one.option);
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "tmpfs"}, {"options", options}});
    c.script("see mounts");
    const Report report = c.run();
    const Json& mount = report.mount_at("/m");
    const bool set = holds(mount["options"], one.word);
    const bool super = holds(mount["super"], one.word);
    const std::string shown = mount["options"].dump() + " " + mount["super"].dump();
    c.expect(one.seen != Seen::option || set, std::string(one.word) + " is missing: " + shown);
    c.expect(one.seen != Seen::super || super, std::string(one.word) + " is missing: " + shown);
    c.expect(one.seen != Seen::gone || (!set && !super),
             std::string(one.word) + " is still there: " + shown);
}

Rows option_rows() {
    Rows rows;
    for (const OptionCase& one : kCases) {
        const std::string name = one.option;
        rows.push_back({(one.level == kMust ? "M6." : "M7.") + name, one.level, "1.0", kOptions,
                        "the option " + name, [one](Case& c) { option_on_tmpfs(c, one); }});
    }
    return rows;
}

// --- options of a bind mount ---------------------------------------------------------------------

fs::path source_directory(Case& c) {
    fs::path source = c.directory() / "source";
    make_directories(source / "sub");
    return source;
}

void bind_with(Case& c, const fs::path& source, const Json& options) {
    c.mount({{"destination", "/m"},
             {"type", "none"},
             {"source", source.string()},
             {"options", options}});
}

void bind_takes(Case& c, const char* option) {
    bind_with(c, source_directory(c), {"bind", option});
    c.script("see mounts");
    const Report report = c.run();
    const Json& options = report.mount_at("/m")["options"];
    c.expect(holds(options, option), std::string(option) + " is missing: " + options.dump());
}

Rows bind_option_rows() {
    Rows rows;
    for (const char* option : {"ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime"}) {
        rows.push_back({std::string("M6.bind-") + option, kMust, "1.0", kOptions,
                        std::string("the option ") + option + " on a bind mount",
                        [option](Case& c) { bind_takes(c, option); }});
    }
    return rows;
}

void ro_refuses_writes(Case& c) {
    const fs::path source = source_directory(c);
    bind_with(c, source, {"rbind", "ro"});
    c.script("touch /m/new");
    c.same(c.run().error("touch"), "EROFS", "writing");
    c.expect(!fs::exists(source / "new"), "it was written to the host");
}

void ro_is_flat(Case& c) {
    const fs::path source = source_directory(c);
    const Mount below = Mount::tmpfs(source / "sub");
    bind_with(c, source, {"rbind", "ro"});
    c.script("touch /m/sub/new");
    c.same(c.run().error("touch"), "", "writing to a submount of a bind mount with ro, not rro");
}

void noexec_refuses_exec(Case& c) {
    const fs::path source = source_directory(c);
    fs::copy_file(c.probe(), source / "program");
    bind_with(c, source, {"bind", "noexec"});
    c.script("exec /m/program exit 0");
    c.same(c.run().error("exec"), "EACCES", "executing");
}

void nodev_refuses_devices(Case& c) {
    const fs::path source = source_directory(c);
    make_node(source / "null", S_IFCHR | 0666, 1, 3);
    bind_with(c, source, {"bind", "nodev"});
    c.script("open /m/null rw");
    c.same(c.run().error("open"), "EACCES", "opening a device");
}

/// The effective uid of a setuid program that uid 1000 starts from a mount with this option.
Json setuid_result(Case& c, const char* option) {
    const fs::path source = source_directory(c);
    fs::copy_file(c.probe(), source / "program");
    fs::permissions(source / "program", fs::perms(04755));
    bind_with(c, source, {"bind", option});
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    c.script("exec /m/program see ids");
    return c.run().seen("ids")["uids"][1];
}

void nosuid_ignores_setuid(Case& c) {
    c.same(setuid_result(c, "nosuid"), 1000, "the uid of a setuid program");
}
void suid_keeps_setuid(Case& c) {
    c.same(setuid_result(c, "suid"), 0, "the uid of a setuid program");
}

void remount(Case& c) {
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.mount({{"destination", "/m"},
             {"type", "tmpfs"},
             {"source", "tmpfs"},
             {"options", {"remount", "ro"}}});
    c.script("see mounts , touch /m/new");
    const Report report = c.run();
    int mounts = 0;
    for (const Json& mount : report.seen("mounts")) {
        mounts += mount["at"] == "/m" ? 1 : 0;
    }
    c.same(mounts, 1, "the number of mounts at /m");
    c.same(report.error("touch"), "EROFS", "writing after remount,ro");
}

// --- propagation ---------------------------------------------------------------------------------

struct PropagationCase {
    const char* option;
    const char* word; ///< at the beginning of an optional field; "": there is none
    bool recursive;
};

constexpr PropagationCase kPropagations[] = {
    {"private", "", false},       {"slave", "master:", false},
    {"shared", "shared:", false}, {"unbindable", "unbindable", false},
    {"rprivate", "", true},       {"rslave", "master:", true},
    {"rshared", "shared:", true}, {"runbindable", "unbindable", true},
};

bool propagates_as(const Json& mount, const std::string& word) {
    const Json& fields = mount["propagation"];
    if (word.empty()) {
        return fields.empty();
    }
    for (const Json& field : fields) {
        if (field.get<std::string>().starts_with(word)) {
            return true;
        }
    }
    return false;
}

void propagation(Case& c, const PropagationCase& one) {
    // Shared on the host: only so is there anything to be a slave of, or to be cut off from.
    const Mount source = Mount::tmpfs(c.directory() / "source");
    source.change(MS_SHARED);
    const Mount below = Mount::tmpfs(source.at() / "sub");
    below.change(MS_SHARED);
    bind_with(c, source.at(), {"rbind", one.option});
    c.script("see mounts");
    const Report report = c.run();
    const Json& top = report.mount_at("/m");
    c.expect(propagates_as(top, one.word), "/m propagates as " + top["propagation"].dump());
    if (one.recursive) {
        const Json& sub = report.mount_at("/m/sub");
        c.expect(propagates_as(sub, one.word), "/m/sub propagates as " + sub["propagation"].dump());
    }
}

Rows propagation_rows() {
    Rows rows;
    for (const PropagationCase& one : kPropagations) {
        const std::string name = one.option;
        rows.push_back({"M6." + name, kMust, "1.0", kOptions, "the propagation option " + name,
                        [one](Case& c) { propagation(c, one); }});
    }
    return rows;
}

// --- recursive options ---------------------------------------------------------------------------

struct RecursiveCase {
    const char* option;
    unsigned long source; ///< MS_* that the source's mounts have
    const char* present;  ///< in the options of both mounts, "" if nothing is to be seen
    const char* absent;
};

constexpr unsigned long kNoSymfollow = 256; // MS_NOSYMFOLLOW, which old headers lack
constexpr RecursiveCase kRecursive[] = {
    {"rro", 0, "ro", "rw"},
    {"rrw", MS_RDONLY, "rw", "ro"},
    {"rnosuid", 0, "nosuid", ""},
    {"rsuid", MS_NOSUID, "", "nosuid"},
    {"rnodev", 0, "nodev", ""},
    {"rdev", MS_NODEV, "", "nodev"},
    {"rnoexec", 0, "noexec", ""},
    {"rexec", MS_NOEXEC, "", "noexec"},
    {"rnoatime", 0, "noatime", ""},
    {"ratime", MS_NOATIME, "", "noatime"},
    {"rnodiratime", 0, "nodiratime", ""},
    {"rdiratime", MS_NODIRATIME, "", "nodiratime"},
    {"rrelatime", MS_NOATIME, "relatime", "noatime"},
    {"rnorelatime", 0, "", ""},
    {"rstrictatime", MS_NOATIME, "", "noatime"},
    {"rnostrictatime", MS_STRICTATIME, "", ""},
    {"rnosymfollow", 0, "nosymfollow", ""},
    {"rsymfollow", kNoSymfollow, "", "nosymfollow"},
};

void recursive(Case& c, const RecursiveCase& one) {
    c.needs(c.host().has_mount_setattr(), "the kernel has no mount_setattr (before 5.12)");
    const Mount source = Mount::tmpfs(c.directory() / "source");
    const Mount below = Mount::tmpfs(source.at() / "sub", one.source);
    if (one.source != 0) {
        source.change(MS_REMOUNT | MS_BIND | one.source);
    }
    bind_with(c, source.at(), {"rbind", one.option});
    c.script("see mounts");
    const Report report = c.run();
    for (const char* path : {"/m", "/m/sub"}) {
        const Json& options = report.mount_at(path)["options"];
        const std::string shown = std::string(" in ") + path + ": " + options.dump();
        c.expect(*one.present == '\0' || holds(options, one.present),
                 one.present + (" is missing" + shown));
        c.expect(*one.absent == '\0' || !holds(options, one.absent),
                 one.absent + (" is still there" + shown));
    }
}

} // namespace

Rows recursive_option_rows() {
    Rows rows;
    for (const RecursiveCase& one : kRecursive) {
        const std::string name = one.option;
        rows.push_back({"M7." + name, kShould, "1.1", kOptions, "the recursive option " + name,
                        [one](Case& c) { recursive(c, one); }});
    }
    return rows;
}

Rows mount_option_rows() {
    return option_rows() + propagation_rows() + bind_option_rows() +
           Rows{
               {"M6.remount", kMust, "1.0", kOptions, "remount changes the mount that is there",
                &remount},
               {"M6.ro-effect", kMust, "1.0", kOptions, "a bind mount with ro refuses writes",
                &ro_refuses_writes},
               {"M6.ro-flat", kMust, "1.0", kOptions,
                "ro of an rbind mount leaves submounts writable", &ro_is_flat},
               {"M6.noexec-effect", kMust, "1.0", kOptions,
                "a bind mount with noexec executes nothing", &noexec_refuses_exec},
               {"M6.nodev-effect", kMust, "1.0", kOptions,
                "a bind mount with nodev opens no device", &nodev_refuses_devices},
               {"M6.nosuid-effect", kMust, "1.0", kOptions,
                "a bind mount with nosuid ignores setuid bits", &nosuid_ignores_setuid},
               {"M6.suid-effect", kMust, "1.0", kOptions,
                "a bind mount with suid honours setuid bits", &suid_keeps_setuid},
           };
}

} // namespace conformance
