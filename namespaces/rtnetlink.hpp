// A small client of rtnetlink(7): requests with attributes, acknowledgements, lists.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <linux/rtnetlink.h>

namespace namespaces {

/// A message to the kernel: RTM_*, the header that belongs to it (ifinfomsg, ifaddrmsg, …), then
/// attributes.
class RouteRequest {
  public:
    template <class Header>
    RouteRequest(std::uint16_t type, const Header& header) : type_(type) {
        append({reinterpret_cast<const char*>(&header), sizeof header});
    }
    RouteRequest& bytes(std::uint16_t attribute, std::string_view value);
    RouteRequest& text(std::uint16_t attribute, base::ZView value); ///< with the NUL at its end
    template <std::integral Number>
    RouteRequest& number(std::uint16_t attribute, Number value) {
        return bytes(attribute, {reinterpret_cast<const char*>(&value), sizeof value});
    }

    [[nodiscard]] std::uint16_t type() const { return type_; }
    [[nodiscard]] const std::string& body() const { return body_; }

  private:
    void append(std::string_view part); ///< filled up to the next multiple of four

    std::uint16_t type_;
    std::string body_;
};

/// A message from the kernel.
class RouteMessage {
  public:
    RouteMessage(std::uint16_t type, std::string_view body) : type_(type), body_(body) {}

    [[nodiscard]] std::uint16_t type() const { return type_; }
    /// The header; zeros where the message is too short for one.
    template <class Header>
    [[nodiscard]] Header header() const {
        Header value{};
        std::memcpy(&value, body_.data(), std::min(body_.size(), sizeof value));
        return value;
    }
    /// An attribute's bytes, borrowed; nullopt if it is not there.
    template <class Header>
    [[nodiscard]] std::optional<std::string_view> bytes(std::uint16_t attribute) const {
        return find(sizeof(Header), attribute);
    }
    /// An attribute that is a text, without the NUL; empty if it is not there.
    template <class Header>
    [[nodiscard]] std::string text(std::uint16_t attribute) const {
        const std::string_view value = bytes<Header>(attribute).value_or("");
        return std::string(value.substr(0, value.find('\0')));
    }
    /// An attribute that is a number; nullopt if it is not there, or of another size.
    template <std::integral Number, class Header>
    [[nodiscard]] std::optional<Number> number(std::uint16_t attribute) const {
        const std::optional<std::string_view> value = bytes<Header>(attribute);
        if (!value || value->size() != sizeof(Number)) {
            return std::nullopt;
        }
        Number result{};
        std::memcpy(&result, value->data(), sizeof result);
        return result;
    }

  private:
    [[nodiscard]] std::optional<std::string_view> find(std::size_t header_size,
                                                       std::uint16_t attribute) const;

    std::uint16_t type_;
    std::string body_;
};

/// A socket to the kernel's rtnetlink. It belongs to the network namespace in which it was opened
/// for good, whatever its process joins later.
///
/// An error's call is `rtnetlink(WHAT)` with the caller's description of the request; what the
/// kernel says about it in words (NETLINK_EXT_ACK) is its hint.
class RouteSocket {
  public:
    static base::Result<RouteSocket> open();

    /// Has something changed. Needs CAP_NET_ADMIN over the socket's network namespace.
    base::Result<> change(const RouteRequest& request, std::string_view what);
    /// Asks for one thing; ENODATA if the kernel acknowledges without an answer.
    base::Result<RouteMessage> ask(const RouteRequest& request, std::string_view what);
    /// Asks for a list; begins anew while it changes under our hands (EAGAIN after 16 times).
    base::Result<std::vector<RouteMessage>> list(const RouteRequest& request,
                                                 std::string_view what);

  private:
    explicit RouteSocket(base::Fd socket) : socket_(std::move(socket)) {}
    struct Answers;
    base::Result<Answers> talk(const RouteRequest& request, int flags, std::string_view what);

    base::Fd socket_;
    std::uint32_t sequence_ = 0;
};

} // namespace namespaces
