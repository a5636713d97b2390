// H. seccomp: actions, errno values, arguments, architectures and flags, tried by system calls that
// no runtime needs once the filter is there.
#include "conformance/rows/rows.hpp"

#include <csignal>

#include <sys/syscall.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kSeccomp = "config-linux.md#seccomp";

#if defined(__x86_64__)
constexpr auto kNativeArchitecture = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
constexpr auto kNativeArchitecture = "SCMP_ARCH_AARCH64";
#elif defined(__riscv)
constexpr auto kNativeArchitecture = "SCMP_ARCH_RISCV64";
#elif defined(__powerpc64__)
constexpr auto kNativeArchitecture = "SCMP_ARCH_PPC64LE";
#else
constexpr auto kNativeArchitecture = "SCMP_ARCH_S390X";
#endif

/// getpriority(PRIO_PROCESS, 0), with room for arguments to compare.
std::string call(const std::string& arguments = "0 0") {
    return "syscall " + std::to_string(SYS_getpriority) + " " + arguments;
}

Json rule(const char* action, const Json& more = Json::object()) {
    Json made = {{"names", {"getpriority"}}, {"action", action}};
    made.update(more);
    return made;
}

void filter(Case& c, const std::vector<Json>& rules, const char* otherwise = "SCMP_ACT_ALLOW") {
    c.linux_part()["seccomp"] = {{"defaultAction", otherwise}, {"syscalls", rules}};
}

/// The error that the call fails with under this rule.
Json error_under(Case& c, const Json& one, const std::string& arguments = "0 0") {
    filter(c, {one});
    c.script(call(arguments));
    return c.run().error("syscall");
}

// --- actions -------------------------------------------------------------------------------------

void errno_default(Case& c) {
    c.same(error_under(c, rule("SCMP_ACT_ERRNO")), "EPERM", "the error");
}

void errno_value(Case& c) {
    c.same(error_under(c, rule("SCMP_ACT_ERRNO", {{"errnoRet", 28}})), "ENOSPC", "the error");
}

void errno_zero(Case& c) {
    filter(c, {rule("SCMP_ACT_ERRNO", {{"errnoRet", 0}})});
    c.script(call());
    const Json step = c.run().step("syscall");
    c.same(step["error"], "", "the error");
    c.same(step["result"], 0, "the result (the kernel's own would be 20)");
}

void allow(Case& c) {
    c.same(error_under(c, rule("SCMP_ACT_ALLOW")), "", "the error");
}
void log(Case& c) {
    c.same(error_under(c, rule("SCMP_ACT_LOG")), "", "the error");
}
void trace(Case& c) {
    c.same(error_under(c, rule("SCMP_ACT_TRACE")), "ENOSYS", "the error without a tracer");
}

void kill(Case& c, const char* action) {
    filter(c, {rule(action)});
    c.script("mark alive , " + call() + " , mark survived");
    const Report report = c.run();
    c.expect(report.has("mark", "alive"), "the program did not run");
    c.expect(!report.has("mark", "survived"), "the program survived the call");
    c.same(report.exit.signal, SIGSYS, "the signal that ended it");
}

void kill_default(Case& c) {
    kill(c, "SCMP_ACT_KILL");
}
void kill_process(Case& c) {
    kill(c, "SCMP_ACT_KILL_PROCESS");
}
void kill_thread(Case& c) {
    kill(c, "SCMP_ACT_KILL_THREAD");
}

void trap(Case& c) {
    filter(c, {rule("SCMP_ACT_TRAP")});
    c.script("catch-sigsys , " + call());
    c.same(c.run().step("sigsys")["syscall"], SYS_getpriority, "the call in SIGSYS");
}

void mode(Case& c) {
    filter(c, {rule("SCMP_ACT_ERRNO")});
    c.script("see security");
    constexpr int kFilterMode = 2;
    c.same(c.run().seen("security")["seccomp"], kFilterMode, "the seccomp mode");
}

void none(Case& c) {
    c.script("see security");
    c.same(c.run().seen("security")["seccomp"], 0, "the seccomp mode without seccomp");
}

void with_no_new_privs(Case& c) {
    c.process()["noNewPrivileges"] = true;
    filter(c, {rule("SCMP_ACT_ERRNO")});
    c.script(call() + " , see security");
    const Report report = c.run();
    c.same(report.error("syscall"), "EPERM", "the error");
    c.same(report.seen("security")["no_new_privs"], 1, "no_new_privs");
}

void without_privileges(Case& c) {
    // Not root, no capabilities, no no_new_privs: the filter has to be loaded before they go.
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    c.process()["capabilities"] = Json::object();
    filter(c, {rule("SCMP_ACT_ERRNO")});
    c.script(call() + " , see security");
    const Report report = c.run();
    c.same(report.error("syscall"), "EPERM", "the error");
    c.same(report.seen("security")["no_new_privs"], 0, "no_new_privs");
}

