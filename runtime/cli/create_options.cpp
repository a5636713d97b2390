#include "runtime/cli/create_options.hpp"

namespace cli {

void declare_create_options(Arguments& arguments, runtime::CreateRequest& request) {
    arguments.value("bundle,b", request.bundle, "the bundle's directory (default: .)");
    arguments.value("console-socket", request.console_socket,
                    "the socket that takes the master side of the terminal");
    arguments.value("pidfd-socket", request.pidfd_socket,
                    "the socket that takes a pidfd of the process");
    arguments.value("pid-file", request.pid_file, "the file to write the process's pid to");
    arguments.flag("no-pivot", request.options.no_pivot,
                   "use chroot instead of pivot_root: on a root that cannot be pivoted; weaker");
    arguments.flag("no-new-keyring", request.no_new_keyring, "keep the caller's session keyring");
    arguments.value("preserve-fds", request.options.preserve_fds,
                    "hand on so many descriptors, from 3 on");
}

base::Result<> complete(runtime::CreateRequest& request, const Arguments& arguments,
                        Invocation& invocation) {
    TRY_ASSIGN(invocation.id, arguments.only_id());
    request.options.id = invocation.id;
    request.options.cgroup_manager = invocation.globals.cgroup_manager;
    request.options.debug = invocation.globals.debug;
    request.options.inherited_fds = invocation.globals.inherited_descriptors;
    return base::done();
}

} // namespace cli
