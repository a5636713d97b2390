#include "cgroups/pressure.hpp"

#include "runtime/base/text.hpp"

namespace cgroups {

namespace {

/// "12.34" as 1234; the kernel always prints two places.
std::uint64_t hundredths_of(std::string_view text) {
    const std::size_t point = text.find('.');
    const auto number = [](std::string_view digits) {
        return base::parse_number<std::uint64_t>(digits).value_or(0);
    };
    return point == std::string_view::npos
               ? number(text) * 100
               : number(text.substr(0, point)) * 100 + number(text.substr(point + 1));
}

PressureShare share_of(const std::vector<std::string_view>& words) {
    PressureShare share;
    for (const std::string_view word : words) {
        const std::size_t sign = word.find('=');
        const std::string_view key = word.substr(0, sign);
        const std::string_view value =
            sign == std::string_view::npos ? std::string_view() : word.substr(sign + 1);
        if (key == "avg10") {
            share.average10 = hundredths_of(value);
        } else if (key == "avg60") {
            share.average60 = hundredths_of(value);
        } else if (key == "avg300") {
            share.average300 = hundredths_of(value);
        } else if (key == "total") {
            share.total = base::parse_number<std::uint64_t>(value).value_or(0);
        }
    }
    return share;
}

} // namespace

std::optional<Pressure> pressure_of(std::string_view content) {
    std::optional<Pressure> pressure;
    for (const std::string_view line : base::split(content, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (words.empty() || (words[0] != "some" && words[0] != "full")) {
            continue;
        }
        if (!pressure) {
            pressure.emplace();
        }
        (words[0] == "some" ? pressure->some : pressure->full) = share_of(words);
    }
    return pressure;
}

} // namespace cgroups
