#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

base::Result<int> kill_verb(Invocation& invocation) {
    bool all = false;
    Arguments arguments("kill [options] ID [SIGNAL]",
                        "Sends a signal (a number or a name, default SIGTERM) to a container's "
                        "process.");
    arguments.flag("all,a", all, "to all processes of the container");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    const std::vector<std::string>& given = arguments.positional();
    if (given.empty() || given.size() > 2) {
        return base::Error("an id, and at most one signal, is wanted")
            .hint("usage: oci-rt kill [options] ID [SIGNAL]");
    }
    invocation.id = given.front();
    TRY_ASSIGN(const int signal,
               runtime::signal_number(given.size() == 2 ? given.back() : "SIGTERM"));
    TRY(runtime::kill(invocation.globals.store, invocation.id, signal,
                      all ? runtime::Target::all_processes : runtime::Target::init));
    return 0;
}

} // namespace cli
