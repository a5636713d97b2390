#include "cgroups/unit_properties.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cgroups {

namespace {

using base::cat;
using systemd::kInfinity;
using systemd::Property;
using systemd::Value;

constexpr std::uint64_t kSecondUs = 1'000'000;
constexpr std::uint64_t kPercentUs = kSecondUs / 100;
constexpr std::uint64_t kDefaultPeriodUs = 100'000;
constexpr std::uint64_t kLongestQuotaUs = kInfinity / kSecondUs; // a product with a second fits
constexpr std::uint64_t kMostIds = 8192;                         // CPUs or memory nodes

/// "max" and "-1" are no limit; sizes may have a suffix, as memparse() of the kernel takes them.
std::optional<std::uint64_t> amount_of(std::string_view text) {
    if (text == "max" || text == "-1") {
        return kInfinity;
    }
    constexpr std::string_view kSuffixes = "KMGTPE";
    unsigned shift = 0;
    if (!text.empty()) {
        const char last = static_cast<char>(text.back() & ~0x20);
        const std::size_t place = kSuffixes.find(last);
        if (place != std::string_view::npos) {
            shift = 10 * (static_cast<unsigned>(place) + 1);
            text.remove_suffix(1);
        }
    }
    const auto number = base::parse_number<std::uint64_t>(text);
    if (!number || *number > kInfinity >> shift) {
        return std::nullopt;
    }
    return *number << shift;
}

/// "0-3,7" as a mask of bits, the lowest id in the lowest bit of the first byte.
std::optional<std::vector<std::uint8_t>> mask_of(std::string_view list) {
    std::vector<std::uint8_t> mask;
    for (const std::string_view range : base::split(base::trimmed(list), ',')) {
        const std::size_t dash = range.find('-');
        const auto first = base::parse_number<std::uint64_t>(range.substr(0, dash));
        const auto last = dash == std::string_view::npos
                              ? first
                              : base::parse_number<std::uint64_t>(range.substr(dash + 1));
        if (!first || !last || *last >= kMostIds) {
            return std::nullopt;
        }
        for (std::uint64_t id = *first; id <= *last; ++id) {
            mask.resize(std::max<std::size_t>(mask.size(), id / 8 + 1));
            mask[id / 8] = static_cast<std::uint8_t>(mask[id / 8] | 1U << id % 8);
        }
    }
    return mask;
}

/// A file with one number, and the property that is the same.
struct Row {
    std::string_view file;
    std::string_view property;
    systemd::Need need = systemd::Need::required;
};
constexpr std::array<Row, 11> kRows = {{
    {"memory.max", "MemoryMax"},
    {"memory.high", "MemoryHigh"},
    {"memory.low", "MemoryLow"},
    {"memory.min", "MemoryMin", systemd::Need::if_known},
    {"memory.swap.max", "MemorySwapMax"},
    {"memory.zswap.max", "MemoryZSwapMax", systemd::Need::if_known},
    {"cpu.weight", "CPUWeight"},
    {"pids.max", "TasksMax"},
    {"memory.limit_in_bytes", "MemoryLimit", systemd::Need::if_known},
    {"cpu.shares", "CPUShares", systemd::Need::if_known},
    {"blkio.weight", "BlockIOWeight", systemd::Need::if_known},
}};

class Translator {
  public:
    explicit Translator(const Current& current) : current_(current) {}

    void take(const Write& write);
    UnitProperties result() &&;

  private:
    void set(Property property);
    void take_weight(std::string_view property, std::string_view device_property,
                     std::string_view value, const Write& write);
    void take_idle(const Write& write);
    void take_ids(std::string_view property, const Write& write);
    void take_quota(std::string_view text, const Write& write);
    void take_period(std::string_view text, const Write& write);
    void add_quota();

