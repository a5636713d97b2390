#include "namespaces/rtnetlink.hpp"

#include "runtime/base/sys.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using base::Word;

namespace {

constexpr std::size_t kLongestPacket = 1 << 16; // the kernel fills at most 32 KiB
constexpr int kMostAttempts = 16;

constexpr std::size_t aligned(std::size_t size) {
    return (size + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO;
}

template <class Header>
std::optional<Header> header_of(std::string_view bytes) {
    Header header{};
    if (bytes.size() < sizeof header) {
        return std::nullopt;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

/// The attribute of that type in a row of them. RTA_* and NLMSGERR_ATTR_* have the same form.
std::optional<std::string_view> attribute_in(std::string_view row, std::uint16_t type) {
    while (const std::optional<rtattr> header = header_of<rtattr>(row)) {
        if (header->rta_len < sizeof *header || header->rta_len > row.size()) {
            return std::nullopt;
        }
        if ((header->rta_type & NLA_TYPE_MASK) == type) {
            return row.substr(sizeof *header, header->rta_len - sizeof *header);
        }
        row.remove_prefix(std::min(aligned(header->rta_len), row.size()));
    }
    return std::nullopt;
}

/// What the kernel says in words beside an errno; "" if nothing.
std::string explanation(const nlmsghdr& header, std::string_view body) {
    const std::optional<nlmsgerr> failure = header_of<nlmsgerr>(body);
    if (!failure || (header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) {
        return "";
    }
    // Unless it is left out, the request that failed stands before the attributes.
    const std::size_t request = (header.nlmsg_flags & NLM_F_CAPPED) != 0
                                    ? 0
                                    : aligned(failure->msg.nlmsg_len) - sizeof(nlmsghdr);
    body.remove_prefix(std::min(sizeof *failure + request, body.size()));
    const std::string_view text = attribute_in(body, NLMSGERR_ATTR_MSG).value_or("");
    return std::string(text.substr(0, text.find('\0')));
}

Result<> set_option(const Fd& socket, int option, std::string_view name) {
    const int on = 1;
    if (::setsockopt(socket.number(), SOL_NETLINK, option, &on, sizeof on) < 0) {
        return call_failed("setsockopt", socket, Word{name}, on);
    }
    return done();
}

} // namespace

void RouteRequest::append(std::string_view part) {
    body_ += part;
    body_.resize(aligned(body_.size()));
}

RouteRequest& RouteRequest::bytes(std::uint16_t attribute, std::string_view value) {
    const rtattr header{static_cast<std::uint16_t>(sizeof(rtattr) + value.size()), attribute};
    body_.append(reinterpret_cast<const char*>(&header), sizeof header);
    append(value);
    return *this;
}

RouteRequest& RouteRequest::text(std::uint16_t attribute, base::ZView value) {
    return bytes(attribute, {value.c_str(), value.view().size() + 1});
}

std::optional<std::string_view> RouteMessage::find(std::size_t header_size,
                                                   std::uint16_t attribute) const {
    const std::string_view body = body_;
    return attribute_in(body.substr(std::min(aligned(header_size), body.size())), attribute);
}

Result<RouteSocket> RouteSocket::open() {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) {
        return call_failed("socket", Word{"AF_NETLINK"}, Word{"NETLINK_ROUTE"});
    }
    TRY(set_option(socket, NETLINK_EXT_ACK, "NETLINK_EXT_ACK"));
    // The request is not sent back with an error, and is judged by all that it says.
    TRY(set_option(socket, NETLINK_CAP_ACK, "NETLINK_CAP_ACK"));
    TRY(set_option(socket, NETLINK_GET_STRICT_CHK, "NETLINK_GET_STRICT_CHK"));
    // Connected to the kernel, it takes messages from nobody else.
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&kernel), // NOLINT
                  sizeof kernel) < 0) {
        return call_failed("connect", socket, Word{"AF_NETLINK"});
    }
    return RouteSocket(std::move(socket));
}

struct RouteSocket::Answers {
    std::vector<RouteMessage> messages;
    bool ended = false;   ///< acknowledged, or the list is at its end
    bool changed = false; ///< the list was made while it changed
    int code = 0;         ///< an errno
    std::string hint;

    /// Takes one message of the kernel.
    void take(const nlmsghdr& header, std::string_view body) {
        changed = changed || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header.nlmsg_type != NLMSG_ERROR && header.nlmsg_type != NLMSG_DONE) {
            messages.emplace_back(header.nlmsg_type, body);
            return;
        }
        ended = true;
        code = -header_of<int>(body).value_or(0);
        hint = explanation(header, body);
    }

    /// Takes all messages of one packet that belong to the request; EBADMSG if it is none.
    Result<> take_all(std::string_view packet, std::uint32_t sequence) {
        while (!packet.empty()) {
            const std::optional<nlmsghdr> header = header_of<nlmsghdr>(packet);
            if (!header || header->nlmsg_len < sizeof *header ||
                header->nlmsg_len > packet.size()) {
                errno = EBADMSG;
                return call_failed("recvmsg", Word{"AF_NETLINK"}, packet.size());
            }
            if (header->nlmsg_seq == sequence && !ended) {
                take(*header, packet.substr(sizeof *header, header->nlmsg_len - sizeof *header));
            }
            packet.remove_prefix(std::min(aligned(header->nlmsg_len), packet.size()));
        }
        return done();
    }
};

Result<RouteSocket::Answers> RouteSocket::talk(const RouteRequest& request, int flags,
                                               std::string_view what) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + request.body().size());
    header.nlmsg_type = request.type();
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    header.nlmsg_seq = ++sequence_;
    std::string packet(reinterpret_cast<const char*>(&header), sizeof header);
    packet += request.body();
    TRY(base::sys::send(socket_, packet));
    Answers answers;
    while (!answers.ended) {
        TRY_ASSIGN(const base::sys::Packet part, base::sys::receive(socket_, kLongestPacket));
        if (part.truncated) {
            errno = EMSGSIZE;
            return call_failed("recvmsg", socket_, kLongestPacket);
        }
        TRY(answers.take_all(part.bytes, sequence_));
    }
    if (answers.code != 0) {
        return Error::system(answers.code, cat("rtnetlink(", what, ")"))
            .hint(answers.hint.empty() ? "" : cat("the kernel says: ", answers.hint));
    }
    return answers;
}

Result<> RouteSocket::change(const RouteRequest& request, std::string_view what) {
    TRY(talk(request, NLM_F_ACK, what));
    return done();
}

Result<RouteMessage> RouteSocket::ask(const RouteRequest& request, std::string_view what) {
    TRY_ASSIGN(Answers answers, talk(request, NLM_F_ACK, what));
    if (answers.messages.empty()) {
        return Error::system(ENODATA, cat("rtnetlink(", what, ")"));
    }
    return std::move(answers.messages.front());
}

Result<std::vector<RouteMessage>> RouteSocket::list(const RouteRequest& request,
                                                    std::string_view what) {
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        TRY_ASSIGN(Answers answers, talk(request, NLM_F_DUMP, what));
        if (!answers.changed) {
            return std::move(answers.messages);
        }
    }
    return Error::system(EAGAIN, cat("rtnetlink(", what, ")"));
}

} // namespace namespaces
