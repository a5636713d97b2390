// What can be said of Resources before it is known which version of cgroups they will meet.
#include "cgroups/translate_shared.hpp"

#include <algorithm>
#include <array>

namespace cgroups {

namespace {

constexpr std::uint64_t kLeastShares = 2;
constexpr std::uint64_t kMostShares = 262144;
constexpr std::uint64_t kMostSwappiness = 100;
constexpr std::uint16_t kLeastWeight = 10;
constexpr std::uint16_t kMostWeight = 1000;
constexpr std::size_t kLongestInterfaceName = 15;

/// A name that stands in a line of words: not empty, no blanks, slashes or control characters.
bool is_word(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '/' && c != 0x7f;
    });
}

template <class Number>
void check_limit(Collector& out, std::string_view member, const std::optional<Number>& value) {
    if (value && *value < kUnlimited) {
        out.refuse(member, base::cat("a limit is -1 (unlimited) or more, not ", *value));
    }
}

template <class Number>
void warn_of_zero(Collector& out, std::string_view member, const std::optional<Number>& value) {
    if (value && *value == 0 && out.context().occasion == Occasion::create) {
        out.warn(member, "0 is taken as not set");
    }
}

void check_memory(Collector& out, const spec::MemoryResources& memory) {
    const std::array<std::pair<std::string_view, const std::optional<std::int64_t>*>, 5> limits = {{
        {"/memory/limit", &memory.limit},
        {"/memory/reservation", &memory.reservation},
        {"/memory/swap", &memory.swap},
        {"/memory/kernel", &memory.kernel},
        {"/memory/kernelTCP", &memory.kernel_tcp},
    }};
    for (const auto& [member, value] : limits) {
        check_limit(out, member, *value);
        warn_of_zero(out, member, *value);
    }
    if (is_set(memory.swap) && *memory.swap > 0) {
        if (is_set(memory.limit) && *memory.limit > *memory.swap) {
            out.refuse("/memory/swap",
                       base::cat("memory and swap together (", *memory.swap,
                                 " bytes) cannot be less than memory alone (", *memory.limit, ")"));
        } else if ((is_set(memory.limit) && *memory.limit == kUnlimited) ||
                   (!is_set(memory.limit) && out.context().occasion == Occasion::create)) {
            out.refuse("/memory/swap", "it limits memory and swap together, so it needs a limit of "
                                       "memory");
        }
    }
    if (memory.swappiness && *memory.swappiness > kMostSwappiness) {
        out.refuse("/memory/swappiness", base::cat("it is 0 to 100, not ", *memory.swappiness));
    }
}

void check_cpu(Collector& out, const spec::CpuResources& cpu) {
    if (is_set(cpu.shares) && (*cpu.shares < kLeastShares || *cpu.shares > kMostShares)) {
        out.refuse("/cpu/shares", base::cat("shares are 2 to 262144, not ", *cpu.shares));
    }
    check_limit(out, "/cpu/quota", cpu.quota);
    check_limit(out, "/cpu/realtimeRuntime", cpu.realtime_runtime);
    warn_of_zero(out, "/cpu/shares", cpu.shares);
    warn_of_zero(out, "/cpu/quota", cpu.quota);
    warn_of_zero(out, "/cpu/period", cpu.period);
    if (cpu.burst && cpu.quota && *cpu.quota > 0 &&
        *cpu.burst > static_cast<std::uint64_t>(*cpu.quota)) {
        out.refuse("/cpu/burst",
                   base::cat("a burst (", *cpu.burst, " us) cannot be more than the quota (",
                             *cpu.quota, ")"));
    }
    if (cpu.idle && *cpu.idle != 0 && *cpu.idle != 1) {
        out.refuse("/cpu/idle", base::cat("it is 0 or 1, not ", *cpu.idle));
    }
    if (cpu.idle == 1 && is_set(cpu.shares)) {
        out.warn("/cpu/shares", "shares have no effect beside idle 1");
    }
    for (const auto& [member, list] :
         {std::pair("/cpu/cpus", &cpu.cpus), std::pair("/cpu/mems", &cpu.mems)}) {
        if (list->find('\n') != std::string::npos) {
            out.refuse(member, "a list stands on one line");
        }
    }
}

void check_weight(Collector& out, const std::string& member,
                  const std::optional<std::uint16_t>& weight) {
    if (is_set(weight) && (*weight < kLeastWeight || *weight > kMostWeight)) {
        out.refuse(member, base::cat("a weight is 10 to 1000, not ", *weight));
    }
    warn_of_zero(out, member, weight);
}

void check_device_number(Collector& out, const std::string& member, std::int64_t major,
                         std::int64_t minor) {
    if (major < 0 || minor < 0) {
        out.refuse(member, base::cat("no device has the number ", device_number(major, minor)));
    }
}

void check_block_io(Collector& out, const spec::BlockIoResources& io) {
    check_weight(out, "/blockIO/weight", io.weight);
    check_weight(out, "/blockIO/leafWeight", io.leaf_weight);
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& device = io.weight_device[i];
        const std::string member = base::cat("/blockIO/weightDevice/", i);
        check_device_number(out, member, device.major, device.minor);
        check_weight(out, member + "/weight", device.weight);
        check_weight(out, member + "/leafWeight", device.leaf_weight);
        if (!device.weight && !device.leaf_weight) {
            out.refuse(member, "neither weight nor leafWeight is there");
        }
    }
    for (const auto& [name, list] :
         {std::pair("throttleReadBpsDevice", &io.throttle_read_bps_device),
          std::pair("throttleWriteBpsDevice", &io.throttle_write_bps_device),
          std::pair("throttleReadIOPSDevice", &io.throttle_read_iops_device),
          std::pair("throttleWriteIOPSDevice", &io.throttle_write_iops_device)}) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            check_device_number(out, base::cat("/blockIO/", name, "/", i), (*list)[i].major,
                                (*list)[i].minor);
        }
    }
}

