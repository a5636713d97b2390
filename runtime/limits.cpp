#include "runtime/limits.hpp"

#include "oci-spec/tables.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/id_mask.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Result;
using base::Word;

namespace {

// <linux/sched/types.h> and <linux/ioprio.h> do not go with glibc's and C++'s headers.
struct SchedulingAttributes { // struct sched_attr of sched_setattr(2)
    std::uint32_t size = sizeof(SchedulingAttributes);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
    std::uint32_t util_min = 0; // without these two the kernel refuses the flags for them
    std::uint32_t util_max = 0;
};
constexpr int kIoPriorityOfProcess = 1; // IOPRIO_WHO_PROCESS
constexpr int kIoClassShift = 13;       // IOPRIO_CLASS_SHIFT

constexpr int kSchedDeadline = 6;
constexpr int kSchedIso = 4; // reserved in the kernel, never implemented; it answers EINVAL

int policy_of(spec::SchedulerPolicy policy) {
    switch (policy) {
    case spec::SchedulerPolicy::other:
        return SCHED_OTHER;
    case spec::SchedulerPolicy::fifo:
        return SCHED_FIFO;
    case spec::SchedulerPolicy::rr:
        return SCHED_RR;
    case spec::SchedulerPolicy::batch:
        return SCHED_BATCH;
    case spec::SchedulerPolicy::iso:
        return kSchedIso;
    case spec::SchedulerPolicy::idle:
        return SCHED_IDLE;
    case spec::SchedulerPolicy::deadline:
        return kSchedDeadline;
    }
    return SCHED_OTHER;
}

std::uint64_t flag_of(spec::SchedulerFlag flag) {
    switch (flag) {
    case spec::SchedulerFlag::reset_on_fork:
        return SCHED_FLAG_RESET_ON_FORK;
    case spec::SchedulerFlag::reclaim:
        return SCHED_FLAG_RECLAIM;
    case spec::SchedulerFlag::dl_overrun:
        return SCHED_FLAG_DL_OVERRUN;
    case spec::SchedulerFlag::keep_policy:
        return SCHED_FLAG_KEEP_POLICY;
    case spec::SchedulerFlag::keep_params:
        return SCHED_FLAG_KEEP_PARAMS;
    case spec::SchedulerFlag::util_clamp_min:
        return SCHED_FLAG_UTIL_CLAMP_MIN;
    case spec::SchedulerFlag::util_clamp_max:
        return SCHED_FLAG_UTIL_CLAMP_MAX;
    }
    return 0;
}

int io_class_of(spec::IoPriorityClass io_class) {
    switch (io_class) {
    case spec::IoPriorityClass::realtime:
        return 1;
    case spec::IoPriorityClass::best_effort:
        return 2;
    case spec::IoPriorityClass::idle:
        return 3;
    }
    return 0;
}

/// The real ids of a process: of its user ("Uid") or its group ("Gid"), as we see them.
Result<std::uint32_t> real_id(pid_t pid, std::string_view field) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const std::string status, proc.read(cat(pid, "/status")));
    for (const std::string_view line : base::split(status, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (words.size() > 1 && words[0] == cat(field, ":")) {
            if (const auto id = base::parse_number<std::uint32_t>(words[1])) {
                return *id;
            }
        }
    }
    return Error(cat("/proc/", pid, "/status has no ", field));
}

/// Without CAP_SYS_RESOURCE only a process with the very same ids may set another one's limits
/// (prlimit(2)), be it only to lower them: a forked one takes those ids. Returns the errno.
Result<int> set_by_its_owner(pid_t pid, __rlimit_resource resource, const rlimit& limit) {
    TRY_ASSIGN(const uid_t uid, real_id(pid, "Uid"));
    TRY_ASSIGN(const gid_t gid, real_id(pid, "Gid"));
    TRY_ASSIGN(base::Child owner, base::fork_to([&] {
                   const bool set = ::setresgid(gid, gid, gid) == 0 &&
                                    ::setresuid(uid, uid, uid) == 0 &&
                                    ::prlimit(pid, resource, &limit, nullptr) == 0;
                   return set ? 0 : errno;
               }));
    TRY_ASSIGN(const base::Exit exit, owner.wait());
    return exit.signal == 0 ? exit.code : EINTR;
}

