#include "conformance/harness/results.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

namespace conformance {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, Format>, 5> kFormats{{
    {"table", Format::table},
    {"tap", Format::tap},
    {"json", Format::json},
    {"markdown", Format::markdown},
    {"junit", Format::junit},
}};

/// Without line ends and other control characters.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return line;
}

std::string escaped(std::string_view text, const std::map<char, std::string_view>& escapes) {
    std::string out;
    for (const char c : one_line(text)) {
        const auto found = escapes.find(c);
        out += found == escapes.end() ? std::string_view(&c, 1) : found->second;
    }
    return out;
}

std::string in_xml(std::string_view text) {
    return escaped(text, {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}});
}

std::string in_markdown(std::string_view text) {
    return escaped(text, {{'|', "\\|"}, {'<', "&lt;"}});
}

std::string dump(const OrderedJson& value) {
    return value.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson json_of(const Row& row) {
    return {{"id", row.id},
            {"level", level_name(row.level)},
            {"since", row.since},
            {"section", row.section},
            {"sentence", row.sentence}};
}

} // namespace

std::optional<Format> format_named(std::string_view name) {
    for (const auto& [known, format] : kFormats) {
        if (known == name) {
            return format;
        }
    }
    return std::nullopt;
}

Printer::Printer(Format format, Heading heading, std::ostream& out)
    : format_(format), heading_(std::move(heading)), out_(out) {}

void Printer::begin(std::size_t rows) {
    if (format_ == Format::table) {
        out_ << heading_.runtime << "\n" << heading_.host << "\n\n";
    } else if (format_ == Format::tap) {
        out_ << "TAP version 13\n1.." << rows << "\n";
    }
}

void Printer::add(const Outcome& outcome) {
    outcomes_.push_back(outcome);
    if (format_ == Format::table) {
        add_table_line(outcome);
    } else if (format_ == Format::tap) {
        add_tap_line(outcome);
    }
    out_.flush();
}

void Printer::add_table_line(const Outcome& outcome) {
    const Row& row = *outcome.row;
    out_ << std::left << std::setw(7) << verdict_name(outcome.verdict) << std::setw(7)
         << level_name(row.level) << std::setw(30) << row.id << " ";
    if (outcome.verdict == Verdict::pass && row.level != Level::may) {
        out_ << row.sentence << "\n";
    } else {
        out_ << row.sentence << "\n" << std::string(45, ' ') << one_line(outcome.text) << "\n";
    }
}

void Printer::add_tap_line(const Outcome& outcome) {
    const Row& row = *outcome.row;
    const bool good = outcome.verdict == Verdict::pass || outcome.verdict == Verdict::skip;
    out_ << (good ? "ok " : "not ok ") << outcomes_.size() << " - " << row.id << " "
         << level_name(row.level) << ": " << row.sentence;
    if (outcome.verdict == Verdict::skip) {
        out_ << " # SKIP " << one_line(outcome.text) << "\n";
    } else if (!good) {
        // What is no MUST is expected to fail somewhere: TAP's TODO keeps it from being an error.
        out_ << (row.level == Level::must ? "" : " # TODO not required") << "\n# "
             << one_line(outcome.text) << "\n";
    } else {
        out_ << "\n";
    }
}

std::string Printer::totals() const {
    std::map<Verdict, std::map<Level, int>> counts;
    for (const Outcome& outcome : outcomes_) {
        ++counts[outcome.verdict][outcome.row->level];
    }
    std::string text;
    for (const auto& [verdict, levels] : counts) {
        int total = 0;
        std::string parts;
        for (const auto& [level, count] : levels) {
            total += count;
            parts += (parts.empty() ? "" : ", ") + std::string(level_name(level)) + " " +
                     std::to_string(count);
        }
        text += (text.empty() ? "" : "; ") + std::string(verdict_name(verdict)) + " " +
                std::to_string(total) + " (" + parts + ")";
    }
    return text;
}

void Printer::end() {
    switch (format_) {
    case Format::table:
        out_ << "\n" << totals() << "\n";
        break;
    case Format::tap:
        out_ << "# " << totals() << "\n";
        break;
    case Format::json:
        end_json();
        break;
    case Format::markdown:
        end_markdown();
        break;
    case Format::junit:
        end_junit();
        break;
    }
    out_.flush();
}

void Printer::end_json() {
    OrderedJson rows = OrderedJson::array();
    for (const Outcome& outcome : outcomes_) {
        OrderedJson row = json_of(*outcome.row);
        row["verdict"] = verdict_name(outcome.verdict);
        row["text"] = outcome.text;
        row["seconds"] = outcome.seconds;
        rows.push_back(std::move(row));
    }
    out_ << dump({{"runtime", heading_.runtime}, {"host", heading_.host}, {"rows", rows}}) << "\n";
}

void Printer::end_markdown() {
    out_ << "# Conformance of " << in_markdown(heading_.runtime) << "\n\n"
         << in_markdown(heading_.host) << "\n\n"
         << totals() << "\n\n| | id | level | since | requirement | what was seen |\n"
         << "|---|---|---|---|---|---|\n";
    for (const Outcome& outcome : outcomes_) {
        const Row& row = *outcome.row;
        out_ << "| " << verdict_name(outcome.verdict) << " | " << row.id << " | "
             << level_name(row.level) << " | " << row.since << " | " << in_markdown(row.sentence)
             << " | " << in_markdown(outcome.text) << " |\n";
    }
}

void Printer::end_junit() {
    const auto count = [&](Verdict verdict) {
        return std::ranges::count(outcomes_, verdict, &Outcome::verdict);
    };
    out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"oci-conformance\" "
            "tests=\""
         << outcomes_.size() << "\" failures=\"" << count(Verdict::fail) << "\" errors=\""
         << count(Verdict::broken) << "\" skipped=\"" << count(Verdict::skip) << "\">\n";
    for (const Outcome& outcome : outcomes_) {
        const Row& row = *outcome.row;
        out_ << "  <testcase classname=\"" << level_name(row.level) << "\" name=\"" << row.id << " "
             << in_xml(row.sentence) << "\" time=\"" << outcome.seconds << "\"";
        if (outcome.verdict == Verdict::pass) {
            out_ << "/>\n";
            continue;
        }
        const std::string_view element = outcome.verdict == Verdict::fail   ? "failure"
                                         : outcome.verdict == Verdict::skip ? "skipped"
                                                                            : "error";
        out_ << "><" << element << " message=\"" << in_xml(outcome.text) << "\"/></testcase>\n";
    }
    out_ << "</testsuite>\n";
}

void print_rows(const Rows& rows, Format format, std::ostream& out) {
    if (format == Format::json) {
        OrderedJson all = OrderedJson::array();
        for (const Row& row : rows) {
            all.push_back(json_of(row));
        }
        out << dump(all) << "\n";
        return;
    }
    for (const Row& row : rows) {
        out << std::left << std::setw(30) << row.id << " " << std::setw(7) << level_name(row.level)
            << std::setw(4) << row.since << " " << row.sentence << " (" << row.section << ")\n";
    }
}

} // namespace conformance
