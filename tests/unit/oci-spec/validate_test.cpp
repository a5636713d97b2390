// Validation: the complete configuration broken in one place after the other, each time with
// exactly the finding that belongs to it.
#include "oci-spec/validate.hpp"
#include "tests/catch.hpp"
#include "tests/unit/oci-spec/complete.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <algorithm>

using spec::Finding;
using spec::Severity;

namespace {

constexpr Severity kError = Severity::error;
constexpr Severity kWarning = Severity::warning;

struct Case {
    Edits edits;
    Severity severity;
    std::string pointer;
    std::string piece;        ///< of the message or the hint
    std::size_t findings = 1; ///< in all
};

/// Takes the namespace at that index away.
std::pair<std::string, std::string> without_namespace(int index) {
    return {base::cat("/linux/namespaces/", index), ""};
}

constexpr int kNetwork = 1, kIpc = 3, kUts = 4, kUser = 5, kTime = 7;

const std::string kNoMappings = "[]";

std::string many_mappings(int count) {
    std::string text = "[";
    for (int i = 0; i < count; ++i) {
        text += base::cat(i == 0 ? "" : ",", R"({"containerID": )", i * 2, R"(, "hostID": )",
                          1000 + i * 2, R"(, "size": 2})");
    }
    return text + "]";
}

void check_cases(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        const Edited document = edited(kComplete, c.edits);
        const spec::Loaded<spec::Spec> loaded = spec::checked_spec(document.text);
        CAPTURE(c.edits, c.pointer);
        std::string all;
        bool found = false;
        for (const Finding& finding : loaded.findings) {
            all += text_of(finding, {"config.json", document.text}) + "\n";
            found = found ||
                    (finding.pointer == c.pointer && finding.severity == c.severity &&
                     (finding.message + " " + finding.hint).find(c.piece) != std::string::npos);
            // A person who reads it can go there.
            CHECK(spec::locate(document.text, finding.pointer, finding.part, finding.occurrence)
                      .has_value());
        }
        CAPTURE(all, c.piece);
        CHECK(found);
        CHECK(loaded.findings.size() == c.findings);
    }
}

} // namespace

TEST_CASE("version, root, names, annotations and hooks are validated") {
    check_cases({
        {{{"/ociVersion", "\"abc\""}}, kError, "/ociVersion", "not \"abc\""},
        {{{"/ociVersion", "\"\""}}, kError, "/ociVersion", "must be a version"},
        {{{"/ociVersion", "\"1.0\""}}, kError, "/ociVersion", "must be a version"},
        {{{"/ociVersion", "\"2.0.0\""}}, kError, "/ociVersion", "major version must be 1"},
        {{{"/ociVersion", "\"0.9.0\""}}, kError, "/ociVersion", "major version must be 1"},
        {{{"/root", ""}}, kError, "/root", "\"root\" is missing"},
        {{{"/root", "null"}}, kError, "/root", "\"root\" is missing"},
        {{{"/root/path", "\"\""}}, kError, "/root/path", "must not be empty"},
        {{without_namespace(kUts), {"/domainname", ""}},
         kError,
         "/hostname",
         "without a uts namespace"},
        {{without_namespace(kUts), {"/hostname", "\"\""}},
         kError,
         "/domainname",
         "without a uts namespace"},
        {{{"/hostname", base::quoted(std::string(65, 'a'))}},
         kError,
         "/hostname",
         "65 bytes, the most is 64"},
        {{{"/annotations", R"({"": "x"})"}}, kError, "/annotations/", "empty key"},
        {{{"/hooks/prestart/0/path", "\"bin/a\""}},
         kError,
         "/hooks/prestart/0/path",
         "absolute path, not \"bin/a\""},
        {{{"/hooks/poststop/0/path", "\"\""}}, kError, "/hooks/poststop/0/path", "absolute path"},
        {{{"/hooks/createRuntime/0/timeout", "0"}},
         kError,
         "/hooks/createRuntime/0/timeout",
         "greater than zero"},
        {{{"/hooks/poststart/0/timeout", "-5"}},
         kError,
         "/hooks/poststart/0/timeout",
         "greater than zero"},
        {{{"/hooks/startContainer/0/env/0", "\"D\""}},
         kWarning,
         "/hooks/startContainer/0/env/0",
         "NAME=VALUE"},
    });
}

