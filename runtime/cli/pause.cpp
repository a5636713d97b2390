#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

base::Result<int> pause_verb(Invocation& invocation) {
    Arguments arguments("pause ID",
                        "Stops all processes of a container, until `oci-rt resume ID`.");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY(runtime::pause(invocation.globals.store, invocation.id));
    return 0;
}

base::Result<int> resume_verb(Invocation& invocation) {
    Arguments arguments("resume ID", "Lets the processes of a paused container go on.");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY(runtime::resume(invocation.globals.store, invocation.id));
    return 0;
}

} // namespace cli
