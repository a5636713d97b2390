// Values as bytes, for messages and plans that go from one process of ours to another of the same
// binary. No versions, no alignment: both ends are the same program, sealed.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace base {

/// Appends values to a text. An aggregate is written by its own
/// `template <class Wire> void wire(Wire& w, T& value)`, found by argument-dependent lookup, which
/// names its members once for both directions.
class WireWriter {
  public:
    template <class... Values>
    void operator()(const Values&... values) {
        (put(values), ...);
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    template <class T>
    void put(const T& value) {
        if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
            bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        } else {
            // One function serves both directions; writing does not change the value.
            wire(*this, const_cast<T&>(value)); // NOLINT(cppcoreguidelines-pro-type-const-cast)
        }
    }
    void put(const std::string& text) {
        put(text.size());
        bytes_ += text;
    }
    template <class T>
    void put(const std::vector<T>& values) {
        put(values.size());
        for (const T& value : values) {
            put(value);
        }
    }
    template <class T>
    void put(const std::map<std::string, T>& values) {
        put(values.size());
        for (const auto& [key, value] : values) {
            put(key);
            put(value);
        }
    }
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }

    std::string bytes_;
};

/// Reads what a WireWriter wrote. A text that is too short or lies about a length makes it
/// fail(); values read after that are empty.
class WireReader {
  public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}
    template <class... Values>
    void operator()(Values&... values) {
        (get(values), ...);
    }
    /// True if everything was there and nothing is left over.
    [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

  private:
    template <class T>
    void get(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            const std::string_view byte = take(1);
            failed_ = failed_ || static_cast<unsigned char>(byte.front()) > 1;
            value = !failed_ && byte.front() != 0;
        } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
            const std::string_view bytes = take(sizeof value);
            if (!failed_) {
                std::memcpy(&value, bytes.data(), sizeof value);
            }
        } else {
            wire(*this, value);
        }
    }
    void get(std::string& text) { text = take(length()); }
    template <class T>
    void get(std::vector<T>& values) {
        values.clear();
        // One by one, because the length may be a lie.
        for (std::size_t left = length(); left > 0 && !failed_; --left) {
            get(values.emplace_back());
        }
    }
    template <class T>
    void get(std::map<std::string, T>& values) {
        values.clear();
        for (std::size_t left = length(); left > 0 && !failed_; --left) {
            std::string key;
            get(key);
            get(values[key]);
        }
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool has = false;
        get(has);
        value.reset();
        if (has && !failed_) {
            get(value.emplace());
        }
    }
    std::size_t length() {
        std::size_t value = 0;
        get(value);
        return failed_ ? 0 : value;
    }
    std::string_view take(std::size_t size) {
        if (failed_ || size > rest_.size()) {
            failed_ = true;
            return {};
        }
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }

    std::string_view rest_;
    bool failed_ = false;
};

template <class Wire>
void wire(Wire& w, Failure& failure) {
    w(failure.facts, failure.pointer, failure.place, failure.call, failure.code, failure.hint);
}

/// An error on its way to another process. Other findings that it carries stay behind.
inline std::string encode(const Error& error) {
    WireWriter writer;
    writer(error.failure());
    return writer.bytes();
}

/// Back again; an Error that says so if the bytes are not one.
inline Error decode_error(std::string_view bytes) {
    Failure failure;
    WireReader reader(bytes);
    reader(failure);
    return reader.complete() ? Error(std::move(failure)) : Error("an unreadable error arrived");
}

} // namespace base
