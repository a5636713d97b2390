#include "cgroups/oom_watch.hpp"
#include "cgroups/statistics.hpp"
#include "cgroups/threshold_watch.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/durations.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/sizes.hpp"
#include "runtime/cli/statistics_json.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

#include <climits>
#include <vector>

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

Result<> print_statistics(const std::string& id, const cgroups::Placement& groups) {
    TRY_ASSIGN(const cgroups::Statistics statistics, cgroups::statistics(groups));
    return print(statistics_event(id, statistics));
}

/// What is told of without being asked for.
struct Watches {
    cgroups::OomWatch oom;
    std::vector<cgroups::ThresholdWatch> thresholds;

    Result<> print_news(const std::string& id) {
        TRY_ASSIGN(const bool out_of_memory, oom.happened());
        if (out_of_memory) {
            TRY(print(oom_event(id)));
        }
        for (cgroups::ThresholdWatch& threshold : thresholds) {
            TRY_ASSIGN(const std::optional<std::uint64_t> usage, threshold.crossed());
            if (usage) {
                TRY(print(threshold_event(id, threshold.bytes(), *usage)));
            }
        }
        return base::done();
    }
};

Result<Watches> watches_of(const cgroups::Placement& groups,
                           const std::vector<std::string>& thresholds) {
    TRY_ASSIGN(cgroups::OomWatch oom, cgroups::OomWatch::of(groups));
    Watches watches{.oom = std::move(oom), .thresholds = {}};
    for (const std::string& text : thresholds) {
        const std::optional<std::int64_t> bytes = size_of<std::int64_t>(text);
        if (!bytes || *bytes <= 0) {
            return Error(cat("invalid value ", base::quoted(text), " for --memory-threshold"));
        }
        TRY_ASSIGN(cgroups::ThresholdWatch threshold,
                   cgroups::ThresholdWatch::of(groups, static_cast<std::uint64_t>(*bytes))
                       .in("--memory-threshold"));
        watches.thresholds.push_back(std::move(threshold));
    }
    return watches;
}

/// Until the container's process ends. Only the statistics come by the clock.
Result<> stream(const runtime::Container& container, const cgroups::Placement& groups,
                Watches watches, std::chrono::milliseconds interval) {
    const std::string& id = container.record.id;
    std::vector<pollfd> watched = {{container.init.number(), POLLIN, 0},
                                   {watches.oom.descriptor().number(), POLLIN, 0}};
    for (const cgroups::ThresholdWatch& threshold : watches.thresholds) {
        watched.push_back({threshold.descriptor().number(), POLLIN, 0});
    }
    base::Deadline next(interval);
    while (true) {
        TRY_ASSIGN(const int ready, base::sys::poll(watched, next.milliseconds(INT_MAX)));
        if (ready > 0) {
            // Also at the end: it may have ended for lack of memory.
            TRY(watches.print_news(id));
            if (watched[0].revents != 0) {
                return base::done();
            }
        }
        if (next.passed()) {
            next = base::Deadline(interval);
            TRY(print_statistics(id, groups));
        }
    }
}

} // namespace

Result<int> events_verb(Invocation& invocation) {
    std::string interval_text = "5s";
    std::vector<std::string> thresholds;
    bool once = false;
    Arguments arguments(
        "events [options] ID",
        "Shows as JSON, a line each, what a container uses, and when it runs out of "
        "memory; until it ends.");
    arguments.value("interval", interval_text, "how often the statistics come: 5s, 500ms, 1m30s");
    arguments.list("memory-threshold", thresholds,
                   "also tell when memory crosses it: bytes, 50M, 1G; more than once");
    arguments.flag("stats", once, "the statistics once, and nothing else");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    const std::optional<std::chrono::milliseconds> interval = duration_of(interval_text);
    if (!interval) {
        return Error(cat("invalid value ", base::quoted(interval_text), " for --interval"))
            .hint("a duration above 0, such as 5s, 500ms, 1m30s");
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    using spec::Status;
    TRY_ASSIGN(
        const runtime::Container container,
        runtime::open_container(invocation.globals.store, invocation.id, runtime::Access::look));
    TRY(runtime::require_status(container, "show the events of",
                                {Status::created, Status::running, Status::paused}));
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
    if (once) {
        TRY(print_statistics(invocation.id, groups));
        return 0;
    }
    TRY_ASSIGN(Watches watches, watches_of(groups, thresholds));
    TRY(stream(container, groups, std::move(watches), *interval));
    return 0;
}

} // namespace cli
