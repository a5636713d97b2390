// config.md, "Process".
#include "oci-spec/checks.hpp"
#include "oci-spec/id_list.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace spec {

namespace {

using base::cat;

constexpr std::uint32_t kNoId = std::numeric_limits<std::uint32_t>::max(); // (uid_t)-1

void check_arguments(const Process& process, const Report& report) {
    if (process.args.empty()) {
        report.missing(report.at("args"), "\"args\" must name the program to run");
    }
}

void check_directory(const Process& process, const Report& report) {
    if (!is_absolute(process.cwd)) {
        report.error(report.at("cwd"),
                     cat("\"cwd\" must be an absolute path, not ", excerpt(process.cwd)));
    }
}

void check_process_environment(const Process& process, const Report& report) {
    check_environment(process.env, report.in("env"));
}

void check_console(const Process& process, const Report& report) {
    if (!process.console_size) {
        return;
    }
    static constexpr std::uint32_t kMost = std::numeric_limits<std::uint16_t>::max(); // winsize
    const auto check = [&report](std::string_view key, std::uint32_t value) {
        if (value > kMost) {
            report.error(report.at("consoleSize", key),
                         cat("\"", key, "\" is ", value, ", the most is ", kMost));
        }
    };
    check("height", process.console_size->height);
    check("width", process.console_size->width);
}

void check_user(const Process& process, const Report& report) {
    const User& user = process.user;
    const auto check_id = [](const Report& at, std::uint32_t id) {
        if (id == kNoId) {
            at.error(at.at(), cat(id, " is not a user or group: the kernel uses it for \"none\""));
        }
    };
    check_id(report.in("user", "uid"), user.uid);
    check_id(report.in("user", "gid"), user.gid);
    for (std::size_t i = 0; i < user.additional_gids.size(); ++i) {
        check_id(report.in("user", "additionalGids", i), user.additional_gids[i]);
    }
    constexpr std::size_t kMostGroups = 65536; // NGROUPS_MAX
    if (user.additional_gids.size() > kMostGroups) {
        report.error(
            report.at("user", "additionalGids"),
            cat(user.additional_gids.size(), " groups are more than the kernel's ", kMostGroups));
    }
    if (user.umask && *user.umask > 0777) {
        report.error(report.at("user", "umask"),
                     cat("\"umask\" is ", *user.umask, ", the most is 511 (0777)"),
                     "it is written in decimal: 022 is 18");
    }
}

void check_rlimits(const Process& process, const Report& report) {
    std::vector<std::string_view> names;
    std::ranges::transform(rlimits(), std::back_inserter(names), &Word<int>::word);
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < process.rlimits.size(); ++i) {
        const Rlimit& rlimit = process.rlimits[i];
        if (!rlimit_number(rlimit.type)) {
            const auto near = suggestion(rlimit.type, names);
            report.error(report.at("rlimits", i, "type"),
                         cat("there is no resource limit ", excerpt(rlimit.type)),
                         near ? cat("did you mean ", base::quoted(*near), "?")
                              : "the names stand in getrlimit(2)");
        }
        if (!seen.insert(rlimit.type).second) {
            report.error(report.at("rlimits", i, "type"),
                         cat("the resource limit ", excerpt(rlimit.type), " is set twice"));
        }
        if (rlimit.soft > rlimit.hard) {
            report.error(
                report.at("rlimits", i, "soft"),
                cat("the soft limit ", rlimit.soft, " is above the hard limit ", rlimit.hard));
        }
    }
}

std::string capability_hint(std::string_view name) {
    std::string full(name);
    for (char& c : full) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    if (!full.starts_with("CAP_")) {
        full.insert(0, "CAP_");
    }
    const auto near = capability_number(full) ? std::optional<std::string_view>(full)
                                              : suggestion(name, capability_names());
    return near ? cat("did you mean ", base::quoted(*near), "?") : "";
}

/// The known ones, a bit for each.
std::uint64_t bits_of(const std::vector<std::string>& set) {
    std::uint64_t bits = 0;
    for (const std::string& name : set) {
        if (const std::optional<int> number = capability_number(name)) {
            bits |= std::uint64_t{1} << *number;
        }
    }
    return bits;
}

