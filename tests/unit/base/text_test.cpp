// Text: quoting, joining, numbers, near misses, times.
#include "runtime/base/child.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <csignal>
#include <limits>

using base::cat;
using base::nearest;
using base::parse_number;

namespace {

using Pieces = std::vector<std::string_view>;

} // namespace

TEST_CASE("quoted text fits on one line and into JSON", "[text]") {
    struct Row {
        std::string text;
        std::string quoted;
    };
    const Row row = GENERATE(values<Row>({
        {"", R"("")"},
        {"plain", R"("plain")"},
        {"a\"b\\c", R"("a\"b\\c")"},
        {"line\nend\t.", R"("line\nend\t.")"},
        {"\r\x01\x1f\x7f", "\"\\u000d\\u0001\\u001f\\u007f\""},
        {std::string("a\0b", 3), R"("a\u0000b")"},
        {"\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\""},
        {"\x1b[31mred", R"("\u001b[31mred")"},
    }));
    CHECK(base::quoted(row.text) == row.quoted);
}

TEST_CASE("texts, characters and numbers stand behind one another", "[text]") {
    CHECK(cat() == "");
    CHECK(cat("a", std::string("b"), std::string_view("c"), 'd', 5, -6L, std::uint8_t{7}) ==
          "abcd5-67");
    CHECK(cat(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(cat(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(base::octal(0755) == "0755");
    CHECK(base::hex(0xdeadbeef) == "0xdeadbeef");
}

TEST_CASE("a text is split at every separator, empty pieces too", "[text]") {
    CHECK(base::split("", ':') == Pieces{""});
    CHECK(base::split("a", ':') == Pieces{"a"});
    CHECK(base::split(":a::b:", ':') == Pieces{"", "a", "", "b", ""});
    CHECK(base::words(" a\tb  c ") == Pieces{"a", "b", "c"});
    CHECK(base::words(" \t").empty());
    CHECK(base::trimmed(" \t a b \r\n") == "a b");
    CHECK(base::trimmed("\n").empty());
    const std::vector<std::string> parts = {"a", "", "c"};
    CHECK(base::join(parts, ", ") == "a, , c");
    CHECK(base::join({}, ", ").empty());
}

TEST_CASE("a number is the whole text and in range, or none", "[text]") {
    CHECK(parse_number<int>("0") == 0);
    CHECK(parse_number<int>("-2147483648") == std::numeric_limits<int>::min());
    CHECK(parse_number<std::uint64_t>("18446744073709551615") ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(parse_number<int>("755", 8) == 0755);
    CHECK(parse_number<unsigned>("ff", 16) == 255U);
    const auto text = GENERATE(as<std::string>{}, "", "-", "+1", " 1", "1 ", "1x", "0x1", "1.0",
                               "2147483648", "-2147483649", "\xd9\xa1");
    INFO(text);
    CHECK_FALSE(parse_number<int>(text));
    CHECK_FALSE(parse_number<std::uint8_t>("256"));
    CHECK_FALSE(parse_number<std::uint32_t>("-1"));
    CHECK_FALSE(parse_number<int>("8", 8));
}

TEST_CASE("a typo has a nearest word, another word has none", "[text]") {
    constexpr std::array<std::string_view, 5> kWords = {"memory", "maskedPaths", "mounts", "cpu",
                                                        "pids"};
    struct Row {
        std::string_view word;
        std::string_view nearest; ///< "" for none
    };
    const Row row = GENERATE(values<Row>({
        {"memroy", "memory"},
        {"Memory", "memory"},
        {"maskedpaths", "maskedPaths"},
        {"mount", "mounts"},
        {"cpus", "cpu"},
        {"CPU", "cpu"},
        {"pid", "pids"},
        {"network", ""},
        {"xyz", ""},
        {"", ""},
    }));
    INFO(row.word);
    CHECK(nearest(row.word, kWords).value_or("") == row.nearest);
    CHECK_FALSE(nearest(row.word, {}));
}

TEST_CASE("of two words the nearer one is meant", "[text]") {
    constexpr std::array<std::string_view, 2> kWords = {"CAP_SYS_ADMIN", "CAP_SYS_ADM"};
    CHECK(nearest("CAP_SYS_ADMIM", kWords) == "CAP_SYS_ADMIN");
    CHECK(nearest("CAP_SYS_AD", kWords) == "CAP_SYS_ADM");
}

TEST_CASE("times are written in UTC with nine digits", "[text]") {
    CHECK(base::rfc3339(0, 0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(base::rfc3339(1795451244, 1) == "2026-11-23T16:27:24.000000001Z");
    CHECK(base::rfc3339(951782400, 999999999) == "2000-02-29T00:00:00.999999999Z");
    CHECK(base::rfc3339(4102444799, 120) == "2099-12-31T23:59:59.000000120Z");
}

TEST_CASE("ends of processes and signals have the names that people know", "[text]") {
    CHECK(base::Exit{.code = 3}.text() == "exited with 3");
    CHECK(base::Exit{.code = 3}.shell_code() == 3);
    CHECK(base::Exit{.signal = SIGKILL}.text() == "was killed by SIGKILL");
    CHECK(base::Exit{.signal = SIGKILL}.shell_code() == 137);
    CHECK(base::signal_name(SIGTERM) == "SIGTERM");
    CHECK(base::signal_name(SIGRTMIN) == "SIGRTMIN");
    CHECK(base::signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
    CHECK(base::signal_name(0) == "signal 0");
    CHECK(base::signal_name(99) == "signal 99");
}
