#include "runtime/checkpoint.hpp"

#include "runtime/cli/criu_options.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/criu_plan.hpp"

#include <fcntl.h>

namespace cli {

using base::cat;
using base::done;
using base::Error;
using base::Result;

namespace {

/// A descriptor that the caller has left open for us to write to.
Result<int> status_descriptor(const std::string& text, bool lazy_pages) {
    if (text.empty() || text == "-1") {
        return -1;
    }
    const std::optional<int> number = base::parse_number<int>(text);
    const int flags = number ? ::fcntl(*number, F_GETFL) : -1;
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        return Error(cat("--status-fd: ", base::quoted(text), " is no descriptor to write to"));
    }
    if (!lazy_pages) {
        return Error("--status-fd tells of lazy pages: it goes with --lazy-pages");
    }
    return *number;
}

Result<> read_page_server(runtime::CheckpointRequest& request, const std::string& text) {
    if (!text.empty()) {
        TRY_ASSIGN(request.options.page_server,
                   runtime::criu::page_server_of(text).in("--page-server"));
    }
    return done();
}

} // namespace

Result<int> checkpoint_verb(Invocation& invocation) {
    runtime::CheckpointRequest request;
    CriuWords words;
    std::string page_server;
    std::string status_fd;
    Arguments arguments("checkpoint [options] ID",
                        "Saves a running container as an image of CRIU, and deletes it.");
    declare_criu_options(arguments, request.options, words);
    arguments.flag("leave-running", request.options.leave_running, "the container goes on");
    arguments.flag("pre-dump", request.pre_dump,
                   "save the memory alone, for a later checkpoint; the container goes on");
    arguments.value("parent-path", request.options.parent_images,
                    "an earlier image, relative to this one: what has not changed is left there");
    arguments.flag("tcp-skip-in-flight", request.options.tcp_skip_in_flight,
                   "leave out TCP connections that are not established yet");
    arguments.flag("link-remap", request.options.link_remap,
                   "give deleted files that are open a name again");
    arguments.value("page-server", page_server, "ADDRESS:PORT of who takes the memory");
    arguments.value("status-fd", status_fd, "takes a NUL when lazy pages can be asked for");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY(complete(request.options, words));
    TRY(read_page_server(request, page_server));
    TRY_ASSIGN(request.status_fd, status_descriptor(status_fd, request.options.lazy_pages));
    request.images = words.images;
    request.work = words.work;
    TRY(runtime::checkpoint(invocation.globals.store, invocation.id, request));
    return 0;
}

} // namespace cli
