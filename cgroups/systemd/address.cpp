#include "cgroups/systemd/address.hpp"

#include "runtime/base/text.hpp"

#include <optional>

namespace systemd {

namespace {

/// Without the escapes of a value: "%2f" is "/". nullopt for one that is none.
std::optional<std::string> unescaped(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '%') {
            text += value[i];
            continue;
        }
        const auto code = base::parse_number<unsigned>(value.substr(i + 1, 2), 16);
        if (!code || value.size() - i < 3) {
            return std::nullopt;
        }
        text += static_cast<char>(*code);
        i += 2;
    }
    return text;
}

std::optional<Address> address_of(std::string_view text) {
    constexpr std::string_view kTransport = "unix:";
    if (!text.starts_with(kTransport)) {
        return std::nullopt;
    }
    for (const std::string_view pair : base::split(text.substr(kTransport.size()), ',')) {
        const std::size_t equals = pair.find('=');
        const std::string_view key = pair.substr(0, equals);
        if (equals == std::string_view::npos || (key != "path" && key != "abstract")) {
            continue; // "guid=…" stands beside it
        }
        const std::optional<std::string> value = unescaped(pair.substr(equals + 1));
        if (!value || value->empty()) {
            return std::nullopt;
        }
        return Address{.path = key == "path" ? *value : base::cat('@', *value)};
    }
    return std::nullopt;
}

} // namespace

base::Result<std::vector<Address>> addresses_of(std::string_view text) {
    std::vector<Address> addresses;
    for (const std::string_view one : base::split(text, ';')) {
        if (const std::optional<Address> address = address_of(one)) {
            addresses.push_back(*address);
        }
    }
    if (addresses.empty()) {
        return base::Error(base::cat("no unix socket in the bus address ", base::quoted(text)));
    }
    return addresses;
}

} // namespace systemd