void without_faccessat2(Case& c) {
    // Profiles from before Linux 5.8 know the program's execve, and not how a runtime looks for it.
    filter(c, {rule("SCMP_ACT_ERRNO", {{"names", {"faccessat2"}}})});
    c.script("see ids");
    c.process()["args"][0] = "probe";
    c.process()["env"] = {"PATH=/nowhere:/"};
    c.run();
}

void without_getcwd(Case& c) {
    filter(c, {rule("SCMP_ACT_ERRNO", {{"names", {"chdir", "getcwd"}}})});
    c.script("see ids");
    c.run();
}

/// All that a static program, and a runtime on its last steps, needs.
constexpr auto kUsualCalls =
    "access arch_prctl brk capget capset chdir clone clone3 close close_range dup dup2 dup3 "
    "epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_wait execve execveat exit exit_group "
    "faccessat faccessat2 fchdir fchmod fchown fcntl fork fstat fstatfs futex getcwd getdents64 "
    "getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getrandom getresgid "
    "getresuid getrlimit getrusage getsid gettid gettimeofday getuid ioctl kill lseek lstat "
    "madvise mmap mprotect mremap munmap nanosleep clock_nanosleep clock_gettime newfstatat open "
    "openat openat2 pause pipe pipe2 poll ppoll prctl pselect6 pread64 prlimit64 read readlink "
    "readlinkat readv recvfrom recvmsg restart_syscall rseq rt_sigaction rt_sigprocmask "
    "rt_sigreturn rt_sigtimedwait sched_getaffinity sched_yield seccomp select sendmsg sendto "
    "set_robust_list set_tid_address setgid setgroups setpgid setresgid setresuid setsid setuid "
    "sigaltstack socket connect stat statfs statx tgkill tkill umask uname wait4 waitid write "
    "writev keyctl unlink unlinkat eventfd2 timerfd_create timerfd_settime timer_create "
    "timer_settime timer_delete setitimer mincore membarrier";

void allow_only_usual_calls(Case& c) {
    filter(c, {{{"names", words_of(kUsualCalls)}, {"action", "SCMP_ACT_ALLOW"}}}, "SCMP_ACT_ERRNO");
}

void default_action(Case& c) {
    allow_only_usual_calls(c);
    c.script(call());
    c.same(c.run().error("syscall"), "EPERM", "the error of a call that is not listed");
}

void default_errno(Case& c) {
    allow_only_usual_calls(c);
    c.linux_part()["seccomp"]["defaultErrnoRet"] = 28;
    c.script(call());
    c.same(c.run().error("syscall"), "ENOSPC", "the error of a call that is not listed");
}

void newer_calls(Case& c) {
    // A call that no profile can name yet: glibc falls back on ENOSYS, and breaks on EPERM.
    allow_only_usual_calls(c);
    c.linux_part()["seccomp"]["architectures"] = {kNativeArchitecture};
    c.script("syscall 4000");
    c.note("an unheard-of call gives " + c.run().error("syscall"));
}

void several_names(Case& c) {
    Json one = rule("SCMP_ACT_ERRNO");
    one["names"] = {"getpriority", "getitimer"};
    filter(c, {one});
    c.script(call() + " , syscall " + std::to_string(SYS_getitimer) + " 0 0");
    for (const Json& line : c.run().lines()) {
        c.same(line["error"], "EPERM", "the error");
    }
}

void several_rules(Case& c) {
    Json other = rule("SCMP_ACT_ERRNO", {{"errnoRet", 28}});
    other["names"] = {"getitimer"};
    filter(c, {rule("SCMP_ACT_ERRNO"), other});
    c.script(call() + " , syscall " + std::to_string(SYS_getitimer) + " 0 0");
    const std::vector<Json> lines = c.run().lines();
    c.same(lines.at(0)["error"], "EPERM", "the error of the first");
    c.same(lines.at(1)["error"], "ENOSPC", "the error of the second");
}

// --- arguments -----------------------------------------------------------------------------------

struct Comparison {
    const char* id;
    const char* op;
    std::uint64_t value;
    std::uint64_t value_two;
    const char* hit;  ///< a second argument that it matches
    const char* miss; ///< one that it does not
};

