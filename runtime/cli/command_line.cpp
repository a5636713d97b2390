#include "runtime/cli/command_line.hpp"

#include "runtime/base/errno_name.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/cli/version.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>

namespace cli {

using base::cat;
using base::Error;
using base::Fd;
using base::Result;

namespace {

struct GlobalOptions {
    bool debug = false;
    std::string log;
    std::string log_format = "text";
    std::string log_level;
    std::optional<std::string> root;
    bool systemd_cgroup = false;
    std::string cgroup_manager = "cgroupfs";
    std::string rootless = "auto";
    bool version = false;
};

void declare(Arguments& arguments, GlobalOptions& options) {
    arguments.value("root", options.root, "the state directory (default: /run/oci-rt)");
    arguments.value("log", options.log, "a file for warnings and errors, instead of stderr");
    arguments.value("log-format", options.log_format, "text or json");
    arguments.value("log-level", options.log_level, "error, warning, info or debug");
    arguments.flag("debug", options.debug, "log each step");
    arguments.value("cgroup-manager", options.cgroup_manager, "cgroupfs, systemd or disabled");
    arguments.flag("systemd-cgroup", options.systemd_cgroup,
                   "the same as --cgroup-manager=systemd");
    arguments.value("rootless", options.rootless, "true, false or auto");
    arguments.ignored_value("criu");
    arguments.flag("version,v", options.version, "print the version");
}

std::string overview() {
    std::string text = "Verbs:\n";
    for (const Verb& verb : verbs()) {
        std::string line = cat("  ", verb.name);
        line.append(12 - verb.name.size(), ' ');
        text += cat(line, verb.summary, "\n");
    }
    return text + "\n`oci-rt VERB --help` says more; so does oci-rt(8).";
}

Result<> configure_log(const GlobalOptions& options) {
    using base::log::Format;
    using base::log::Level;
    Level level = options.debug ? Level::debug : Level::warning;
    constexpr std::array<std::pair<std::string_view, Level>, 4> kLevels = {
        {{"error", Level::error},
         {"warning", Level::warning},
         {"info", Level::info},
         {"debug", Level::debug}}};
    if (!options.log_level.empty()) {
        const auto* found = std::ranges::find(kLevels, options.log_level,
                                              &std::pair<std::string_view, Level>::first);
        if (found == kLevels.end()) {
            return Error(cat("unknown log level ", base::quoted(options.log_level)))
                .hint("error, warning, info or debug");
        }
        level = found->second;
    }
    if (options.log_format != "text" && options.log_format != "json") {
        return Error(cat("unknown log format ", base::quoted(options.log_format)))
            .hint("text or json");
    }
    Fd file;
    if (!options.log.empty()) {
        TRY_ASSIGN(file, base::sys::open(base::FdRef::cwd(), options.log,
                                         O_WRONLY | O_CREAT | O_APPEND, 0644)
                             .in("open the log"));
    }
    base::log::configure(std::move(file),
                         options.log_format == "json" ? Format::json : Format::text, level);
    return base::done();
}

Result<cgroups::ManagerKind> cgroup_manager_of(const GlobalOptions& options) {
    using cgroups::ManagerKind;
    constexpr std::array<std::pair<std::string_view, ManagerKind>, 3> kManagers = {
        {{"cgroupfs", ManagerKind::cgroupfs},
         {"systemd", ManagerKind::systemd},
         {"disabled", ManagerKind::disabled}}};
    if (options.systemd_cgroup) {
        return ManagerKind::systemd;
    }
    const auto* found = std::ranges::find(kManagers, options.cgroup_manager,
                                          &std::pair<std::string_view, ManagerKind>::first);
    if (found == kManagers.end()) {
        return Error(cat("unknown cgroup manager ", base::quoted(options.cgroup_manager)))
            .hint("cgroupfs, systemd or disabled");
    }
    return found->second;
}

Result<Globals> globals_of(const GlobalOptions& options, unsigned inherited_descriptors) {
    TRY_ASSIGN(const cgroups::ManagerKind cgroup_manager, cgroup_manager_of(options));
    if (options.rootless != "true" && options.rootless != "false" && options.rootless != "auto") {
        return Error(cat("--rootless cannot be ", base::quoted(options.rootless)))
            .hint("true, false or auto, which are all the same: what is possible is found out");
    }
    std::string root;
    if (options.root) {
        root = *options.root;
    } else {
        TRY_ASSIGN(root, runtime::default_state_root());
    }
    return Globals{.store = runtime::StateStore(std::move(root)),
                   .cgroup_manager = cgroup_manager,
                   .debug = options.debug || options.log_level == "debug",
                   .inherited_descriptors = inherited_descriptors};
}

/// Members beside the message, for those who do not want to read it.
std::string json_fields(const base::Failure& failure) {
    std::string fields;
    const auto add = [&fields](std::string_view name, std::string_view value) {
        if (!value.empty()) {
            fields += cat(",\"", name, "\":", base::quoted(value));
        }
    };
    add("pointer", failure.pointer);
    add("place", failure.place);
    add("call", failure.call);
    add("errno", failure.code == 0 ? "" : base::errno_name(failure.code));
    add("hint", failure.hint);
    return fields;
}

/// One error as a part of the log's message.
std::string with_hint(const Error& error) {
    const std::string& hint = error.failure().hint;
    return hint.empty() ? error.text() : cat(error.text(), " [hint: ", hint, "]");
}

/// The one place where errors are printed: one line for each, and a hint below it. Engines show the
/// last message of the log and nothing else of it, so there everything stands in that one.
void report(std::string_view subject, const Error& error) {
    std::string for_log = cat(subject, ": ", with_hint(error));
    std::string for_terminal;
    const auto add = [&for_terminal, subject](const Error& one) {
        for_terminal += cat(subject, ": ", one.text(), "\n");
        if (!one.failure().hint.empty()) {
            for_terminal += cat("hint: ", one.failure().hint, "\n");
        }
    };
    add(error);
    for (const Error& other : error.others()) {
        add(other);
        for_log += cat("; ", with_hint(other));
    }
    if (!base::log::goes_to_stderr()) {
        base::log::write(base::log::Level::error, for_log, json_fields(error.failure()));
    }
    static_cast<void>(base::sys::write(base::FdRef(STDERR_FILENO), for_terminal));
}

const Verb* find_verb(std::string_view name) {
    const std::span<const Verb> all = verbs();
    const auto found = std::ranges::find(all, name, &Verb::name);
    return found == all.end() ? nullptr : &*found;
}

Error unknown_verb(const std::string& name) {
    std::vector<std::string_view> names;
    std::ranges::transform(verbs(), std::back_inserter(names), &Verb::name);
    Error error(cat("unknown verb ", base::quoted(name)));
    if (const auto near = base::nearest(name, names)) {
        return std::move(error).hint(cat("did you mean ", *near, "?"));
    }
    return std::move(error).hint("oci-rt --help lists them");
}

int run_verb_named(const Verb& verb, const Globals& globals,
                   std::span<const std::string> arguments) {
    Invocation invocation{.globals = globals, .arguments = arguments, .id = {}};
    Result<int> code = verb.run(invocation);
    if (code) {
        return *code;
    }
    report(invocation.id.empty() ? cat("oci-rt ", verb.name)
                                 : cat("oci-rt ", verb.name, " ", base::quoted(invocation.id)),
           code.error());
    return verb.failure_code;
}

} // namespace

int run_command_line(std::span<const std::string> given, unsigned inherited_descriptors) {
    GlobalOptions options;
    Arguments arguments("[global options] VERB [options] [arguments]", overview(),
                        Order::options_first);
    declare(arguments, options);
    const auto failed = [](const Error& error) {
        report("oci-rt", error);
        return 1;
    };
    const Result<bool> go_on = arguments.parse(given);
    if (!go_on) {
        return failed(go_on.error());
    }
    if (!*go_on) {
        return 0;
    }
    if (options.version) {
        return print(version_text()) ? 0 : 1;
    }
    if (const Result<> log = configure_log(options); !log) {
        return failed(log.error());
    }
    const std::vector<std::string>& words = arguments.positional();
    if (words.empty()) {
        static_cast<void>(print(arguments.help()));
        return 1;
    }
    const Verb* verb = find_verb(words.front());
    if (verb == nullptr) {
        return failed(unknown_verb(words.front()));
    }
    const Result<Globals> globals = globals_of(options, inherited_descriptors);
    if (!globals) {
        return failed(globals.error());
    }
    return run_verb_named(*verb, *globals, std::span(words).subspan(1));
}

} // namespace cli