TEST_CASE("the process is validated") {
    check_cases({
        {{{"/process/args", "[]"}}, kError, "/process/args", "program to run"},
        {{{"/process/args", ""}}, kError, "/process/args", "program to run"},
        {{{"/process/cwd", "\"tmp\""}}, kError, "/process/cwd", "absolute path, not \"tmp\""},
        {{{"/process/cwd", "\"\""}}, kError, "/process/cwd", "absolute path"},
        {{{"/process/env/0", "\"PATH\""}}, kWarning, "/process/env/0", "no \"=\""},
        {{{"/process/consoleSize/height", "65536"}},
         kError,
         "/process/consoleSize/height",
         "the most is 65535"},
        {{{"/process/user/umask", "512"}}, kError, "/process/user/umask", "decimal"},
        {{{"/process/rlimits/0/type", "\"RLIMIT_NOFILES\""}},
         kError,
         "/process/rlimits/0/type",
         "did you mean \"RLIMIT_NOFILE\"?"},
        {{{"/process/rlimits/0/type", "\"NOFILE\""}},
         kError,
         "/process/rlimits/0/type",
         "getrlimit(2)"},
        {{{"/process/rlimits/1/type", "\"RLIMIT_NOFILE\""}},
         kError,
         "/process/rlimits/1/type",
         "set twice"},
        {{{"/process/rlimits/0/soft", "1025"}},
         kError,
         "/process/rlimits/0/soft",
         "soft limit 1025 is above the hard limit 1024"},
        {{{"/process/capabilities/bounding/1", "\"CAP_FOO\""}},
         kWarning,
         "/process/capabilities/bounding/1",
         "unknown capability \"CAP_FOO\""},
        {{{"/process/capabilities/bounding/1", "\"net_admin\""}},
         kWarning,
         "/process/capabilities/bounding/1",
         "did you mean \"CAP_NET_ADMIN\"?"},
        {{{"/process/capabilities/bounding/1", "\"CAP_CHWON\""}},
         kWarning,
         "/process/capabilities/bounding/1",
         "did you mean \"CAP_CHOWN\"?"},
        {{{"/process/capabilities/inheritable", "[]"}},
         kWarning,
         "/process/capabilities/ambient/0",
         "not both permitted and inheritable"},
        {{{"/process/capabilities/permitted", "[]"}, {"/process/capabilities/ambient", "[]"}},
         kWarning,
         "/process/capabilities/effective/0",
         "not permitted"},
        {{{"/process/oomScoreAdj", "1001"}}, kError, "/process/oomScoreAdj", "-1000 to 1000"},
        {{{"/process/oomScoreAdj", "-1001"}}, kError, "/process/oomScoreAdj", "-1000 to 1000"},
        {{{"/process/ioPriority/priority", "8"}}, kError, "/process/ioPriority/priority", "to 7"},
        {{{"/process/ioPriority/priority", "-1"}}, kError, "/process/ioPriority/priority", "to 7"},
        {{{"/process/execCPUAffinity/initial", "\"a\""}},
         kError,
         "/process/execCPUAffinity/initial",
         "list of CPUs"},
        {{{"/process/execCPUAffinity/final", "\"3-1\""}},
         kError,
         "/process/execCPUAffinity/final",
         "list of CPUs"},
        {{{"/process/user/uid", "20"}}, kError, "/process/user/uid", "not in linux.uidMappings"},
        {{{"/process/user/gid", "20"}}, kError, "/process/user/gid", "not in linux.gidMappings"},
        {{{"/process/user/additionalGids/1", "21"}},
         kError,
         "/process/user/additionalGids/1",
         "not in linux.gidMappings"},
        {{{"/process/user", ""},
          {"/linux/uidMappings", R"([{"containerID": 1, "hostID": 1, "size": 1}])"}},
         kError,
         "/process/user/uid",
         "the id 0 is not in linux.uidMappings"},
        {{{"/process/user/uid", "4294967295"}}, kError, "/process/user/uid", "\"none\"", 2},
    });
}

TEST_CASE("the scheduler is validated as sched_setattr(2) would") {
    const auto scheduler = [](std::string text) { return Edits{{"/process/scheduler", text}}; };
    check_cases({
        {scheduler(R"({"policy": "SCHED_OTHER", "nice": 20})"), kError, "/process/scheduler/nice",
         "-20 to 19"},
        {scheduler(R"({"policy": "SCHED_BATCH", "nice": -21})"), kError, "/process/scheduler/nice",
         "-20 to 19"},
        {scheduler(R"({"policy": "SCHED_RR", "priority": 5, "nice": 1})"), kWarning,
         "/process/scheduler/nice", "no effect under SCHED_RR"},
        {scheduler(R"({"policy": "SCHED_OTHER", "priority": 1})"), kError,
         "/process/scheduler/priority", "must be 0 under SCHED_OTHER"},
        {scheduler(R"({"policy": "SCHED_FIFO"})"), kError, "/process/scheduler/priority",
         "from 1 to 99"},
        {scheduler(R"({"policy": "SCHED_FIFO", "priority": 100})"), kError,
         "/process/scheduler/priority", "from 1 to 99"},
        {scheduler(R"({"policy": "SCHED_IDLE", "runtime": 5000})"), kError,
         "/process/scheduler/runtime", "only for SCHED_DEADLINE"},
        {scheduler(R"({"policy": "SCHED_DEADLINE"})"), kError, "/process/scheduler/deadline",
         "needs a \"deadline\""},
        {scheduler(R"({"policy": "SCHED_DEADLINE", "runtime": 1023, "deadline": 5000})"), kError,
         "/process/scheduler/runtime", "at least 1024"},
        {scheduler(R"({"policy": "SCHED_DEADLINE", "runtime": 6000, "deadline": 5000})"), kError,
         "/process/scheduler/runtime", "above \"deadline\""},
        {scheduler(
             R"({"policy": "SCHED_DEADLINE", "runtime": 2000, "deadline": 5000, "period": 4000})"),
         kError, "/process/scheduler/deadline", "above \"period\""},
        {scheduler(
             R"({"policy": "SCHED_DEADLINE", "runtime": 2000, "deadline": 9223372036854775808})"),
         kError, "/process/scheduler/deadline", "2^63"},
        {scheduler(R"({"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_UTIL_CLAMP_MAX"]})"),
         kWarning, "/process/scheduler/flags/0", "utilisation to 0"},
        {scheduler(R"({"policy": "SCHED_ISO"})"), kWarning, "/process/scheduler/policy",
         "no kernel"},
    });
}