/// "2MB": a number, a prefix and a B. The name becomes a part of a file's name.
bool is_page_size(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    return digits > 0 && (unit == "KB" || unit == "MB" || unit == "GB");
}

void check_network(Collector& out, const spec::NetworkResources& network) {
    for (std::size_t i = 0; i < network.priorities.size(); ++i) {
        const std::string& name = network.priorities[i].name;
        if (!is_word(name) || name.size() > kLongestInterfaceName) {
            out.refuse(base::cat("/network/priorities/", i, "/name"),
                       base::cat(base::quoted(name), " is no name of an interface"));
        }
    }
}

void check_unified(Collector& out, const std::map<std::string, std::string>& unified) {
    // Writing into these moves, stops or ends processes; they are no values of a container.
    constexpr std::array<std::string_view, 4> kActions = {"cgroup.procs", "cgroup.threads",
                                                          "cgroup.kill", "cgroup.freeze"};
    for (const auto& [file, value] : unified) {
        const std::string member = base::cat("/unified/", pointer_part(file));
        if (!is_word(file) || file.find('.') == std::string::npos || file.front() == '.') {
            out.refuse(member, base::cat(base::quoted(file), " is no name of a cgroup file"),
                       "the names are CONTROLLER.SOMETHING, without a path");
        } else if (std::find(kActions.begin(), kActions.end(), file) != kActions.end()) {
            out.refuse(member, base::cat(file, " is no setting: writing to it acts on processes"));
        }
    }
}

} // namespace

base::Result<std::vector<Warning>> check(const spec::Resources& resources,
                                         const TranslationContext& context) {
    Collector out(context);
    if (resources.memory) {
        check_memory(out, *resources.memory);
    }
    if (resources.cpu) {
        check_cpu(out, *resources.cpu);
    }
    if (resources.pids) {
        check_limit(out, "/pids/limit", resources.pids->limit);
    }
    if (resources.block_io) {
        check_block_io(out, *resources.block_io);
    }
    for (std::size_t i = 0; i < resources.hugepage_limits.size(); ++i) {
        const std::string& size = resources.hugepage_limits[i].page_size;
        if (!is_page_size(size)) {
            out.refuse(base::cat("/hugepageLimits/", i, "/pageSize"),
                       base::cat(base::quoted(size), " is no page size"), "such as 64KB, 2MB, 1GB");
        }
    }
    if (resources.network) {
        check_network(out, *resources.network);
    }
    for (const auto& [device, limit] : resources.rdma) {
        const std::string member = base::cat("/rdma/", pointer_part(device));
        if (!is_word(device)) {
            out.refuse(member, base::cat(base::quoted(device), " is no name of an RDMA device"));
        }
        if (!limit.hca_handles && !limit.hca_objects) {
            out.refuse(member, "neither hcaHandles nor hcaObjects is there");
        }
    }
    check_unified(out, resources.unified);
    TRY_ASSIGN(Translation checked, std::move(out).result());
    return std::move(checked.warnings);
}

std::vector<Demand> demands_of(const spec::Resources& resources,
                               const TranslationContext& context) {
    std::vector<Demand> demands;
    const auto need = [&](bool asked, std::string_view controller, std::string_view unified,
                          std::string_view member) {
        if (asked) {
            demands.push_back({.controller = std::string(controller),
                               .unified = std::string(unified),
                               .origin = base::cat(context.pointer, member)});
        }
    };
    if (const auto& memory = resources.memory) {
        need(is_set(memory->limit) || is_set(memory->reservation) || is_set(memory->swap) ||
                 is_set(memory->kernel) || is_set(memory->kernel_tcp) || memory->swappiness ||
                 memory->disable_oom_killer || memory->use_hierarchy,
             "memory", "memory", "/memory");
    }
    if (const auto& cpu = resources.cpu) {
        need(is_set(cpu->shares) || is_set(cpu->quota) || cpu->burst || is_set(cpu->period) ||
                 is_set(cpu->realtime_runtime) || is_set(cpu->realtime_period) || cpu->idle,
             "cpu", "cpu", "/cpu");
        need(!cpu->cpus.empty(), "cpuset", "cpuset", "/cpu/cpus");
        need(!cpu->mems.empty(), "cpuset", "cpuset", "/cpu/mems");
    }
    need(resources.pids && resources.pids->limit, "pids", "pids", "/pids/limit");
    if (const auto& io = resources.block_io) {
        need(is_set(io->weight) || is_set(io->leaf_weight) || !io->weight_device.empty() ||
                 !io->throttle_read_bps_device.empty() || !io->throttle_write_bps_device.empty() ||
                 !io->throttle_read_iops_device.empty() || !io->throttle_write_iops_device.empty(),
             "blkio", "io", "/blockIO");
    }
    need(!resources.hugepage_limits.empty(), "hugetlb", "hugetlb", "/hugepageLimits");
    if (const auto& network = resources.network) {
        need(network->class_id.has_value(), "net_cls", "", "/network/classID");
        need(!network->priorities.empty(), "net_prio", "", "/network/priorities");
    }
    need(!resources.rdma.empty(), "rdma", "rdma", "/rdma");
    return demands;
}

} // namespace cgroups
