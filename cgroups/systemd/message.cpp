#include "cgroups/systemd/message.hpp"

#include "cgroups/systemd/wire.hpp"
#include "runtime/base/text.hpp"

#include <cerrno>

namespace systemd {

using base::Error;
using base::Result;

namespace {

constexpr std::uint8_t kLittleEndian = 'l';
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedHeader = 16; // up to and with the length of the header's fields

/// The fields of a header that we have a use for, by their codes.
enum class Field : std::uint8_t {
    path = 1,
    interface = 2,
    member = 3,
    error_name = 4,
    reply_serial = 5,
    destination = 6,
    signature = 8,
};

Error malformed(std::string_view what) {
    return Error::system(EBADMSG, "").in(base::cat("a malformed D-Bus message: ", what));
}

void write_text(WireWriter& out, Field field, char type, const std::string& text) {
    if (text.empty()) {
        return;
    }
    out.align(8);
    out.byte(static_cast<std::uint8_t>(field));
    out.signature({&type, 1});
    if (type == 'g') {
        out.signature(text);
    } else {
        out.string(text);
    }
}

Result<> read_text(WireReader& in, std::string_view type, std::string& target) {
    TRY_ASSIGN(const std::string_view given, in.signature());
    if (given != type) {
        return malformed("a header field has a wrong type");
    }
    TRY_ASSIGN(const std::string_view text, type == "g" ? in.signature() : in.string());
    target = text;
    return base::done();
}

Result<> read_field(WireReader& in, Message& message) {
    TRY(in.align(8));
    TRY_ASSIGN(const std::uint8_t field, in.byte());
    switch (static_cast<Field>(field)) {
    case Field::path:
        return read_text(in, "o", message.path);
    case Field::interface:
        return read_text(in, "s", message.interface);
    case Field::member:
        return read_text(in, "s", message.member);
    case Field::error_name:
        return read_text(in, "s", message.error_name);
    case Field::destination:
        return read_text(in, "s", message.destination);
    case Field::signature:
        return read_text(in, "g", message.signature);
    case Field::reply_serial: {
        TRY_ASSIGN(const std::string_view type, in.signature());
        if (type != "u") {
            return malformed("a header field has a wrong type");
        }
        TRY_ASSIGN(message.reply_serial, in.u32());
        return base::done();
    }
    }
    return in.skip_variant();
}

Result<> check_complete(const Message& message) {
    const bool complete = [&message] {
        switch (message.type) {
        case MessageType::call:
            return !message.path.empty() && !message.member.empty();
        case MessageType::reply:
            return message.reply_serial != 0;
        case MessageType::error:
            return message.reply_serial != 0 && !message.error_name.empty();
        case MessageType::signal:
            return !message.path.empty() && !message.interface.empty() && !message.member.empty();
        }
        return false;
    }();
    return complete ? base::done() : malformed("it lacks what its type must have");
}

struct Lengths {
    std::size_t fields;
    std::size_t header; ///< with its padding
    std::size_t body;
};

/// Of a fixed header.
Result<Lengths> lengths_of(std::string_view bytes) {
    WireReader in(bytes.substr(0, kFixedHeader));
    TRY_ASSIGN(const std::uint8_t endianness, in.byte());
    TRY(in.byte()); // the type
    TRY(in.byte()); // flags
    TRY_ASSIGN(const std::uint8_t version, in.byte());
    if (endianness != kLittleEndian || version != kVersion) {
        return malformed("not little-endian, or of another version");
    }
    TRY_ASSIGN(const std::uint32_t body, in.u32());
    TRY(in.u32()); // the serial
    TRY_ASSIGN(const std::uint32_t fields, in.u32());
    if (body > kLongestMessage || fields > kLongestMessage) {
        return malformed("too long");
    }
    const std::size_t header = (kFixedHeader + fields + 7) / 8 * 8;
    return Lengths{.fields = fields, .header = header, .body = body};
}

} // namespace

std::string encode(const Message& message) {
    WireWriter out;
    out.byte(kLittleEndian);
    out.byte(static_cast<std::uint8_t>(message.type));
    out.byte(0); // flags
    out.byte(kVersion);
    out.u32(static_cast<std::uint32_t>(message.body.size()));
    out.u32(message.serial);
    const WireWriter::Array fields = out.begin_array(8);
    write_text(out, Field::path, 'o', message.path);
    write_text(out, Field::interface, 's', message.interface);
    write_text(out, Field::member, 's', message.member);
    write_text(out, Field::error_name, 's', message.error_name);
    if (message.reply_serial != 0) {
        out.align(8);
        out.byte(static_cast<std::uint8_t>(Field::reply_serial));
        out.signature("u");
        out.u32(message.reply_serial);
    }
    write_text(out, Field::destination, 's', message.destination);
    write_text(out, Field::signature, 'g', message.signature);
    out.end_array(fields);
    out.align(8);
    return std::move(out).take() + message.body;
}

Result<std::optional<std::size_t>> length_of(std::string_view bytes) {
    if (bytes.size() < kFixedHeader) {
        return std::optional<std::size_t>();
    }
    TRY_ASSIGN(const Lengths lengths, lengths_of(bytes));
    return std::optional(lengths.header + lengths.body);
}

Result<Message> decode(std::string_view bytes) {
    TRY_ASSIGN(const std::optional<std::size_t> length, length_of(bytes));
    if (length != bytes.size()) {
        return malformed("its length is wrong");
    }
    TRY_ASSIGN(const Lengths lengths, lengths_of(bytes));
    WireReader in(bytes.substr(0, lengths.header));
    Message message;
    TRY(in.byte());
    TRY_ASSIGN(const std::uint8_t type, in.byte());
    if (type < 1 || type > 4) {
        return malformed("of an unknown type");
    }
    message.type = static_cast<MessageType>(type);
    TRY(in.byte()); // flags
    TRY(in.byte()); // the version
    TRY(in.u32());  // the body's length
    TRY_ASSIGN(message.serial, in.u32());
    TRY(in.u32()); // the length of the fields
    while (in.position() < kFixedHeader + lengths.fields) {
        TRY(read_field(in, message));
    }
    if (in.position() != kFixedHeader + lengths.fields) {
        return malformed("its header is longer than it says");
    }
    TRY(in.align(8));
    TRY(check_complete(message));
    message.body = bytes.substr(lengths.header);
    return message;
}

std::string first_text(const Message& message) {
    if (!message.signature.starts_with('s')) {
        return "";
    }
    const Result<std::string_view> text = WireReader(message.body).string();
    return text ? std::string(*text) : "";
}

} // namespace systemd
