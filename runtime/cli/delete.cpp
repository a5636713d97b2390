#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

base::Result<int> delete_verb(Invocation& invocation) {
    bool force = false;
    Arguments arguments("delete [options] ID",
                        "Deletes a stopped or created container with all that create made.");
    arguments.flag("force,f", force, "end it first if it runs; no error if it does not exist");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY(runtime::remove(invocation.globals.store, invocation.id,
                        force ? runtime::Force::yes : runtime::Force::no));
    return 0;
}

} // namespace cli
