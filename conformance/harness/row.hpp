// A row: one requirement of the specification and the code that shows it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

class Case;

/// How the specification says it (RFC 2119).
enum class Level : unsigned char { must, should, may };
std::string_view level_name(Level level);

struct Row {
    std::string id; ///< "P6.duplicate": never changes its meaning
    Level level;
    std::string since;    ///< the version that brought it: "1.0", …, "1.3"
    std::string section;  ///< "config.md#posix-process"
    std::string sentence; ///< what a conforming runtime does
    std::function<void(Case&)> run;
};

using Rows = std::vector<Row>;

/// All of them, in the order of the requirement ids.
Rows all_rows();

enum class Verdict : unsigned char {
    pass,
    fail,
    skip,  ///< the host cannot show it
    broken ///< the suite could not do its part
};
std::string_view verdict_name(Verdict verdict);

struct Outcome {
    const Row* row;
    Verdict verdict;
    std::string text; ///< why it failed or was skipped; what was seen
    double seconds = 0;
};

} // namespace conformance
