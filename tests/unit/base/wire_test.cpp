// Values as bytes: there and back, and what becomes of bytes that lie.
#include "runtime/base/wire.hpp"
#include "tests/catch.hpp"

#include <array>
#include <limits>

namespace wire_test {

enum class Colour : std::uint8_t { red, green };

struct Inner {
    std::string text;
    std::optional<std::int32_t> number;
    bool operator==(const Inner&) const = default;
};

struct Outer {
    bool yes = false;
    Colour colour = Colour::red;
    std::int64_t number = 0;
    std::vector<Inner> list;
    std::map<std::string, std::string> map;
    std::optional<Inner> maybe;
    std::vector<std::uint32_t> numbers;
    bool operator==(const Outer&) const = default;
};

/// Big in memory, small on the wire, and it counts how often it is made.
struct Heavy {
    Heavy() { ++made; }
    std::array<char, 65536> memory{};
    std::string text;
    static inline int made = 0;
};

template <class Wire>
void wire(Wire& w, Inner& inner) {
    w(inner.text, inner.number);
}
template <class Wire>
void wire(Wire& w, Outer& outer) {
    w(outer.yes, outer.colour, outer.number, outer.list, outer.map, outer.maybe, outer.numbers);
}
template <class Wire>
void wire(Wire& w, Heavy& heavy) {
    w(heavy.text);
}

template <class T>
std::string written(const T& value) {
    base::WireWriter writer;
    writer(value);
    return writer.bytes();
}

template <class T>
std::optional<T> read(std::string_view bytes) {
    T value{};
    base::WireReader reader(bytes);
    reader(value);
    return reader.complete() ? std::optional<T>(std::move(value)) : std::nullopt;
}

Outer full() {
    return {.yes = true,
            .colour = Colour::green,
            .number = std::numeric_limits<std::int64_t>::min(),
            .list = {{"one", 1}, {"", std::nullopt}, {std::string("\0\n", 2), -3}},
            .map = {{"key", "value"}, {"", "empty"}},
            .maybe = Inner{"inside", 7},
            .numbers = {1, 2, 3}};
}

} // namespace wire_test

using namespace wire_test;

TEST_CASE("what is written is read", "[wire]") {
    CHECK(read<Outer>(written(Outer{})) == Outer{});
    CHECK(read<Outer>(written(full())) == full());
}

TEST_CASE("bytes that end early or late are no value", "[wire]") {
    const std::string bytes = written(full());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(read<Outer>(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(read<Outer>(bytes + '\0'));
}

TEST_CASE("bytes that lie are read within their bounds", "[wire]") {
    const std::string bytes = written(full());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const char lie : {'\x00', '\x01', '\x02', '\x7f', '\x80', '\xff'}) {
            std::string lying = bytes;
            lying[at] = lie;
            const std::optional<Outer> value = read<Outer>(lying);
            // What is accepted is a value: written again, it is the same bytes.
            CHECK((!value || written(*value).size() <= lying.size()));
        }
    }
}

TEST_CASE("a truth value is 0 or 1", "[wire]") {
    std::string bytes = written(true);
    CHECK(read<bool>(bytes) == true);
    bytes[0] = '\x02';
    CHECK_FALSE(read<bool>(bytes));
    std::string present = written(std::optional<bool>(false));
    present[0] = '\x7f';
    CHECK_FALSE(read<std::optional<bool>>(present));
}

TEST_CASE("a length that lies costs no more memory than the bytes can fill", "[wire]") {
    // Each Heavy takes eight bytes on the wire at least, so 200 bytes hold 25 of them.
    std::string bytes = written(std::size_t{200}) + std::string(200, '\0');
    Heavy::made = 0;
    CHECK_FALSE(read<std::vector<Heavy>>(bytes));
    CHECK(Heavy::made <= 26);
    for (const std::size_t lie : {std::size_t{1} << 40U, std::numeric_limits<std::size_t>::max()}) {
        bytes = written(lie) + std::string(100, '\0');
        CHECK_FALSE(read<std::vector<Heavy>>(bytes));
        CHECK_FALSE(read<std::string>(bytes));
        CHECK_FALSE((read<std::map<std::string, std::string>>(bytes)));
    }
}

TEST_CASE("an error arrives with all its parts", "[wire]") {
    const base::Error sent({.facts = {"outer", "inner"},
                            .pointer = "/a",
                            .place = "config.json:1:1 /a",
                            .call = "call()",
                            .code = 2,
                            .hint = "advice"});
    const base::Error arrived = base::decode_error(base::encode(sent));
    CHECK(arrived.text() == sent.text());
    CHECK(arrived.failure().facts == sent.failure().facts);
    CHECK(arrived.failure().pointer == "/a");
    CHECK(arrived.failure().hint == "advice");
    CHECK(arrived.code() == 2);
}

TEST_CASE("bytes that are no error become one that says so", "[wire]") {
    const std::string bytes = base::encode(base::Error("fact"));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK(base::decode_error(std::string_view(bytes).substr(0, size)).text() ==
              "an unreadable error arrived");
    }
    CHECK(base::decode_error(bytes + "more").text() == "an unreadable error arrived");
}
