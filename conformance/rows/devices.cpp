// F. linux.devices and the default devices.
#include "conformance/rows/rows.hpp"

#include <sys/stat.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kDevices = "config-linux.md#devices";
constexpr auto kDefault = "config-linux.md#default-devices";

void list(Case& c, Json device) {
    c.linux_part()["devices"].push_back(std::move(device));
}

/// The facts of a listed device as the container sees it.
Json facts_of(Case& c, Json device) {
    const std::string path = device["path"];
    list(c, std::move(device));
    c.script("stat " + path);
    return c.run().step("stat")["is"];
}

void character(Case& c) {
    const Json seen = facts_of(c, {{"path", "/dev/mine"},
                                   {"type", "c"},
                                   {"major", 10},
                                   {"minor", 229},
                                   {"fileMode", 0640},
                                   {"uid", 5},
                                   {"gid", 6}});
    c.same(seen["type"], "c", "the type");
    c.same({seen["major"], seen["minor"]}, {10, 229}, "major and minor");
    c.same(seen["mode"], 0640, "the mode");
    c.same({seen["uid"], seen["gid"]}, {5, 6}, "owner and group");
}

void block(Case& c) {
    const Json seen =
        facts_of(c, {{"path", "/dev/disk"}, {"type", "b"}, {"major", 7}, {"minor", 3}});
    c.same(seen["type"], "b", "the type");
    c.same({seen["major"], seen["minor"]}, {7, 3}, "major and minor");
}

void unbuffered(Case& c) {
    const Json seen =
        facts_of(c, {{"path", "/dev/raw"}, {"type", "u"}, {"major", 10}, {"minor", 229}});
    c.same(seen["type"], "c", "the type");
    c.same({seen["major"], seen["minor"]}, {10, 229}, "major and minor");
}

void fifo(Case& c) {
    const Json seen = facts_of(c, {{"path", "/dev/pipe"}, {"type", "p"}, {"fileMode", 0600}});
    c.same(seen["type"], "p", "the type");
    c.same(seen["mode"], 0600, "the mode");
}

void outside_dev(Case& c) {
    const Json seen = facts_of(c, {{"path", "/some/where/node"},
                                   {"type", "c"},
                                   {"major", 1},
                                   {"minor", 3},
                                   {"fileMode", 0666}});
    c.same(seen["type"], "c", "the type");
}

void mode_is_exact(Case& c) {
    list(c, {{"path", "/dev/mine"}, {"type", "c"}, {"major", 1}, {"minor", 3}, {"fileMode", 0666}});
    c.script("stat /dev/mine");
    const Report report = c.run({.prepare = [] { ::umask(0077); }});
    c.same(report.step("stat")["is"]["mode"], 0666, "the mode under the caller's umask 0077");
}

void same_already_there(Case& c) {
    make_node(c.rootfs() / "node", S_IFCHR | 0666, 1, 3);
    const Json seen = facts_of(c, {{"path", "/node"}, {"type", "c"}, {"major", 1}, {"minor", 3}});
    c.same(seen["type"], "c", "the type");
    c.same({seen["major"], seen["minor"]}, {1, 3}, "major and minor");
}

Json null_at(const char* path) {
    return {{"path", path}, {"type", "c"}, {"major", 1}, {"minor", 3}};
}

void clash_with_file(Case& c) {
    write_text(c.rootfs() / "node", "a file");
    list(c, null_at("/node"));
    c.refused();
    c.same(try_read(c.rootfs() / "node").value_or("gone"), "a file", "the file afterwards");
}

void clash_with_directory(Case& c) {
    make_directories(c.rootfs() / "node");
    list(c, null_at("/node"));
    c.refused();
}

void clash_with_other_device(Case& c) {
    make_node(c.rootfs() / "node", S_IFCHR | 0666, 1, 5);
    list(c, null_at("/node"));
    c.refused();
}

void default_nodes(Case& c) {
    c.script("list /dev");
    const Report report = c.run();
    const Json& entries = report.step("list")["entries"];
    struct Default {
        const char* name;
        int major;
        int minor;
    };
    for (const Default& one : {Default{"null", 1, 3},
                               {"zero", 1, 5},
                               {"full", 1, 7},
                               {"random", 1, 8},
                               {"urandom", 1, 9},
                               {"tty", 5, 0}}) {
        const Json facts = entries.value(one.name, Json::object());
        c.same({facts.value("type", ""), facts.value("major", 0), facts.value("minor", 0),
                facts.value("mode", 0)},
               {"c", one.major, one.minor, 0666}, std::string("/dev/") + one.name);
    }
}

void default_usable(Case& c) {
    c.script("write /dev/null x , read /dev/zero , write /dev/full x , read /dev/urandom , open "
             "/dev/random r");
    const Report report = c.run();
    c.same(report.error("write", "/dev/null"), "", "writing to /dev/null");
    c.same(report.error("write", "/dev/full"), "ENOSPC", "writing to /dev/full");
    c.same(report.step("read", "/dev/zero")["text"].get<std::string>().substr(0, 2),
           std::string(2, '\0'), "what /dev/zero gives");
    c.same(report.error("read", "/dev/urandom"), "", "reading /dev/urandom");
    c.same(report.error("open", "/dev/random"), "", "opening /dev/random");
}

