#include "cgroups/deadline.hpp"
#include "cgroups/oom_watch.hpp"
#include "cgroups/statistics.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/durations.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/statistics_json.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

#include <array>
#include <climits>

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

Result<> print_statistics(const std::string& id, const cgroups::Placement& groups) {
    TRY_ASSIGN(const cgroups::Statistics statistics, cgroups::statistics(groups));
    return print(statistics_event(id, statistics));
}

/// Until the container's process ends. Only the statistics come by the clock.
Result<> stream(const runtime::Container& container, const cgroups::Placement& groups,
                std::chrono::milliseconds interval) {
    const std::string& id = container.record.id;
    TRY_ASSIGN(cgroups::OomWatch watch, cgroups::OomWatch::of(groups));
    cgroups::Deadline next(interval);
    while (true) {
        std::array<pollfd, 2> watched = {
            {{container.init.number(), POLLIN, 0}, {watch.descriptor().number(), POLLIN, 0}}};
        TRY_ASSIGN(const int ready, base::sys::poll(watched, next.milliseconds(INT_MAX)));
        if (ready > 0) {
            // Also at the end: it may have ended for lack of memory.
            TRY_ASSIGN(const bool out_of_memory, watch.happened());
            if (out_of_memory) {
                TRY(print(oom_event(id)));
            }
            if (watched[0].revents != 0) {
                return base::done();
            }
        }
        if (next.passed()) {
            next = cgroups::Deadline(interval);
            TRY(print_statistics(id, groups));
        }
    }
}

} // namespace

Result<int> events_verb(Invocation& invocation) {
    std::string interval_text = "5s";
    bool once = false;
    Arguments arguments(
        "events [options] ID",
        "Shows as JSON, a line each, what a container uses, and when it runs out of "
        "memory; until it ends.");
    arguments.value("interval", interval_text, "how often the statistics come: 5s, 500ms, 1m30s");
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
    TRY(once ? print_statistics(invocation.id, groups) : stream(container, groups, *interval));
    return 0;
}

} // namespace cli
