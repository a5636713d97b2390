#include "cgroups/processes.hpp"
#include "oci-spec/json_writer.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/file.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

#include <algorithm>

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

/// What ps(1) prints with these arguments.
Result<std::string> output_of_ps(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {"ps"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    TRY_ASSIGN(base::sys::Pipe pipe, base::sys::pipe());
    TRY_ASSIGN(base::Child child, base::fork_to([&] {
                   ::dup2(pipe.write_end.number(), STDOUT_FILENO);
                   ::execvp("ps", base::argument_vector(words).data());
                   return 127;
               }));
    pipe.write_end.close();
    TRY_ASSIGN(std::string text, base::read_all(pipe.read_end));
    TRY_ASSIGN(const base::Exit exit, child.wait());
    if (exit.shell_code() != 0) {
        return Error(cat("ps(1) ", exit.text()))
            .hint("the table is made by the host's ps; --format json needs none");
    }
    return text;
}

/// The header and the lines whose PID column names one of `pids`.
Result<std::string> lines_about(std::string_view text, const std::vector<pid_t>& pids) {
    std::string kept;
    std::optional<std::size_t> column;
    for (const std::string_view line : base::split(text, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (!column) {
            const auto pid = std::ranges::find(words, "PID");
            if (pid == words.end()) {
                return Error("the output of ps(1) has no column PID");
            }
            column = static_cast<std::size_t>(pid - words.begin());
            kept = cat(line, "\n");
        } else if (words.size() > *column) {
            const auto pid = base::parse_number<pid_t>(words[*column]);
            if (pid && std::ranges::find(pids, *pid) != pids.end()) {
                kept += cat(line, "\n");
            }
        }
    }
    return kept;
}

} // namespace

Result<int> ps_verb(Invocation& invocation) {
    std::string format = "table";
    Arguments arguments("ps [options] ID [ARGUMENTS OF ps(1)]",
                        "Lists the processes of a container.", Order::options_first);
    arguments.value("format,f", format, "table or json (the pids alone)");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    if (format != "table" && format != "json") {
        return Error(cat("unknown format ", base::quoted(format))).hint("table or json");
    }
    if (arguments.positional().empty()) {
        return Error("the id of a container is missing");
    }
    invocation.id = arguments.positional().front();
    TRY_ASSIGN(
        const runtime::Container container,
        runtime::open_container(invocation.globals.store, invocation.id, runtime::Access::look));
    if (container.record.cgroups.empty()) {
        return Error("the container has no cgroup to find its processes by");
    }
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
    TRY_ASSIGN(const std::vector<pid_t> pids, cgroups::pids(groups));
    if (format == "json") {
        spec::JsonWriter json;
        json.value(pids);
        TRY(print(cat(std::move(json).take(), "\n")));
        return 0;
    }
    std::vector<std::string> ps(arguments.positional().begin() + 1, arguments.positional().end());
    TRY_ASSIGN(const std::string text,
               output_of_ps(ps.empty() ? std::vector<std::string>{"-ef"} : ps));
    TRY_ASSIGN(const std::string lines, lines_about(text, pids));
    TRY(print(lines));
    return 0;
}

} // namespace cli
