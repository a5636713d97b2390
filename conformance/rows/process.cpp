// C. process: working directory, environment, arguments, limits, user, host name, descriptors.
#include "conformance/rows/rows.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kProcess = "config.md#process";
constexpr auto kPosix = "config.md#posix-process";
constexpr auto kUser = "config.md#posix-platform-user";
constexpr auto kHostname = "config.md#hostname";
constexpr auto kDomainname = "config.md#domainname";
constexpr auto kStart = "runtime.md#start";
constexpr auto kDescriptors = "runtime-linux.md#file-descriptors";

// --- process, cwd, env, args ---------------------------------------------------------------------

void create_without_process(Case& c) {
    c.config().erase("process");
    Container& container = c.created();
    c.same(container.status(), "created", "the status");
}

void start_without_process(Case& c) {
    c.config().erase("process");
    Container& container = c.container();
    Said said = container.create();
    if (said.ok()) {
        said = container.start();
    }
    c.expect_refused(said);
}

void cwd(Case& c) {
    c.process()["cwd"] = "/tmp";
    c.script("see cwd");
    c.same(c.run().seen("cwd"), "/tmp", "the working directory");
}

void env(Case& c) {
    const Json wanted = {"PATH=/bin", "EMPTY=", "SPACE= a b ", "EQUALS=a=b", "HOME=/here"};
    c.process()["env"] = wanted;
    c.script("see env");
    const Json seen = c.run().seen("env");
    for (const Json& entry : wanted) {
        c.expect(holds(seen, entry), "the environment lacks " + entry.dump() + ": " + seen.dump());
    }
}

void env_not_of_the_runtime(Case& c) {
    c.script("see env");
    const auto add = [] { ::setenv("OCI_CONFORMANCE_LEAK", "1", 1); };
    const Json seen = c.run({.prepare = add}).seen("env");
    c.expect(!holds(seen, "OCI_CONFORMANCE_LEAK=1"), "the runtime's own environment came through");
}

void args(Case& c) {
    const Json wanted = {"/probe", "see", "args", ",", "mark", "", " two words ", "--flag", "*"};
    c.process()["args"] = wanted;
    c.same(c.run().seen("args"), wanted, "the arguments");
}

void args_path_search(Case& c) {
    make_directories(c.rootfs() / "programs");
    fs::create_symlink(kProbe, c.rootfs() / "programs/tool");
    c.process()["env"] = {"PATH=/nowhere:/programs"};
    c.process()["args"] = {"tool", "see", "args"};
    c.same(c.run().seen("args")[0], "tool", "argv[0]");
}

void args_relative(Case& c) {
    c.process()["cwd"] = "/bin";
    c.process()["args"] = {"./probe", "see", "args"};
    c.same(c.run().seen("args")[0], "./probe", "argv[0]");
}

void not_executable(Case& c) {
    write_text(c.rootfs() / "data", "#!/probe\n");
    c.process()["args"] = {"/data"};
    c.refused(Stage::start);
}

void cwd_made(Case& c) {
    c.process()["cwd"] = "/not/there";
    c.observe();
}

// --- rlimits -------------------------------------------------------------------------------------

Json limit(const char* type, std::uint64_t soft, std::uint64_t hard) {
    return {{"type", type}, {"soft", soft}, {"hard", hard}};
}

void rlimit_applied(Case& c) {
    c.process()["rlimits"] = Json::array({limit("RLIMIT_NOFILE", 256, 512)});
    c.script("see rlimits");
    c.same(c.run().seen("rlimits")["RLIMIT_NOFILE"], {256, 512}, "RLIMIT_NOFILE");
}

/// The limits that every process may lower, by their number in order.
constexpr const char* kLimitNames[] = {
    "RLIMIT_CPU",      "RLIMIT_FSIZE", "RLIMIT_DATA",   "RLIMIT_STACK",
    "RLIMIT_CORE",     "RLIMIT_RSS",   "RLIMIT_NPROC",  "RLIMIT_NOFILE",
    "RLIMIT_MEMLOCK",  "RLIMIT_AS",    "RLIMIT_LOCKS",  "RLIMIT_SIGPENDING",
    "RLIMIT_MSGQUEUE", "RLIMIT_NICE",  "RLIMIT_RTPRIO", "RLIMIT_RTTIME"};

std::uint64_t own_hard_limit(std::size_t number) {
    rlimit own{};
    ::prlimit(0, static_cast<__rlimit_resource>(number), nullptr, &own);
    return own.rlim_max;
}

void rlimit_every_type(Case& c) {
    // Each gets the hard limit of the suite as both values: that needs no privilege.
    Json wanted = Json::array();
    for (std::size_t i = 0; i < std::size(kLimitNames); ++i) {
        wanted.push_back(limit(kLimitNames[i], own_hard_limit(i), own_hard_limit(i)));
    }
    c.process()["rlimits"] = wanted;
    c.script("see rlimits");
    const Json seen = c.run().seen("rlimits");
    for (const Json& one : wanted) {
        const std::string type = one["type"];
        c.same(seen.value(type, Json()), {one["soft"], one["hard"]}, type);
    }
}

