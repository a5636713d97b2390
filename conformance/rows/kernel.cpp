// F. sysctl, personality, memory policy, Intel RDT.
#include "conformance/rows/rows.hpp"

#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kSysctl = "config-linux.md#sysctl";
constexpr auto kPersonality = "config-linux.md#personality";
constexpr auto kPolicy = "config-linux.md#memory-policy";
constexpr auto kRdt = "config-linux.md#intelrdt";

// --- sysctl --------------------------------------------------------------------------------------

struct Parameter {
    const char* id;
    const char* key;
    const char* file;
    const char* value;
};

constexpr Parameter kParameters[] = {
    {"S1.net", "net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward", "1"},
    {"S1.ipc", "kernel.shm_rmid_forced", "/proc/sys/kernel/shm_rmid_forced", "1"},
    {"S1.ipc-number", "kernel.msgmax", "/proc/sys/kernel/msgmax", "12345"},
    {"S1.mqueue", "fs.mqueue.msg_max", "/proc/sys/fs/mqueue/msg_max", "15"},
};

void parameter(Case& c, const Parameter& one) {
    const std::optional<std::string> before = try_read(one.file);
    c.needs(before.has_value(), std::string("this kernel has no ") + one.key);
    c.linux_part()["sysctl"] = {{one.key, one.value}};
    c.script(std::string("read ") + one.file);
    c.same(trimmed(c.run().step("read")["text"].get<std::string>()), one.value, one.key);
    c.same(trimmed(read_text(one.file)), trimmed(*before), "the runtime's own value");
}

Rows parameter_rows() {
    Rows rows;
    for (const Parameter& one : kParameters) {
        rows.push_back({one.id, kMust, "1.0", kSysctl, std::string(one.key) + " of the container",
                        [&one](Case& c) { parameter(c, one); }});
    }
    return rows;
}

void several(Case& c) {
    c.linux_part()["sysctl"] = {{"net.ipv4.ip_forward", "1"}, {"net.core.somaxconn", "256"}};
    c.script("read /proc/sys/net/ipv4/ip_forward , read /proc/sys/net/core/somaxconn");
    const Report report = c.run();
    c.same(report.step("read", "/proc/sys/net/ipv4/ip_forward")["text"], "1\n", "ip_forward");
    c.same(report.step("read", "/proc/sys/net/core/somaxconn")["text"], "256\n", "somaxconn");
}

void of_the_host(Case& c) {
    // Asked for with the value that it has: nothing changes, should the runtime write it.
    const std::string file = "/proc/sys/vm/swappiness";
    c.needs(fs::exists(file), "this kernel has no vm.swappiness");
    c.linux_part()["sysctl"] = {{"vm.swappiness", trimmed(read_text(file))}};
    c.refused();
}

void of_a_shared_namespace(Case& c) {
    // The suite's own network namespace is no host's.
    c.drop_namespace("network");
    c.linux_part()["sysctl"] = {{"net.ipv4.ip_forward", "1"}};
    c.refused();
}

void of_the_runtimes_own_namespace(Case& c) {
    c.use_namespace("network", "/proc/self/ns/net");
    c.linux_part()["sysctl"] = {{"net.ipv4.ip_forward", "1"}};
    c.refused();
}

// --- personality ---------------------------------------------------------------------------------

void personality_linux32(Case& c) {
    utsname names{};
    ::uname(&names);
    c.needs(std::string_view(names.machine) == "x86_64", "LINUX32 is about x86_64 here");
    c.linux_part()["personality"] = {{"domain", "LINUX32"}};
    c.script("see personality uts");
    const Report report = c.run();
    c.same(report.seen("personality").get<int>() & PER_MASK, PER_LINUX32, "the domain");
    c.same(report.seen("uts")["machine"], "i686", "what uname says");
}

void personality_linux(Case& c) {
    c.linux_part()["personality"] = {{"domain", "LINUX"}};
    c.script("see personality");
    c.same(c.run().seen("personality").get<int>() & PER_MASK, PER_LINUX, "the domain");
}

// --- memory policy -------------------------------------------------------------------------------

struct Policy {
    const char* id;
    const char* mode;
    const char* nodes;
    const char* flags;
    int seen; ///< by get_mempolicy(2)
};