Result<> set_rlimit(pid_t pid, const spec::Rlimit& wanted) {
    const std::optional<int> number = spec::rlimit_number(wanted.type);
    if (!number) {
        return Error(cat(base::quoted(wanted.type), " is no resource of getrlimit(2)"));
    }
    const rlimit limit{wanted.soft, wanted.hard};
    const auto resource = static_cast<__rlimit_resource>(*number);
    int code = ::prlimit(pid, resource, &limit, nullptr) < 0 ? errno : 0;
    if (code == EPERM) {
        TRY_ASSIGN(code, set_by_its_owner(pid, resource, limit));
    }
    if (code == 0) {
        return done();
    }
    errno = code;
    Error error = call_failed("prlimit", pid, Word{wanted.type}, wanted.soft, wanted.hard);
    if (code == EPERM) {
        return std::move(error).hint(
            "raising a hard limit needs CAP_SYS_RESOURCE, which the runtime does not have here");
    }
    return error;
}

Result<> set_oom_score(pid_t pid, std::int32_t score) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    return proc.write(cat(pid, "/oom_score_adj"), cat(score))
        .hint("lowering the score needs CAP_SYS_RESOURCE");
}

Result<> set_scheduler(pid_t pid, const spec::Scheduler& wanted) {
    SchedulingAttributes attributes{.policy = static_cast<std::uint32_t>(policy_of(wanted.policy)),
                                    .nice = wanted.nice,
                                    .priority = static_cast<std::uint32_t>(wanted.priority),
                                    .runtime = wanted.runtime,
                                    .deadline = wanted.deadline,
                                    .period = wanted.period};
    for (const spec::SchedulerFlag flag : wanted.flags) {
        attributes.flags |= flag_of(flag);
    }
    if (::syscall(SYS_sched_setattr, pid, &attributes, 0U) < 0) {
        if (errno == EOPNOTSUPP) {
            return std::move(call_failed("sched_setattr", pid, attributes.policy))
                .hint("this kernel has no utilisation clamps (CONFIG_UCLAMP_TASK)");
        }
        return std::move(call_failed("sched_setattr", pid, attributes.policy, wanted.priority,
                                     wanted.nice))
            .hint("a real-time or deadline policy needs CAP_SYS_NICE and, with cgroup v1, a "
                  "cpu.rt_runtime_us; a deadline task may not have its CPUs restricted");
    }
    return done();
}

Result<> set_io_priority(pid_t pid, const spec::IoPriority& wanted) {
    const int io_class = io_class_of(wanted.io_class);
    const int value = (io_class << kIoClassShift) | wanted.priority;
    if (::syscall(SYS_ioprio_set, kIoPriorityOfProcess, pid, value) < 0) {
        return call_failed("ioprio_set", pid, io_class, wanted.priority);
    }
    return done();
}

} // namespace

Result<> set_cpus(pid_t pid, const std::string& cpus) {
    TRY_ASSIGN(const IdMask mask, id_mask_of(cpus));
    if (::syscall(SYS_sched_setaffinity, pid, mask.size() * sizeof(unsigned long), mask.data()) <
        0) {
        return std::move(call_failed("sched_setaffinity", pid, cpus))
            .hint("none of these CPUs is online and in the cpuset of the cgroup");
    }
    return done();
}

LimitsPlan limits_of(const spec::Process& process, std::string origin) {
    return {.origin = std::move(origin),
            .rlimits = process.rlimits,
            .oom_score_adj = process.oom_score_adj,
            .scheduler = process.scheduler,
            .io_priority = process.io_priority};
}

Result<> apply_limits(pid_t pid, const LimitsPlan& plan) {
    for (std::size_t i = 0; i < plan.rlimits.size(); ++i) {
        TRY(set_rlimit(pid, plan.rlimits[i])
                .at(cat(plan.origin, "/rlimits/", i))
                .in(cat("set ", plan.rlimits[i].type)));
    }
    if (plan.oom_score_adj) {
        TRY(set_oom_score(pid, *plan.oom_score_adj)
                .at(cat(plan.origin, "/oomScoreAdj"))
                .in("set the OOM score"));
    }
    if (plan.scheduler) {
        TRY(set_scheduler(pid, *plan.scheduler)
                .at(cat(plan.origin, "/scheduler"))
                .in("set the scheduler"));
    }
    if (plan.io_priority) {
        TRY(set_io_priority(pid, *plan.io_priority)
                .at(cat(plan.origin, "/ioPriority"))
                .in("set the I/O priority"));
    }
    if (!plan.cpus.empty()) {
        TRY(set_cpus(pid, plan.cpus).at(cat(plan.origin, "/execCPUAffinity/final")));
    }
    return done();
}

} // namespace runtime
