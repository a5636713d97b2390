#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

base::Result<int> start_verb(Invocation& invocation) {
    Arguments arguments("start ID", "Executes the program of a created container.");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY(runtime::start(invocation.globals.store, invocation.id));
    return 0;
}

} // namespace cli