/// Whether it is known, but not among `bits`.
bool is_beyond(const std::string& name, std::uint64_t bits) {
    const std::optional<int> number = capability_number(name);
    return number && (bits >> *number & 1U) == 0;
}

void check_unknown_capabilities(const Process& process, const Report& report) {
    const Capabilities& sets = *process.capabilities;
    const std::pair<std::string_view, const std::vector<std::string>*> members[] = {
        {"bounding", &sets.bounding},       {"effective", &sets.effective},
        {"inheritable", &sets.inheritable}, {"permitted", &sets.permitted},
        {"ambient", &sets.ambient},
    };
    for (const auto& [key, set] : members) {
        for (std::size_t i = 0; i < set->size(); ++i) {
            if (!capability_number((*set)[i])) {
                report.warning(report.at("capabilities", key, i),
                               cat("unknown capability ", excerpt((*set)[i]), ", not granted"),
                               capability_hint((*set)[i]));
            }
        }
    }
}

/// One warning for the whole set, at its first name that cannot be in it: buildah asks for every
/// ambient capability and for no inheritable one.
void report_beyond(const Report& report, std::string_view set,
                   const std::vector<std::string>& names, std::uint64_t possible,
                   std::string_view why) {
    const auto beyond = [possible](const std::string& name) { return is_beyond(name, possible); };
    const auto count = std::ranges::count_if(names, beyond);
    if (count > 0) {
        const auto first = std::ranges::find_if(names, beyond);
        const std::string others = count > 1 ? cat(", as ", count - 1, " more") : std::string();
        report.warning(
            report.at("capabilities", set, static_cast<std::size_t>(first - names.begin())),
            cat(excerpt(*first), " ", why, others));
    }
}

/// What capset(2) and PR_CAP_AMBIENT_RAISE would refuse: capabilities(7), "Transformation of
/// capabilities during execve()" and "Effect of user ID changes".
void check_capabilities(const Process& process, const Report& report) {
    if (!process.capabilities) {
        return;
    }
    check_unknown_capabilities(process, report);
    const Capabilities& sets = *process.capabilities;
    const std::uint64_t permitted = bits_of(sets.permitted);
    report_beyond(report, "effective", sets.effective, permitted,
                  "cannot be effective, because it is not permitted");
    report_beyond(report, "ambient", sets.ambient, permitted & bits_of(sets.inheritable),
                  "cannot be ambient, because it is not both permitted and inheritable");
}

void check_oom_score(const Process& process, const Report& report) {
    if (process.oom_score_adj &&
        (*process.oom_score_adj < -1000 || *process.oom_score_adj > 1000)) {
        report.error(report.at("oomScoreAdj"), cat("\"oomScoreAdj\" is ", *process.oom_score_adj,
                                                   ", it goes from -1000 to 1000"));
    }
}

void check_io_priority(const Process& process, const Report& report) {
    if (process.io_priority &&
        (process.io_priority->priority < 0 || process.io_priority->priority > 7)) {
        report.error(report.at("ioPriority", "priority"),
                     cat("\"priority\" is ", process.io_priority->priority,
                         ", it goes from 0 (highest) to 7"));
    }
}

void check_affinity(const Process& process, const Report& report) {
    if (!process.exec_cpu_affinity) {
        return;
    }
    const auto check = [&report](std::string_view key, std::string_view list) {
        const auto ranges = parse_id_list(list);
        if (!list.empty() && (!ranges || ranges->empty())) {
            report.error(
                report.at("execCPUAffinity", key),
                cat("\"", key, "\" must be a list of CPUs like 0-3,7, not ", excerpt(list)));
        }
    };
    check("initial", process.exec_cpu_affinity->initial);
    check("final", process.exec_cpu_affinity->final);
}

} // namespace

void check_scheduler(const Process& process, const Report& report); // check_scheduler.cpp

namespace {

constexpr Check<Process> kChecks[] = {
    check_arguments,    check_directory, check_process_environment,
    check_console,      check_user,      check_rlimits,
    check_capabilities, check_oom_score, check_scheduler,
    check_io_priority,  check_affinity,
};

} // namespace

std::span<const Check<Process>> process_checks() {
    return kChecks;
}

} // namespace spec
