#include "oci-spec/json_writer.hpp"
#include "oci-spec/tables.hpp"
#include "runtime/base/log.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

#include <algorithm>
#include <array>

namespace cli {

using base::cat;
using base::Result;

namespace {

/// The states of all containers. One that is deleted meanwhile is simply not there any more.
Result<std::vector<spec::State>> all_states(const runtime::StateStore& store) {
    TRY_ASSIGN(const std::vector<std::string> ids, store.ids());
    std::vector<spec::State> states;
    for (const std::string& id : ids) {
        const Result<runtime::Container> container =
            runtime::open_container(store, id, runtime::Access::look);
        if (container) {
            states.push_back(container->state());
        } else if (container.code() != ENOENT) {
            base::log::warning(container.error().text());
        }
    }
    return states;
}

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

std::string table(const std::vector<spec::State>& states) {
    std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
    for (const spec::State& state : states) {
        rows.push_back({state.id, cat(state.pid.value_or(0)),
                        std::string(spec::word_of(state.status)), state.bundle, state.created,
                        state.owner.value_or("")});
    }
    std::array<std::size_t, kColumns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    constexpr std::size_t kGap = 3;
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i) {
            text += row[i];
            text.append(i + 1 == kColumns ? 0 : widths[i] - row[i].size() + kGap, ' ');
        }
        text += '\n';
    }
    return text;
}

/// One line, with the members that runc prints.
std::string json(const std::vector<spec::State>& states) {
    spec::JsonWriter writer;
    writer.begin_array();
    for (const spec::State& state : states) {
        write(writer, state);
    }
    writer.end_array();
    return cat(std::move(writer).take(), "\n");
}

} // namespace

Result<int> list_verb(Invocation& invocation) {
    std::string format = "table";
    bool quiet = false;
    Arguments arguments("list [options]", "Lists the containers below the state directory.");
    arguments.value("format,f", format, "table or json");
    arguments.flag("quiet,q", quiet, "only the ids");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    if (format != "table" && format != "json") {
        return base::Error(cat("unknown format ", base::quoted(format))).hint("table or json");
    }
    TRY_ASSIGN(const std::vector<spec::State> states, all_states(invocation.globals.store));
    if (quiet) {
        for (const spec::State& state : states) {
            TRY(print(cat(state.id, "\n")));
        }
        return 0;
    }
    TRY(print(format == "json" ? json(states) : table(states)));
    return 0;
}

} // namespace cli
