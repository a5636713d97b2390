// config-linux.md, "Devices" and "Network Devices".
#include "oci-spec/checks.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <map>
#include <optional>
#include <tuple>

namespace spec {

namespace {

using base::cat;

constexpr std::int64_t kMostMajor = 4095;    // 12 bits of the kernel's dev_t
constexpr std::int64_t kMostMinor = 1048575; // 20 bits

void check_number(const Device& device, std::string_view key,
                  const std::optional<std::int64_t>& number, std::int64_t most,
                  const Report& report) {
    if (device.type == DeviceType::fifo) {
        return;
    }
    if (!number) {
        report.missing(report.at(key), cat("a device needs \"", key, "\" unless it is a fifo"));
    } else if (*number < 0 || *number > most) {
        report.error(report.at(key),
                     cat("\"", key, "\" is ", *number, ", it goes from 0 to ", most));
    }
}

void check_file_mode(const Device& device, const Report& report) {
    constexpr std::uint32_t kPermissions = 0777;
    constexpr std::uint32_t kAll = 07777; // with set-user-id and the like
    if (!device.file_mode || *device.file_mode <= kPermissions) {
        return;
    }
    if (*device.file_mode > kAll) {
        report.error(report.at("fileMode"),
                     cat("\"fileMode\" is ", *device.file_mode, ", the most is 511 (0777)"),
                     "it is written in decimal: 0666 is 438");
    } else {
        report.warning(report.at("fileMode"),
                       cat("\"fileMode\" is ", *device.file_mode, " (",
                           base::octal(*device.file_mode), "), more than permissions"),
                       "it is written in decimal: 0666 is 438");
    }
}

/// What the entries before have claimed.
struct Claims {
    using Numbers =
        std::tuple<DeviceType, std::optional<std::int64_t>, std::optional<std::int64_t>>;

    std::map<std::string_view, Numbers> paths;
    std::map<Numbers, std::string_view> devices; ///< fifos have no numbers
};

void check_against_earlier(const Device& device, Claims& claims, const Report& report) {
    const bool is_fifo = device.type == DeviceType::fifo;
    const Claims::Numbers numbers = is_fifo
                                        ? Claims::Numbers{device.type, {}, {}}
                                        : Claims::Numbers{device.type, device.major, device.minor};
    const auto [path, is_new_path] = claims.paths.emplace(device.path, numbers);
    if (!is_new_path && path->second == numbers) {
        report.warning(report.at("path"),
                       cat("the device ", excerpt(device.path), " is listed twice"));
    } else if (!is_new_path) {
        report.error(report.at("path"),
                     cat("two different devices are wanted at ", excerpt(device.path)));
    }
    const auto [same, is_new] = claims.devices.emplace(numbers, device.path);
    if (is_new_path && !is_new && !is_fifo) {
        report.warning(report.at("path"), cat("this is the same device as ", excerpt(same->second),
                                              ", under another path"));
    }
}

void check_devices(const Spec& spec, const Report& report) {
    Claims claims;
    for (std::size_t i = 0; i < spec.linux.devices.size(); ++i) {
        const Device& device = spec.linux.devices[i];
        const Report at = report.in("linux", "devices", i);
        if (!is_absolute(device.path)) {
            at.error(at.at("path"),
                     cat("\"path\" of a device must be absolute, not ", excerpt(device.path)));
        }
        if (at.in("type").was_read()) {
            check_number(device, "major", device.major, kMostMajor, at);
            check_number(device, "minor", device.minor, kMostMinor, at);
        }
        check_file_mode(device, at);
        if (at.was_read()) {
            check_against_earlier(device, claims, at);
        }
    }
}

// --- network devices
// ------------------------------------------------------------------------------

constexpr std::string_view kNameRule =
    "a name has 1 to 15 bytes, no \"/\", \":\" or blanks, and is not \".\" or \"..\"";

bool is_template(std::string_view name) {
    return name.find('%') != std::string_view::npos;
}

/// The kernel fills in exactly one "%d" and takes no other "%".
bool is_valid_template(std::string_view name) {
    const std::size_t percent = name.find('%');
    return name.substr(percent, 2) == "%d" && name.find('%', percent + 1) == std::string_view::npos;
}

void check_net_device_names(const std::string& host, const NetDevice& device,
                            const Report& report) {
    if (!is_interface_name(host)) {
        report.wrong_key(report.at(), cat(excerpt(host), " cannot be the name of a network device"),
                         std::string(kNameRule));
    } else if (host == "lo") {
        report.wrong_key(report.at(), "the loopback device \"lo\" cannot be moved");
    }
    if (device.name.empty()) {
        return;
    }
    if (!is_interface_name(device.name)) {
        report.error(report.at("name"),
                     cat(excerpt(device.name), " cannot be the name of a network device"),
                     std::string(kNameRule));
    } else if (is_template(device.name) && !is_valid_template(device.name)) {
        report.error(report.at("name"), cat("the template ", excerpt(device.name),
                                            " must hold \"%d\" once and no other \"%\""));
    } else if (device.name == "lo") {
        report.error(report.at("name"), "every network namespace has its own \"lo\" already");
    }
}

/// Names of the container's side that two devices want. `%d` gives each its own.
void check_net_device_clashes(const Spec& spec, const Report& report) {
    std::map<std::string_view, std::string_view> takers;
    for (const auto& [host, device] : spec.linux.net_devices) {
        const std::string_view target = device.name.empty() ? host : device.name;
        const auto [taker, is_first] = takers.emplace(target, host);
        if (!is_first && !is_template(target)) {
            const std::string message =
                cat("the network devices ", excerpt(taker->second), " and ", excerpt(host),
                    " would both be called ", excerpt(target));
            report.wrong_key(report.at("linux", "netDevices", host), message,
                             "give one of them a \"name\" of its own");
        }
    }
}

void check_net_devices(const Spec& spec, const Report& report) {
    if (spec.linux.net_devices.empty()) {
        return;
    }
    if (lacks_namespace(spec, NamespaceType::network, report)) {
        report.error(report.at("linux", "netDevices"),
                     "\"netDevices\" needs a network namespace to move them into",
                     R"(add {"type": "network"} to linux.namespaces)");
    }
    for (const auto& [host, device] : spec.linux.net_devices) {
        check_net_device_names(host, device, report.in("linux", "netDevices", host));
    }
    check_net_device_clashes(spec, report);
}

constexpr Check<Spec> kChecks[] = {check_devices, check_net_devices};

} // namespace

std::span<const Check<Spec>> device_checks() {
    return kChecks;
}

bool is_interface_name(std::string_view name) {
    constexpr std::size_t kMost = 15; // IFNAMSIZ - 1
    return !name.empty() && name.size() <= kMost && name != "." && name != ".." &&
           name.find_first_of("/: \t\n\v\f\r\xA0") == std::string_view::npos;
}

} // namespace spec
