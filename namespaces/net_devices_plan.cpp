#include "namespaces/net_devices_plan.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>

#include <linux/if.h>

namespace namespaces {

using base::cat;
using base::Error;
using base::Result;

namespace {

constexpr std::size_t kLongestName = IFNAMSIZ - 1;

/// A member of an object as a part of a JSON pointer (RFC 6901).
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

bool is_forbidden(char c) {
    return c == '/' || c == ':' || c == '\0' || c == ' ' || (c >= '\t' && c <= '\r');
}

enum class Template { allowed, forbidden };

/// As dev_valid_name() and dev_alloc_name() of the kernel see it.
Result<> check_name(std::string_view name, Template with_number) {
    const auto refuse = [&](std::string_view why) {
        return Error(cat("no network device can be named ", base::quoted(name), ": ", why));
    };
    if (name.empty() || name == "." || name == "..") {
        return refuse("it is no name");
    }
    if (name.size() > kLongestName) {
        return refuse(cat("it has more than ", kLongestName, " characters"));
    }
    if (std::ranges::any_of(name, is_forbidden)) {
        return refuse("it has a slash, a colon or a blank");
    }
    const std::size_t percent = name.find('%');
    if (percent == std::string_view::npos) {
        return base::done();
    }
    if (with_number == Template::forbidden) {
        return refuse("it has a %");
    }
    if (name.substr(percent, 2) != "%d" || name.find('%', percent + 1) != std::string_view::npos) {
        return refuse("of what begins with %, one %d is all that it may have");
    }
    return base::done();
}

} // namespace

Result<std::vector<NetDeviceMove>> net_device_moves(const spec::Linux& linux) {
    std::vector<NetDeviceMove> moves;
    for (const auto& [host_name, device] : linux.net_devices) {
        NetDeviceMove move{.host_name = host_name,
                           .inside = device.name.empty() ? host_name : device.name,
                           .origin = cat("/linux/netDevices/", escaped(host_name))};
        TRY(check_name(move.host_name, Template::forbidden).at(move.origin));
        TRY(check_name(move.inside, Template::allowed).at(cat(move.origin, "/name")));
        moves.push_back(std::move(move));
    }
    return moves;
}

std::string renamed_label(std::string_view label, std::string_view new_name) {
    const std::size_t colon = label.find(':');
    const std::string_view rest = colon == std::string_view::npos ? "" : label.substr(colon);
    return cat(new_name, rest).substr(0, kLongestName);
}

} // namespace namespaces