// The value is beyond 32 bits where the operator allows: both halves have to be compared.
constexpr std::uint64_t kLarge = (std::uint64_t{1} << 32) + 5;
constexpr Comparison kComparisons[] = {
    {"X8.eq", "SCMP_CMP_EQ", kLarge, 0, "0x100000005", "5"},
    {"X8.ne", "SCMP_CMP_NE", kLarge, 0, "5", "0x100000005"},
    {"X8.lt", "SCMP_CMP_LT", kLarge, 0, "0x100000004", "0x100000005"},
    {"X8.le", "SCMP_CMP_LE", kLarge, 0, "0x100000005", "0x100000006"},
    {"X8.ge", "SCMP_CMP_GE", kLarge, 0, "0x100000005", "0x100000004"},
    {"X8.gt", "SCMP_CMP_GT", kLarge, 0, "0x100000006", "0x100000005"},
    {"X8.masked", "SCMP_CMP_MASKED_EQ", 0xf0, 0x50, "0x5f", "0x6f"},
};

void comparison(Case& c, const Comparison& one) {
    filter(c, {rule("SCMP_ACT_ERRNO", {{"errnoRet", 28},
                                       {"args",
                                        {{{"index", 3},
                                          {"value", one.value},
                                          {"valueTwo", one.value_two},
                                          {"op", one.op}}}}})});
    // getpriority ignores its fourth argument.
    c.script(call(std::string("0 0 0 ") + one.hit) + " , " +
             call(std::string("0 0 0 ") + one.miss));
    const std::vector<Json> lines = c.run().lines();
    c.same(lines.at(0)["error"], "ENOSPC", std::string("with ") + one.hit);
    c.same(lines.at(1)["error"], "", std::string("with ") + one.miss);
}

Rows comparison_rows() {
    Rows rows;
    for (const Comparison& one : kComparisons) {
        rows.push_back({one.id, kMust, "1.0", kSeccomp, std::string("the operator ") + one.op,
                        [&one](Case& c) { comparison(c, one); }});
    }
    return rows;
}

void all_arguments(Case& c) {
    const auto equal = [](int index, int value) {
        return Json{{"index", index}, {"value", value}, {"op", "SCMP_CMP_EQ"}};
    };
    filter(c, {rule("SCMP_ACT_ERRNO", {{"args", {equal(2, 7), equal(3, 8)}}})});
    c.script(call("0 0 7 8") + " , " + call("0 0 7 9") + " , " + call("0 0 6 8"));
    const std::vector<Json> lines = c.run().lines();
    c.same(lines.at(0)["error"], "EPERM", "with both arguments");
    c.same(lines.at(1)["error"], "", "with the first argument alone");
    c.same(lines.at(2)["error"], "", "with the second argument alone");
}

// --- architectures and flags ---------------------------------------------------------------------

void native_architecture(Case& c) {
    filter(c, {rule("SCMP_ACT_ERRNO")});
    c.linux_part()["seccomp"]["architectures"] = {kNativeArchitecture};
    c.script(call());
    c.same(c.run().error("syscall"), "EPERM", "the error");
}

void foreign_architectures(Case& c) {
    filter(c, {rule("SCMP_ACT_ERRNO")});
    // One byte order: a filter cannot hold both.
    c.linux_part()["seccomp"]["architectures"] = {
        "SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",  "SCMP_ARCH_X32",     "SCMP_ARCH_ARM",
        "SCMP_ARCH_AARCH64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_MIPSEL64"};
    c.script(call());
    c.same(c.run().error("syscall"), "EPERM", "the error");
}

void flag(Case& c, const char* name) {
    filter(c, {rule("SCMP_ACT_ERRNO")});
    c.linux_part()["seccomp"]["flags"] = {name};
    c.script(call());
    c.same(c.run().error("syscall"), "EPERM", "the error");
}

void flag_log(Case& c) {
    flag(c, "SECCOMP_FILTER_FLAG_LOG");
}
void flag_spec_allow(Case& c) {
    flag(c, "SECCOMP_FILTER_FLAG_SPEC_ALLOW");
}
void flag_tsync(Case& c) {
    flag(c, "SECCOMP_FILTER_FLAG_TSYNC");
}

