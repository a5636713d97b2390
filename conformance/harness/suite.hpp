// The run of all selected rows against one runtime.
#pragma once

#include "conformance/harness/results.hpp"
#include "conformance/harness/watch.hpp"

#include <string>
#include <vector>

namespace conformance {

struct Options {
    std::string runtime;
    std::vector<std::string> runtime_arguments; ///< before the verb
    std::vector<std::string> only;              ///< ids or beginnings of ids; empty: all
    std::string spec;                           ///< leave out what is younger; "": nothing
    Format format = Format::table;
    Milliseconds timeout{10000};
    unsigned jobs = 1;
    bool list = false;
    bool keep = false;
    bool strict = false;
};

/// The rows that the options ask for.
Rows selected_rows(const Options& options);

/// Runs them and prints the outcomes to standard output. Returns the exit status: 0, or 1 if a
/// MUST row failed (with `strict` a SHOULD row too), 3 if the suite itself broke, 130 after an
/// interrupt.
int run_suite(const Options& options);

} // namespace conformance
