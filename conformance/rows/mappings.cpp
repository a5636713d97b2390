// F. User namespace mappings.
#include "conformance/rows/rows.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kMappings = "config-linux.md#user-namespace-mappings";
constexpr auto kUser = "config.md#posix-platform-user";

Json range(unsigned container, unsigned host, unsigned size) {
    return {{"containerID", container}, {"hostID", host}, {"size", size}};
}

/// The lines of a map file with single blanks between the numbers.
Json map_lines(const std::string& text) {
    Json lines = Json::array();
    for (const std::string& line : lines_of(text)) {
        lines.push_back(join(words_of(line), " "));
    }
    return lines;
}

void maps(Case& c) {
    c.use_user_namespace(100000, 65536);
    c.script("read /proc/self/uid_map , read /proc/self/gid_map , see ids");
    const Report report = c.run();
    c.same(map_lines(report.step("read", "/proc/self/uid_map")["text"]), {"0 100000 65536"},
           "uid_map");
    c.same(map_lines(report.step("read", "/proc/self/gid_map")["text"]), {"0 100000 65536"},
           "gid_map");
    c.same(report.seen("ids")["uids"], {0, 0, 0}, "the uids");
}

void several_ranges(Case& c) {
    c.use_user_namespace();
    c.linux_part()["uidMappings"] = {range(0, 100000, 10), range(1000, 200000, 1),
                                     range(70000, 300000, 5)};
    c.linux_part()["gidMappings"] = {range(0, 100000, 10), range(1000, 250000, 1)};
    c.script("read /proc/self/uid_map , read /proc/self/gid_map");
    const Report report = c.run();
    c.same(map_lines(report.step("read", "/proc/self/uid_map")["text"]),
           {"0 100000 10", "1000 200000 1", "70000 300000 5"}, "uid_map");
    c.same(map_lines(report.step("read", "/proc/self/gid_map")["text"]),
           {"0 100000 10", "1000 250000 1"}, "gid_map");
}

void user_inside(Case& c) {
    c.use_user_namespace();
    c.process()["user"] = {{"uid", 1000}, {"gid", 1001}, {"additionalGids", {5}}};
    c.script("wait , see ids");
    Container& container = c.started();
    container.wait_for_step("waiting");
    struct stat found {};
    ::stat(("/proc/" + std::to_string(container.pid())).c_str(), &found);
    c.same(found.st_uid, 101000, "the uid on the host");
    c.same(found.st_gid, 101001, "the gid on the host");
    container.kill("USR1");
    container.wait_for_end();
    const Json ids = container.report().seen("ids");
    c.same(ids["uids"], {1000, 1000, 1000}, "the uids inside");
    c.expect(holds(ids["groups"], 5), "group 5 is missing inside: " + ids["groups"].dump());
}

void owners_untouched(Case& c) {
    c.use_user_namespace();
    c.script("stat /probe");
    const Report report = c.run();
    for (const char* name : {"", "probe", "etc", "etc/passwd"}) {
        struct stat found {};
        ::stat((c.rootfs() / name).c_str(), &found);
        c.same(found.st_uid, 0, "the owner of rootfs/" + std::string(name));
    }
    c.same(report.step("stat")["is"]["uid"], 65534, "the owner of /probe, seen inside");
}

void stdin_untouched(Case& c) {
    // Every caller's standard input may be the host's /dev/null.
    c.use_user_namespace();
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    c.script("exit 0");
    const fs::path device = c.runtime().null_device();
    static_cast<void>(!::chown(device.c_str(), 0, 0));
    static_cast<void>(c.run());
    struct stat found {};
    ::stat(device.c_str(), &found);
    c.same(found.st_uid, 0, "the owner of the null device that was the runtime's stdin");
}

