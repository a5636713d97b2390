// The strict loader: each member of the specification with every wrong type, null, missing,
// misspelt and twice.
#include "oci-spec/load.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/validate.hpp"
#include "tests/catch.hpp"
#include "tests/unit/oci-spec/complete.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <algorithm>
#include <set>

using spec::Finding;
using spec::JsonKind;
using spec::Part;
using spec::Severity;

namespace {

const Finding* find_at(const spec::Findings& findings, std::string_view pointer) {
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [pointer](const Finding& f) { return f.pointer == pointer; });
    return found == findings.end() ? nullptr : &*found;
}

std::vector<std::string> errors_in(const spec::Findings& findings) {
    std::vector<std::string> pointers;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::error) {
            pointers.push_back(finding.pointer);
        }
    }
    return pointers;
}

/// Whole numbers that may be negative.
bool is_signed(std::string_view pointer) {
    static const std::set<std::string_view> kSigned = {
        "nice",   "priority",  "oomScoreAdj", "secs",        "timeout",
        "major",  "minor",     "limit",       "reservation", "swap",
        "kernel", "kernelTCP", "quota",       "idle",        "realtimeRuntime"};
    if (pointer.find("hugepageLimits") != std::string_view::npos ||
        pointer.find("priorities") != std::string_view::npos) {
        return false;
    }
    return kSigned.contains(pointer.substr(pointer.rfind('/') + 1));
}

/// Members that the specification calls REQUIRED, by the pattern of their place: "*" is any step.
bool is_required(std::string_view pointer) {
    static const std::vector<std::string_view> kRequired = {
        "/ociVersion",
        "/process/cwd",
        "/process/consoleSize/height",
        "/process/consoleSize/width",
        "/process/user/uid",
        "/process/user/gid",
        "/process/rlimits/*/type",
        "/process/rlimits/*/soft",
        "/process/rlimits/*/hard",
        "/process/scheduler/policy",
        "/process/ioPriority/class",
        "/process/ioPriority/priority",
        "/root/path",
        "/mounts/*/destination",
        "/mounts/*/*/*/containerID",
        "/mounts/*/*/*/hostID",
        "/mounts/*/*/*/size",
        "/hooks/*/*/path",
        "/linux/uidMappings/*/containerID",
        "/linux/uidMappings/*/hostID",
        "/linux/uidMappings/*/size",
        "/linux/gidMappings/*/containerID",
        "/linux/gidMappings/*/hostID",
        "/linux/gidMappings/*/size",
        "/linux/namespaces/*/type",
        "/linux/devices/*/type",
        "/linux/devices/*/path",
        "/linux/resources/devices/*/allow",
        "/linux/resources/blockIO/*/*/major",
        "/linux/resources/blockIO/*/*/minor",
        "/linux/resources/blockIO/*/*/rate",
        "/linux/resources/hugepageLimits/*/pageSize",
        "/linux/resources/hugepageLimits/*/limit",
        "/linux/resources/network/priorities/*/name",
        "/linux/resources/network/priorities/*/priority",
        "/linux/seccomp/defaultAction",
        "/linux/seccomp/syscalls/*/names",
        "/linux/seccomp/syscalls/*/action",
        "/linux/seccomp/syscalls/*/args/*/index",
        "/linux/seccomp/syscalls/*/args/*/value",
        "/linux/seccomp/syscalls/*/args/*/op",
        "/linux/memoryPolicy/mode",
        "/linux/personality/domain",
    };
    const std::vector<std::string> steps = spec::steps_of(pointer);
    return std::any_of(kRequired.begin(), kRequired.end(), [&](std::string_view pattern) {
        const std::vector<std::string> wanted = spec::steps_of(pattern);
        return wanted.size() == steps.size() &&
               std::equal(
                   wanted.begin(), wanted.end(), steps.begin(),
                   [](const std::string& w, const std::string& s) { return w == "*" || w == s; });
    });
}

