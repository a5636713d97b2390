// C. process: scheduler, ioPriority, execCPUAffinity.
#include "conformance/rows/rows.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kLinux = "config.md#linux-process";

Json scheduling_with(Case& c, const Json& scheduler) {
    c.process()["scheduler"] = scheduler;
    c.script("see scheduling");
    return c.run().seen("scheduling");
}

void batch(Case& c) {
    const Json seen = scheduling_with(c, {{"policy", "SCHED_BATCH"}, {"nice", 7}});
    c.same(seen["policy"], SCHED_BATCH, "the policy");
    c.same(seen["nice"], 7, "the nice value");
}

void idle(Case& c) {
    c.same(scheduling_with(c, {{"policy", "SCHED_IDLE"}})["policy"], SCHED_IDLE, "the policy");
}

void other_nice(Case& c) {
    const Json seen = scheduling_with(c, {{"policy", "SCHED_OTHER"}, {"nice", 5}});
    c.same(seen["policy"], SCHED_OTHER, "the policy");
    c.same(seen["nice"], 5, "the nice value");
}

void reset_on_fork(Case& c) {
    constexpr int kResetOnFork = 1;
    const Json seen =
        scheduling_with(c, {{"policy", "SCHED_BATCH"}, {"flags", {"SCHED_FLAG_RESET_ON_FORK"}}});
    c.same(seen["flags"].get<int>() & kResetOnFork, kResetOnFork, "the flag");
}

/// Whether a process of this suite may be real-time at all.
bool can_be_realtime() {
    const pid_t child = ::fork();
    if (child == 0) {
        const sched_param one{.sched_priority = 1};
        ::_exit(::sched_setscheduler(0, SCHED_FIFO, &one) == 0 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

void realtime(Case& c, const char* policy, int number) {
    c.needs(can_be_realtime(), "this host lets no process be real-time");
    // In a v1 cpu group a process may be real-time only within the group's share of it.
    const Hierarchy* cpu = c.host().cgroups().of("cpu");
    if (cpu != nullptr && fs::exists(cpu->mount / "cpu.rt_runtime_us")) {
        c.linux_part()["resources"]["cpu"] = {{"realtimeRuntime", 10000},
                                              {"realtimePeriod", 1000000}};
    }
    const Json seen = scheduling_with(c, {{"policy", policy}, {"priority", 3}});
    c.same(seen["policy"], number, "the policy");
    c.same(seen["priority"], 3, "the priority");
}

void fifo(Case& c) {
    realtime(c, "SCHED_FIFO", SCHED_FIFO);
}
void round_robin(Case& c) {
    realtime(c, "SCHED_RR", SCHED_RR);
}

// Deadline values in nanoseconds; a runtime at most the deadline at most the period.
constexpr std::uint64_t kRuntime = 2'000'000;
constexpr std::uint64_t kDeadline = 20'000'000;
constexpr std::uint64_t kPeriod = 40'000'000;

/// Whether a process of this suite may have deadlines at all.
bool can_have_deadlines() {
    struct {
        std::uint32_t size = 48;
        std::uint32_t policy = 6;
        std::uint64_t flags = 0;
        std::int32_t nice = 0;
        std::uint32_t priority = 0;
        std::uint64_t runtime = kRuntime;
        std::uint64_t deadline = kDeadline;
        std::uint64_t period = kPeriod;
    } wanted;
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(::syscall(SYS_sched_setattr, 0, &wanted, 0) == 0 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

Json deadline_with(Case& c, const Json& flags) {
    c.needs(can_have_deadlines(), "this host lets no process have deadlines");
    Json scheduler = {{"policy", "SCHED_DEADLINE"},
                      {"runtime", kRuntime},
                      {"deadline", kDeadline},
                      {"period", kPeriod}};
    if (!flags.empty()) {
        scheduler["flags"] = flags;
    }
    return scheduling_with(c, scheduler);
}

void deadline(Case& c) {
    const Json seen = deadline_with(c, {});
    c.same(seen["policy"], 6, "the policy");
    c.same(seen["runtime"], kRuntime, "the runtime");
    c.same(seen["deadline"], kDeadline, "the deadline");
    c.same(seen["period"], kPeriod, "the period");
}

struct Flag {
    const char* id;
    const char* name;
    int bit;
};
constexpr Flag kDeadlineFlags[] = {
    {"P11.reclaim", "SCHED_FLAG_RECLAIM", 2},
    {"P11.dl-overrun", "SCHED_FLAG_DL_OVERRUN", 4},
};

Rows deadline_flag_rows() {
    Rows rows;
    for (const Flag& flag : kDeadlineFlags) {
        rows.push_back({flag.id, kMust, "1.1", kLinux, flag.name, [&flag](Case& c) {
                            const Json seen = deadline_with(c, {flag.name});
                            c.same(seen["flags"].get<int>() & flag.bit, flag.bit, "the flag");
                        }});
    }
    return rows;
}

void keep_policy(Case& c) {
    const Json seen = scheduling_with(
        c, {{"policy", "SCHED_BATCH"}, {"nice", 3}, {"flags", {"SCHED_FLAG_KEEP_POLICY"}}});
    c.same(seen["policy"], SCHED_OTHER, "the policy that it had");
    c.same(seen["nice"], 3, "the nice value");
}

void keep_params(Case& c) {
    const Json seen = scheduling_with(
        c, {{"policy", "SCHED_BATCH"}, {"nice", 3}, {"flags", {"SCHED_FLAG_KEEP_PARAMS"}}});
    // What the policy becomes the kernel does not promise (sched_setattr(2)).
    c.same(seen["nice"], 0, "the nice value that it had");
}

void io_priority(Case& c, const char* name, int number, int priority) {
    constexpr int kClassShift = 13;
    c.process()["ioPriority"] = {{"class", name}, {"priority", priority}};
    c.script("see scheduling");
    c.same(c.run().seen("scheduling")["ioprio"], (number << kClassShift) | priority,
           "the I/O priority");
}

void io_best_effort(Case& c) {
    io_priority(c, "IOPRIO_CLASS_BE", 2, 6);
}
void io_realtime(Case& c) {
    io_priority(c, "IOPRIO_CLASS_RT", 1, 7);
}

void io_idle(Case& c) {
    constexpr int kClassShift = 13;
    c.process()["ioPriority"] = {{"class", "IOPRIO_CLASS_IDLE"}, {"priority", 4}};
    c.script("see scheduling");
    const int seen = c.run().seen("scheduling")["ioprio"];
    c.same(seen >> kClassShift, 3, "the I/O class");
}

void affinity_of_init(Case& c) {
    c.needs(c.host().processors() > 1, "there is one processor only");
    c.process()["execCPUAffinity"] = {{"initial", "0"}, {"final", "0"}};
    c.script("see scheduling");
    c.same(c.run().seen("scheduling")["cpus"].size(), c.host().processors(),
           "the number of processors that the container's process may use");
}

constexpr Refusal kRefusals[] = {
    {"P11.unknown-policy", kMust, "1.1", kLinux, "an unknown scheduler policy is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_BOGUS"}}})", Stage::start},
    {"P11.missing-policy", kMust, "1.1", kLinux, "a scheduler without policy is an error",
     R"({"process": {"scheduler": {"nice": 1}}})", Stage::start},
    {"P11.unknown-flag", kMust, "1.1", kLinux, "an unknown scheduler flag is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_BOGUS"]}}})",
     Stage::start},
    {"P11.priority-without-realtime", kMust, "1.1", kLinux,
     "a priority that the policy does not have is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_OTHER", "priority": 5}}})", Stage::start},
    {"P11.realtime-without-priority", kMust, "1.1", kLinux,
     "a real-time policy without a priority is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_FIFO"}}})", Stage::start},
    {"P11.deadline-without-values", kMust, "1.1", kLinux,
     "SCHED_DEADLINE without its values is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_DEADLINE"}}})", Stage::start},
    {"P11.deadline-out-of-order", kMust, "1.1", kLinux, "a runtime above the deadline is an error",
     R"({"process": {"scheduler": {"policy": "SCHED_DEADLINE", "runtime": 30000000,
         "deadline": 20000000, "period": 40000000}}})",
     Stage::start},
    {"P13.unknown-class", kMust, "1.1", kLinux, "an unknown I/O class is an error",
     R"({"process": {"ioPriority": {"class": "IOPRIO_CLASS_BOGUS", "priority": 4}}})",
     Stage::start},
    {"P13.out-of-range", kMust, "1.1", kLinux, "an I/O priority above 7 is an error",
     R"({"process": {"ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8}}})", Stage::start},
};

} // namespace

