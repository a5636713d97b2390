// A. Bundle, ociVersion and the rules for all of config.json.
#include "conformance/rows/rows.hpp"

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kBundle = "bundle.md#container-format";
constexpr auto kVersion = "config.md#specification-version";
constexpr auto kUnknown = "config.md#extensibility";
constexpr auto kValues = "config.md#valid-values";
constexpr auto kErrors = "runtime.md#errors";
constexpr auto kAnnotations = "config.md#annotations";

void config_file(Case& c) {
    c.script("see args , exit 3");
    const Report report = c.run();
    c.same(report.exit.code, 3, "the program's exit code");
}

/// Creates with whatever lies in the bundle now: it has to be an error.
void refused_as_it_is(Case& c, Container& container) {
    const Snapshot before = c.snapshot();
    c.expect_refused(container.create());
    c.expect_unchanged(before);
}

void config_missing(Case& c) {
    Container& container = c.container();
    fs::remove(c.bundle().path() / "config.json");
    refused_as_it_is(c, container);
}

void config_not_json(Case& c) {
    Container& container = c.container();
    write_text(c.bundle().path() / "config.json", "{\"ociVersion\": \"1.0.2\",");
    refused_as_it_is(c, container);
}

void config_not_object(Case& c) {
    Container& container = c.container();
    write_text(c.bundle().path() / "config.json", "[]");
    refused_as_it_is(c, container);
}

void config_elsewhere(Case& c) {
    Container& container = c.container();
    fs::rename(c.bundle().path() / "config.json", c.bundle().path() / "Config.json");
    refused_as_it_is(c, container);
}

void null_values(Case& c) {
    for (const char* member : {"annotations", "hooks", "domainname"}) {
        c.config()[member] = nullptr;
    }
    for (const char* member : {"rlimits", "oomScoreAdj", "consoleSize", "noNewPrivileges"}) {
        c.process()[member] = nullptr;
    }
    for (const char* member : {"seccomp", "sysctl", "maskedPaths", "devices"}) {
        c.linux_part()[member] = nullptr;
    }
    c.observe();
}

void late_error(Case& c) {
    // The last mount fails when all that comes before it has been made.
    c.mount({{"destination", "/m"},
             {"type", "tmpfs"},
             {"source", "tmpfs"},
             {"options", {"size=no-size"}}});
    c.refused();
}

constexpr Refusal kRefusals[] = {
    {"G1.missing", kMust, "1.0", kVersion, "a missing ociVersion is an error",
     R"({"ociVersion": null})"},
    {"G1.not-semver", kMust, "1.0", kVersion, "an ociVersion that is no SemVer is an error",
     R"({"ociVersion": "abc"})"},
    {"G1.not-a-string", kMust, "1.0", kVersion, "an ociVersion that is no string is an error",
     R"({"ociVersion": 1})"},
    {"G1.other-major", kMust, "1.0", kVersion, "an unknown major version is an error",
     R"({"ociVersion": "2.0.0"})"},
    {"G4.text-for-bool", kMust, "1.0", kValues, "a text instead of a boolean is an error",
     R"({"root": {"readonly": "yes"}})"},
    {"G4.text-for-number", kMust, "1.0", kValues, "a text instead of a number is an error",
     R"({"linux": {"resources": {"pids": {"limit": "5"}}}})"},
    {"G4.size-as-text", kMust, "1.0", kValues, "\"512M\" for a number of bytes is an error",
     R"({"linux": {"resources": {"memory": {"limit": "512M"}}}})"},
    {"G4.negative-uid", kMust, "1.0", kValues, "a negative uid is an error",
     R"({"process": {"user": {"uid": -1}}})", Stage::start},
    {"G4.fraction-uid", kMust, "1.0", kValues, "a uid that is no whole number is an error",
     R"({"process": {"user": {"uid": 0.5}}})", Stage::start},
    {"G4.uid-too-large", kMust, "1.0", kValues, "a uid of more than 32 bits is an error",
     R"({"process": {"user": {"uid": 4294967296}}})", Stage::start},
    {"G4.text-for-list", kMust, "1.0", kValues, "a text instead of a list is an error",
     R"({"process": {"args": "/probe"}})", Stage::start},
    {"G4.list-for-object", kMust, "1.0", kValues, "a list instead of an object is an error",
     R"({"root": ["rootfs"]})"},
    {"G4.number-in-texts", kMust, "1.0", kValues, "a number in a list of texts is an error",
     R"({"process": {"env": ["A=1", 2]}})", Stage::start},
    {"G5.bad-cgroup-value", kMust, "1.0", kErrors,
     "a value that the kernel refuses is an error that leaves nothing",
     R"({"linux": {"resources": {"cpu": {"cpus": "4095"}}}})"},
    {"G7.empty-key", kMust, "1.0", kAnnotations, "an annotation without a name is an error",
     R"({"annotations": {"": "x"}})"},
    {"G7.value-no-text", kMust, "1.0", kAnnotations, "an annotation that is no string is an error",
     R"({"annotations": {"com.example.key": 1}})"},
};

constexpr Acceptance kAcceptances[] = {
    {"G1.prerelease", kShould, "1.0", kVersion, "a SemVer with pre-release and build is accepted",
     R"({"ociVersion": "1.0.2-rc.1+dev"})"},
    {"G2.older", kMust, "1.0", kVersion, "a bundle of 1.0.0 is accepted",
     R"({"ociVersion": "1.0.0"})"},
    {"G3.unknown-top", kMust, "1.0", kUnknown, "an unknown property is no error",
     R"({"com.example.unknown": {"a": [1, null]}})"},
    {"G3.unknown-process", kMust, "1.0", kUnknown, "an unknown property of process is no error",
     R"({"process": {"unknownThing": true}})"},
    {"G3.unknown-linux", kMust, "1.0", kUnknown, "an unknown property of linux is no error",
     R"({"linux": {"unknownThing": [1]}})"},
    {"G3.unknown-in-list", kMust, "1.0", kUnknown,
     "an unknown property of a list's entry is no error",
     R"([{"op": "add", "path": "/mounts/0/unknownThing", "value": 1},
         {"op": "add", "path": "/linux/namespaces/0/unknownThing", "value": 1}])"},
    {"G3.unknown-annotation", kMust, "1.0", kAnnotations, "an unknown annotation is no error",
     R"({"annotations": {"org.opencontainers.unheard.of": "x", "com.example.empty": ""}})"},
};

constexpr Observation kObservations[] = {
    {"G2.newer-minor", "1.0", kVersion, "a bundle of a later minor version (1.99.0)",
     R"({"ociVersion": "1.99.0"})"},
};

} // namespace

Rows bundle_rows() {
    return Rows{
               {"B1.config", kMust, "1.0", kBundle, "config.json in the bundle is what is run",
                &config_file},
               {"B1.missing", kMust, "1.0", kBundle, "a bundle without config.json is an error",
                &config_missing},
               {"B1.other-name", kMust, "1.0", kBundle, "no other name stands for config.json",
                &config_elsewhere},
               {"B1.not-json", kMust, "1.0", kBundle, "a config.json that is no JSON is an error",
                &config_not_json},
               {"B1.not-an-object", kMust, "1.0", kBundle,
                "a config.json that is no object is an error", &config_not_object},
               {"G3.null", Level::may, "1.0", kUnknown,
                "null for optional properties, as Go programs write it", &null_values},
               {"G5.late-error", kMust, "1.0", kErrors,
                "an error after most was made leaves nothing", &late_error},
           } +
           refusal_rows(kRefusals) + acceptance_rows(kAcceptances) +
           observation_rows(kObservations);
}

} // namespace conformance