TEST_CASE("mounts are validated") {
    const auto mount = [](std::string text) { return Edits{{"/mounts/0", text}}; };
    check_cases({
        {{{"/mounts/0/destination", "\"\""}}, kError, "/mounts/0/destination", "not be empty"},
        {{{"/mounts/0/destination", "\"proc\""}},
         kWarning,
         "/mounts/0/destination",
         "write \"/proc\""},
        {mount(R"({"destination": "/a", "type": "bind", "source": "/b"})"), kError,
         "/mounts/0/type", "no filesystem \"bind\""},
        {mount(R"({"destination": "/a", "source": "/b"})"), kError, "/mounts/0/type",
         "needs a \"type\""},
        {mount(R"({"destination": "/a", "options": ["bind"]})"), kError, "/mounts/0/source",
         "needs a \"source\""},
        {{{"/mounts/1/gidMappings", ""}},
         kError,
         "/mounts/1/uidMappings",
         "\"gidMappings\" is missing"},
        {{{"/mounts/1/uidMappings", "null"}},
         kError,
         "/mounts/1/gidMappings",
         "\"uidMappings\" is missing"},
        {{{"/mounts/1/options/2", ""}}, kWarning, "/mounts/1/uidMappings", "older runtimes"},
        {{{"/mounts/1/uidMappings", ""},
          {"/mounts/1/gidMappings", ""},
          {"/linux/uidMappings", ""},
          {"/linux/gidMappings", ""},
          without_namespace(kUser)},
         kError,
         "/mounts/1/options/2",
         "or a user namespace"},
        {{{"/mounts/1/uidMappings/0/size", "0"}},
         kError,
         "/mounts/1/uidMappings/0/size",
         "must not be 0"},
        {{{"/mounts/1/options/1", "\"nosiud\""}},
         kWarning,
         "/mounts/1/options/1",
         "did you mean \"nosuid\"?"},
        {{{"/mounts/1/options/1", "\"size=5\""}},
         kWarning,
         "/mounts/1/options/1",
         "a bind mount has no option"},
        {{{"/mounts/1/options/1", "\"nosuid,nodev\""}},
         kWarning,
         "/mounts/1/options/1",
         "an entry of its own"},
        {{{"/mounts/1/options/2", "\"idmap=uids=0-0-10;gids=0-0-10\""}},
         kError,
         "/mounts/1/options/2",
         "given twice"},
        {mount(
             R"({"destination": "/a", "source": "/b", "options": ["bind", "idmap=uids=0-0-10"]})"),
         kError, "/mounts/0/options/1", "\"gids\" is missing"},
        {mount(R"({"destination": "/a", "source": "/b",
                   "options": ["bind", "ridmap=uids=0-0-10#5-50-1;gids=0-0-10"]})"),
         kError, "/mounts/0/options/1", "overlap"},
        {mount(R"({"destination": "/a", "source": "/b",
                   "options": ["bind", "idmap=uids=@0-4000000000-1;gids=0-0-10"]})"),
         kError, "/mounts/0/options/1", "has no id 4000000000"},
        {mount(R"({"destination": "/a", "type": "tmpfs", "options": ["idmap"]})"), kError,
         "/mounts/0/options/0", "only a bind mount can be mapped"},
        {mount(R"({"destination": "/a", "type": "tmpfs", "options": ["src-nofollow"]})"), kError,
         "/mounts/0/options/0", "only for a bind mount"},
        {mount(R"({"destination": "/a", "source": "/b",
                   "options": ["bind", "copy-symlink", "dest-nofollow"]})"),
         kError, "/mounts/0/options/2", "contradicts"},
        {mount(R"({"destination": "/a", "type": "proc", "options": ["tmpcopyup"]})"), kWarning,
         "/mounts/0/options/0", "only for a tmpfs"},
    });
}

