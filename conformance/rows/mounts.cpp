// B. mounts: order, destination, source, type, id mappings.
#include "conformance/rows/rows.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kMounts = "config.md#mounts";
constexpr auto kOptions = "config.md#linux-mount-options";
constexpr auto kIdmap = "config.md#posix-platform-mounts";
constexpr auto kDefaults = "config-linux.md#default-filesystems";

Json bind_mount(const fs::path& source, const Json& options = {"bind"}) {
    return {
        {"destination", "/m"}, {"type", "none"}, {"source", source.string()}, {"options", options}};
}

/// A directory on the host with a file that says so.
fs::path source_directory(Case& c) {
    fs::path source = c.directory() / "source";
    make_directories(source / "sub");
    write_text(source / "file", "host");
    return source;
}

void order_nested(Case& c) {
    const fs::path source = source_directory(c);
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "outer"}});
    Json inner = bind_mount(source);
    inner["destination"] = "/m/inner";
    c.mount(inner);
    c.script("read /m/inner/file");
    c.same(c.run().step("read")["text"], "host", "the file in the inner mount");
}

void order_same_place(Case& c) {
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "first"}});
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "second"}});
    c.script("see mounts");
    c.same(c.run().mount_at("/m")["source"], "second", "the uppermost mount");
}

void relative_destination(Case& c) {
    c.mount({{"destination", "m"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.process()["cwd"] = "/tmp";
    c.script("see mounts");
    c.expect(c.run().has_mount_at("/m"), "nothing is mounted at /m");
}

void destination_made(Case& c) {
    c.mount({{"destination", "/not/there"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.observe();
}

void destination_through_link(Case& c) {
    // A link in the root file system names a path inside the container, not one of the host.
    const fs::path target = c.directory() / "outside";
    make_directories(target);
    fs::create_symlink(target, c.rootfs() / "evil");
    c.mount({{"destination", "/evil"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.script("wait");
    const Snapshot before = c.snapshot();
    Container& container = c.container();
    if (const Said said = container.create(); !said.ok()) {
        c.note("refused: " + said.text());
        return;
    }
    const Snapshot after = c.snapshot();
    c.expect(before.mounts == after.mounts, "a mount appeared on the host");
}

void destination_dot_dot(Case& c) {
    c.mount({{"destination", "/tmp/../../../../../../m"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.script("see mounts");
    Container& container = c.container();
    if (const Said said = container.create(); !said.ok()) {
        c.note("refused: " + said.text());
        return;
    }
    container.start();
    container.wait_for_end();
    c.expect(container.report().has_mount_at("/m"), "the mount is not at /m of the container");
}

void source_absolute(Case& c) {
    c.mount(bind_mount(source_directory(c)));
    c.script("read /m/file");
    c.same(c.run().step("read")["text"], "host", "the bound file");
}

void source_relative(Case& c) {
    make_directories(c.bundle().path() / "data");
    write_text(c.bundle().path() / "data/file", "bundle");
    c.mount(bind_mount("data"));
    c.script("read /m/file");
    c.same(c.run({.directory = "/"}).step("read")["text"], "bundle", "the bound file");
}

void source_file(Case& c) {
    write_text(c.rootfs() / "target", "covered");
    Json entry = bind_mount(source_directory(c) / "file");
    entry["destination"] = "/target";
    c.mount(entry);
    c.script("read /target , stat /target");
    const Report report = c.run();
    c.same(report.step("read")["text"], "host", "the bound file");
    c.same(report.step("stat")["is"]["type"], "file", "the type of the target");
}

void source_missing(Case& c) {
    c.mount(bind_mount(c.directory() / "nowhere"));
    c.refused();
}

void bind_by_option_only(Case& c) {
    Json entry = bind_mount(source_directory(c));
    entry.erase("type");
    c.mount(entry);
    c.script("read /m/file");
    c.same(c.run().step("read")["text"], "host", "the bound file");
}

void bind_dummy_type(Case& c) {
    Json entry = bind_mount(source_directory(c));
    entry["type"] = "tmpfs";
    c.mount(entry);
    c.script("read /m/file");
    c.same(c.run().step("read")["text"], "host", "the bound file");
}

void bind_by_type_only(Case& c) {
    Json entry = bind_mount(source_directory(c), Json::array());
    entry["type"] = "bind";
    c.mount(entry);
    c.observe();
}

/// Whether a mount below the source is seen through a bind mount with this option.
bool submount_seen(Case& c, const char* option) {
    const fs::path source = source_directory(c);
    const Mount below = Mount::tmpfs(source / "sub");
    write_text(below.at() / "deep", "");
    c.mount(bind_mount(source, {option}));
    c.script("stat /m/sub/deep");
    return c.run().step("stat")["is"]["error"] == Json("");
}

void bind_flat(Case& c) {
    c.expect(!submount_seen(c, "bind"), "bind brought a submount along");
}
void bind_deep(Case& c) {
    c.expect(submount_seen(c, "rbind"), "rbind lost a submount");
}

void bind_is_the_same(Case& c) {
    const fs::path source = source_directory(c);
    c.mount(bind_mount(source));
    c.script("touch /m/new");
    c.same(c.run().error("touch"), "", "writing to a bind mount");
    c.expect(fs::exists(source / "new"), "what was written is not on the host");
}

void default_file_systems(Case& c) {
    c.script("see mounts");
    const Report report = c.run();
    for (const auto& [path, type] : {std::pair{"/proc", "proc"},
                                     {"/sys", "sysfs"},
                                     {"/dev/pts", "devpts"},
                                     {"/dev/shm", "tmpfs"}}) {
        c.same(report.mount_at(path)["type"], type, std::string("the type of ") + path);
    }
}

void message_queues(Case& c) {
    c.needs(read_text("/proc/filesystems").find("mqueue") != std::string::npos, "no mqueue here");
    c.mount({{"destination", "/dev/mqueue"},
             {"type", "mqueue"},
             {"source", "mqueue"},
             {"options", {"nosuid", "noexec", "nodev"}}});
    c.script("see mounts");
    c.same(c.run().mount_at("/dev/mqueue")["type"], "mqueue", "the type of /dev/mqueue");
}

void own_proc(Case& c) {
    c.script("see ids , read /proc/1/cmdline");
    const Report report = c.run();
    c.expect(report.step("read")["text"].get<std::string>().starts_with("/probe"),
             "/proc is not that of the container's pid namespace");
}

void tmpfs_data(Case& c) {
    c.mount({{"destination", "/m"},
             {"type", "tmpfs"},
             {"source", "tmpfs"},
             {"options", {"size=1m", "mode=0710", "uid=7", "nosuid", "gid=8"}}});
    c.script("statfs /m , stat /m");
    const Report report = c.run();
    c.same(report.step("statfs")["size"], 1048576, "the size");
    const Json& facts = report.step("stat")["is"];
    c.same(facts["mode"], 0710, "the mode");
    c.same(facts["uid"], 7, "the owner");
    c.same(facts["gid"], 8, "the group");
}

// --- id-mapped mounts ----------------------------------------------------------------------------

void need_idmap(Case& c) {
    c.needs(c.host().has_mount_setattr(), "the kernel has no mount_setattr (before 5.12)");
}

Json shift(unsigned host, unsigned size = 1000) {
    return Json::array({{{"containerID", 0}, {"hostID", host}, {"size", size}}});
}

/// A bind mount whose files of id 0 belong to 2000 in the container.
Json mapped(Case& c, const char* option) {
    Json entry = bind_mount(source_directory(c), {"rbind", option});
    entry["uidMappings"] = shift(2000);
    entry["gidMappings"] = shift(2000);
    return entry;
}

void idmap_applied(Case& c) {
    need_idmap(c);
    c.mount(mapped(c, "idmap"));
    c.script("stat /m/file");
    const Json facts = c.run().step("stat")["is"];
    c.same(facts["uid"], 2000, "the owner seen through the mount");
    c.same(facts["gid"], 2000, "the group seen through the mount");
}

void idmap_host_untouched(Case& c) {
    need_idmap(c);
    c.mount(mapped(c, "idmap"));
    c.script("stat /m/file");
    c.same(c.run().step("stat")["is"]["uid"], 2000, "the owner seen through the mount");
    struct stat found {};
    ::stat((c.directory() / "source/file").c_str(), &found);
    c.same(found.st_uid, 0, "the owner on the host afterwards");
}

/// The owner of a file in a submount of an id-mapped bind mount, beside one of the mount itself.
Json owner_below(Case& c, const char* option) {
    need_idmap(c);
    const Json entry = mapped(c, option);
    const Mount below = Mount::tmpfs(c.directory() / "source/sub");
    write_text(below.at() / "deep", "");
    c.mount(entry);
    c.script("stat /m/file , stat /m/sub/deep");
    const Report report = c.run();
    c.same(report.step("stat", "/m/file")["is"]["uid"], 2000, "the owner in the mount itself");
    return report.step("stat", "/m/sub/deep")["is"]["uid"];
}

void idmap_flat(Case& c) {
    c.same(owner_below(c, "idmap"), 0, "the owner in a submount");
}
void idmap_deep(Case& c) {
    c.same(owner_below(c, "ridmap"), 2000, "the owner in a submount");
}

void idmap_of_the_container(Case& c) {
    need_idmap(c);
    const fs::path source = source_directory(c);
    c.use_user_namespace();
    c.mount(bind_mount(source, {"bind", "idmap"}));
    c.script("stat /m/file");
    Container& container = c.container();
    if (const Said said = container.create(); !said.ok()) {
        c.note("refused: " + said.text());
        return;
    }
    container.start();
    container.wait_for_end();
    c.same(container.report().step("stat")["is"]["uid"], 0, "the owner seen through the mount");
}

void idmap_one_side(Case& c, const char* missing) {
    Json entry = mapped(c, "idmap");
    entry.erase(missing);
    c.mount(entry);
    c.refused();
}

void idmap_only_uids(Case& c) {
    idmap_one_side(c, "gidMappings");
}
void idmap_only_gids(Case& c) {
    idmap_one_side(c, "uidMappings");
}

void idmap_without_maps(Case& c) {
    c.mount(bind_mount(source_directory(c), {"bind", "idmap"}));
    c.refused();
}

constexpr Refusal kRefusals[] = {
    {"M2.missing", kMust, "1.0", kMounts, "a mount without destination is an error",
     R"([{"op": "add", "path": "/mounts/-", "value": {"type": "tmpfs", "source": "tmpfs"}}])"},
    {"M5.unknown-type", kMust, "1.0", kMounts, "an unknown file system is an error",
     R"([{"op": "add", "path": "/mounts/-",
          "value": {"destination": "/m", "type": "nosuchfs", "source": "x"}}])"},
    {"M9.unknown-data", kShould, "1.0", kOptions,
     "an unknown option goes to the file system, which refuses it",
     R"([{"op": "add", "path": "/mounts/-", "value": {"destination": "/m", "type": "tmpfs",
          "source": "tmpfs", "options": ["no-such-option"]}}])"},
    {"M9.bad-data", kMust, "1.0", kOptions, "a value that the file system refuses is an error",
     R"([{"op": "add", "path": "/mounts/-", "value": {"destination": "/m", "type": "tmpfs",
          "source": "tmpfs", "options": ["mode=rwx"]}}])"},
};

constexpr Observation kObservations[] = {
    {"M2.empty", "1.0", kMounts, "an empty destination",
     R"([{"op": "add", "path": "/mounts/-",
          "value": {"destination": "", "type": "tmpfs", "source": "tmpfs"}}])"},
    {"M8.tmpcopyup", "1.0", kOptions, "the option tmpcopyup",
     R"([{"op": "add", "path": "/mounts/-", "value": {"destination": "/etc", "type": "tmpfs",
          "source": "tmpfs", "options": ["tmpcopyup"]}}])"},
    {"M8.mand", "1.0", kOptions, "the option nomand",
     R"([{"op": "add", "path": "/mounts/-", "value": {"destination": "/m", "type": "tmpfs",
          "source": "tmpfs", "options": ["nomand"]}}])"},
};

} // namespace