constexpr int kStaticNodes = 1 << 15;
constexpr int kRelativeNodes = 1 << 14;
constexpr int kNumaBalancing = 1 << 13;
constexpr Policy kPolicies[] = {
    {"Q1.bind", "MPOL_BIND", "0", "", 2},
    {"Q1.preferred", "MPOL_PREFERRED", "0", "", 1},
    {"Q1.interleave", "MPOL_INTERLEAVE", "0", "", 3},
    {"Q1.local", "MPOL_LOCAL", "", "", 4},
    {"Q1.default", "MPOL_DEFAULT", "", "", 0},
    {"Q1.preferred-many", "MPOL_PREFERRED_MANY", "0", "", 5},
    {"Q1.weighted-interleave", "MPOL_WEIGHTED_INTERLEAVE", "0", "", 6},
    {"Q1.relative-nodes", "MPOL_INTERLEAVE", "0", "MPOL_F_RELATIVE_NODES", 3 | kRelativeNodes},
    {"Q1.numa-balancing", "MPOL_BIND", "0", "MPOL_F_NUMA_BALANCING", 2 | kNumaBalancing},
    {"Q1.static-nodes", "MPOL_BIND", "0", "MPOL_F_STATIC_NODES", 2 | kStaticNodes},
};

constexpr int kFlagsOfPolicy = kStaticNodes | kRelativeNodes | kNumaBalancing;

/// What the kernel makes of the policy where a process of this suite asks for it; -1 if it does not
/// take it. (Before Linux 5.14 it says MPOL_PREFERRED, with no nodes, of MPOL_LOCAL.)
int policy_of_kernel(int mode) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool has_nodes = (mode & 7) != 0 && (mode & 7) != 4;
        const unsigned long nodes = 1;
        int seen = 0;
        const bool taken = ::syscall(SYS_set_mempolicy, mode, has_nodes ? &nodes : nullptr,
                                     has_nodes ? 65UL : 0UL) == 0 &&
                           ::syscall(SYS_get_mempolicy, &seen, nullptr, 0UL, 0UL, 0UL) == 0;
        ::_exit(taken ? seen & 7 : 8);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) < 8
               ? WEXITSTATUS(status) | (mode & kFlagsOfPolicy)
               : -1;
}

void policy(Case& c, const Policy& one) {
    c.needs(fs::exists("/sys/devices/system/node/node0"), "this kernel has no NUMA");
    const int expected = policy_of_kernel(one.seen);
    c.needs(expected >= 0, std::string("this kernel has no such policy"));
    Json wanted = {{"mode", one.mode}};
    if (*one.nodes != '\0') {
        wanted["nodes"] = one.nodes;
    }
    if (*one.flags != '\0') {
        wanted["flags"] = {one.flags};
    }
    c.linux_part()["memoryPolicy"] = wanted;
    c.script("see memory_policy");
    const Json seen = c.run().seen("memory_policy");
    c.same(seen["error"], "", "get_mempolicy");
    c.same(seen["mode"], expected, "the mode");
}

Rows policy_rows() {
    Rows rows;
    for (const Policy& one : kPolicies) {
        rows.push_back({one.id, kMust, "1.3", kPolicy,
                        std::string("the memory policy ") + one.mode + " " + one.flags,
                        [&one](Case& c) { policy(c, one); }});
    }
    return rows;
}

// --- Intel RDT -----------------------------------------------------------------------------------

void rdt_absent(Case& c) {
    c.needs(!c.host().has_resctrl(), "resctrl is mounted here");
    c.linux_part()["intelRdt"] = {{"closID", "conformance"}};
    c.refused();
}

void rdt_schema_absent(Case& c) {
    c.needs(!c.host().has_resctrl(), "resctrl is mounted here");
    c.linux_part()["intelRdt"] = {{"l3CacheSchema", "L3:0=ff"}};
    c.refused();
}

void rdt_missing_class(Case& c) {
    c.needs(c.host().has_resctrl(), "resctrl is not mounted here");
    c.linux_part()["intelRdt"] = {{"closID", c.tag()}};
    c.refused();
}

