#include "oci-spec/finding.hpp"

#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

namespace spec {

void Findings::error(std::string pointer, std::string message, std::string hint) {
    add({.pointer = std::move(pointer), .message = std::move(message), .hint = std::move(hint)});
}

void Findings::warning(std::string pointer, std::string message, std::string hint) {
    add({.severity = Severity::warning,
         .pointer = std::move(pointer),
         .message = std::move(message),
         .hint = std::move(hint)});
}

void Findings::add(Finding finding) {
    std::size_t& count = finding.severity == Severity::error ? errors_ : warnings_;
    if (count < kMost) {
        list_.push_back(std::move(finding));
    } else if (count == kMost) {
        const bool is_error = finding.severity == Severity::error;
        list_.push_back({.severity = finding.severity,
                         .message = base::cat("there are more ", is_error ? "errors" : "warnings",
                                              " than the ", kMost, " listed here")});
    } else {
        return;
    }
    ++count;
}

void Findings::append(Findings other) {
    for (Finding& finding : other.list_) {
        add(std::move(finding));
    }
}

std::string place_of(const Finding& finding, const Document& document) {
    const std::optional<Position> position =
        finding.position
            ? finding.position
            : locate(document.bytes, finding.pointer, finding.part, finding.occurrence);
    std::string place(document.name);
    if (position) {
        place += base::cat(':', position->line, ':', position->column);
    }
    if (!finding.pointer.empty()) {
        constexpr std::size_t kMost = 300; // keys can be of any length
        const bool is_long = finding.pointer.size() > kMost;
        place +=
            base::cat(' ', in_one_line(finding.pointer.substr(0, kMost)), is_long ? "..." : "");
    }
    return place;
}

std::string place_of(std::string_view pointer, const Document& document) {
    return place_of(Finding{.pointer = std::string(pointer), .part = Part::missing}, document);
}

std::string text_of(const Finding& finding, const Document& document) {
    std::string text = base::cat(finding.message, " (", place_of(finding, document), ")");
    if (!finding.hint.empty()) {
        text += base::cat(": ", finding.hint);
    }
    return text;
}

base::Error error_of(const Findings& findings, const Document& document) {
    std::optional<base::Error> all;
    for (const Finding& finding : findings) {
        if (finding.severity != Severity::error) {
            continue;
        }
        base::Error one(base::Failure{.facts = {finding.message},
                                      .pointer = finding.pointer,
                                      .place = place_of(finding, document),
                                      .hint = finding.hint});
        if (all) {
            static_cast<void>(std::move(*all).also(std::move(one)));
        } else {
            all = std::move(one);
        }
    }
    return all ? std::move(*all) : base::Error(base::cat(document.name, " has no errors"));
}

} // namespace spec
