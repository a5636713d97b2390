// D-Bus messages as bytes: what we send, what comes back, and what becomes of bytes that lie.
#include "cgroups/systemd/message.hpp"
#include "cgroups/systemd/wire.hpp"
#include "tests/results.hpp"

#include <string>

using namespace std::string_literals;
using systemd::Message;
using systemd::MessageType;
using systemd::Value;
using tests::value;

namespace {

Message call() {
    return {.serial = 1,
            .destination = "org.freedesktop.DBus",
            .path = "/org/freedesktop/DBus",
            .interface = "org.freedesktop.DBus",
            .member = "Hello"};
}

/// Hello as a bus is greeted with it, by hand from the specification.
std::string hello_bytes() {
    return "l\1\0\1\0\0\0\0\1\0\0\0\x6d\0\0\0"s
           "\1\1o\0\x15\0\0\0/org/freedesktop/DBus\0\0\0"s
           "\2\1s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0"s
           "\3\1s\0\5\0\0\0Hello\0\0\0"s
           "\6\1s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0"s;
}

Message signal() {
    systemd::WireWriter body;
    body.u32(7);
    body.string("/job/7");
    body.string("a.scope");
    body.string("done");
    return {.type = MessageType::signal,
            .serial = 9,
            .path = "/org/freedesktop/systemd1",
            .interface = "org.freedesktop.systemd1.Manager",
            .member = "JobRemoved",
            .signature = "uoss",
            .body = std::move(body).take()};
}

Message error() {
    systemd::WireWriter body;
    body.string("Unit a.scope already exists.");
    return {.type = MessageType::error,
            .serial = 3,
            .reply_serial = 2,
            .error_name = "org.freedesktop.systemd1.UnitExists",
            .signature = "s",
            .body = std::move(body).take()};
}

std::string bytes_of(const Value& one) {
    systemd::WireWriter out;
    out.variant(one);
    return std::move(out).take();
}

bool is_refused(std::string_view bytes) {
    return systemd::decode(bytes).code() == EBADMSG;
}

} // namespace

TEST_CASE("a D-Bus call is marshalled as the specification has it", "[systemd]") {
    CHECK(systemd::encode(call()) == hello_bytes());
}

TEST_CASE("a value of each type of property is marshalled behind its signature", "[systemd]") {
    using Texts = std::vector<std::pair<std::string, std::string>>;
    using Weights = std::vector<std::pair<std::string, std::uint64_t>>;
    CHECK(bytes_of(true) == "\1b\0\0\1\0\0\0"s);
    CHECK(bytes_of(std::int32_t{-2}) == "\1i\0\0\xfe\xff\xff\xff"s);
    CHECK(bytes_of(std::uint32_t{258}) == "\1u\0\0\2\1\0\0"s);
    CHECK(bytes_of(systemd::kInfinity) == "\1t\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s);
    CHECK(bytes_of("ab"s) == "\1s\0\0\2\0\0\0ab\0"s);
    CHECK(bytes_of(std::vector<std::uint8_t>{3, 1}) == "\2ay\0\2\0\0\0\3\1"s);
    CHECK(bytes_of(std::vector<std::uint32_t>{5}) == "\2au\0\4\0\0\0\5\0\0\0"s);
    CHECK(bytes_of(std::vector<std::string>{"a", "b"}) ==
          "\2as\0\x0e\0\0\0\1\0\0\0a\0\0\0\1\0\0\0b\0"s);
    // An array of structures begins at a multiple of 8; the padding is not counted.
    CHECK(bytes_of(Texts{}) == "\5a(ss)\0\0\0\0\0\0\0\0\0\0"s);
    CHECK(bytes_of(Texts{{"a", "r"}}) ==
          "\5a(ss)\0\0\x0e\0\0\0\0\0\0\0\1\0\0\0a\0\0\0\1\0\0\0r\0"s);
    CHECK(bytes_of(Weights{{"a", 2}}) ==
          "\5a(st)\0\0\x10\0\0\0\0\0\0\0\1\0\0\0a\0\0\0\2\0\0\0\0\0\0\0"s);
    CHECK(bytes_of(Weights{{"a", 2}}).size() == 32);
}

TEST_CASE("a message is read as it was written", "[systemd]") {
    for (const Message& message : {call(), signal(), error()}) {
        const std::string bytes = systemd::encode(message);
        CHECK(value(systemd::length_of(bytes)) == bytes.size());
        const Message read = value(systemd::decode(bytes));
        CHECK(systemd::encode(read) == bytes);
        CHECK(read.type == message.type);
        CHECK(read.body == message.body);
    }
    CHECK(systemd::first_text(error()) == "Unit a.scope already exists.");
    CHECK(systemd::first_text(signal()).empty());
}

TEST_CASE("a header field that nobody needs is passed over", "[systemd]") {
    // With a sender, as a bus adds it.
    std::string bytes = hello_bytes();
    bytes += "\7\1s\0\4\0\0\0:1.2\0\0\0\0"s;
    bytes[12] = '\x7d';
    CHECK(value(systemd::decode(bytes)).member == "Hello");
}

TEST_CASE("a message that ends too early is waited for or refused, wherever it ends", "[systemd]") {
    const std::string bytes = systemd::encode(signal());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string_view part = std::string_view(bytes).substr(0, size);
        CHECK(is_refused(part));
        CHECK((size < 16) == !value(systemd::length_of(part)).has_value());
    }
    CHECK(is_refused(bytes + "\0"s));
}

TEST_CASE("a message in which any byte is wrong is read or refused", "[systemd]") {
    const std::string good = systemd::encode(error());
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char wrong : {'\0', '\1', '\x7f', '\xff'}) {
            std::string bytes = good;
            bytes[i] = wrong;
            const base::Result<Message> message = systemd::decode(bytes);
            CHECK((message || message.code() == EBADMSG));
            if (message) {
                static_cast<void>(systemd::first_text(*message));
            }
        }
    }
}

TEST_CASE("what is no message of ours is refused", "[systemd]") {
    std::string big_endian = hello_bytes();
    big_endian[0] = 'B';
    std::string version = hello_bytes();
    version[3] = '\2';
    std::string type = hello_bytes();
    type[1] = '\5';
    std::string padding = hello_bytes();
    padding[hello_bytes().size() - 1] = 'x';
    for (const std::string& bytes : {big_endian, version, type, padding}) {
        CHECK(is_refused(bytes));
    }
    std::string endless = hello_bytes();
    endless.replace(4, 4, "\xff\xff\xff\x7f");
    CHECK(systemd::length_of(endless).code() == EBADMSG);
    CHECK(
        is_refused(systemd::encode({.type = MessageType::error, .serial = 1, .reply_serial = 1})));
    CHECK(is_refused(systemd::encode({.type = MessageType::reply, .serial = 1})));
    CHECK(is_refused(systemd::encode({.type = MessageType::call, .serial = 1})));
    CHECK(is_refused(systemd::encode({.type = MessageType::signal, .serial = 1, .path = "/"})));
}