void rdt_own_class(Case& c) {
    c.needs(c.host().has_resctrl(), "resctrl is not mounted here");
    const fs::path root = "/sys/fs/resctrl";
    const std::vector<std::string> schemata = lines_of(read_text(root / "schemata"));
    c.needs(!schemata.empty(), "resctrl has no schemata here");
    c.linux_part()["intelRdt"] = {{"schemata", {trimmed(schemata.front())}}};
    Container& container = c.created();
    const fs::path own = root / container.id();
    c.expect(try_read(own / "tasks").value_or("").find(std::to_string(container.pid())) !=
                 std::string::npos,
             "the process is not in a class named after the container");
    container.kill("KILL");
    container.wait_for_end();
    c.expect(container.remove().ok(), "delete failed");
    c.expect(!fs::exists(own), "delete left the class");
}

constexpr Refusal kRefusals[] = {
    {"S1.unknown", kMust, "1.0", kSysctl, "an unknown sysctl is an error",
     R"({"linux": {"sysctl": {"net.ipv4.no_such_thing": "1"}}})"},
    {"S1.bad-value", kMust, "1.0", kSysctl, "a value that the kernel refuses is an error",
     R"({"linux": {"sysctl": {"net.ipv4.ip_forward": "many"}}})"},
    {"S1.outside", kMust, "1.0", kSysctl, "a name that leads out of /proc/sys is an error",
     R"({"linux": {"sysctl": {"net/../../../tmp/x": "1"}}})"},
    {"S1.number", kMust, "1.0", kSysctl, "a number instead of a text is an error",
     R"({"linux": {"sysctl": {"net.ipv4.ip_forward": 1}}})"},
    {"K1.unknown-domain", kMust, "1.0", kPersonality, "an unknown domain is an error",
     R"({"linux": {"personality": {"domain": "BSD"}}})"},
    {"K1.flags", kMust, "1.0", kPersonality, "a flag is an error: there are none yet",
     R"({"linux": {"personality": {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]}}})"},
    {"Q1.unknown-mode", kMust, "1.3", kPolicy, "an unknown memory policy is an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BOGUS"}}})"},
    {"Q1.unknown-flag", kMust, "1.3", kPolicy, "an unknown flag is an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_BOGUS"]}}})"},
    {"Q1.missing-mode", kMust, "1.3", kPolicy, "a memory policy without mode is an error",
     R"({"linux": {"memoryPolicy": {"nodes": "0"}}})"},
    {"Q1.no-nodes", kMust, "1.3", kPolicy, "MPOL_BIND without nodes is an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BIND"}}})"},
    {"Q1.nodes-for-local", kMust, "1.3", kPolicy, "MPOL_LOCAL with nodes is an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_LOCAL", "nodes": "0"}}})"},
    {"Q1.flags-exclude", kMust, "1.3", kPolicy, "flags that exclude each other are an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0",
         "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]}}})"},
    {"Q1.absent-node", kMust, "1.3", kPolicy, "a node that this machine does not have is an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BIND", "nodes": "1000"}}})", Stage::start},
    {"Q1.bad-nodes", kMust, "1.3", kPolicy, "nodes that are no list are an error",
     R"({"linux": {"memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-"}}})"},
};

} // namespace

Rows kernel_rows() {
    return parameter_rows() +
           Rows{
               {"S1.several", kMust, "1.0", kSysctl, "several parameters at once", &several},
               {"S1.of-the-host", kShould, "1.0", kSysctl,
                "a parameter that belongs to no namespace is an error", &of_the_host},
               {"S1.shared", kShould, "1.0", kSysctl,
                "a parameter of a namespace that the container does not own is an error",
                &of_a_shared_namespace},
               {"S1.shared-by-path", kShould, "1.0", kSysctl,
                "so it is if that namespace is named by its path", &of_the_runtimes_own_namespace},
               {"K1.linux32", kMust, "1.0", kPersonality, "LINUX32 shows a 32-bit machine",
                &personality_linux32},
               {"K1.linux", kMust, "1.0", kPersonality, "LINUX is the ordinary personality",
                &personality_linux},
           } +
           policy_rows() +
           Rows{
               {"T1.no-resctrl", kMust, "1.0", kRdt, "a closID without resctrl is an error",
                &rdt_absent},
               {"T1.no-resctrl-schema", kMust, "1.0", kRdt, "a schema without resctrl is an error",
                &rdt_schema_absent},
               {"T3.missing-class", kMust, "1.0", kRdt, "a closID alone has to exist",
                &rdt_missing_class},
               {"T3.own-class", kMust, "1.3", kRdt,
                "without closID the class is the container's own", &rdt_own_class},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