/// Values of maps must be strings or objects; null is not "absent" there.
bool is_map_value(std::string_view pointer) {
    for (const std::string_view map :
         {"/annotations/", "/linux/sysctl/", "/linux/resources/unified/", "/linux/resources/rdma/",
          "/linux/netDevices/", "/linux/timeOffsets/"}) {
        if (pointer.starts_with(map) &&
            pointer.substr(map.size()).find('/') == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> wrong_texts(const PlacedNode& place) {
    switch (place.node->kind) {
    case JsonKind::boolean:
        return {"1", "0", "\"true\"", "1.5", "[]", "{}"};
    case JsonKind::negative:
    case JsonKind::whole:
        return {"true",
                "\"5\"",
                "1.5",
                "1.0",
                "1e3",
                "[]",
                "{}",
                "18446744073709551616",
                "-9223372036854775809"};
    case JsonKind::text:
        return {"true", "5", "1.5", "[]", "{}", "[\"x\"]", R"("a\u0000b")"};
    case JsonKind::array:
        return {"true", "5", "\"x\"", "{}"};
    case JsonKind::object:
        return {"true", "5", "\"x\"", "[]"};
    case JsonKind::null:
    case JsonKind::fractional:
        break;
    }
    return {};
}

} // namespace

TEST_CASE("the complete document loads and validates without a finding") {
    const spec::Loaded<spec::Spec> loaded = spec::checked_spec(kComplete);
    for (const Finding& finding : loaded.findings) {
        UNSCOPED_INFO(text_of(finding, {"config.json", kComplete}));
    }
    CHECK(loaded.findings.empty());

    const spec::Spec& config = loaded.value;
    CHECK(config.process->user.additional_gids == std::vector<std::uint32_t>{5, 6});
    CHECK(config.process->capabilities->bounding.size() == 2);
    CHECK(config.process->scheduler->policy == spec::SchedulerPolicy::deadline);
    CHECK(config.mounts[1].uid_mappings[0].host_id == 1000);
    CHECK(config.hooks.poststop[0].timeout == 5);
    CHECK(config.linux.resources->hugepage_limits[0].limit == 9223372036854772000U);
    CHECK(config.linux.resources->memory->kernel == -1);
    CHECK(config.linux.resources->pids->limit == 0);
    CHECK(config.linux.seccomp->syscalls[0].args[0].op == spec::SeccompOperator::masked_eq);
    CHECK(config.linux.time_offsets.at("boottime").secs == -604800);
    CHECK(config.linux.net_devices.at("eth0").name == "container_eth0");
}

TEST_CASE("every member with a wrong type is an error at its pointer, line and column") {
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(kComplete);
    std::size_t cases = 0;
    for (const PlacedNode& place : places_of(tree.value)) {
        for (const std::string& wrong : wrong_texts(place)) {
            const Edited document = edited(kComplete, {{place.pointer, wrong}});
            const spec::Loaded<spec::Spec> loaded = spec::load_spec(document.text);
            CAPTURE(place.pointer, wrong);
            const Finding* finding = find_at(loaded.findings, place.pointer);
            REQUIRE(finding != nullptr);
            REQUIRE(finding->severity == Severity::error);
            REQUIRE(errors_in(loaded.findings) == std::vector<std::string>{place.pointer});
            REQUIRE(spec::locate(document.text, finding->pointer, finding->part) ==
                    document.values.at(place.pointer));
            ++cases;
        }
    }
    CHECK(cases > 1500);
}

TEST_CASE("a negative value is an error exactly where the specification has unsigned numbers") {
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(kComplete);
    for (const PlacedNode& place : places_of(tree.value)) {
        if (place.node->kind != JsonKind::whole && place.node->kind != JsonKind::negative) {
            continue;
        }
        const Edited document = edited(kComplete, {{place.pointer, "-1"}});
        const spec::Loaded<spec::Spec> loaded = spec::load_spec(document.text);
        CAPTURE(place.pointer);
        const Finding* finding = find_at(loaded.findings, place.pointer);
        REQUIRE((finding == nullptr) == is_signed(place.pointer));
        if (finding != nullptr) {
            REQUIRE(finding->message.find("must not be negative") != std::string::npos);
        }
    }
}

TEST_CASE("numbers are refused beyond the range of their type, not cut off") {
    struct Case {
        std::string pointer;
        std::string least, below, most, above;
    };
    const std::vector<Case> cases = {
        {"/process/user/uid", "0", "-1", "4294967295", "4294967296"},
        {"/process/oomScoreAdj", "-2147483648", "-2147483649", "2147483647", "2147483648"},
        {"/linux/resources/blockIO/weight", "0", "-1", "65535", "65536"},
        {"/linux/resources/memory/limit", "-9223372036854775808", "-9223372036854775809",
         "9223372036854775807", "9223372036854775808"},
        {"/linux/resources/cpu/shares", "0", "-1", "18446744073709551615", "18446744073709551616"},
        {"/process/rlimits/0/hard", "-0", "-1", "18446744073709551615", "99999999999999999999"},
    };
    for (const Case& c : cases) {
        for (const std::string& good : {c.least, c.most}) {
            CAPTURE(c.pointer, good);
            CHECK(spec::load_spec(edited(kComplete, {{c.pointer, good}}).text).findings.empty());
        }
        for (const std::string& bad : {c.below, c.above}) {
            CAPTURE(c.pointer, bad);
            CHECK(errors_in(spec::load_spec(edited(kComplete, {{c.pointer, bad}}).text).findings) ==
                  std::vector<std::string>{c.pointer});
        }
    }
}

TEST_CASE("null means absent for an optional member and is an error for a required one") {
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(kComplete);
    for (const PlacedNode& place : places_of(tree.value)) {
        const Edited document = edited(kComplete, {{place.pointer, "null"}});
        const spec::Loaded<spec::Spec> loaded = spec::load_spec(document.text);
        CAPTURE(place.pointer);
        const bool is_element = place.parent != nullptr && place.parent->kind == JsonKind::array;
        if (place.parent == nullptr || is_element || is_map_value(place.pointer) ||
            is_required(place.pointer)) {
            REQUIRE(errors_in(loaded.findings) == std::vector<std::string>{place.pointer});
            REQUIRE(spec::locate(document.text, place.pointer) ==
                    document.values.at(place.pointer));
        } else {
            REQUIRE(loaded.findings.empty());
        }
    }
}

TEST_CASE("a missing required member is an error at the object around it") {
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(kComplete);
    std::size_t required = 0;
    for (const PlacedNode& place : places_of(tree.value)) {
        if (place.parent == nullptr || place.parent->kind != JsonKind::object) {
            continue;
        }
        const Edited document = edited(kComplete, {{place.pointer, ""}});
        const spec::Loaded<spec::Spec> loaded = spec::load_spec(document.text);
        CAPTURE(place.pointer);
        if (!is_required(place.pointer)) {
            REQUIRE(loaded.findings.empty());
            continue;
        }
        ++required;
        const Finding* finding = find_at(loaded.findings, place.pointer);
        REQUIRE(finding != nullptr);
        REQUIRE(finding->part == Part::missing);
        REQUIRE(errors_in(loaded.findings).size() == 1);
        const std::string around = place.pointer.substr(0, place.pointer.rfind('/'));
        REQUIRE(spec::locate(document.text, finding->pointer, finding->part) ==
                document.values.at(around));
    }
    CHECK(required > 60);
}

TEST_CASE("an empty string stands for an absent one, also where a word is expected") {
    for (const std::string pointer :
         {"/hostname", "/process/apparmorProfile", "/process/selinuxLabel", "/linux/cgroupsPath",
          "/linux/mountLabel", "/linux/rootfsPropagation", "/linux/resources/devices/1/type",
          "/linux/resources/cpu/cpus", "/linux/namespaces/1/path", "/linux/seccomp/listenerPath"}) {
        CAPTURE(pointer);
        const spec::Loaded<spec::Spec> loaded =
            spec::load_spec(edited(kComplete, {{pointer, "\"\""}}).text);
        CHECK(loaded.findings.empty());
    }
    const spec::Loaded<spec::Spec> loaded =
        spec::load_spec(edited(kComplete, {{"/linux/rootfsPropagation", "\"\""}}).text);
    CHECK_FALSE(loaded.value.linux.rootfs_propagation.has_value());
    CHECK(errors_in(spec::load_spec(edited(kComplete, {{"/linux/namespaces/0/type", "\"\""}}).text)
                        .findings) == std::vector<std::string>{"/linux/namespaces/0/type"});
}

TEST_CASE("an unknown word is an error that names the near one, or all of them") {
    struct Case {
        std::string pointer, word, hint;
    };
    const std::vector<Case> cases = {
        {"/linux/namespaces/0/type", "utss", "did you mean \"uts\"?"},
        {"/linux/namespaces/0/type", "mnt", "it is one of pid, network, mount"},
        {"/linux/seccomp/defaultAction", "SCMP_ACT_ERNO", "did you mean \"SCMP_ACT_ERRNO\"?"},
        {"/linux/seccomp/architectures/0", "SCMP_ARCH_X8664", "did you mean \"SCMP_ARCH_X86_64\"?"},
        {"/linux/seccomp/flags/0", "SECCOMP_FILTER_FLAG_LOGG", "SECCOMP_FILTER_FLAG_LOG"},
        {"/linux/seccomp/syscalls/0/action", "allow", "it is one of SCMP_ACT_KILL"},
        {"/linux/seccomp/syscalls/0/args/0/op", "SCMP_CMP_XX", "SCMP_CMP_"},
        {"/linux/rootfsPropagation", "privat", "did you mean \"private\"?"},
        {"/linux/devices/0/type", "z", "it is one of c, b, u, p"},
        {"/linux/resources/devices/1/type", "char", "it is one of a, c, b"},
        {"/linux/memoryPolicy/mode", "MPOL_BLIND", "did you mean \"MPOL_BIND\"?"},
        {"/linux/memoryPolicy/flags/0", "STATIC", "MPOL_F_STATIC_NODES"},
        {"/linux/personality/domain", "LINUX64", "did you mean \"LINUX\"?"},
        {"/process/scheduler/policy", "sched_fifo", "did you mean \"SCHED_FIFO\"?"},
        {"/process/scheduler/flags/0", "X", "SCHED_FLAG_RESET_ON_FORK"},
        {"/process/ioPriority/class", "IOPRIO_CLASS_RX", "IOPRIO_CLASS_RT"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.pointer, c.word);
        const spec::Loaded<spec::Spec> loaded =
            spec::load_spec(edited(kComplete, {{c.pointer, base::quoted(c.word)}}).text);
        REQUIRE(errors_in(loaded.findings) == std::vector<std::string>{c.pointer});
        CHECK(loaded.findings.begin()->hint.find(c.hint) != std::string::npos);
        CHECK(loaded.findings.begin()->message.find(c.word) != std::string::npos);
    }
}

TEST_CASE("the personality has no flags") {
    const std::string text =
        edited(kComplete, {{"/linux/personality/flags", R"(["ADDR_NO_RANDOMIZE"])"}}).text;
    CHECK(errors_in(spec::load_spec(text).findings) ==
          std::vector<std::string>{"/linux/personality/flags/0"});
}

TEST_CASE("an unknown key is a warning with the key that was probably meant") {
    struct Case {
        std::string pointer, key, suggestion;
    };
    const std::vector<Case> cases = {
        {"", "hostnam", "hostname"},
        {"/process", "Cwd", "cwd"},
        {"/process", "noNewPrivilege", "noNewPrivileges"},
        {"/process/user", "additionalGIDs", "additionalGids"},
        {"/linux", "readOnlyPaths", "readonlyPaths"},
        {"/linux/resources", "hugePageLimits", "hugepageLimits"},
        {"/linux/resources/memory", "limits", "limit"},
        {"/linux/namespaces/0", "typ", "type"},
        {"/mounts/0", "option", "options"},
        {"/hooks", "createruntime", "createRuntime"},
        {"/root", "somethingElse", ""},
    };
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(kComplete);
    for (const Case& c : cases) {
        const Edited plain = edited(kComplete, {});
        // Puts the key first into its object.
        std::string text(plain.text);
        std::size_t offset = 0;
        const spec::Position around = plain.values.at(c.pointer);
        for (std::uint32_t line = 1; line < around.line; ++line) {
            offset = text.find('\n', offset) + 1;
        }
        offset += around.column;
        text.insert(offset, base::quoted(c.key) + ": 1, ");

        CAPTURE(c.pointer, c.key);
        const spec::Loaded<spec::Spec> loaded = spec::load_spec(text);
        REQUIRE(loaded.findings.size() == 1);
        const Finding& finding = *loaded.findings.begin();
        CHECK(finding.severity == Severity::warning);
        CHECK(finding.pointer == spec::below(c.pointer, c.key));
        CHECK(finding.hint ==
              (c.suggestion.empty() ? "" : "did you mean " + base::quoted(c.suggestion) + "?"));
        CHECK(spec::locate(text, finding.pointer, finding.part) ==
              spec::Position{around.line, around.column + 1});
    }
}

TEST_CASE("what is below an unknown key is not looked at") {
    const spec::Loaded<spec::Spec> loaded = spec::load_spec(
        R"({"ociVersion": "1.0.0", "root": {"path": "r"}, "x": {"a": 1, "a": {"b": null}}, "x": 2})");
    CHECK(loaded.findings.size() == 1);
    CHECK_FALSE(loaded.findings.has_errors());
}

TEST_CASE("a key that stands twice is an error at the second one") {
    struct Case {
        std::string text, pointer;
        std::uint32_t column;
    };
    const std::vector<Case> cases = {
        {R"({"ociVersion": "1.0.0", "ociVersion": "1.0.0"})", "/ociVersion", 25},
        {R"({"ociVersion": "1.0.0", "\u006fciVersion": "1.0.0"})", "/ociVersion", 25},
        {R"({"ociVersion": "1.0.0", "root": {"path": "r", "path": "s"}})", "/root/path", 47},
        {R"({"ociVersion": "1.0.0", "annotations": {"a": "1", "a": "2"}})", "/annotations/a", 51},
        {R"({"ociVersion": "1.0.0", "annotations": {"a/b": "1", "a/b": "2"}})", "/annotations/a~1b",
         53},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const spec::Loaded<spec::Spec> loaded = spec::load_spec(c.text);
        REQUIRE(loaded.findings.size() == 1);
        const Finding& finding = *loaded.findings.begin();
        CHECK(finding.severity == Severity::error);
        CHECK(finding.pointer == c.pointer);
        CHECK(spec::locate(c.text, finding.pointer, finding.part, finding.occurrence) ==
              spec::Position{1, c.column});
    }
}

TEST_CASE("all findings come at once, of loading and of validating") {
    const std::string text = edited(kComplete, {{"/ociVersion", "5"},
                                                {"/process/cwd", "\"tmp\""},
                                                {"/process/user/uid", "-1"},
                                                {"/process/rlimits/1/type", "\"RLIMIT_CORES\""},
                                                {"/mounts/0/destination", "null"},
                                                {"/linux/namespaces/0/type", "\"pids\""},
                                                {"/linux/resources/memory/limit", "\"512M\""}})
                                 .text;
    const spec::Loaded<spec::Spec> loaded = spec::checked_spec(text);
    CHECK(errors_in(loaded.findings) ==
          std::vector<std::string>{"/ociVersion", "/process/user/uid", "/mounts/0/destination",
                                   "/linux/resources/memory/limit", "/linux/namespaces/0/type",
                                   "/process/cwd", "/process/rlimits/1/type"});
}

TEST_CASE("a validation finding does not repeat what loading found at the same place") {
    // Loading leaves the type at its default, which would be there twice.
    const std::string text = edited(kComplete, {{"/linux/namespaces/3/type", "5"}}).text;
    CHECK(errors_in(spec::checked_spec(text).findings) ==
          std::vector<std::string>{"/linux/namespaces/3/type"});
}

TEST_CASE("sections and members for other platforms are ignored with a warning") {
    const spec::Loaded<spec::Spec> loaded = spec::checked_spec(R"({
        "ociVersion": "1.0.0", "root": {"path": "r"},
        "windows": {"layerFolders": [1]}, "solaris": {}, "vm": {"kernel": {}}, "zos": {},
        "freebsd": null,
        "process": {"cwd": "/", "args": ["a"], "commandLine": "a b",
                    "user": {"uid": 0, "gid": 0, "username": ""}},
        "linux": {"intelRdt": {"enableCMT": true, "enableMBM": false}}
    })");
    CHECK_FALSE(loaded.findings.has_errors());
    std::set<std::string> warned;
    for (const Finding& finding : loaded.findings) {
        warned.insert(finding.pointer);
    }
    CHECK(warned == std::set<std::string>{"/windows", "/solaris", "/vm", "/zos",
                                          "/process/commandLine", "/linux/intelRdt/enableCMT",
                                          "/linux/intelRdt/enableMBM"});
}

TEST_CASE("consoleSize is ignored without a terminal, whatever it holds") {
    const spec::Loaded<spec::Process> loaded =
        spec::load_process(R"({"cwd": "/", "args": ["a"], "consoleSize": {"height": "tall"}})");
    CHECK(loaded.findings.empty());
    CHECK_FALSE(loaded.value.console_size.has_value());
    CHECK(spec::load_process(
              R"({"terminal": true, "cwd": "/", "args": ["a"], "consoleSize": {"height": "tall"}})")
              .findings.has_errors());
}

TEST_CASE("the documents of exec and update have their own roots") {
    const spec::Loaded<spec::Process> process =
        spec::checked_process(R"({"cwd": "tmp", "args": [], "user": {"uid": 0, "gid": "0"}})");
    CHECK(errors_in(process.findings) == std::vector<std::string>{"/user/gid", "/args", "/cwd"});

    const spec::Loaded<spec::Resources> resources =
        spec::checked_resources(R"({"memory": {"swap": 1000, "swappiness": 101}})");
    CHECK(errors_in(resources.findings) == std::vector<std::string>{"/memory/swappiness"});
    CHECK(resources.value.memory->swap == 1000);
}

TEST_CASE("mounts for a running container are a list or one mount, judged by its configuration") {
    const auto errors = [](std::string_view bytes, const spec::Spec& container = {}) {
        return errors_in(spec::checked_mounts(bytes, container).findings);
    };
    using Pointers = std::vector<std::string>;
    CHECK(errors(R"([{"destination": "/a", "type": "tmpfs"}])") == Pointers{});
    CHECK(errors(R"({"destination": "/a", "type": "tmpfs"})") == Pointers{});
    CHECK(errors("[]") == Pointers{});
    CHECK(errors("5") == Pointers{""});
    CHECK(errors(R"([{"destination": "/a", "type": "tmpfs"}, {"type": 5}])") ==
          Pointers{"/1/destination", "/1/type"});
    CHECK(errors(R"([{"destination": "/a"}])") == Pointers{"/0/type"});
    CHECK(errors(R"({"destination": "/a"})") == Pointers{"/type"});
    constexpr auto kMapped =
        R"([{"destination": "/a", "source": "/b", "options": ["bind", "idmap"]}])";
    CHECK(errors(kMapped) == Pointers{"/0/options/1"});
    spec::Spec container;
    container.linux.namespaces = {{.type = spec::NamespaceType::user, .path = ""}};
    CHECK(errors(kMapped, container) == Pointers{});
}

TEST_CASE("-1 in a device rule means all") {
    const spec::Loaded<spec::Resources> loaded = spec::checked_resources(
        R"({"devices": [{"allow": true, "type": "c", "major": -1, "minor": -1, "access": "m"}]})");
    CHECK(loaded.findings.empty());
    CHECK_FALSE(loaded.value.devices[0].major.has_value());
    CHECK_FALSE(loaded.value.devices[0].minor.has_value());
}

TEST_CASE("the type of file in a fileMode is dropped where it says the same as the type") {
    const auto mode_of = [](const std::string& device) {
        const std::string text =
            R"({"ociVersion": "1.0.0", "linux": {"devices": [)" + device + "]}}";
        return spec::load_spec(text).value.linux.devices.at(0).file_mode;
    };
    CHECK(mode_of(R"({"type": "c", "path": "/a", "fileMode": 8630})") == 0666U);
    CHECK(mode_of(R"({"type": "b", "path": "/a", "fileMode": 25014})") == 0666U);
    CHECK(mode_of(R"({"type": "p", "path": "/a", "fileMode": 4480})") == 0600U);
    CHECK(mode_of(R"({"type": "p", "path": "/a", "fileMode": 8630})") == 8630U);
}

TEST_CASE("a wrong type is explained, with what to write instead") {
    struct Case {
        std::string pointer, text, message, hint;
    };
    const std::vector<Case> cases = {
        {"/linux/resources/memory/limit", "\"512M\"",
         "\"limit\" must be a whole number, not a string (\"512M\")",
         "write it in bytes: 536870912"},
        {"/linux/resources/pids/limit", "\"5\"",
         "\"limit\" must be a whole number, not a string (\"5\")", "write it without quotes: 5"},
        {"/root/readonly", "\"true\"", "\"readonly\" must be a boolean, not a string (\"true\")",
         "write it without quotes: true"},
        {"/process/user/uid", "1.5", "\"uid\" must be a whole number, not 1.5",
         "write it without fraction and exponent"},
        {"/process/args", "\"sh\"", "\"args\" must be an array, not a string (\"sh\")",
         "write [\"sh\"]"},
        {"/process/args/1", "7", "\"args\"[1] must be a string, not a whole number (7)", ""},
        {"/process", "[]", "\"process\" must be an object, not an array", ""},
        {"/process/user/uid", "4294967296", "\"uid\" is 4294967296, the most is 4294967295", ""},
        {"/process/user/uid", "-3", "\"uid\" must not be negative, but is -3", ""},
        {"/process/user/uid", "99999999999999999999",
         "\"uid\" is out of range: "
         "99999999999999999999",
         ""},
        {"/process/cwd", "null", "\"cwd\" is required, but null", ""},
        {"", "[]", "the document must be an object, not an array", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.pointer, c.text);
        const spec::Loaded<spec::Spec> loaded =
            spec::load_spec(edited(kComplete, {{c.pointer, c.text}}).text);
        REQUIRE(loaded.findings.size() == 1);
        CHECK(loaded.findings.begin()->message == c.message);
        CHECK(loaded.findings.begin()->hint == c.hint);
    }
}