Rows scheduling_rows() {
    return Rows{
               {"P11.batch", kMust, "1.1", kLinux, "SCHED_BATCH with a nice value", &batch},
               {"P11.other", kMust, "1.1", kLinux, "SCHED_OTHER with a nice value", &other_nice},
               {"P11.idle", kMust, "1.1", kLinux, "SCHED_IDLE", &idle},
               {"P11.fifo", kMust, "1.1", kLinux, "SCHED_FIFO with a priority", &fifo},
               {"P11.rr", kMust, "1.1", kLinux, "SCHED_RR with a priority", &round_robin},
               {"P11.reset-on-fork", kMust, "1.1", kLinux, "SCHED_FLAG_RESET_ON_FORK",
                &reset_on_fork},
               {"P13.best-effort", kMust, "1.1", kLinux, "IOPRIO_CLASS_BE", &io_best_effort},
               {"P13.realtime", kMust, "1.1", kLinux, "IOPRIO_CLASS_RT", &io_realtime},
               {"P13.idle", kMust, "1.1", kLinux, "IOPRIO_CLASS_IDLE", &io_idle},
               {"P14.not-for-init", kShould, "1.2", kLinux,
                "execCPUAffinity does not touch the container's process", &affinity_of_init},
               {"P11.deadline", kMust, "1.1", kLinux,
                "SCHED_DEADLINE with runtime, deadline and period", &deadline},
               {"P11.keep-policy", kMust, "1.1", kLinux, "SCHED_FLAG_KEEP_POLICY", &keep_policy},
               {"P11.keep-params", kMust, "1.1", kLinux, "SCHED_FLAG_KEEP_PARAMS", &keep_params},
           } +
           deadline_flag_rows() + refusal_rows(kRefusals);
}

} // namespace conformance
