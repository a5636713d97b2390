#include "oci-spec/position.hpp"

#include "oci-spec/pointer.hpp"
#include "oci-spec/utf8.hpp"

#include <array>
#include <string>

namespace spec {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Walks a JSON text without building anything. Each step fails, rather than guesses, on a text
/// that is not JSON.
class Scanner {
  public:
    explicit Scanner(std::string_view text)
        : text_(text), at_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0) {
        skip_blanks();
    }

    [[nodiscard]] std::size_t offset() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

    /// From the start of an object or array to one of its members.
    bool enter(std::string_view step, std::uint32_t occurrence, bool stop_at_key) {
        if (take('{')) {
            return enter_object(step, occurrence, stop_at_key);
        }
        return take('[') && enter_array(step);
    }

  private:
    void skip_blanks() {
        while (!at_end() &&
               std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }

    bool take(char expected) {
        skip_blanks();
        if (at_end() || text_[at_] != expected) {
            return false;
        }
        ++at_;
        skip_blanks();
        return true;
    }

    bool enter_object(std::string_view step, std::uint32_t occurrence, bool stop_at_key) {
        do {
            const std::size_t key_begin = at_;
            const std::optional<std::string> key = string();
            if (!key || !take(':')) {
                return false;
            }
            if (*key == step && occurrence-- == 0) {
                at_ = stop_at_key ? key_begin : at_;
                return true;
            }
        } while (skip_value() && take(','));
        return false;
    }

    bool enter_array(std::string_view step) {
        const std::optional<std::size_t> index = base::parse_number<std::size_t>(step);
        if (!index) {
            return false;
        }
        for (std::size_t i = 0; i < *index; ++i) {
            if (!skip_value() || !take(',')) {
                return false;
            }
        }
        return !at_end() && text_[at_] != ']';
    }

    bool skip_value() {
        std::size_t depth = 0;
        do {
            skip_blanks();
            if (at_end()) {
                return false;
            }
            const char c = text_[at_];
            if (c == '"') {
                if (!skip_string()) {
                    return false;
                }
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at_;
            } else if (c == '}' || c == ']') {
                if (depth == 0) {
                    return false;
                }
                --depth;
                ++at_;
            } else if (depth > 0 && (c == ',' || c == ':')) {
                ++at_;
            } else if (!skip_word()) {
                return false;
            }
        } while (depth > 0);
        return true;
    }

    /// A number, true, false or null.
    bool skip_word() {
        const std::size_t begin = at_;
        at_ = std::min(text_.find_first_of(",:]}\" \t\r\n", at_), text_.size());
        return at_ > begin;
    }

    bool skip_string() {
        for (++at_; !at_end(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                ++at_;
                return true;
            }
        }
        return false;
    }

    std::optional<std::string> string() {
        const std::size_t begin = at_;
        if (at_end() || text_[at_] != '"' || !skip_string()) {
            return std::nullopt;
        }
        return decoded(text_.substr(begin + 1, at_ - begin - 2));
    }

    static std::string decoded(std::string_view raw);

    std::string_view text_;
    std::size_t at_;
};

/// Four hexadecimal digits behind "\u"; 0 where there are none.
std::uint32_t code_unit(std::string_view raw, std::size_t at) {
    return base::parse_number<std::uint32_t>(raw.substr(std::min(at, raw.size()), 4), 16)
        .value_or(0);
}

std::string Scanner::decoded(std::string_view raw) {
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\' || i + 1 == raw.size()) {
            out += raw[i];
            continue;
        }
        ++i;
        if (raw[i] != 'u') {
            const std::size_t letter = kLetters.find(raw[i]);
            out += letter == std::string_view::npos ? raw[i] : kMeanings[letter];
            continue;
        }
        std::uint32_t code_point = code_unit(raw, i + 1);
        i += 4;
        if (code_point >= 0xD800 && code_point <= 0xDBFF) {
            // The second half of a surrogate pair stands in an escape of its own.
            code_point = 0x10000 + ((code_point - 0xD800) << 10) + (code_unit(raw, i + 3) & 0x3FF);
            i += 6;
        }
        append_utf8(out, code_point);
    }
    return out;
}

} // namespace

Position position_of(std::string_view bytes, std::size_t offset) {
    std::string_view before = bytes.substr(0, offset);
    if (before.starts_with(kByteOrderMark)) {
        before.remove_prefix(kByteOrderMark.size());
    }
    Position position;
    for (const char c : before) {
        if (c == '\n') {
            ++position.line;
            position.column = 1;
        } else if (!continues_character(c)) {
            ++position.column;
        }
    }
    return position;
}

std::optional<Position> locate(std::string_view bytes, std::string_view pointer, Part part,
                               std::uint32_t occurrence) {
    const std::vector<std::string> steps = steps_of(pointer);
    Scanner scanner(bytes);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool last = i + 1 == steps.size();
        const bool by_key = last && (part == Part::key || part == Part::duplicate);
        const std::size_t around = scanner.offset();
        if (!scanner.enter(steps[i], last && part == Part::duplicate ? occurrence : 0, by_key)) {
            return part == Part::missing ? std::optional(position_of(bytes, around)) : std::nullopt;
        }
    }
    return scanner.at_end() ? std::nullopt : std::optional(position_of(bytes, scanner.offset()));
}

} // namespace spec