TEST_CASE("namespaces and mappings are validated") {
    check_cases({
        {{{"/linux/namespaces/0/type", "\"mount\""}},
         kError,
         "/linux/namespaces/2",
         "\"mount\" is listed twice"},
        {{{"/linux/namespaces/1/path", "\"run/netns/a\""}},
         kError,
         "/linux/namespaces/1/path",
         "must be absolute"},
        {{without_namespace(kUser)}, kError, "/linux/uidMappings", "no effect", 2},
        {{{"/linux/uidMappings", kNoMappings}},
         kError,
         "/linux/uidMappings",
         "needs \"uidMappings\""},
        {{{"/linux/gidMappings", ""}}, kError, "/linux/gidMappings", "needs \"gidMappings\""},
        {{{"/linux/uidMappings/1/size", "0"}},
         kError,
         "/linux/uidMappings/1/size",
         "must not be 0"},
        {{{"/linux/uidMappings/1/containerID", "9"}},
         kError,
         "/linux/uidMappings/1/containerID",
         "overlap with those of mapping 0"},
        {{{"/linux/uidMappings/1/hostID", "991"}},
         kError,
         "/linux/uidMappings/1/hostID",
         "overlap with those of mapping 0"},
        {{{"/linux/uidMappings/1/hostID", "4294967286"}},
         kError,
         "/linux/uidMappings/1/hostID",
         "the last id is 4294967294"},
        {{{"/linux/uidMappings/1/containerID", "4294967290"}},
         kError,
         "/linux/uidMappings/1/containerID",
         "reach up to"},
        {{{"/linux/uidMappings", many_mappings(341)}},
         kError,
         "/linux/uidMappings",
         "341 mappings are more than the kernel's 340"},
        {{without_namespace(kTime)}, kError, "/linux/timeOffsets", "needs a time namespace"},
        {{{"/linux/namespaces/7", R"({"type": "time", "path": "/proc/1/ns/time"})"}},
         kError,
         "/linux/timeOffsets",
         "that is joined"},
        {{{"/linux/timeOffsets", R"({"realtime": {"secs": 1}})"}},
         kError,
         "/linux/timeOffsets/realtime",
         "monotonic and boottime"},
        {{{"/linux/timeOffsets/monotonic/nanosecs", "1000000000"}},
         kError,
         "/linux/timeOffsets/monotonic/nanosecs",
         "the most is 999999999"},
        {{{"/linux/timeOffsets/boottime/secs", "-9223372037"}},
         kError,
         "/linux/timeOffsets/boottime/secs",
         "\"secs\" is -9223372037"},
    });
    CHECK(spec::checked_spec(edited(kComplete, {{"/linux/uidMappings", many_mappings(340)}}).text)
              .findings.empty());
    CHECK(
        spec::checked_spec(edited(kComplete, {{"/linux/uidMappings/1/hostID", "4294967285"}}).text)
            .findings.empty());
}

TEST_CASE("devices and network devices are validated") {
    const auto device = [](std::string text) { return Edits{{"/linux/devices/1", text}}; };
    const auto moved = [](std::string text) { return Edits{{"/linux/netDevices", text}}; };
    check_cases({
        {{{"/linux/devices/0/path", "\"dev/fuse\""}},
         kError,
         "/linux/devices/0/path",
         "must be absolute"},
        {{{"/linux/devices/0/major", ""}}, kError, "/linux/devices/0/major", "needs \"major\""},
        {{{"/linux/devices/0/minor", "null"}}, kError, "/linux/devices/0/minor", "needs \"minor\""},
        {{{"/linux/devices/0/major", "4096"}}, kError, "/linux/devices/0/major", "0 to 4095"},
        {{{"/linux/devices/0/minor", "-1"}}, kError, "/linux/devices/0/minor", "0 to 1048575"},
        {{{"/linux/devices/0/fileMode", "65536"}},
         kError,
         "/linux/devices/0/fileMode",
         "the most is 511"},
        {{{"/linux/devices/0/fileMode", "25014"}},
         kError,
         "/linux/devices/0/fileMode",
         "the most is 511"}, // a block device's st_mode
        {{{"/linux/devices/0/fileMode", "666"}},
         kWarning,
         "/linux/devices/0/fileMode",
         "(01232), more than permissions"},
        {device(R"({"type": "c", "path": "/dev/fuse", "major": 10, "minor": 229})"), kWarning,
         "/linux/devices/1/path", "listed twice"},
        {device(R"({"type": "c", "path": "/dev/fuse", "major": 10, "minor": 230})"), kError,
         "/linux/devices/1/path", "two different devices"},
        {device(R"({"type": "c", "path": "/dev/other", "major": 10, "minor": 229})"), kWarning,
         "/linux/devices/1/path", "the same device as \"/dev/fuse\""},
        {{without_namespace(kNetwork), {"/linux/sysctl", ""}},
         kError,
         "/linux/netDevices",
         "needs a network namespace"},
        {moved(R"({"a_name_of_16_byt": {}})"), kError, "/linux/netDevices/a_name_of_16_byt",
         "1 to 15 bytes"},
        {moved(R"({"a/b": {}})"), kError, "/linux/netDevices/a~1b", "cannot be the name"},
        {moved(R"({"": {}})"), kError, "/linux/netDevices/", "cannot be the name"},
        {moved(R"({"lo": {}})"), kError, "/linux/netDevices/lo", "cannot be moved"},
        {moved(R"({"a": {"name": "b c"}})"), kError, "/linux/netDevices/a/name",
         "cannot be the name"},
        {moved(R"({"a": {"name": ".."}})"), kError, "/linux/netDevices/a/name",
         "cannot be the name"},
        {moved(R"({"a": {"name": "lo"}})"), kError, "/linux/netDevices/a/name", "already"},
        {moved(R"({"a": {"name": "e%s"}})"), kError, "/linux/netDevices/a/name", "\"%d\" once"},
        {moved(R"({"a": {"name": "e%d%d"}})"), kError, "/linux/netDevices/a/name", "\"%d\" once"},
        {moved(R"({"a": {"name": "b"}, "b": {}})"), kError, "/linux/netDevices/b",
         "would both be called \"b\""},
        {moved(R"({"a": {"name": "c"}, "b": {"name": "c"}})"), kError, "/linux/netDevices/b",
         "would both be called \"c\""},
    });
    CHECK(spec::checked_spec(
              edited(kComplete, moved(R"({"a": {"name": "e%d"}, "b": {"name": "e%d"}})")).text)
              .findings.empty());
}