    const Current& current_;
    UnitProperties result_;
    std::optional<std::string> quota_;
    std::string quota_origin_;
    std::optional<std::uint64_t> period_;
    std::vector<Write> quota_writes_;
};

/// The last one stays, as the last write into a file does.
void Translator::set(Property property) {
    std::erase_if(result_.properties,
                  [&property](const Property& one) { return one.name == property.name; });
    result_.properties.push_back(std::move(property));
}

/// "200" and "default 200" are for all devices, "8:0 200" is for one.
void Translator::take_weight(std::string_view property, std::string_view device_property,
                             std::string_view value, const Write& write) {
    const std::vector<std::string_view> words = base::words(value);
    const auto weight = words.empty() ? std::nullopt : amount_of(words.back());
    if (!weight || words.size() > 2) {
        return;
    }
    if (words.size() == 1 || words.front() == "default") {
        set({std::string(property), *weight, write.origin, systemd::Need::if_known});
        return;
    }
    const auto same = std::find_if(
        result_.properties.begin(), result_.properties.end(),
        [device_property](const Property& one) { return one.name == device_property; });
    std::pair<std::string, std::uint64_t> pair(cat("/dev/block/", words.front()), *weight);
    using Pairs = std::vector<std::pair<std::string, std::uint64_t>>;
    if (same == result_.properties.end()) {
        result_.properties.push_back({std::string(device_property), Pairs{std::move(pair)},
                                      write.origin, systemd::Need::if_known});
    } else {
        std::get<Pairs>(same->value).push_back(std::move(pair));
    }
}

/// From version 252 on, idle is a weight of 0. Who is not idle any more has the weight that stands
/// beside it, or the default.
void Translator::take_idle(const Write& write) {
    const bool has_weight =
        std::any_of(result_.properties.begin(), result_.properties.end(),
                    [](const Property& one) { return one.name == "CPUWeight"; });
    if (write.value == "1" || !has_weight) {
        set({"CPUWeight", write.value == "1" ? 0 : kInfinity, write.origin,
             systemd::Need::if_accepted});
    }
}

void Translator::take_ids(std::string_view property, const Write& write) {
    if (auto mask = mask_of(write.value)) {
        set({std::string(property), *std::move(mask), write.origin, systemd::Need::if_known});
    }
}

void Translator::take_quota(std::string_view text, const Write& write) {
    quota_ = text == "-1" ? "max" : text;
    quota_origin_ = write.origin;
    quota_writes_.push_back(write);
}

void Translator::take_period(std::string_view text, const Write& write) {
    period_ = base::parse_number<std::uint64_t>(text);
    quota_writes_.push_back(write);
}

void Translator::take(const Write& write) {
    if (write.file == "cpu.max") {
        const std::vector<std::string_view> words = base::words(write.value);
        if (!words.empty()) {
            take_quota(words.front(), write);
        }
        if (words.size() > 1) {
            take_period(words[1], write);
            quota_writes_.pop_back(); // one write, both values
        }
    } else if (write.file == "cpu.cfs_quota_us") {
        take_quota(write.value, write);
    } else if (write.file == "cpu.cfs_period_us") {
        take_period(write.value, write);
    } else if (write.file == "cpu.idle") {
        take_idle(write);
    } else if (write.file == "cpuset.cpus") {
        take_ids("AllowedCPUs", write);
    } else if (write.file == "cpuset.mems") {
        take_ids("AllowedMemoryNodes", write);
    } else if (write.file == "io.weight") {
        take_weight("IOWeight", "IODeviceWeight", write.value, write);
    } else if (write.other_file == "io.weight") {
        take_weight("IOWeight", "IODeviceWeight", write.other_value, write);
    } else if (write.file == "blkio.weight_device") {
        take_weight("BlockIOWeight", "BlockIODeviceWeight", write.value, write);
    } else {
        const auto* const row = std::find_if(kRows.begin(), kRows.end(), [&write](const Row& one) {
            return one.file == write.file;
        });
        auto amount = row == kRows.end() ? std::nullopt : amount_of(write.value);
        if (amount) {
            // A unit must admit a process, and one that is there is one too many for 0 as well.
            amount = row->property == "TasksMax" ? std::max<std::uint64_t>(*amount, 1) : *amount;
            set({std::string(row->property), *amount, write.origin, row->need});
        }
    }
}

/// The quota in systemd's terms: time per second, whatever the period is.
void Translator::add_quota() {
    if (quota_writes_.empty()) {
        return;
    }
    const std::string& first = quota_writes_.front().origin;
    const std::string& origin = quota_ ? quota_origin_ : first;
    if (period_) {
        set({"CPUQuotaPeriodUSec", *period_, first, systemd::Need::if_known});
    }
    const std::string quota_text = quota_.value_or(current_.cpu_quota);
    const auto quota = amount_of(quota_text);
    const std::uint64_t period = period_.value_or(current_.cpu_period.value_or(kDefaultPeriodUs));
    if (!quota || period == 0) {
        return;
    }
    if (*quota > kLongestQuotaUs) {
        set({"CPUQuotaPerSecUSec", kInfinity, origin});
        return;
    }
    const std::uint64_t per_second = (*quota * kSecondUs + period - 1) / period;
    const std::uint64_t rounded = (per_second + kPercentUs - 1) / kPercentUs * kPercentUs;
    set({"CPUQuotaPerSecUSec", rounded, origin});
    if (rounded * period != *quota * kSecondUs) {
        result_.inexact = std::move(quota_writes_);
    }
}

UnitProperties Translator::result() && {
    add_quota();
    return std::move(result_);
}

std::string access_of(DeviceAccess access) {
    return cat((access & kRead) != 0 ? "r" : "", (access & kWrite) != 0 ? "w" : "",
               (access & kMknod) != 0 ? "m" : "");
}

/// A device by its number needs no node in /dev; a major number stands for the name of a driver.
std::string pattern_of(const DeviceGrant& grant) {
    const std::string_view kind = grant.kind == DeviceKind::block ? "block" : "char";
    if (!grant.major) {
        return cat(kind, "-*");
    }
    return grant.minor ? cat("/dev/", kind, '/', *grant.major, ':', *grant.minor)
                       : cat(kind, '-', *grant.major);
}

} // namespace

UnitProperties properties_of(std::span<const Write> writes, const Current& current) {
    Translator translator(current);
    for (const Write& write : writes) {
        translator.take(write);
    }
    return std::move(translator).result();
}

std::vector<Property> properties_of(const DevicePlan& devices) {
    std::vector<std::pair<std::string, std::string>> allowed;
    const bool everything = allows_everything(devices.set);
    for (const DeviceGrant& grant : devices.set) {
        if (!everything && grant.access != 0) {
            allowed.emplace_back(pattern_of(grant), access_of(grant.access));
        }
    }
    const std::string origin = devices.asked ? devices.origin : "";
    return {{"DevicePolicy", std::string(everything ? "auto" : "strict"), origin},
            {"DeviceAllow", std::move(allowed), origin}};
}

} // namespace cgroups