void default_without_dev_mount(Case& c) {
    Json kept = Json::array();
    for (const Json& mount : c.config()["mounts"]) {
        if (!mount["destination"].get<std::string>().starts_with("/dev")) {
            kept.push_back(mount);
        }
    }
    c.config()["mounts"] = kept;
    c.script("stat /dev/null , stat /dev/urandom");
    const Report report = c.run();
    c.same(report.step("stat", "/dev/null")["is"].value("type", ""), "c", "the type of /dev/null");
    c.same(report.step("stat", "/dev/urandom")["is"].value("type", ""), "c",
           "the type of /dev/urandom");
}

void ptmx(Case& c) {
    c.script("stat /dev/ptmx , pty , see mounts");
    const Report report = c.run();
    const Json facts = report.step("stat")["is"];
    const std::string link = facts.value("link", "");
    c.expect(link == "pts/ptmx" || link == "/dev/pts/ptmx" || report.has_mount_at("/dev/ptmx"),
             "/dev/ptmx is neither a link to pts/ptmx nor a mount: " + facts.dump());
    c.same(report.error("pty"), "", "opening a pseudo terminal");
    c.same(report.step("pty")["slave_error"], "", "opening its slave");
}

void dev_is_a_link(Case& c) {
    // A root file system whose /dev leads outside may not let the runtime write there.
    const fs::path outside = c.directory() / "outside";
    make_directories(outside);
    fs::remove(c.rootfs() / "dev");
    fs::create_symlink(outside, c.rootfs() / "dev");
    c.observe();
    c.expect(fs::is_empty(outside), "the runtime made files in a directory of the host");
}

constexpr Refusal kRefusals[] = {
    {"D1.unknown-type", kMust, "1.0", kDevices, "an unknown type of device is an error",
     R"({"linux": {"devices": [{"path": "/dev/x", "type": "z", "major": 1, "minor": 3}]}})"},
    {"D1.missing-path", kMust, "1.0", kDevices, "a device without path is an error",
     R"({"linux": {"devices": [{"type": "c", "major": 1, "minor": 3}]}})"},
    {"D1.missing-type", kMust, "1.0", kDevices, "a device without type is an error",
     R"({"linux": {"devices": [{"path": "/dev/x", "major": 1, "minor": 3}]}})"},
    {"D1.missing-numbers", kShould, "1.0", kDevices,
     "a character device without numbers is an error",
     R"({"linux": {"devices": [{"path": "/dev/x", "type": "c"}]}})"},
};

constexpr Observation kObservations[] = {
    {"D1.same-numbers", "1.0", kDevices, "two devices with one type, major and minor",
     R"({"linux": {"devices": [{"path": "/dev/x", "type": "c", "major": 1, "minor": 3},
                               {"path": "/dev/y", "type": "c", "major": 1, "minor": 3}]}})"},
    {"D1.default-again", "1.0", kDevices, "a default device that is listed as well",
     R"({"linux": {"devices": [{"path": "/dev/null", "type": "c", "major": 1, "minor": 3,
                                "fileMode": 438}]}})"},
};

} // namespace

Rows device_rows() {
    return Rows{
               {"D1.character", kMust, "1.0", kDevices,
                "a character device with numbers, mode and owner", &character},
               {"D1.block", kMust, "1.0", kDevices, "a block device", &block},
               {"D1.unbuffered", kMust, "1.0", kDevices, "type u is a character device",
                &unbuffered},
               {"D1.fifo", kMust, "1.0", kDevices, "type p is a fifo, without numbers", &fifo},
               {"D1.outside-dev", kMust, "1.0", kDevices, "a device may lie outside of /dev",
                &outside_dev},
               {"D1.mode", kMust, "1.0", kDevices, "fileMode is not cut by the caller's umask",
                &mode_is_exact},
               {"D1.same-there", kMust, "1.0", kDevices,
                "a device that is there already is no error", &same_already_there},
               {"D1.clash-file", kMust, "1.0", kDevices,
                "a file in the place of a device is an error", &clash_with_file},
               {"D1.clash-directory", kMust, "1.0", kDevices,
                "a directory in the place of a device is an error", &clash_with_directory},
               {"D1.clash-device", kMust, "1.0", kDevices,
                "another device in the place of a device is an error", &clash_with_other_device},
               {"D2.nodes", kMust, "1.0", kDefault,
                "the default devices have their numbers and modes", &default_nodes},
               {"D2.usable", kMust, "1.0", kDefault, "the default devices work", &default_usable},
               {"D2.no-dev-mount", kMust, "1.0", kDefault,
                "they are there without a mount on /dev too", &default_without_dev_mount},
               {"D2.ptmx", kMust, "1.0", kDefault, "/dev/ptmx is that of /dev/pts", &ptmx},
               {"D2.dev-link", kMust, "1.0", kDefault,
                "a /dev that is a link leads to no file of the host", &dev_is_a_link},
           } +
           refusal_rows(kRefusals) + observation_rows(kObservations);
}

} // namespace conformance