TEST_CASE("paths and kernel parameters are validated") {
    const auto sysctl = [](std::string text) { return Edits{{"/linux/sysctl", text}}; };
    check_cases({
        {{{"/linux/maskedPaths/0", "\"proc\""}},
         kError,
         "/linux/maskedPaths/0",
         "holds absolute paths, not \"proc\""},
        {{{"/linux/readonlyPaths/0", "\"\""}}, kError, "/linux/readonlyPaths/0", "absolute paths"},
        {{{"/linux/cgroupsPath", "\"/a/../b\""}}, kError, "/linux/cgroupsPath", "\"..\""},
        {{{"/linux/cgroupsPath", "\"..\""}}, kError, "/linux/cgroupsPath", "\"..\""},
        {{{"/linux/cgroupsPath", "\"a\\nb\""}}, kError, "/linux/cgroupsPath", "control character"},
        {sysctl(R"({"vm.overcommit_memory": "1"})"), kError, "/linux/sysctl/vm.overcommit_memory",
         "belongs to the whole host"},
        {sysctl(R"({"kernel/core_pattern": "x"})"), kError, "/linux/sysctl/kernel~1core_pattern",
         "belongs to the whole host"},
        {sysctl(R"({"net/../kernel/core_pattern": "x"})"), kError,
         "/linux/sysctl/net~1..~1kernel~1core_pattern", "is not a kernel parameter"},
        {sysctl(R"({"net.ipv4.//.//.kernel": "x"})"), kError,
         "/linux/sysctl/net.ipv4.~1~1.~1~1.kernel", "is not a kernel parameter"},
        {sysctl(R"({"": "x"})"), kError, "/linux/sysctl/", "is not a kernel parameter"},
        {{without_namespace(kNetwork), {"/linux/netDevices", ""}},
         kError,
         "/linux/sysctl/net.ipv4.ip_forward",
         "without a namespace of type network"},
        {{without_namespace(kIpc)},
         kError,
         "/linux/sysctl/kernel~1shmmax",
         "without a namespace of type ipc"},
        {sysctl(R"({"kernel.hostname": "other"})"), kError, "/linux/sysctl/kernel.hostname",
         "contradicts \"hostname\""},
        {{{"/hostname", ""},
          {"/domainname", ""},
          without_namespace(kUts),
          {"/linux/sysctl", R"({"kernel.domainname": "x"})"}},
         kError,
         "/linux/sysctl/kernel.domainname",
         "without a namespace of type uts"},
    });
    CHECK(spec::checked_spec(edited(kComplete, sysctl(R"({"fs.mqueue.msg_max": "5",
              "net.ipv4.conf.eth0/1.forwarding": "1", "kernel.hostname": "slartibartfast"})"))
                                 .text)
              .findings.empty());
}

TEST_CASE("resources are validated") {
    const std::string memory = "/linux/resources/memory", cpu = "/linux/resources/cpu",
                      block_io = "/linux/resources/blockIO";
    check_cases({
        {{{"/linux/resources/devices/1/access", "\"rx\""}},
         kError,
         "/linux/resources/devices/1/access",
         "made of r, w and m"},
        {{{"/linux/resources/devices/1/major", "-2"}},
         kError,
         "/linux/resources/devices/1/major",
         "0 to 4095"},
        {{{"/linux/resources/devices/1/minor", "1048576"}},
         kError,
         "/linux/resources/devices/1/minor",
         "0 to 1048575"},
        {{{memory + "/limit", "-2"}}, kError, memory + "/limit", "-1 for unlimited", 2},
        {{{memory + "/kernel", "-2"}}, kError, memory + "/kernel", "-1 for unlimited"},
        {{{memory + "/swap", "1000"}}, kError, memory + "/swap", "is below \"limit\""},
        {{{memory + "/limit", ""}}, kError, memory + "/swap", "needs a \"limit\""},
        {{{memory + "/limit", "-1"}}, kError, memory + "/swap", "needs a \"limit\""},
        {{{memory + "/reservation", "536870913"}},
         kWarning,
         memory + "/reservation",
         "is above \"limit\""},
        {{{memory + "/swappiness", "101"}}, kError, memory + "/swappiness", "0 to 100"},
        {{{cpu + "/quota", "999"}, {cpu + "/burst", ""}},
         kError,
         cpu + "/quota",
         "the least is 1000"},
        {{{cpu + "/period", "999"}}, kError, cpu + "/period", "1000 to 1000000"},
        {{{cpu + "/period", "1000001"}}, kError, cpu + "/period", "1000 to 1000000"},
        {{{cpu + "/burst", "1000001"}}, kError, cpu + "/burst", "is above \"quota\""},
        {{{cpu + "/realtimeRuntime", "1000001"}},
         kError,
         cpu + "/realtimeRuntime",
         "is above \"realtimePeriod\""},
        {{{cpu + "/idle", "2"}}, kError, cpu + "/idle", "0 to 1"},
        {{{cpu + "/cpus", "\"x\""}}, kError, cpu + "/cpus", "must be a list like"},
        {{{cpu + "/mems", "\"3-0\""}}, kError, cpu + "/mems", "must be a list like"},
        {{{"/linux/resources/pids/limit", "-2"}},
         kError,
         "/linux/resources/pids/limit",
         "-1 for unlimited"},
        {{{block_io + "/weight", "1001"}}, kError, block_io + "/weight", "0 to 1000"},
        {{{block_io + "/leafWeight", "1001"}}, kError, block_io + "/leafWeight", "0 to 1000"},
        {{{block_io + "/weightDevice/0", R"({"major": 8, "minor": 0})"}},
         kError,
         block_io + "/weightDevice/0/weight",
         "\"weight\" or \"leafWeight\""},
        {{{block_io + "/throttleReadIOPSDevice/0/major", "-1"}},
         kError,
         block_io + "/throttleReadIOPSDevice/0/major",
         "0 to 4095"},
        {{{"/linux/resources/hugepageLimits/0/pageSize", "\"2048\""}},
         kError,
         "/linux/resources/hugepageLimits/0/pageSize",
         "64KB, 2MB or 1GB"},
        {{{"/linux/resources/hugepageLimits/0/pageSize", "\"0MB\""}},
         kError,
         "/linux/resources/hugepageLimits/0/pageSize",
         "64KB, 2MB or 1GB"},
        {{{"/linux/resources/hugepageLimits",
           R"([{"pageSize": "2MB", "limit": 1}, {"pageSize": "2MB", "limit": 2}])"}},
         kError,
         "/linux/resources/hugepageLimits/1/pageSize",
         "limited twice"},
        {{{"/linux/resources/network/priorities/0/name", "\"\""}},
         kError,
         "/linux/resources/network/priorities/0/name",
         "cannot be the name"},
        {{{"/linux/resources/rdma", R"({"mlx5_1": {}})"}},
         kError,
         "/linux/resources/rdma/mlx5_1",
         "\"hcaHandles\" or \"hcaObjects\""},
        {{{"/linux/resources/rdma", R"({"a b": {"hcaHandles": 1}})"}},
         kError,
         "/linux/resources/rdma/a b",
         "cannot be the name"},
        {{{"/linux/resources/unified", R"({"../memory.max": "1"})"}},
         kError,
         "/linux/resources/unified/..~1memory.max",
         "cannot be a file"},
        {{{"/linux/resources/unified", R"({"": "1"})"}},
         kError,
         "/linux/resources/unified/",
         "cannot be a file"},
    });
}

TEST_CASE("seccomp is validated") {
    const std::string seccomp = "/linux/seccomp", syscall = "/linux/seccomp/syscalls/0";
    check_cases({
        {{{seccomp + "/defaultAction", "\"SCMP_ACT_ALLOW\""}},
         kError,
         seccomp + "/defaultErrnoRet",
         "not for SCMP_ACT_ALLOW"},
        {{{syscall + "/action", "\"SCMP_ACT_KILL\""}},
         kError,
         syscall + "/errnoRet",
         "not for SCMP_ACT_KILL"},
        {{{syscall + "/errnoRet", "4096"}}, kError, syscall + "/errnoRet", "is 4095"},
        {{{syscall + "/action", "\"SCMP_ACT_TRACE\""}, {syscall + "/errnoRet", "65536"}},
         kError,
         syscall + "/errnoRet",
         "is 65535"},
        {{{seccomp + "/listenerPath", ""}},
         kError,
         seccomp + "/listenerMetadata",
         "without \"listenerPath\""},
        {{{seccomp + "/listenerPath", ""},
          {seccomp + "/listenerMetadata", ""},
          {syscall + "/errnoRet", ""},
          {syscall + "/action", "\"SCMP_ACT_NOTIFY\""}},
         kError,
         seccomp + "/listenerPath",
         "needs \"listenerPath\""},
        {{{syscall + "/names", "[]"}}, kError, syscall + "/names", "at least one"},
        {{{syscall + "/names/1", "\"\""}}, kError, syscall + "/names/1", "must not be empty"},
        {{{syscall + "/args/0/index", "6"}}, kError, syscall + "/args/0/index", "arguments 0 to 5"},
        {{{syscall + "/args/0/op", "\"SCMP_CMP_EQ\""}},
         kWarning,
         syscall + "/args/0/valueTwo",
         "only for SCMP_CMP_MASKED_EQ"},
        {{{seccomp + "/flags/0", "\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\""}},
         kWarning,
         seccomp + "/flags/0",
         "no effect without SCMP_ACT_NOTIFY"},
    });
}

TEST_CASE("Intel RDT and the memory policy are validated") {
    const std::string rdt = "/linux/intelRdt";
    const auto policy = [](std::string text) { return Edits{{"/linux/memoryPolicy", text}}; };
    check_cases({
        {{{rdt + "/closID", "\"a/b\""}}, kError, rdt + "/closID", "names a directory"},
        {{{rdt + "/closID", "\"..\""}}, kError, rdt + "/closID", "names a directory"},
        {{{rdt + "/closID", "\"a\\nb\""}}, kError, rdt + "/closID", "names a directory"},
        {{{rdt + "/l3CacheSchema", "\"MB:0=1\""}}, kWarning, rdt + "/l3CacheSchema", "\"L3:\""},
        {{{rdt + "/l3CacheSchema", "\"L3:0=1\\nL3:1=1\""}},
         kWarning,
         rdt + "/l3CacheSchema",
         "newline"},
        {{{rdt + "/memBwSchema", "\"0=1\""}},
         kError,
         rdt + "/memBwSchema",
         "must start with \"MB:\""},
        {{{rdt + "/memBwSchema", "\"MB:0=1\\n\""}}, kError, rdt + "/memBwSchema", "newline"},
        {{{rdt + "/schemata/0", "\"L2:0=f\\nL2:1=f\""}}, kError, rdt + "/schemata/0", "newline"},
        {policy(R"({"mode": "MPOL_DEFAULT", "nodes": "0"})"), kError, "/linux/memoryPolicy/nodes",
         "MPOL_DEFAULT takes no \"nodes\""},
        {policy(R"({"mode": "MPOL_LOCAL", "nodes": "0"})"), kError, "/linux/memoryPolicy/nodes",
         "MPOL_LOCAL takes no \"nodes\""},
        {policy(R"({"mode": "MPOL_BIND"})"), kError, "/linux/memoryPolicy/nodes",
         "MPOL_BIND needs \"nodes\""},
        {policy(R"({"mode": "MPOL_WEIGHTED_INTERLEAVE", "nodes": ""})"), kError,
         "/linux/memoryPolicy/nodes", "needs \"nodes\""},
        {policy(R"({"mode": "MPOL_BIND", "nodes": "x"})"), kError, "/linux/memoryPolicy/nodes",
         "list of memory nodes"},
        {policy(R"({"mode": "MPOL_BIND", "nodes": "0",
                    "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]})"),
         kError, "/linux/memoryPolicy/flags/1", "exclude each other"},
        {policy(R"({"mode": "MPOL_PREFERRED", "flags": ["MPOL_F_RELATIVE_NODES"]})"), kError,
         "/linux/memoryPolicy/flags/0", "nothing to work on"},
        {policy(R"({"mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_NUMA_BALANCING"]})"),
         kError, "/linux/memoryPolicy/flags/0", "only for MPOL_BIND"},
    });
    for (const std::string_view good :
         {R"({"mode": "MPOL_DEFAULT"})", R"({"mode": "MPOL_PREFERRED"})",
          R"({"mode": "MPOL_PREFERRED_MANY", "nodes": "0", "flags": ["MPOL_F_NUMA_BALANCING"]})"}) {
        CHECK(
            spec::checked_spec(edited(kComplete, policy(std::string(good))).text).findings.empty());
    }
    CHECK(
        spec::checked_spec(edited(kComplete, {{rdt + "/closID", "\"/\""}}).text).findings.empty());
}

TEST_CASE("a document made to be slow is read in time and has a bounded number of findings") {
    const auto repeated = [](std::string_view piece, int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += base::cat(i == 0 ? "" : ",", piece);
        }
        return text;
    };
    std::string keys;
    for (int i = 0; i < 50000; ++i) {
        keys += base::cat(",\"k", i, "\":0");
    }
    constexpr int kMany = 50000;
    const std::vector<std::string> texts = {
        base::cat(R"({"process": {"cwd": "/", "args": [)", repeated("5", kMany), "]}}"),
        base::cat(R"({"process": {"cwd": "/", "rlimits": [)",
                  repeated(R"({"type": "X", "soft": 1, "hard": 0})", kMany), "]}}"),
        base::cat(R"({"process": {"cwd": "/", "capabilities": {"permitted": [)",
                  repeated("\"CAP_CHOWN\"", kMany), R"(], "effective": [)",
                  repeated("\"CAP_KILL\"", kMany), "]}}}"),
        base::cat(R"({"linux": {"devices": [)",
                  repeated(R"({"type": "c", "path": "/a", "major": 1, "minor": 1})", kMany), "]}}"),
        base::cat(R"({"linux": {"resources": {"hugepageLimits": [)",
                  repeated(R"({"pageSize": "2MB", "limit": 1})", kMany), "]}}}"),
        base::cat(R"({"linux": {"namespaces": [{"type": "user"}], "uidMappings": [)",
                  repeated(R"({"containerID": 1, "hostID": 1, "size": 1})", kMany),
                  R"(]}, "process": {"user": {"additionalGids": [)", repeated("7", kMany), "]}}}"),
        base::cat(R"({"a": 1)", keys, "}"),
        base::cat(R"({")", std::string(500000, 'k'), R"(": 1, "linux": {"rootfsPropagation": ")",
                  std::string(500000, 'w'), R"("}})"),
    };
    for (const std::string& text : texts) {
        const spec::Loaded<spec::Spec> loaded = spec::checked_spec(text);
        CHECK(loaded.findings.size() <= 2 * (spec::Findings::kMost + 1));
        CHECK(loaded.findings.has_errors());
        for (const Finding& finding : loaded.findings) {
            CHECK(text_of(finding, {"config.json", text}).size() < 1000);
        }
    }
    std::size_t more = 0;
    for (const Finding& finding : spec::checked_spec(texts.front()).findings) {
        more += finding.message == "there are more errors than the 100 listed here" ? 1U : 0U;
    }
    CHECK(more == 1);
}