constexpr Refusal kRefusals[] = {
    {"X1.missing", kMust, "1.0", kSeccomp, "seccomp without defaultAction is an error",
     R"({"linux": {"seccomp": {"syscalls": []}}})", Stage::start},
    {"X1.unknown-default", kMust, "1.0", kSeccomp, "an unknown default action is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_BOGUS"}}})", Stage::start},
    {"X1.unknown", kMust, "1.0", kSeccomp, "an unknown action is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
         {"names": ["getpriority"], "action": "SCMP_ACT_BOGUS"}]}}})"},
    {"X2.on-allow", kMust, "1.1", kSeccomp, "errnoRet of an action without errno is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
         {"names": ["getpriority"], "action": "SCMP_ACT_KILL", "errnoRet": 5}]}}})"},
    {"X2.default-on-allow", kMust, "1.1", kSeccomp,
     "defaultErrnoRet of an action without errno is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 5}}})"},
    {"X3.unknown", kMust, "1.0", kSeccomp, "an unknown architecture is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
                               "architectures": ["SCMP_ARCH_BOGUS"]}}})"},
    {"X4.unknown", kMust, "1.0", kSeccomp, "an unknown flag is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
                               "flags": ["SECCOMP_FILTER_FLAG_BOGUS"],
                               "syscalls": [{"names": ["getpriority"],
                                             "action": "SCMP_ACT_ERRNO"}]}}})"},
    {"X8.no-names", kMust, "1.0", kSeccomp, "a rule without names is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
         {"names": [], "action": "SCMP_ACT_ERRNO"}]}}})"},
    {"X8.unknown-op", kMust, "1.0", kSeccomp, "an unknown operator is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
         {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO",
          "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_BOGUS"}]}]}}})"},
    {"X8.bad-index", kMust, "1.0", kSeccomp, "an argument's index above 5 is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
         {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO",
          "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}]}}})"},
};

constexpr Observation kObservations[] = {
    {"X8.unknown-name", "1.0", kSeccomp, "a rule with a name that is no system call",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
         {"names": ["no_such_call", "getpriority"], "action": "SCMP_ACT_ERRNO"}]}}})"},
};

} // namespace

Rows seccomp_rows() {
    return Rows{
               {"X1.errno", kMust, "1.0", kSeccomp, "SCMP_ACT_ERRNO gives EPERM by default",
                &errno_default},
               {"X1.allow", kMust, "1.0", kSeccomp, "SCMP_ACT_ALLOW", &allow},
               {"X1.log", kMust, "1.0", kSeccomp, "SCMP_ACT_LOG lets the call pass", &log},
               {"X1.trace", kMust, "1.0", kSeccomp, "SCMP_ACT_TRACE", &trace},
               {"X1.trap", kMust, "1.0", kSeccomp, "SCMP_ACT_TRAP sends SIGSYS", &trap},
               {"X1.kill", kMust, "1.0", kSeccomp, "SCMP_ACT_KILL ends the program", &kill_default},
               {"X1.kill-process", kMust, "1.1", kSeccomp, "SCMP_ACT_KILL_PROCESS", &kill_process},
               {"X1.kill-thread", kMust, "1.1", kSeccomp, "SCMP_ACT_KILL_THREAD", &kill_thread},
               {"X1.mode", kMust, "1.0", kSeccomp, "the program is in filter mode", &mode},
               {"X1.none", kMust, "1.0", kSeccomp, "without seccomp there is no filter", &none},
               {"X1.default", kMust, "1.0", kSeccomp, "defaultAction is for what is not listed",
                &default_action},
               {"X1.no-new-privs", kMust, "1.0", kSeccomp, "a filter together with no_new_privs",
                &with_no_new_privs},
               {"X1.unprivileged", kMust, "1.0", kSeccomp,
                "a filter for a user without capabilities and without no_new_privs",
                &without_privileges},
               {"X1.faccessat2", kMust, "1.0", kSeccomp,
                "a profile that is older than the runtime's libc", &without_faccessat2},
               {"X1.getcwd", kShould, "1.0", kSeccomp,
                "a profile that forbids chdir and getcwd to the program", &without_getcwd},
               {"X1.names", kMust, "1.0", kSeccomp, "a rule may name several calls",
                &several_names},
               {"X1.rules", kMust, "1.0", kSeccomp, "each rule has its own errno", &several_rules},
               {"X1.newer-call", Level::may, "1.0", kSeccomp,
                "a call that is newer than the profile", &newer_calls},
               {"X2.value", kMust, "1.0", kSeccomp, "errnoRet is the error", &errno_value},
               {"X2.zero", kMust, "1.0", kSeccomp, "errnoRet 0 skips the call", &errno_zero},
               {"X2.default", kMust, "1.1", kSeccomp, "defaultErrnoRet is the error",
                &default_errno},
               {"X3.native", kMust, "1.0", kSeccomp, "the host's own architecture",
                &native_architecture},
               {"X3.foreign", kShould, "1.0", kSeccomp, "a list with foreign architectures",
                &foreign_architectures},
               {"X4.log", kMust, "1.0", kSeccomp, "SECCOMP_FILTER_FLAG_LOG", &flag_log},
               {"X4.spec-allow", kMust, "1.0", kSeccomp, "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                &flag_spec_allow},
               {"X4.tsync", kMust, "1.0", kSeccomp, "SECCOMP_FILTER_FLAG_TSYNC", &flag_tsync},
               {"X8.all-args", kMust, "1.0", kSeccomp, "all arguments of a rule have to match",
                &all_arguments},
           } +
           comparison_rows() + refusal_rows(kRefusals) + observation_rows(kObservations);
}

} // namespace conformance
