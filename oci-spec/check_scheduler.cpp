// process.scheduler, by the rules of sched_setattr(2) and kernel/sched/syscalls.c.
#include "oci-spec/checks.hpp"
#include "oci-spec/tables.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

using base::cat;

bool is_realtime(SchedulerPolicy policy) {
    return policy == SchedulerPolicy::fifo || policy == SchedulerPolicy::rr;
}

void check_nice(const Scheduler& scheduler, const Report& report) {
    const bool has_nice = scheduler.policy == SchedulerPolicy::other ||
                          scheduler.policy == SchedulerPolicy::batch ||
                          scheduler.policy == SchedulerPolicy::idle;
    if (scheduler.nice < -20 || scheduler.nice > 19) {
        report.error(report.at("nice"),
                     cat("\"nice\" is ", scheduler.nice, ", it goes from -20 to 19"));
    } else if (scheduler.nice != 0 && !has_nice) {
        report.warning(report.at("nice"),
                       cat("\"nice\" has no effect under ", word_of(scheduler.policy)));
    }
}

void check_priority(const Scheduler& scheduler, const Report& report) {
    const std::int32_t priority = scheduler.priority;
    if (!is_realtime(scheduler.policy) && priority != 0) {
        report.error(report.at("priority"), cat("\"priority\" must be 0 under ",
                                                word_of(scheduler.policy), ", but is ", priority));
    } else if (is_realtime(scheduler.policy) && priority == 0) {
        report.missing(report.at("priority"),
                       cat(word_of(scheduler.policy), " needs a \"priority\" from 1 to 99"));
    } else if (priority < 0 || priority > 99) {
        report.error(report.at("priority"),
                     cat("\"priority\" is ", priority, ", it goes from 1 to 99"));
    }
}

/// runtime <= deadline <= period, and none so small or large that the kernel cannot count it.
void check_deadline(const Scheduler& scheduler, const Report& report) {
    constexpr std::uint64_t kLeastRuntime = 1024; // 1 << DL_SCALE
    constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;
    if (scheduler.deadline == 0) {
        report.missing(report.at("deadline"), "SCHED_DEADLINE needs a \"deadline\"",
                       "runtime, deadline and period are in nanoseconds");
        return;
    }
    if (scheduler.runtime < kLeastRuntime) {
        report.missing(report.at("runtime"), cat("SCHED_DEADLINE needs a \"runtime\" of at least ",
                                                 kLeastRuntime, " nanoseconds"));
    }
    if (scheduler.runtime > scheduler.deadline) {
        report.error(report.at("runtime"),
                     cat("\"runtime\" (", scheduler.runtime, ") is above \"deadline\" (",
                         scheduler.deadline, ")"));
    }
    if (scheduler.period != 0 && scheduler.deadline > scheduler.period) {
        report.error(report.at("deadline"), cat("\"deadline\" (", scheduler.deadline,
                                                ") is above \"period\" (", scheduler.period, ")"));
    }
    if (scheduler.deadline >= kTopBit || scheduler.period >= kTopBit) {
        report.error(report.at("deadline"), "\"deadline\" and \"period\" must be below 2^63");
    }
}

void check_no_deadline(const Scheduler& scheduler, const Report& report) {
    const auto check = [&](std::string_view key, std::uint64_t value) {
        if (value != 0) {
            report.error(report.at(key), cat("\"", key, "\" is only for SCHED_DEADLINE, not for ",
                                             word_of(scheduler.policy)));
        }
    };
    check("runtime", scheduler.runtime);
    check("deadline", scheduler.deadline);
    check("period", scheduler.period);
}

void check_flags(const Scheduler& scheduler, const Report& report) {
    for (std::size_t i = 0; i < scheduler.flags.size(); ++i) {
        const SchedulerFlag flag = scheduler.flags[i];
        if (flag == SchedulerFlag::util_clamp_min || flag == SchedulerFlag::util_clamp_max) {
            report.warning(report.at("flags", i),
                           cat(word_of(flag), " clamps the utilisation to 0: the specification "
                                              "has no member for the value"));
        }
    }
}

} // namespace

void check_scheduler(const Process& process, const Report& report) {
    const Report at = report.in("scheduler");
    if (!process.scheduler || !at.was_read()) {
        return;
    }
    const Scheduler& scheduler = *process.scheduler;
    check_nice(scheduler, at);
    check_priority(scheduler, at);
    if (scheduler.policy == SchedulerPolicy::deadline) {
        check_deadline(scheduler, at);
    } else {
        check_no_deadline(scheduler, at);
    }
    check_flags(scheduler, at);
    if (scheduler.policy == SchedulerPolicy::iso) {
        at.warning(at.at("policy"), "no kernel implements SCHED_ISO: create will fail");
    }
}

} // namespace spec