TEST_CASE("values that no document was loaded for are validated too") {
    spec::Spec config = spec::checked_spec(kComplete).value;
    CHECK(validate(config).empty());
    config.process->cwd = "tmp";
    config.linux.resources->pids->limit = -2;
    REQUIRE(validate(config).size() == 2);
    CHECK(validate(config).begin()->pointer == "/process/cwd");
    REQUIRE(validate(*config.process).size() == 1);
    CHECK(validate(*config.process).begin()->pointer == "/cwd");
    REQUIRE(validate(*config.linux.resources).size() == 1);
    CHECK(validate(*config.linux.resources).begin()->pointer == "/pids/limit");

    config.process->cwd = "/";
    config.process->user.additional_gids.assign(65537, 5);
    REQUIRE(validate(*config.process).size() == 1);
    CHECK(validate(*config.process).begin()->pointer == "/user/additionalGids");
}

TEST_CASE("what the specification allows is not found fault with") {
    const std::vector<Edits> cases = {
        {{"/ociVersion", "\"1.0.0\""}},
        {{"/ociVersion", "\"1.99.3-rc.1+x\""}},
        {{"/process", ""}}, // only start needs it
        {{"/process/terminal", "false"}},
        {{"/hooks", "null"}},
        {{"/process/rlimits", "null"}},
        {{"/process/env", "[\"A=\", \"B=b=b\"]"}},
        {{"/root/path", "\"/abs\""}},
        {{"/linux/resources/pids/limit", "-1"}},
        {{"/linux/resources/memory/limit", "-1"}, {"/linux/resources/memory/swap", "-1"}},
        {{"/linux/resources/cpu/quota", "-1"}},
        {{"/linux/resources/cpu/period", "0"}},
        {{"/linux/cgroupsPath", "\"system.slice:prefix:name\""}},
        {{"/linux/cgroupsPath", "\"a/b..c\""}},
        {{"/linux/rootfsPropagation", "\"rprivate\""}},
        {{"/linux/devices/0/type", "\"u\""}},
        {{"/linux/devices/0/fileMode", "8630"}}, // 020666, as podman writes it
        {{"/linux/namespaces/5", R"({"type": "user", "path": "/proc/1/ns/user"})"}},
        {{"/mounts/1/uidMappings", ""}, {"/mounts/1/gidMappings", ""}}, // those of the container
        {{"/mounts/0/type", "\"tmpfs\""}, {"/mounts/0/source", ""}},
    };
    for (const Edits& edits : cases) {
        const std::string text = edited(kComplete, edits).text;
        CAPTURE(edits);
        for (const Finding& finding : spec::checked_spec(text).findings) {
            FAIL_CHECK(text_of(finding, {"config.json", text}));
        }
    }
    CHECK(spec::checked_spec(R"({"ociVersion": "1.0.0", "root": {"path": "rootfs"}})")
              .findings.empty());
}
