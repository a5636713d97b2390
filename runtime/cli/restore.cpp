#include "runtime/restore.hpp"

#include "runtime/base/log.hpp"
#include "runtime/cli/attend.hpp"
#include "runtime/cli/create_options.hpp"
#include "runtime/cli/criu_options.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

using base::cat;
using base::Result;

namespace {

/// A container whose poststart hooks fail is deleted, as by run.
Result<> announce(const runtime::StateStore& store, runtime::Container& container) {
    Result<> ran = runtime::run_poststart_hooks(container);
    if (!ran) {
        if (const Result<> gone = runtime::remove(store, container); !gone) {
            base::log::warning(cat("while deleting: ", gone.error().text()));
        }
    }
    return ran;
}

Result<int> restore(const Globals& globals, const runtime::RestoreRequest& request,
                    const Attendance& attendance) {
    TRY(prepare(attendance));
    TRY_ASSIGN(runtime::Created created, runtime::restore(globals.store, request));
    TRY_ASSIGN(runtime::Container container, container_of(created, spec::Status::running));
    TRY(announce(globals.store, container));
    std::optional<runtime::NotifyRelay> relay;
    if (!attendance.detach) { // it was ready when it was dumped, and does not say so again
        TRY_ASSIGN(relay,
                   runtime::NotifyRelay::listen(container.directory.fd, runtime::notify_address()));
    }
    return attend(globals.store, std::move(created), std::move(container), std::move(relay),
                  attendance);
}

} // namespace

Result<int> restore_verb(Invocation& invocation) {
    runtime::RestoreRequest request;
    CriuWords words;
    Attendance attendance;
    Arguments arguments("restore [options] ID",
                        "Makes a container of an image that `oci-rt checkpoint` has saved, waits "
                        "for its process,\ndeletes it, and exits with the process's code.");
    declare_criu_options(arguments, request.options, words);
    declare_attendance(arguments, attendance);
    runtime::CreateRequest& create = request.create;
    arguments.value("bundle,b", create.bundle, "the bundle's directory (default: .)");
    arguments.value("console-socket", create.console_socket,
                    "the socket that takes the master side of the terminal");
    arguments.value("pid-file", create.pid_file, "the file to write the process's pid to");
    bool no_pivot = false;
    arguments.flag("no-pivot", no_pivot,
                   "accepted for runc's callers; CRIU has one way to enter a root");
    arguments.value("lsm-profile", request.options.lsm_profile,
                    "TYPE:NAME of the label instead of that in the image");
    arguments.value("lsm-mount-context", request.options.lsm_mount_context,
                    "the SELinux context of mounts instead of that in the image");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY(complete(create, arguments, invocation));
    TRY(complete(request.options, words));
    request.images = words.images;
    request.work = words.work;
    create.stays = !attendance.detach;
    return restore(invocation.globals, request, attendance);
}

} // namespace cli
