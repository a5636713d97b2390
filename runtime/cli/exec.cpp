#include "runtime/exec.hpp"

#include "oci-spec/finding.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/foreground.hpp"

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

struct ExecOptions {
    runtime::ExecRequest request;
    std::string process_file;
    std::vector<std::string> gids;
    std::vector<std::string> cgroups;
    bool detach = false;
};

void declare(Arguments& arguments, ExecOptions& options) {
    runtime::ExecRequest& request = options.request;
    runtime::ExecOverrides& changes = request.overrides;
    arguments.value("process,p", options.process_file, "a file with the process as JSON");
    arguments.value("cwd", changes.cwd, "the working directory");
    arguments.list("env,e", changes.env, "a variable, NAME=VALUE; more than once");
    arguments.value("user,u", changes.user, "UID or UID:GID");
    arguments.list("additional-gids,g", options.gids, "a further group id; more than once");
    arguments.list("cap,c", changes.capabilities, "a capability to add; more than once");
    arguments.flag("no-new-privs", changes.no_new_privileges, "set no_new_privs");
    arguments.flag("tty,t", changes.terminal, "with a terminal");
    arguments.flag("detach,d", options.detach, "return when the program is executed");
    arguments.value("console-socket", request.console_socket,
                    "the socket that takes the master side of the terminal");
    arguments.value("pidfd-socket", request.pidfd_socket,
                    "the socket that takes a pidfd of the process");
    arguments.value("pid-file", request.pid_file, "the file to write the process's pid to");
    arguments.value("preserve-fds", request.preserve_fds, "hand on so many descriptors, from 3 on");
    arguments.list("cgroup", options.cgroups,
                   "a group below the container's own, PATH or CONTROLLERS:PATH; more than once");
    arguments.flag("ignore-paused", request.ignore_paused, "also in a paused container");
    arguments.value("apparmor", changes.apparmor_profile,
                    "an AppArmor profile in place of the container's");
    arguments.value("process-label", changes.selinux_label,
                    "an SELinux label in place of the container's");
}

Result<spec::Process> load_process_file(const std::string& path) {
    TRY_ASSIGN(const std::string bytes,
               base::read_file(base::FdRef::cwd(), path).in("read the process file"));
    spec::Loaded<spec::Process> loaded = spec::checked_process(bytes);
    const spec::Document document{path, bytes};
    for (const spec::Finding& finding : loaded.findings) {
        if (finding.severity == spec::Severity::warning) {
            base::log::warning(spec::text_of(finding, document));
        }
    }
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, document);
    }
    return std::move(loaded.value);
}

Result<> complete(ExecOptions& options, const Arguments& arguments) {
    runtime::ExecRequest& request = options.request;
    for (const std::string& text : options.gids) {
        const auto gid = base::parse_number<std::uint32_t>(text);
        if (!gid) {
            return Error(cat("invalid group id ", base::quoted(text)));
        }
        request.overrides.additional_gids.push_back(*gid);
    }
    TRY_ASSIGN(request.sub_groups, cgroups::sub_groups_of(options.cgroups).in("--cgroup"));
    const std::vector<std::string>& given = arguments.positional();
    request.overrides.args.assign(given.begin() + 1, given.end());
    if (!options.process_file.empty()) {
        TRY_ASSIGN(request.process, load_process_file(options.process_file));
        request.process->terminal = request.process->terminal || request.overrides.terminal;
    } else if (request.overrides.args.empty()) {
        return Error("a program to execute is missing").hint("exec ID PROGRAM [ARGUMENTS]");
    }
    request.stays = !options.detach;
    return base::done();
}

Result<int> run(const Globals& globals, const ExecOptions& options) {
    if (!options.detach) {
        TRY(runtime::hold_signals());
    }
    TRY_ASSIGN(runtime::Executed executed, runtime::exec(globals.store, options.request));
    if (options.detach) {
        static_cast<void>(executed.process.release());
        return 0;
    }
    TRY_ASSIGN(const base::Exit exit,
               runtime::stay_with(executed.process, std::move(executed.terminal)));
    return exit.shell_code();
}

} // namespace

Result<int> exec_verb(Invocation& invocation) {
    ExecOptions options;
    Arguments arguments("exec [options] ID PROGRAM [ARGUMENTS]",
                        "Starts a further process in a container; waits for it and exits with its "
                        "code.",
                        Order::options_first);
    declare(arguments, options);
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    if (arguments.positional().empty()) {
        return Error("the id of a container is missing");
    }
    invocation.id = arguments.positional().front();
    options.request.id = invocation.id;
    options.request.inherited_fds = invocation.globals.inherited_descriptors;
    TRY(complete(options, arguments));
    return run(invocation.globals, options);
}

} // namespace cli
