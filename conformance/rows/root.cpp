// B. The root file system.
#include "conformance/rows/rows.hpp"

#include <sys/mount.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kRoot = "config.md#root";
constexpr auto kPropagation = "config-linux.md#rootfs-mount-propagation";

void relative_path(Case& c) {
    write_text(c.rootfs() / "here", "relative");
    c.script("read /here");
    c.same(c.run().step("read")["text"], "relative", "/here");
}

void absolute_path(Case& c) {
    write_text(c.rootfs() / "here", "absolute");
    c.config()["root"]["path"] = c.rootfs().string();
    c.script("read /here");
    c.same(c.run().step("read")["text"], "absolute", "/here");
}

void other_name(Case& c) {
    fs::rename(c.rootfs(), c.bundle().path() / "tree");
    c.config()["root"]["path"] = "tree";
    c.script("exit 3");
    c.same(c.run().exit.code, 3, "the program's exit code");
}

void not_a_directory(Case& c) {
    write_text(c.bundle().path() / "file", "");
    c.config()["root"]["path"] = "file";
    c.refused();
}

void through_a_link(Case& c) {
    fs::create_symlink("rootfs", c.bundle().path() / "link");
    c.config()["root"]["path"] = "link";
    c.observe();
}

void only_the_root(Case& c) {
    // Outside of the root lies the suite's own probe, under the path that it has on the host.
    c.script("stat " + c.probe().string() + " , list /");
    const Report report = c.run();
    c.same(report.step("stat")["is"]["error"], "ENOENT", "a host path inside the container");
    c.expect(report.step("list")["entries"].contains("probe"), "/ is not the root file system");
}

void readonly(Case& c) {
    c.config()["root"]["readonly"] = true;
    c.script("touch /new , see mounts");
    const Report report = c.run();
    c.same(report.error("touch"), "EROFS", "writing to /");
    c.expect(holds(report.mount_at("/")["options"], "ro"), "/ is not mounted read-only");
}

void readonly_but_mounts(Case& c) {
    c.config()["root"]["readonly"] = true;
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.script("touch /m/new , touch /dev/shm/new");
    const Report report = c.run();
    c.same(report.error("touch", "/m/new"), "", "writing to a tmpfs in a read-only root");
    c.same(report.error("touch", "/dev/shm/new"), "", "writing to /dev/shm in a read-only root");
}

void writable(Case& c) {
    c.script("touch /new");
    c.same(c.run().error("touch"), "", "writing to /");
    c.expect(fs::exists(c.rootfs() / "new"), "what was written is not in the bundle");
}

/// The words in mountinfo that say how / propagates.
std::string propagation_of_root(Case& c, const std::string& value) {
    c.linux_part()["rootfsPropagation"] = value;
    c.script("see mounts");
    return c.run().mount_at("/")["propagation"].dump();
}

void propagation_shared(Case& c) {
    const std::string seen = propagation_of_root(c, "shared");
    c.expect(seen.find("shared:") != std::string::npos, "/ is not in a peer group: " + seen);
}

void propagation_private(Case& c) {
    const std::string seen = propagation_of_root(c, "private");
    c.expect(seen == "[]", "/ is not private: " + seen);
}

void propagation_unbindable(Case& c) {
    const std::string seen = propagation_of_root(c, "unbindable");
    c.expect(seen.find("unbindable") != std::string::npos, "/ is not unbindable: " + seen);
}

void propagation_slave(Case& c) {
    // The bundle has to lie on a shared mount, else there is nothing to receive.
    const Mount host = Mount::tmpfs(c.rootfs() / "m");
    host.change(MS_SHARED);
    c.linux_part()["rootfsPropagation"] = "slave";
    c.config()["root"]["path"] = "rootfs/m";
    for (const char* name : {"proc", "sys", "dev", "seen"}) {
        make_directories(host.at() / name);
    }
    fs::copy_file(c.probe(), host.at() / "probe");
    c.script("wait , see mounts");
    Container& container = c.started();
    container.wait_for_step("waiting");
    const Mount later = Mount::tmpfs(host.at() / "seen");
    c.expect(container.kill("USR1").ok(), "kill failed");
    container.wait_for_end();
    const Report report = container.report();
    c.expect(report.has_mount_at("/seen"), "a later mount of the host did not arrive");
    const std::string seen = report.mount_at("/")["propagation"].dump();
    c.expect(seen.find("master:") != std::string::npos, "/ is no slave: " + seen);
}

void propagation_stays_inside(Case& c) {
    // What a container mounts may not appear on the host, even below a shared mount.
    const Mount host = Mount::tmpfs(c.directory() / "shared");
    host.change(MS_SHARED);
    make_directories(host.at() / "inside");
    c.mount({{"destination", "/m"},
             {"type", "none"},
             {"source", host.at().string()},
             {"options", {"rbind"}}});
    c.give_capabilities({"CAP_SYS_ADMIN"});
    c.script("tmpfs /m/inside");
    const Snapshot before = c.snapshot();
    const Report report = c.run();
    c.same(report.error("tmpfs"), "", "mounting inside");
    c.expect_unchanged(before);
}

constexpr Refusal kRefusals[] = {
    {"R1.missing", kMust, "1.0", kRoot, "a config.json without root is an error",
     R"({"root": null})"},
    {"R2.missing-path", kMust, "1.0", kRoot, "a root without path is an error",
     R"({"root": {"path": null}})"},
    {"R2.missing-directory", kMust, "1.0", kRoot, "a root that does not exist is an error",
     R"({"root": {"path": "nowhere"}})"},
    {"M15.invalid", kMust, "1.0", kPropagation, "an unknown rootfsPropagation is an error",
     R"({"linux": {"rootfsPropagation": "bogus"}})"},
};

} // namespace

Rows root_rows() {
    return Rows{
               {"R2.relative", kMust, "1.0", kRoot, "a relative root.path is one of the bundle",
                &relative_path},
               {"R2.absolute", kMust, "1.0", kRoot, "an absolute root.path is one of the host",
                &absolute_path},
               {"R2.other-name", kMust, "1.0", kRoot, "the root need not be called rootfs",
                &other_name},
               {"R2.not-a-directory", kMust, "1.0", kRoot, "a root that is a file is an error",
                &not_a_directory},
               {"R2.link", Level::may, "1.0", kRoot, "a root.path that is a symbolic link",
                &through_a_link},
               {"R2.only-the-root", kMust, "1.0", kRoot, "/ of the container is the root, alone",
                &only_the_root},
               {"R3.readonly", kMust, "1.0", kRoot, "root.readonly makes / read-only", &readonly},
               {"R3.readonly-nested", kMust, "1.0", kRoot,
                "mounts in a read-only root stay as they are configured", &readonly_but_mounts},
               {"R3.writable", kMust, "1.0", kRoot, "without root.readonly / is writable",
                &writable},
               {"M15.shared", kMust, "1.0", kPropagation, "shared: / is in a peer group",
                &propagation_shared},
               {"M15.slave", kMust, "1.0", kPropagation,
                "slave: mounts of the host arrive in the container", &propagation_slave},
               {"M15.private", kMust, "1.0", kPropagation, "private: / neither sends nor receives",
                &propagation_private},
               {"M15.unbindable", kMust, "1.0", kPropagation, "unbindable: / cannot be bound",
                &propagation_unbindable},
               {"M15.inside", Level::should, "1.0", kPropagation,
                "what the container mounts stays inside by default", &propagation_stays_inside},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
