// G. resources.devices: which devices may be opened and made, tried from inside.
#include "conformance/rows/rows.hpp"

#include <sys/stat.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kAllowed = "config-linux.md#allowed-device-list";

/// A number without a driver (200 was once a foreign volume manager): opening it is ENXIO where it
/// is allowed, EPERM where it is not.
constexpr unsigned kMajor = 200;
constexpr unsigned kMinor = 77;

Json rule(bool allow, const char* access, unsigned major = kMajor, unsigned minor = kMinor) {
    return {
        {"allow", allow}, {"type", "c"}, {"major", major}, {"minor", minor}, {"access", access}};
}

const Json kNothing = {{"allow", false}, {"access", "rwm"}};
const Json kEverything = {{"allow", true}, {"access", "rwm"}};

/// The error with which the container opens the device under these rules.
Json error_under(Case& c, const std::vector<Json>& rules, const char* way) {
    c.needs(!c.host().cgroups().all().empty(), "there are no cgroups here");
    make_node(c.rootfs() / "node", S_IFCHR | 0666, kMajor, kMinor);
    c.linux_part()["resources"]["devices"] = rules;
    c.script(std::string("open /node ") + way);
    return c.run().error("open");
}

void denied(Case& c) {
    c.same(error_under(c, {kNothing}, "r"), "EPERM", "opening it");
}

void allowed(Case& c) {
    c.same(error_under(c, {kNothing, rule(true, "rwm")}, "rw"), "ENXIO", "opening it");
}

void only_reading(Case& c) {
    c.same(error_under(c, {kNothing, rule(true, "r")}, "r"), "ENXIO", "opening it to read");
    fs::remove(c.rootfs() / "node");
    c.same(error_under(c, {kNothing, rule(true, "r")}, "w"), "EPERM", "opening it to write");
}

void in_order(Case& c) {
    c.same(error_under(c, {kNothing, rule(true, "rwm"), rule(false, "rwm")}, "r"), "EPERM",
           "opening what was allowed, then denied");
    fs::remove(c.rootfs() / "node");
    c.same(error_under(c, {kNothing, rule(false, "rwm"), rule(true, "rwm")}, "r"), "ENXIO",
           "opening what was denied, then allowed");
}

void denied_in_part(Case& c) {
    c.same(error_under(c, {kNothing, rule(true, "rwm"), rule(false, "w")}, "r"), "ENXIO",
           "opening it to read");
    fs::remove(c.rootfs() / "node");
    c.same(error_under(c, {kNothing, rule(true, "rwm"), rule(false, "w")}, "w"), "EPERM",
           "opening it to write");
}

void any_minor(Case& c) {
    Json any = rule(true, "rw");
    any.erase("minor");
    c.same(error_under(c, {kNothing, any}, "rw"), "ENXIO", "opening it");
}

void everything(Case& c) {
    c.same(error_under(c, {kEverything}, "rw"), "ENXIO", "opening it");
}

void everything_then_one(Case& c) {
    c.same(error_under(c, {kEverything, rule(false, "rwm")}, "r"), "EPERM", "opening it");
}

void other_type(Case& c) {
    Json block = rule(true, "rwm");
    block["type"] = "b";
    c.same(error_under(c, {kNothing, block}, "r"), "EPERM", "opening it");
}

void making(Case& c) {
    c.needs(!c.host().cgroups().all().empty(), "there are no cgroups here");
    c.linux_part()["resources"]["devices"] = {kNothing, rule(true, "rw"),
                                              rule(true, "m", kMajor, kMinor + 1)};
    c.script("mknod /tmp/no c 200 77 , mknod /tmp/yes c 200 78");
    const Report report = c.run();
    // Runtimes may allow mknod in general, as engines do: it opens nothing.
    c.note("mknod without m: " + report.error("mknod", "/tmp/no"));
    c.same(report.error("mknod", "/tmp/yes"), "", "mknod with m");
}

void defaults_stay(Case& c) {
    c.linux_part()["resources"]["devices"] = Json::array({kNothing});
    c.script("open /dev/null rw , open /dev/zero r , open /dev/full r , open /dev/random r , "
             "open /dev/urandom r , pty");
    const Report report = c.run();
    for (const char* path :
         {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
        c.same(report.error("open", path), "", std::string("opening ") + path);
    }
    c.same(report.step("pty")["slave_error"], "", "opening a pseudo terminal");
}

constexpr Refusal kRefusals[] = {
    {"C4.unknown-type", kMust, "1.0", kAllowed, "an unknown type is an error",
     R"({"linux": {"resources": {"devices": [{"allow": true, "type": "z", "access": "r"}]}}})"},
    {"C4.unknown-access", kMust, "1.0", kAllowed, "an unknown access is an error",
     R"({"linux": {"resources": {"devices": [
         {"allow": true, "type": "c", "major": 1, "minor": 1, "access": "x"}]}}})"},
};

} // namespace

Rows device_access_rows() {
    return Rows{
               {"C4.denied", kMust, "1.0", kAllowed, "a device that is denied cannot be opened",
                &denied},
               {"C4.allowed", kMust, "1.0", kAllowed, "a device that is allowed can be opened",
                &allowed},
               {"C4.access", kMust, "1.0", kAllowed, "access r allows reading alone",
                &only_reading},
               {"C4.order", kMust, "1.0", kAllowed, "the entries apply in their order", &in_order},
               {"C4.part", kMust, "1.0", kAllowed, "a part of the access can be taken away again",
                &denied_in_part},
               {"C4.any-minor", kMust, "1.0", kAllowed, "without minor all of them are meant",
                &any_minor},
               {"C4.all", kMust, "1.0", kAllowed, "without type and numbers everything is meant",
                &everything},
               {"C4.all-but-one", kMust, "1.0", kAllowed, "everything but one can be allowed",
                &everything_then_one},
               {"C4.type", kMust, "1.0", kAllowed,
                "an entry for block devices allows no character device", &other_type},
               {"C4.mknod", kMust, "1.0", kAllowed, "access m allows to make a node", &making},
               {"C4.defaults", kMust, "1.0", "config-linux.md#default-devices",
                "the default devices are usable though everything is denied", &defaults_stay},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
