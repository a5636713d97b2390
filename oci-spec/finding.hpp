// What is wrong with a document: every error and warning with its place, all of them at once.
#pragma once

#include "oci-spec/position.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spec {

/// error: the document must not be used. warning: something in it will not be done as written.
enum class Severity : std::uint8_t { error, warning };

struct Finding {
    Severity severity = Severity::error;
    std::string pointer; ///< RFC 6901; "" is the whole document
    std::string message; ///< one sentence that names the member: `"uid" must not be negative`
    std::string hint;    ///< what to write instead; "" if the message says it
    Part part = Part::value;
    std::uint32_t occurrence = 0;     ///< for Part::duplicate, see locate()
    std::optional<Position> position; ///< known only of a text that is not read, without a pointer
};

/// The findings of one document, in the order of reading. Of each severity as many as a person
/// would read are kept, then one that says that there are more: a document of megabytes may have
/// hundreds of thousands, and each costs a search through the text when it is printed.
class Findings {
  public:
    static constexpr std::size_t kMost = 100; ///< of each severity

    void add(Finding finding);
    /// Whether more of that severity would be dropped.
    [[nodiscard]] bool is_full(Severity severity) const { return count(severity) > kMost; }
    void error(std::string pointer, std::string message, std::string hint = {});
    void warning(std::string pointer, std::string message, std::string hint = {});
    /// Everything of `other` behind what is here.
    void append(Findings other);

    [[nodiscard]] bool has_errors() const { return errors_ > 0; }
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    [[nodiscard]] auto begin() const { return list_.begin(); }
    [[nodiscard]] auto end() const { return list_.end(); }

  private:
    [[nodiscard]] std::size_t count(Severity severity) const {
        return severity == Severity::error ? errors_ : warnings_;
    }

    std::vector<Finding> list_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

/// A value read from a document, and what was wrong. With errors the value is only good for
/// finding more of them.
template <class T>
struct Loaded {
    T value;
    Findings findings;
};

/// The text that findings are about, under the name by which its user knows it.
struct Document {
    std::string_view name; ///< "config.json"
    std::string_view bytes;
};

/// "config.json:31:5 /mounts/0"; without line and column if the place is not in the text.
std::string place_of(const Finding& finding, const Document& document);
/// The same for the origin of an operation; where the document lacks the member, with the line and
/// column of what is around it.
std::string place_of(std::string_view pointer, const Document& document);
/// One line: "MESSAGE (PLACE): HINT".
std::string text_of(const Finding& finding, const Document& document);

/// All errors as one: the first, with the others by Error::also(), each with its place.
/// Needs findings.has_errors().
base::Error error_of(const Findings& findings, const Document& document);

} // namespace spec
