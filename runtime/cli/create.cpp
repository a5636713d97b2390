#include "runtime/cli/create_options.hpp"

namespace cli {

base::Result<int> create_verb(Invocation& invocation) {
    runtime::CreateRequest request;
    Arguments arguments("create [options] ID",
                        "Creates a container from a bundle. Its program is not executed before "
                        "`oci-rt start ID`.");
    declare_create_options(arguments, request);
    bool no_subreaper = false;
    arguments.flag("no-subreaper", no_subreaper,
                   "accepted for crun's callers; create waits for nobody");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY(complete(request, arguments, invocation));
    TRY_ASSIGN(runtime::Created created, runtime::create(invocation.globals.store, request));
    static_cast<void>(created.init.release());
    return 0;
}

} // namespace cli
