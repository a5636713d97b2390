// D-Bus messages as bytes (D-Bus Specification, "Message Format"). Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace systemd {

enum class MessageType : std::uint8_t { call = 1, reply = 2, error = 3, signal = 4 };

struct Message {
    MessageType type = MessageType::call;
    std::uint32_t serial = 0; ///< not 0 in a message that is sent
    std::uint32_t reply_serial = 0;
    std::string destination; ///< "" for none, as of all texts here
    std::string path;
    std::string interface;
    std::string member;
    std::string error_name;
    std::string signature; ///< of the body
    std::string body;
};

/// What a message of ours may have, and what is taken from a peer at most.
constexpr std::size_t kLongestMessage = 1U << 20U;

std::string encode(const Message& message);

/// How long the message is that begins so; nullopt if more has to be read to know. EBADMSG for what
/// is none, is not little-endian, or is longer than kLongestMessage.
base::Result<std::optional<std::size_t>> length_of(std::string_view bytes);

/// A whole message. Header fields that we have no use for are passed over. EBADMSG if it is
/// malformed or lacks what its type must have.
base::Result<Message> decode(std::string_view bytes);

/// The body's first text, which is an error's explanation; "" if it does not begin with one.
std::string first_text(const Message& message);

} // namespace systemd
