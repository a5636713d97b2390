// D-Bus's marshalling, little-endian (D-Bus Specification, "Marshaling (Wire Format)"). Pure.
#pragma once

#include "cgroups/systemd/value.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace systemd {

/// Values as bytes. Offsets, and so paddings, are counted from the writer's beginning.
class WireWriter {
  public:
    void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void string(std::string_view text); ///< also an object path
    void signature(std::string_view text);
    /// A variant: the value behind its signature.
    void variant(const Value& value);
    /// a(sv): the form in which systemd takes properties.
    void properties(std::span<const Property> properties);
    void align(std::size_t boundary);

    /// Begins an array whose elements have the boundary; returns what end_array() wants.
    struct Array {
        std::size_t length_at;
        std::size_t first_at;
    };
    Array begin_array(std::size_t boundary);
    void end_array(const Array& array);

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    std::string take() && { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Bytes as values: strictly, so that each malformed message is an EBADMSG, and nothing is ever
/// read beyond its end. Borrows the bytes.
class WireReader {
  public:
    explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

    base::Result<std::uint8_t> byte();
    base::Result<std::uint32_t> u32();
    base::Result<std::string_view> string(); ///< also an object path
    base::Result<std::string_view> signature();
    base::Result<> align(std::size_t boundary);
    /// A variant that holds a text or a number of at most 32 bits; nothing else stands in a header.
    base::Result<> skip_variant();

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }

  private:
    base::Result<std::string_view> take(std::size_t count);
    base::Result<std::string_view> text(std::size_t length);

    std::string_view bytes_;
    std::size_t position_ = 0;
};

} // namespace systemd