void rlimit_raised(Case& c) {
    c.needs(c.host().has_capability("CAP_SYS_RESOURCE"),
            "raising a hard limit needs CAP_SYS_RESOURCE, which this host does not give");
    const std::uint64_t raised = own_hard_limit(RLIMIT_SIGPENDING) + 1000;
    c.process()["rlimits"] = Json::array({limit("RLIMIT_SIGPENDING", raised, raised)});
    c.script("see rlimits");
    c.same(c.run().seen("rlimits")["RLIMIT_SIGPENDING"], {raised, raised}, "RLIMIT_SIGPENDING");
}

// --- user ----------------------------------------------------------------------------------------

void user_ids(Case& c) {
    c.process()["user"] = {{"uid", 1234}, {"gid", 4321}};
    c.script("see ids");
    const Json ids = c.run().seen("ids");
    c.same(ids["uids"], {1234, 1234, 1234}, "real, effective and saved uid");
    c.same(ids["gids"], {4321, 4321, 4321}, "real, effective and saved gid");
}

void user_no_groups(Case& c) {
    // Started with supplementary groups of the suite's making: none of them may come through.
    const gid_t extra = 4711;
    const auto join = [&] { static_cast<void>(!::syscall(SYS_setgroups, 1, &extra)); };
    c.script("see ids");
    const Json groups = c.run({.prepare = join}).seen("ids")["groups"];
    c.expect(!holds(groups, 4711), "a group of the runtime's came through: " + groups.dump());
}

void user_groups(Case& c) {
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}, {"additionalGids", {5, 77, 100000}}};
    c.script("see ids");
    const Json groups = c.run().seen("ids")["groups"];
    for (const int gid : {5, 77, 100000}) {
        c.expect(holds(groups, gid),
                 "group " + std::to_string(gid) + " is missing: " + groups.dump());
    }
    c.expect(groups.size() <= 4, "there are more groups than asked for: " + groups.dump());
}

void user_umask(Case& c) {
    c.process()["user"]["umask"] = 0027;
    c.script("see ids , touch /tmp/new , stat /tmp/new");
    const Report report = c.run();
    c.same(report.seen("ids")["umask"], 0027, "the umask");
    c.same(report.step("stat")["is"]["mode"], 0640, "the mode of a new file");
}

void user_umask_unset(Case& c) {
    c.script("see ids");
    const Report report = c.run({.prepare = [] { ::umask(0037); }});
    c.same(report.seen("ids")["umask"], 0037, "the umask (0037 is that of the runtime's caller)");
}

// --- host and domain name ------------------------------------------------------------------------

void hostname(Case& c) {
    c.config()["hostname"] = "mrsdalloway";
    c.script("see uts");
    const Snapshot before = c.snapshot();
    c.same(c.run().seen("uts")["hostname"], "mrsdalloway", "the host name");
    c.same(c.snapshot().hostname, before.hostname, "the runtime's own host name");
}

void domainname(Case& c) {
    c.config()["domainname"] = "foobarbaz.test";
    c.script("see uts");
    c.same(c.run().seen("uts")["domainname"], "foobarbaz.test", "the domain name");
}

void hostname_in_own_uts(Case& c) {
    // The suite's own UTS namespace is no host's: nothing is harmed if this is accepted.
    c.drop_namespace("uts");
    c.observe();
}

// --- descriptors ---------------------------------------------------------------------------------

void descriptors(Case& c) {
    const auto leak = [] {
        ::dup2(STDERR_FILENO, 10);
        ::dup2(STDERR_FILENO, 42);
    };
    c.script("see fds");
    const Json fds = c.run({.prepare = leak}).seen("fds");
    for (const Json& entry : fds) {
        c.expect(entry["fd"] <= 2, "descriptor " + entry.dump() + " is open");
    }
    c.expect(fds.size() == 3, "not all of 0, 1 and 2 are open: " + fds.dump());
}

