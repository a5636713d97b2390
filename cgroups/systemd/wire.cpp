#include "cgroups/systemd/wire.hpp"

#include "runtime/base/text.hpp"

#include <cerrno>

namespace systemd {

using base::cat;
using base::done;
using base::Error;
using base::Result;

namespace {

Error malformed(std::string_view what) {
    return Error::system(EBADMSG, "").in(cat("a malformed D-Bus message: ", what));
}

template <class Number>
void append(std::string& bytes, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes += static_cast<char>(value >> (8 * i) & 0xffU);
    }
}

/// What the elements of an array are aligned to; structures are the rule.
template <class One>
constexpr std::size_t kBoundary = 8;
template <>
constexpr std::size_t kBoundary<std::uint8_t> = 1;
template <>
constexpr std::size_t kBoundary<std::uint32_t> = 4;
template <>
constexpr std::size_t kBoundary<std::string> = 4;

/// Writes the value of a variant.
class ValueWriter {
  public:
    explicit ValueWriter(WireWriter& out) : out_(out) {}

    void operator()(bool value) const { out_.u32(value ? 1 : 0); }
    void operator()(std::int32_t value) const { out_.u32(static_cast<std::uint32_t>(value)); }
    void operator()(std::uint32_t value) const { out_.u32(value); }
    void operator()(std::uint64_t value) const { out_.u64(value); }
    void operator()(std::uint8_t value) const { out_.byte(value); }
    void operator()(const std::string& value) const { out_.string(value); }
    template <class First, class Second>
    void operator()(const std::pair<First, Second>& value) const {
        out_.align(8);
        (*this)(value.first);
        (*this)(value.second);
    }
    template <class One>
    void operator()(const std::vector<One>& list) const {
        const WireWriter::Array array = out_.begin_array(kBoundary<One>);
        for (const One& one : list) {
            (*this)(one);
        }
        out_.end_array(array);
    }

  private:
    WireWriter& out_;
};

} // namespace

void WireWriter::align(std::size_t boundary) {
    bytes_.resize((bytes_.size() + boundary - 1) / boundary * boundary, '\0');
}

void WireWriter::u32(std::uint32_t value) {
    align(4);
    append(bytes_, value);
}

void WireWriter::u64(std::uint64_t value) {
    align(8);
    append(bytes_, value);
}

void WireWriter::string(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
    bytes_ += '\0';
}

void WireWriter::signature(std::string_view text) {
    byte(static_cast<std::uint8_t>(text.size()));
    bytes_ += text;
    bytes_ += '\0';
}

void WireWriter::variant(const Value& value) {
    signature(signature_of(value));
    std::visit(ValueWriter(*this), value);
}

void WireWriter::properties(std::span<const Property> properties) {
    const Array array = begin_array(8);
    for (const Property& property : properties) {
        align(8);
        string(property.name);
        variant(property.value);
    }
    end_array(array);
}

WireWriter::Array WireWriter::begin_array(std::size_t boundary) {
    align(4);
    const std::size_t length_at = size();
    u32(0);
    align(boundary); // this padding does not count as the array's
    return {.length_at = length_at, .first_at = size()};
}

void WireWriter::end_array(const Array& array) {
    std::string length;
    append(length, static_cast<std::uint32_t>(size() - array.first_at));
    bytes_.replace(array.length_at, length.size(), length);
}

Result<std::string_view> WireReader::take(std::size_t count) {
    if (count > bytes_.size() - position_) {
        return malformed("it ends too early");
    }
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
}

Result<> WireReader::align(std::size_t boundary) {
    const std::size_t padding = (boundary - position_ % boundary) % boundary;
    TRY_ASSIGN(const std::string_view zeros, take(padding));
    return zeros.find_first_not_of('\0') == std::string_view::npos
               ? done()
               : malformed("a padding is not zero");
}

Result<std::uint8_t> WireReader::byte() {
    TRY_ASSIGN(const std::string_view one, take(1));
    return static_cast<std::uint8_t>(one.front());
}

Result<std::uint32_t> WireReader::u32() {
    TRY(align(4));
    TRY_ASSIGN(const std::string_view four, take(4));
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < four.size(); ++i) {
        value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(four[i])) << (8 * i);
    }
    return value;
}

/// So many bytes and a NUL.
Result<std::string_view> WireReader::text(std::size_t length) {
    TRY_ASSIGN(const std::string_view value, take(length));
    TRY_ASSIGN(const std::string_view end, take(1));
    if (end.front() != '\0' || value.find('\0') != std::string_view::npos) {
        return malformed("a text does not end where it says");
    }
    return value;
}

Result<std::string_view> WireReader::string() {
    TRY_ASSIGN(const std::uint32_t length, u32());
    return text(length);
}

Result<std::string_view> WireReader::signature() {
    TRY_ASSIGN(const std::uint8_t length, byte());
    return text(length);
}

Result<> WireReader::skip_variant() {
    TRY_ASSIGN(const std::string_view type, signature());
    if (type == "s" || type == "o") {
        TRY(string());
    } else if (type == "g") {
        TRY(signature());
    } else if (type == "u" || type == "i" || type == "b") {
        TRY(u32());
    } else if (type == "y") {
        TRY(byte());
    } else {
        return malformed("a header field of an unknown type");
    }
    return done();
}

} // namespace systemd
