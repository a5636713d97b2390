#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/cli/create_options.hpp"
#include "runtime/container.hpp"
#include "runtime/foreground.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

using base::cat;
using base::Result;

namespace {

struct RunOptions {
    bool detach = false;
    bool keep = false;
    bool no_subreaper = false;
};

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
                const RunOptions& options) {
    if (!options.detach) {
        TRY(runtime::hold_signals());
        if (!options.no_subreaper) {
            TRY(runtime::adopt_orphans());
        }
    }
    TRY_ASSIGN(runtime::Created created, runtime::create(globals.store, request));
    TRY_ASSIGN(base::Fd init, base::sys::duplicate(created.init.pidfd()));
    runtime::Container container{.directory = std::move(created.directory),
                                 .record = std::move(created.record),
                                 .init = std::move(init),
                                 .status = spec::Status::created};
    TRY_ASSIGN(std::optional<runtime::NotifyRelay> relay,
               runtime::NotifyRelay::listen(container.directory.fd, runtime::notify_address()));
    TRY(start_created(globals.store, container));
    if (options.detach) {
        if (relay) {
            container.directory.fd = base::Fd();
            runtime::await_ready(*relay, container.init, container.record.init.pid);
        }
        static_cast<void>(created.init.release());
        return 0;
    }
    // While the container runs others may change it: the lock is theirs.
    const std::string id = container.record.id;
    container = {};
    TRY_ASSIGN(const base::Exit exit,
               runtime::stay_with(created.init, std::move(created.terminal), std::move(relay)));
    if (!options.keep) {
        TRY(runtime::remove(globals.store, id, runtime::Force::yes));
    }
    return exit.shell_code();
}

} // namespace

Result<int> run_verb(Invocation& invocation) {
    runtime::CreateRequest request;
    RunOptions options;
    Arguments arguments("run [options] ID",
                        "Creates and starts a container, waits for its process, deletes it, and "
                        "exits with the process's code.");
    declare_create_options(arguments, request);
    arguments.flag("detach,d", options.detach, "return when the program is executed");
    arguments.flag("keep", options.keep, "do not delete the container when it has ended");
    arguments.flag("no-subreaper", options.no_subreaper,
                   "leave the container's orphans to the next subreaper");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY(complete(request, arguments, invocation));
    request.stays = !options.detach;
    return run(invocation.globals, request, options);
}

} // namespace cli
