#include "runtime/channel.hpp"

#include "namespaces/spawn.hpp"
#include "runtime/base/wire.hpp"

#include <algorithm>
#include <cstring>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::FdRef;
using base::Result;
using base::sys::Packet;

namespace {

constexpr std::size_t kLongestPacket = 1 << 15; // a plan comes as a descriptor
constexpr std::size_t kLongestRelease = 16;

/// The failure of a child that never came to execute the runtime again.
std::optional<Error> launch_failure(std::string_view bytes) {
    namespaces::LaunchFailure failure;
    if (bytes.size() != sizeof failure) {
        return std::nullopt;
    }
    std::memcpy(&failure, bytes.data(), sizeof failure);
    if (failure.magic != namespaces::LaunchFailure::kMagic ||
        failure.step >= namespaces::kLaunchSteps.size()) {
        return std::nullopt;
    }
    return Error::system(failure.code, std::string(namespaces::kLaunchSteps[failure.step]));
}

} // namespace

std::optional<Message> Channel::next() const {
    return at_ < script_.size() ? std::optional(script_[at_]) : std::nullopt;
}

Error Channel::out_of_turn(std::string_view what) const {
    const std::string_view turn = at_ < script_.size() ? name_of(script_[at_]) : "the end";
    return Error::system(EPROTO, cat("the conversation is at \"", turn, "\", but ", what));
}

Result<> Channel::send(Message message, std::string_view body, std::span<const FdRef> fds) {
    if (next() != message || sender_of(message) != side_) {
        return out_of_turn(cat("we would send \"", name_of(message), "\""));
    }
    ++at_;
    const std::string packet = cat(static_cast<char>(message), body);
    if (side_ == Side::child && fds.empty()) {
        return base::sys::write_once(socket_, packet); // one call fewer that a filter has to allow
    }
    Result<> sent = base::sys::send(socket_, packet, fds);
    const bool ended = sent.code() == EPIPE || sent.code() == ECONNRESET;
    if (ended && side_ == Side::parent) {
        // The child may have said why it ended before it closed its end; ECONNRESET if it left a
        // packet of ours unread.
        TRY(wait_for_close(-1, FdRef(-1)));
    }
    return sent;
}

Result<> Channel::wait_for_close(int bound_ms, FdRef peer) {
    while (true) {
        if (Result<> readable = wait_readable(bound_ms, peer); !readable) {
            return readable.code() == EPIPE ? done() : std::move(readable);
        }
        const Result<Packet> packet = base::sys::receive(socket_, kLongestPacket);
        if (!packet && packet.code() == ECONNRESET) {
            continue;
        }
        if (!packet || packet->bytes.empty()) {
            return done();
        }
        if (std::optional<Error> failure = launch_failure(packet->bytes)) {
            return *std::move(failure);
        }
        if (static_cast<Message>(packet->bytes.front()) == Message::failed) {
            return base::decode_error(std::string_view(packet->bytes).substr(1));
        }
    }
}

Result<> Channel::wait_readable(int bound_ms, FdRef peer) {
    std::array<pollfd, 2> watched = {{{socket_.number(), POLLIN, 0}, {peer.number(), POLLIN, 0}}};
    TRY_ASSIGN(const int ready, base::sys::poll(watched, bound_ms));
    if (ready == 0) {
        return Error::system(ETIMEDOUT, cat("nothing came within ", bound_ms / 1000, " s"));
    }
    if (watched[0].revents == 0) {
        return Error::system(EPIPE, "the process ended"); // and left no packet behind
    }
    return done();
}

Result<Packet> Channel::receive_packet(int bound_ms, FdRef peer) {
    if (side_ == Side::parent) {
        TRY(wait_readable(bound_ms, peer));
    }
    if (next() == Message::release) {
        // By read(2), because a filter is loaded now: one call fewer that it has to allow.
        Packet plain{.bytes = std::string(kLongestRelease, '\0')};
        TRY_ASSIGN(const std::size_t size, base::sys::read(socket_, plain.bytes));
        plain.bytes.resize(size);
        return plain;
    }
    Result<Packet> packet = base::sys::receive(socket_, kLongestPacket);
    if (!packet && packet.code() == ECONNRESET) {
        // The child sent its last word and ended with a packet of ours unread: the error comes
        // first, its word after it (kernel rule 12).
        packet = base::sys::receive(socket_, kLongestPacket);
    }
    return packet;
}

Result<Received> Channel::expect(Message message, int bound_ms, FdRef peer) {
    if (next() != message || sender_of(message) == side_) {
        return out_of_turn(cat("we would wait for \"", name_of(message), "\""));
    }
    while (true) {
        TRY_ASSIGN(Packet packet, receive_packet(bound_ms, peer));
        if (packet.bytes.empty()) {
            return Error::system(EPIPE, "the other end closed the conversation");
        }
        if (packet.truncated) {
            return out_of_turn("a packet came that is too long");
        }
        if (std::optional<Error> failure = launch_failure(packet.bytes)) {
            return *std::move(failure);
        }
        const auto type = static_cast<Message>(packet.bytes.front());
        const std::string_view body = std::string_view(packet.bytes).substr(1);
        if (side_ == Side::parent && type == Message::failed) {
            return base::decode_error(body);
        }
        if (side_ == Side::parent && type == Message::log && !body.empty()) {
            const auto level = std::clamp<std::uint8_t>(static_cast<std::uint8_t>(body.front()),
                                                        std::uint8_t{1}, std::uint8_t{3});
            base::log::write(static_cast<base::log::Level>(level), body.substr(1));
            continue;
        }
        if (type != message) {
            return out_of_turn(cat("\"", name_of(type), "\" came"));
        }
        ++at_;
        return Received{type, std::string(body), std::move(packet.fds)};
    }
}

void Channel::fail(const Error& error) {
    std::string packet = cat(static_cast<char>(Message::failed), base::encode(error));
    static_cast<void>(base::sys::write_once(socket_, packet));
}

void Channel::log(base::log::Level level, std::string_view line) {
    static_cast<void>(base::sys::write_once(socket_, cat(static_cast<char>(Message::log),
                                                         static_cast<char>(level),
                                                         line.substr(0, kLongestPacket - 2))));
}

void Channel::continue_with(const Script& script) {
    script_ = script;
    at_ =
        static_cast<std::size_t>(std::ranges::find(script_, Message::begin) - script_.begin()) + 1;
}

void Channel::skip(Message message) {
    if (next() == message) {
        ++at_;
    }
}

} // namespace runtime
