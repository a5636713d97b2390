// Outcomes as text: a table for people, and the forms that other programs read.
#pragma once

#include "conformance/harness/row.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

enum class Format : unsigned char { table, tap, json, markdown, junit };
/// nullopt for a name that is none.
std::optional<Format> format_named(std::string_view name);

/// What stands above the results.
struct Heading {
    std::string runtime; ///< its version line
    std::string host;
};

/// Writes each outcome when it is there, as far as the format allows.
class Printer {
  public:
    Printer(Format format, Heading heading, std::ostream& out);
    void begin(std::size_t rows);
    void add(const Outcome& outcome);
    void end();

  private:
    void add_table_line(const Outcome& outcome);
    void add_tap_line(const Outcome& outcome);
    void end_markdown();
    void end_json();
    void end_junit();
    [[nodiscard]] std::string totals() const;

    Format format_;
    Heading heading_;
    std::ostream& out_;
    std::vector<Outcome> outcomes_;
};

/// For --list.
void print_rows(const Rows& rows, Format format, std::ostream& out);

} // namespace conformance