Rows mount_rows() {
    return Rows{
               {"M1.nested", kMust, "1.0", kMounts, "a mount inside an earlier one is seen there",
                &order_nested},
               {"M1.same-place", kMust, "1.0", kMounts,
                "of two mounts in one place the later is on top", &order_same_place},
               {"M2.relative", kMust, "1.2", kMounts, "a relative destination is one of /",
                &relative_destination},
               {"M2.made", Level::may, "1.0", kMounts, "a destination that does not exist",
                &destination_made},
               {"M2.link-stays-inside", kMust, "1.0", kMounts,
                "a destination that is a link leads nowhere outside of the root",
                &destination_through_link},
               {"M2.dots-stay-inside", kMust, "1.0", kMounts,
                "a destination with .. leads nowhere outside of the root", &destination_dot_dot},
               {"M3.absolute", kMust, "1.0", kMounts, "a bind mount of an absolute source",
                &source_absolute},
               {"M3.relative", kMust, "1.0", kMounts, "a relative source is one of the bundle",
                &source_relative},
               {"M3.file", kMust, "1.0", kMounts, "a bind mount of a file", &source_file},
               {"M3.missing", kMust, "1.0", kMounts, "a missing source is an error",
                &source_missing},
               {"M4.no-type", kMust, "1.0", kMounts,
                "the option bind makes a bind mount, without a type", &bind_by_option_only},
               {"M4.dummy-type", kMust, "1.0", kMounts, "the type of a bind mount has no meaning",
                &bind_dummy_type},
               {"M4.type-only", Level::may, "1.0", kMounts, "the type bind without the option",
                &bind_by_type_only},
               {"M4.same-files", kMust, "1.0", kMounts,
                "what is written to a bind mount is on the host", &bind_is_the_same},
               {"M6.bind", kMust, "1.0", kOptions, "bind leaves submounts out", &bind_flat},
               {"M6.rbind", kMust, "1.0", kOptions, "rbind brings submounts along", &bind_deep},
               {"M9.tmpfs", kShould, "1.0", kOptions, "size, mode, uid and gid reach tmpfs",
                &tmpfs_data},
               {"M13.default", kShould, "1.0", kDefaults,
                "/proc, /sys, /dev/pts and /dev/shm are there", &default_file_systems},
               {"M13.proc", kMust, "1.0", kMounts, "/proc is that of the container's pid namespace",
                &own_proc},
               {"M5.mqueue", kMust, "1.0", kMounts, "a message queue file system", &message_queues},
               {"M10.idmap", kShould, "1.2", kIdmap, "idmap shows the mapped owners",
                &idmap_applied},
               {"M10.host-untouched", kShould, "1.2", kIdmap, "idmap changes no owner on the host",
                &idmap_host_untouched},
               {"M10.idmap-flat", kShould, "1.2", kIdmap, "idmap leaves submounts alone",
                &idmap_flat},
               {"M10.ridmap", kShould, "1.2", kIdmap, "ridmap maps submounts too", &idmap_deep},
               {"M10.only-uids", kMust, "1.1", kIdmap,
                "uidMappings without gidMappings are an error", &idmap_only_uids},
               {"M10.only-gids", kMust, "1.1", kIdmap,
                "gidMappings without uidMappings are an error", &idmap_only_gids},
               {"M11.container-maps", Level::may, "1.2", kOptions,
                "idmap without maps takes those of the container's user namespace",
                &idmap_of_the_container},
               {"M11.no-maps", kMust, "1.2", kOptions,
                "idmap without maps and without a user namespace is an error", &idmap_without_maps},
           } +
           refusal_rows(kRefusals) + observation_rows(kObservations);
}

} // namespace conformance
