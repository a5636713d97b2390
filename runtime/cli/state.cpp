#include "runtime/cli/arguments.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

namespace cli {

base::Result<int> state_verb(Invocation& invocation) {
    Arguments arguments("state ID", "Shows the state of a container as JSON.");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY_ASSIGN(
        const runtime::Container container,
        runtime::open_container(invocation.globals.store, invocation.id, runtime::Access::look));
    TRY(print(base::cat(spec::to_json(container.state(), spec::JsonWriter::Form::indented), "\n")));
    return 0;
}

} // namespace cli