constexpr Refusal kRefusals[] = {
    {"P3.relative", kMust, "1.0", kProcess, "a relative cwd is an error",
     R"({"process": {"cwd": "tmp"}})", Stage::start},
    {"P3.missing", kMust, "1.0", kProcess, "a process without cwd is an error",
     R"({"process": {"cwd": null}})", Stage::start},
    {"P5.none", kMust, "1.0", kProcess, "args without an entry are an error",
     R"({"process": {"args": []}})", Stage::start},
    {"P5.missing", kMust, "1.0", kProcess, "a process without args is an error",
     R"({"process": {"args": null}})", Stage::start},
    {"P5.not-found", kMust, "1.0", kProcess, "a program that does not exist is an error",
     R"({"process": {"args": ["/no/such/program"]}})", Stage::start},
    {"P5.not-in-path", kMust, "1.0", kProcess, "a program that PATH does not find is an error",
     R"({"process": {"args": ["no-such-program"]}})", Stage::start},
    {"P5.directory", kMust, "1.0", kProcess, "a program that is a directory is an error",
     R"({"process": {"args": ["/tmp"]}})", Stage::start},
    {"P6.unknown", kMust, "1.0", kPosix, "an unknown type of rlimit is an error",
     R"({"process": {"rlimits": [{"type": "RLIMIT_BOGUS", "soft": 1, "hard": 1}]}})", Stage::start},
    {"P6.duplicate", kMust, "1.0", kPosix, "two rlimits of one type are an error",
     R"({"process": {"rlimits": [{"type": "RLIMIT_NOFILE", "soft": 65, "hard": 65},
                                 {"type": "RLIMIT_NOFILE", "soft": 64, "hard": 64}]}})",
     Stage::start},
    {"P6.soft-above-hard", kMust, "1.0", kPosix, "a soft limit above the hard one is an error",
     R"({"process": {"rlimits": [{"type": "RLIMIT_NOFILE", "soft": 65, "hard": 64}]}})",
     Stage::start},
    {"P6.missing-type", kMust, "1.0", kPosix, "an rlimit without type is an error",
     R"({"process": {"rlimits": [{"soft": 64, "hard": 64}]}})", Stage::start},
    {"P15.missing-uid", kShould, "1.0", kUser, "a user without uid is an error",
     R"({"process": {"user": {"uid": null}}})", Stage::start},
    {"P15.group-too-large", kMust, "1.0", kUser,
     "an additional gid of more than 32 bits is an error",
     R"({"process": {"user": {"additionalGids": [4294967296]}}})", Stage::start},
};

constexpr Observation kObservations[] = {
    {"P4.no-equals", "1.0", kProcess, "an environment entry without \"=\"",
     R"({"process": {"env": ["PATH=/bin", "NOTHING"]}})"},
    {"P4.duplicate", "1.0", kProcess, "an environment with one name twice",
     R"({"process": {"env": ["PATH=/bin", "A=1", "A=2"]}})"},
};

} // namespace

Rows process_rows() {
    return Rows{
               {"P0.create", kMust, "1.0", kProcess, "create works without a process",
                &create_without_process},
               {"P0.start", kMust, "1.0", kStart, "start without a process is an error",
                &start_without_process},
               {"P3.cwd", kMust, "1.0", kProcess, "cwd is the working directory", &cwd},
               {"P3.made", Level::may, "1.0", kProcess, "a cwd that does not exist", &cwd_made},
               {"P4.env", kMust, "1.0", kProcess, "env is the environment", &env},
               {"P4.clean", kShould, "1.0", kProcess,
                "nothing of the runtime's environment comes in", &env_not_of_the_runtime},
               {"P5.args", kMust, "1.0", kProcess, "args arrive as they are", &args},
               {"P5.path", kMust, "1.0", kProcess, "a name is searched in the PATH of env",
                &args_path_search},
               {"P5.relative", kMust, "1.0", kProcess, "a path is relative to cwd", &args_relative},
               {"P5.not-executable", kMust, "1.0", kProcess,
                "a program that is not executable is an error", &not_executable},
               {"P6.applied", kMust, "1.0", kPosix, "getrlimit gives soft and hard as configured",
                &rlimit_applied},
               {"P6.every-type", kMust, "1.0", kPosix, "every type of getrlimit(2) is known",
                &rlimit_every_type},
               {"P6.raised", kMust, "1.0", kPosix, "a hard limit above the runtime's own",
                &rlimit_raised},
               {"P15.ids", kMust, "1.0", kUser, "uid and gid are those of the process", &user_ids},
               {"P15.groups", kMust, "1.0", kUser, "additionalGids are supplementary groups",
                &user_groups},
               {"P15.no-foreign-groups", kShould, "1.0", kUser,
                "no supplementary group of the runtime comes in", &user_no_groups},
               {"P15.umask", kMust, "1.0", kUser, "umask is that of the process", &user_umask},
               {"P15.umask-unset", kShould, "1.0", kUser, "without umask the caller's stays",
                &user_umask_unset},
               {"P16.hostname", kMust, "1.0", kHostname, "hostname is seen in the container alone",
                &hostname},
               {"P16.domainname", kMust, "1.1", kDomainname, "domainname is seen in the container",
                &domainname},
               {"P16.no-uts", Level::may, "1.0", kHostname,
                "hostname without a UTS namespace of its own", &hostname_in_own_uts},
               {"L7.descriptors", kMust, "1.0", kDescriptors,
                "only descriptors 0, 1 and 2 are open", &descriptors},
           } +
           refusal_rows(kRefusals) + observation_rows(kObservations);
}

} // namespace conformance
