#include "runtime/base/log.hpp"
#include "runtime/cli/attend.hpp"
#include "runtime/cli/create_options.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

using base::cat;
using base::Result;

namespace {

/// Starts what was created. A container that could not be started is deleted.
Result<> start_created(const runtime::StateStore& store, runtime::Container& container) {
    Result<> started = runtime::start(container);
    if (!started) {
        if (const Result<> gone = runtime::remove(store, container); !gone) {
            base::log::warning(cat("while deleting: ", gone.error().text()));
        }
    }
    return started;
}

Result<int> run(const Globals& globals, const runtime::CreateRequest& request,
                const Attendance& attendance) {
    TRY(prepare(attendance));
    TRY_ASSIGN(runtime::Created created, runtime::create(globals.store, request));
    TRY_ASSIGN(runtime::Container container, container_of(created, spec::Status::created));
    TRY_ASSIGN(std::optional<runtime::NotifyRelay> relay,
               runtime::NotifyRelay::listen(container.directory.fd, runtime::notify_address()));
    TRY(start_created(globals.store, container));
    return attend(globals.store, std::move(created), std::move(container), std::move(relay),
                  attendance);
}

} // namespace

Result<int> run_verb(Invocation& invocation) {
    runtime::CreateRequest request;
    Attendance attendance;
    Arguments arguments("run [options] ID",
                        "Creates and starts a container, waits for its process, deletes it, and "
                        "exits with the process's code.");
    declare_create_options(arguments, request);
    declare_attendance(arguments, attendance);
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY(complete(request, arguments, invocation));
    request.stays = !attendance.detach;
    return run(invocation.globals, request, attendance);
}

} // namespace cli
