#include "conformance/options.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

#include <boost/program_options.hpp>

namespace conformance {

namespace po = boost::program_options;

namespace {

/// Most of a row is waiting: twice as many as processors, but not so many that they disturb each
/// other.
unsigned default_jobs() {
    constexpr unsigned kMost = 4;
    return std::min(kMost, 2 * std::max(1U, std::thread::hardware_concurrency()));
}

po::options_description description(Options& options, std::string& format, unsigned& seconds) {
    po::options_description all("oci-conformance --runtime PROGRAM [OPTION...]\n\n"
                                "Options");
    auto add = all.add_options();
    add("runtime", po::value(&options.runtime)->value_name("PROGRAM"),
        "the OCI runtime to test: a path, or a name in PATH");
    add("runtime-arg", po::value(&options.runtime_arguments)->value_name("ARG")->composing(),
        "an argument for it, before the verb; may be repeated (--runtime-arg=--systemd-cgroup)");
    add("only", po::value(&options.only)->value_name("ID")->composing(),
        "only rows whose id begins so; may be repeated");
    add("spec", po::value(&options.spec)->value_name("VERSION"),
        "leave out what came after this version of the specification (1.0, 1.1, 1.2, 1.3)");
    add("format", po::value(&format)->value_name("FORM")->default_value("table"),
        "table, tap, json, markdown or junit");
    add("timeout", po::value(&seconds)->value_name("SECONDS")->default_value(10),
        "the longest that a call of the runtime or a container may take");
    add("jobs", po::value(&options.jobs)->value_name("N")->default_value(default_jobs()),
        "how many rows run at a time");
    add("strict", po::bool_switch(&options.strict), "a failed SHOULD counts as well");
    add("keep", po::bool_switch(&options.keep), "keep all bundles under /run, to look at them");
    add("list", po::bool_switch(&options.list), "only list the rows");
    add("help", "print this");
    return all;
}

constexpr int kWrongUse = 2;

} // namespace

std::optional<Options> parse_options(int count, const char* const* arguments, int& status) {
    Options options;
    std::string format;
    unsigned seconds = 0;
    const po::options_description known = description(options, format, seconds);
    status = kWrongUse;
    try {
        po::variables_map given;
        po::store(po::command_line_parser(count, arguments).options(known).positional({}).run(),
                  given);
        po::notify(given);
        if (given.contains("help")) {
            std::cout << known
                      << "\nExit status: 0; 1 if a MUST row failed; 2 wrong use; 3 the "
                         "suite itself failed.\n";
            status = 0;
            return std::nullopt;
        }
    } catch (const po::error& failure) {
        std::cerr << "oci-conformance: " << failure.what() << "\n";
        return std::nullopt;
    }
    const std::optional<Format> wanted = format_named(format);
    if (!wanted || (options.runtime.empty() && !options.list)) {
        std::cerr << "oci-conformance: "
                  << (wanted ? "--runtime is missing" : "no such format: " + format)
                  << " (see --help)\n";
        return std::nullopt;
    }
    options.format = *wanted;
    options.jobs = std::max(options.jobs, 1U);
    options.timeout = std::chrono::seconds(seconds);
    return options;
}

} // namespace conformance
