// Names of units, addresses of buses, and values as annotations write them.
#include "cgroups/systemd/address.hpp"
#include "cgroups/systemd/unit_names.hpp"
#include "cgroups/systemd/value_text.hpp"
#include "tests/results.hpp"

#include <utility>

using systemd::Value;
using tests::value;

TEST_CASE("a slice is in those that its name says", "[systemd]") {
    CHECK(value(systemd::slice_group("-.slice")).empty());
    CHECK(value(systemd::slice_group("a.slice")) == "/a.slice");
    CHECK(value(systemd::slice_group("a-b-c.slice")) == "/a.slice/a-b.slice/a-b-c.slice");
}

TEST_CASE("what is no slice is refused", "[systemd]") {
    for (const char* name : {"", "a", "a.scope", ".slice", "-a.slice", "a-.slice", "a--b.slice",
                             "a/b.slice", "a b.slice", "../a.slice"}) {
        INFO(name);
        CHECK_FALSE(systemd::slice_group(name));
    }
}

TEST_CASE("a unit's name has the characters that systemd takes", "[systemd]") {
    CHECK(systemd::check_unit_name("oci-rt-web_1.2:3@4\\x2d.scope"));
    CHECK(systemd::check_unit_name(std::string(255, 'a')));
    for (const std::string& name :
         {std::string(), std::string("a+b.scope"), std::string("a/b"), std::string(256, 'a')}) {
        INFO(name);
        CHECK_FALSE(systemd::check_unit_name(name));
    }
}

TEST_CASE("a bus address names sockets, with escapes, and others are passed over", "[systemd]") {
    const auto paths = [](std::string_view text) {
        std::vector<std::string> found;
        for (const systemd::Address& address : value(systemd::addresses_of(text))) {
            found.push_back(address.path);
        }
        return found;
    };
    using Paths = std::vector<std::string>;
    CHECK(paths("unix:path=/run/user/1000/bus") == Paths{"/run/user/1000/bus"});
    CHECK(paths("unix:guid=1,path=/a%20b") == Paths{"/a b"});
    CHECK(paths("tcp:host=h,port=1;unix:abstract=x,guid=2;unix:path=/y") == Paths{"@x", "/y"});
    for (const char* none :
         {"", "tcp:host=h", "unix:", "unix:path=", "unix:path=/%2", "unix:path=%zz"}) {
        INFO(none);
        CHECK_FALSE(systemd::addresses_of(none));
    }
}

TEST_CASE("an annotation's value is read as the type that its property has", "[systemd]") {
    using Texts = std::vector<std::string>;
    struct Row {
        std::string text;
        Value read;
    };
    for (const Row& row :
         {Row{"true", true}, Row{"boolean false", false},
          Row{"uint64 5000000", std::uint64_t{5000000}}, Row{"@t 7", std::uint64_t{7}},
          Row{" 7 ", std::uint64_t{7}}, Row{"int32 -15", std::int32_t{-15}},
          Row{"uint32 15", std::uint32_t{15}},
          Row{"'inactive-or-failed'", std::string("inactive-or-failed")},
          Row{"\"a 'b'\"", std::string("a 'b'")}, Row{R"('it\'s')", std::string("it's")},
          Row{"['a.service', 'b.service']", Texts{"a.service", "b.service"}},
          Row{"@as []", Texts{}}}) {
        INFO(row.text);
        CHECK(value(systemd::value_of(row.text, row.read)) == row.read);
    }
}

TEST_CASE("an annotation's value of another type is refused with an example", "[systemd]") {
    const std::vector<std::pair<std::string, Value>> rows = {
        {"", true},
        {"yes", true},
        {"'true'", true},
        {"uint32 5", std::uint64_t{0}},
        {"-1", std::uint64_t{0}},
        {"18446744073709551616", std::uint64_t{0}},
        {"text", std::string()},
        {"'text", std::string()},
        {"'a' 'b'", std::string()},
        {"'a\\", std::string()},
        {"'a\nExecStop=b'", std::string()},
        {"'a'", std::vector<std::string>{}},
        {"['a' 'b']", std::vector<std::string>{}},
        {"[1]", std::vector<std::string>{}},
        {"[", std::vector<std::string>{}},
    };
    for (const auto& [text, like] : rows) {
        INFO(text);
        const base::Result<Value> read = systemd::value_of(text, like);
        REQUIRE_FALSE(read);
        CHECK(read.error().failure().hint.starts_with("write it as "));
    }
}
