#include "cgroups/statistics.hpp"

#include "cgroups/kernel_file.hpp"
#include "oci-spec/id_list.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace cgroups {

namespace {

constexpr std::uint64_t kNanosecondsInMicrosecond = 1000;

/// The content, or nothing where this kernel has no such file.
std::string text_if_there(base::FdRef group, base::ZView file) {
    base::Result<std::string> content = base::read_file(group, file);
    return content ? *std::move(content) : std::string();
}

std::uint64_t number_if_there(base::FdRef group, base::ZView file) {
    const base::Result<std::uint64_t> number = read_number(group, file);
    return number ? *number : 0;
}

/// cpuacct.usage_all: a head line, then "CPU USER SYSTEM" for each.
void add_usage_of_each_cpu(base::FdRef group, CpuStatistics& statistics) {
    const std::string content = text_if_there(group, "cpuacct.usage_all");
    for (const std::string_view line : base::split(content, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (words.size() == 3 && words[0] != "cpu") {
            statistics.per_cpu_user.push_back(
                base::parse_number<std::uint64_t>(words[1]).value_or(0));
            statistics.per_cpu_kernel.push_back(
                base::parse_number<std::uint64_t>(words[2]).value_or(0));
        }
    }
}

std::optional<CpuStatistics> cpu_v1(const Placement& placement) {
    const Hierarchy* const accounting = group_with(placement, "cpuacct");
    const Hierarchy* const cpu = group_with(placement, "cpu");
    if (accounting == nullptr && cpu == nullptr) {
        return std::nullopt;
    }
    CpuStatistics statistics;
    if (accounting != nullptr) {
        const base::FdRef group = accounting->directory;
        const auto nanoseconds_in_tick =
            std::uint64_t{1'000'000'000} / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
        const std::string ticks = text_if_there(group, "cpuacct.stat");
        statistics.total = number_if_there(group, "cpuacct.usage");
        statistics.user = number_of(ticks, "user") * nanoseconds_in_tick;
        statistics.kernel = number_of(ticks, "system") * nanoseconds_in_tick;
        const std::string per_cpu = text_if_there(group, "cpuacct.usage_percpu");
        for (const std::string_view one : base::words(base::trimmed(per_cpu))) {
            statistics.per_cpu.push_back(base::parse_number<std::uint64_t>(one).value_or(0));
        }
        add_usage_of_each_cpu(group, statistics);
    }
    if (cpu != nullptr) {
        const std::string content = text_if_there(cpu->directory, "cpu.stat");
        statistics.periods = number_of(content, "nr_periods");
        statistics.throttled_periods = number_of(content, "nr_throttled");
        statistics.throttled_time = number_of(content, "throttled_time");
    }
    return statistics;
}

/// The core of v2 counts CPU time in every group, also where there is no cpu controller.
CpuStatistics cpu_v2(base::FdRef group) {
    const std::string content = text_if_there(group, "cpu.stat");
    const auto time = [&content](std::string_view key) {
        return number_of(content, key) * kNanosecondsInMicrosecond;
    };
    return {.total = time("usage_usec"),
            .user = time("user_usec"),
            .kernel = time("system_usec"),
            .per_cpu = {},
            .periods = number_of(content, "nr_periods"),
            .throttled_periods = number_of(content, "nr_throttled"),
            .throttled_time = time("throttled_usec"),
            .pressure = pressure_of(text_if_there(group, "cpu.pressure"))};
}

std::vector<std::uint32_t> ids_in(base::FdRef group, base::ZView file) {
    const std::string list = text_if_there(group, file);
    std::vector<std::uint32_t> ids;
    const std::optional<std::vector<spec::IdRange>> ranges =
        spec::parse_id_list(base::trimmed(list));
    for (const spec::IdRange& range : ranges.value_or(std::vector<spec::IdRange>())) {
        for (std::uint32_t id = range.first; id <= range.last; ++id) {
            ids.push_back(id);
        }
    }
    return ids;
}

CpusetStatistics cpuset(const Hierarchy& group) {
    const bool is_v1 = group.version == Version::v1;
    CpusetStatistics statistics{
        .cpus = ids_in(group.directory, is_v1 ? "cpuset.cpus" : "cpuset.cpus.effective"),
        .mems = ids_in(group.directory, is_v1 ? "cpuset.mems" : "cpuset.mems.effective"),
        .settings = {}};
    constexpr std::array<std::string_view, 9> kSettings = {
        "cpu_exclusive",   "mem_hardwall",       "mem_exclusive",
        "memory_migrate",  "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance", "sched_relax_domain_level"};
    for (const std::string_view name : kSettings) {
        const std::string text =
            is_v1 ? text_if_there(group.directory, base::cat("cpuset.", name)) : std::string();
        if (const auto number = base::parse_number<std::int64_t>(base::trimmed(text))) {
            statistics.settings.emplace(name, *number);
        }
    }
    return statistics;
}

std::map<std::string, std::uint64_t> flat_keyed(std::string_view content) {
    std::map<std::string, std::uint64_t> all;
    for (const std::string_view line : base::split(content, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        if (words.size() == 2) {
            all.emplace(words[0], base::parse_number<std::uint64_t>(words[1]).value_or(0));
        }
    }
    return all;
}

MemoryStatistics memory_v1(base::FdRef group) {
    const auto usage_of = [group](std::string_view prefix) {
        const auto number = [&](std::string_view name) {
            return number_if_there(group, base::cat(prefix, name));
        };
        return MemoryUsage{.usage = number("usage_in_bytes"),
                           .most = number("max_usage_in_bytes"),
                           .limit = number("limit_in_bytes"),
                           .failures = number("failcnt")};
    };
    const auto usage_if_there = [&](std::string_view prefix) {
        return read_number(group, base::cat(prefix, "usage_in_bytes"))
                   ? std::optional(usage_of(prefix))
                   : std::nullopt;
    };
    MemoryStatistics statistics{.memory = usage_of("memory."),
                                .with_swap = usage_if_there("memory.memsw."),
                                .kernel = usage_if_there("memory.kmem."),
                                .kernel_tcp = usage_if_there("memory.kmem.tcp."),
                                .raw = {},
                                .pressure = {}};
    statistics.raw = flat_keyed(text_if_there(group, "memory.stat"));
    statistics.cache = statistics.raw["total_cache"];
    return statistics;
}

std::uint64_t sum_of_limits(std::uint64_t a, std::uint64_t b) {
    return a + b < a ? ~0ULL : a + b;
}

MemoryStatistics memory_v2(base::FdRef group) {
    MemoryStatistics statistics;
    const std::string events = text_if_there(group, "memory.events");
    statistics.memory = {.usage = number_if_there(group, "memory.current"),
                         .most = number_if_there(group, "memory.peak"),
                         .limit = number_if_there(group, "memory.max"),
                         .failures = number_of(events, "max")};
    if (const base::Result<std::uint64_t> swap = read_number(group, "memory.swap.current")) {
        statistics.with_swap =
            MemoryUsage{.usage = statistics.memory.usage + *swap,
                        .limit = sum_of_limits(statistics.memory.limit,
                                               number_if_there(group, "memory.swap.max")),
                        .failures = number_of(text_if_there(group, "memory.swap.events"), "max")};
    }
    statistics.raw = flat_keyed(text_if_there(group, "memory.stat"));
    statistics.cache = statistics.raw["file"];
    statistics.pressure = pressure_of(text_if_there(group, "memory.pressure"));
    return statistics;
}

IoStatistic& entry_for(std::vector<IoStatistic>& all, std::string_view device,
                       std::string_view operation) {
    const std::size_t colon = device.find(':');
    const auto number = [](std::string_view text) {
        return base::parse_number<std::uint64_t>(text).value_or(0);
    };
    const std::uint64_t major = number(device.substr(0, colon));
    const std::uint64_t minor = number(device.substr(colon + 1));
    for (IoStatistic& entry : all) {
        if (entry.major == major && entry.minor == minor && entry.operation == operation) {
            return entry;
        }
    }
    return all.emplace_back(
        IoStatistic{.major = major, .minor = minor, .operation = std::string(operation)});
}

/// Lines like "254:0 Read 4096" of the two files of v1.
std::vector<IoStatistic> io_v1(base::FdRef group) {
    std::vector<IoStatistic> all;
    const auto read = [&](base::ZView file, std::uint64_t IoStatistic::*member) {
        const std::string content = text_if_there(group, file);
        for (const std::string_view line : base::split(content, '\n')) {
            const std::vector<std::string_view> words = base::words(line);
            if (words.size() == 3) {
                entry_for(all, words[0], words[1]).*member =
                    base::parse_number<std::uint64_t>(words[2]).value_or(0);
            }
        }
    };
    read("blkio.throttle.io_service_bytes_recursive", &IoStatistic::bytes);
    read("blkio.throttle.io_serviced_recursive", &IoStatistic::operations);
    return all;
}

/// Lines like "254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0" of v2.
std::vector<IoStatistic> io_v2(base::FdRef group) {
    struct Key {
        std::string_view name;
        std::string_view operation;
        std::uint64_t IoStatistic::*member;
    };
    static constexpr std::array<Key, 6> kKeys = {{
        {"rbytes", "Read", &IoStatistic::bytes},
        {"wbytes", "Write", &IoStatistic::bytes},
        {"dbytes", "Discard", &IoStatistic::bytes},
        {"rios", "Read", &IoStatistic::operations},
        {"wios", "Write", &IoStatistic::operations},
        {"dios", "Discard", &IoStatistic::operations},
    }};
    std::vector<IoStatistic> all;
    const std::string content = text_if_there(group, "io.stat");
    for (const std::string_view line : base::split(content, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        for (std::size_t i = 1; i < words.size(); ++i) {
            const std::size_t sign = words[i].find('=');
            for (const Key& key : kKeys) {
                if (words[i].substr(0, sign) == key.name) {
                    entry_for(all, words[0], key.operation).*key.member =
                        base::parse_number<std::uint64_t>(words[i].substr(sign + 1)).value_or(0);
                }
            }
        }
    }
    return all;
}

/// The page sizes of this host as cgroup files spell them: "2MB" for "hugepages-2048kB".
std::vector<std::string> page_sizes() {
    constexpr std::string_view kPrefix = "hugepages-";
    std::vector<std::string> sizes;
    const base::Result<base::Fd> directory =
        base::sys::open(base::FdRef::cwd(), "/sys/kernel/mm/hugepages", O_PATH | O_DIRECTORY);
    const base::Result<std::vector<std::string>> names =
        directory ? subgroups(*directory) : std::vector<std::string>();
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
        std::string_view digits = name;
        if (!digits.starts_with(kPrefix) || !digits.ends_with("kB")) {
            continue;
        }
        digits = digits.substr(kPrefix.size(), digits.size() - kPrefix.size() - 2);
        std::uint64_t size = base::parse_number<std::uint64_t>(digits).value_or(0);
        std::size_t unit = 0;
        for (; size >= 1024 && unit < 2; ++unit) {
            size /= 1024;
        }
        sizes.push_back(base::cat(size, std::array{"KB", "MB", "GB"}[unit]));
    }
    return sizes;
}

std::map<std::string, HugetlbStatistics> hugetlb(const Hierarchy& group) {
    std::map<std::string, HugetlbStatistics> all;
    const bool is_v1 = group.version == Version::v1;
    for (const std::string& size : page_sizes()) {
        const auto file = [&size](std::string_view name) {
            return base::cat("hugetlb.", size, ".", name);
        };
        HugetlbStatistics& statistics = all[size];
        if (is_v1) {
            statistics = {.usage = number_if_there(group.directory, file("usage_in_bytes")),
                          .most = number_if_there(group.directory, file("max_usage_in_bytes")),
                          .failures = number_if_there(group.directory, file("failcnt"))};
        } else {
            statistics = {.usage = number_if_there(group.directory, file("current")),
                          .failures =
                              number_of(text_if_there(group.directory, file("events")), "max")};
        }
    }
    return all;
}

} // namespace

base::Result<Statistics> statistics(const Placement& placement) {
    Statistics all;
    const Hierarchy* const unified = unified_group(placement);
    all.cpu = cpu_v1(placement);
    if (unified != nullptr && (!all.cpu || group_with(placement, "cpu") == unified)) {
        all.cpu = cpu_v2(unified->directory);
    }
    if (const Hierarchy* const group = group_with(placement, "cpuset")) {
        all.cpuset = cpuset(*group);
    }
    if (const Hierarchy* const group = group_with(placement, "memory")) {
        all.memory = group->version == Version::v1 ? memory_v1(group->directory)
                                                   : memory_v2(group->directory);
    }
    if (const Hierarchy* const group = group_with(placement, "pids")) {
        all.pids = PidsStatistics{.current = number_if_there(group->directory, "pids.current"),
                                  .limit = number_if_there(group->directory, "pids.max")};
    }
    if (const Hierarchy* const group = group_with(placement, "blkio")) {
        all.io = io_v1(group->directory);
    } else if (const Hierarchy* const unified_io = group_with(placement, "io")) {
        all.io = io_v2(unified_io->directory);
        all.io_pressure = pressure_of(text_if_there(unified_io->directory, "io.pressure"));
    }
    if (const Hierarchy* const group = group_with(placement, "hugetlb")) {
        all.hugetlb = hugetlb(*group);
    }
    if (!all.cpu && !all.memory && !all.pids && !unified) {
        return base::Error::system(ENODEV, "read the statistics of a container without cgroups");
    }
    return all;
}

base::Result<MemoryEvents> memory_events(const Placement& placement) {
    const Hierarchy* const group = group_with(placement, "memory");
    if (group == nullptr) {
        return MemoryEvents{};
    }
    const bool is_v1 = group->version == Version::v1;
    base::Result<std::string> content =
        base::read_file(group->directory, is_v1 ? "memory.oom_control" : "memory.events");
    if (!content && (content.code() == ENOENT || content.code() == ENODEV)) {
        return MemoryEvents{};
    }
    if (!content) {
        return std::move(content).error();
    }
    return MemoryEvents{.oom_kills = number_of(*content, "oom_kill"),
                        .under_oom = number_of(*content, "under_oom") != 0};
}

} // namespace cgroups