void root_is_capable(Case& c) {
    c.use_user_namespace();
    c.give_capabilities({"CAP_SYS_ADMIN"});
    c.script("tmpfs /m , touch /m/new , chown /m/new 5 5");
    const Report report = c.run();
    c.same(report.error("tmpfs"), "", "mounting a tmpfs as root of the user namespace");
    c.same(report.error("chown", "/m/new"), "", "chown to a mapped id");
}

void default_devices(Case& c) {
    c.use_user_namespace();
    c.script("open /dev/null rw , open /dev/zero r , open /dev/urandom r , pty");
    const Report report = c.run();
    for (const char* path : {"/dev/null", "/dev/zero", "/dev/urandom"}) {
        c.same(report.error("open", path), "", std::string("opening ") + path);
    }
    c.same(report.error("pty"), "", "opening a pseudo terminal");
}

constexpr auto kUserNamespace = R"({"linux": {
    "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
                   {"type": "mount"}, {"type": "user"}],
    "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}],
    "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}]}})";

void with_user_namespace(Case& c, std::string_view patch) {
    change(c.config(), kUserNamespace);
    change(c.config(), patch);
    c.refused(Stage::start);
}

void unmapped_uid(Case& c) {
    with_user_namespace(c, R"({"process": {"user": {"uid": 10}}})");
}
void unmapped_gid(Case& c) {
    with_user_namespace(c, R"({"process": {"user": {"gid": 10}}})");
}
void unmapped_group(Case& c) {
    with_user_namespace(c, R"({"process": {"user": {"additionalGids": [10]}}})");
}
void overlapping(Case& c) {
    with_user_namespace(c, R"({"linux": {"uidMappings": [
        {"containerID": 0, "hostID": 100000, "size": 10},
        {"containerID": 5, "hostID": 200000, "size": 10}]}})");
}
void size_zero(Case& c) {
    with_user_namespace(
        c, R"({"linux": {"uidMappings": [{"containerID": 0, "hostID": 100000, "size": 0}]}})");
}

constexpr Refusal kRefusals[] = {
    {"N5.no-namespace", kShould, "1.0", kMappings, "mappings without a user namespace are an error",
     R"({"linux": {"uidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}],
                   "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}]}})"},
};

constexpr Observation kObservations[] = {
    {"N5.no-maps", "1.0", kMappings, "a new user namespace without mappings",
     R"([{"op": "add", "path": "/linux/namespaces/-", "value": {"type": "user"}}])"},
};

} // namespace

Rows mapping_rows() {
    return Rows{
               {"N5.maps", kMust, "1.0", kMappings, "uid_map and gid_map are as configured", &maps},
               {"N5.ranges", kMust, "1.0", kMappings, "several ranges are mapped", &several_ranges},
               {"N5.user", kMust, "1.0", kMappings, "process.user is one of the container",
                &user_inside},
               {"N5.owners", kShould, "1.0", kMappings,
                "no owner in the root file system is changed", &owners_untouched},
               {"N5.stdin", kShould, "1.0", kMappings,
                "the owner of the caller's stdin is not changed", &stdin_untouched},
               {"N5.root", kMust, "1.0", kMappings, "root inside is capable inside",
                &root_is_capable},
               {"N5.devices", kMust, "1.0", "config-linux.md#default-devices",
                "the default devices are usable in a user namespace", &default_devices},
               {"N5.unmapped-uid", kMust, "1.0", kUser, "a uid that is not mapped is an error",
                &unmapped_uid},
               {"N5.unmapped-gid", kMust, "1.0", kUser, "a gid that is not mapped is an error",
                &unmapped_gid},
               {"N5.unmapped-group", kMust, "1.0", kUser,
                "an additional gid that is not mapped is an error", &unmapped_group},
               {"N5.overlap", kMust, "1.0", kMappings, "ranges that overlap are an error",
                &overlapping},
               {"N5.size-zero", kMust, "1.0", kMappings, "a range of size 0 is an error",
                &size_zero},
           } +
           refusal_rows(kRefusals) + observation_rows(kObservations);
}

} // namespace conformance
