#include "cgroups/manager.hpp"
#include "oci-spec/finding.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/sizes.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/container.hpp"

#include <unistd.h>

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

/// As they were given.
struct Given {
    std::string file;
    std::optional<std::string> memory, memory_reservation, memory_swap, kernel_memory,
        kernel_memory_tcp;
    std::optional<std::string> cpu_period, cpu_quota, cpu_burst, cpu_share, cpu_rt_period,
        cpu_rt_runtime, cpu_idle;
    std::optional<std::string> cpuset_cpus, cpuset_mems, pids_limit, blkio_weight;
};

void declare(Arguments& arguments, Given& given) {
    arguments.value("resources,r", given.file, "a file with linux.resources as JSON; - for stdin");
    arguments.value("memory", given.memory, "the memory limit: bytes, 50M, 1G, -1 for none");
    arguments.value("memory-reservation", given.memory_reservation, "the soft limit");
    arguments.value("memory-swap", given.memory_swap, "the limit of memory and swap together");
    arguments.value("cpu-period", given.cpu_period, "microseconds");
    arguments.value("cpu-quota", given.cpu_quota, "microseconds per period");
    arguments.value("cpu-burst", given.cpu_burst, "microseconds");
    arguments.value("cpu-share", given.cpu_share, "the relative weight, 2 to 262144");
    arguments.value("cpu-rt-period", given.cpu_rt_period, "microseconds");
    arguments.value("cpu-rt-runtime", given.cpu_rt_runtime, "microseconds");
    arguments.value("cpu-idle", given.cpu_idle, "1 for SCHED_IDLE, 0 for the default");
    arguments.value("cpuset-cpus", given.cpuset_cpus, "a list: 0-3,7");
    arguments.value("cpuset-mems", given.cpuset_mems, "a list: 0-3,7");
    arguments.value("pids-limit", given.pids_limit, "the most processes; -1 for no limit");
    arguments.value("blkio-weight", given.blkio_weight, "10 to 1000");
    arguments.value("kernel-memory", given.kernel_memory, "obsolete, ignored by kernels of today");
    arguments.value("kernel-memory-tcp", given.kernel_memory_tcp, "obsolete");
}

template <class Int>
Result<> take(const std::optional<std::string>& given, std::string_view option,
              std::optional<Int>& target) {
    if (!given) {
        return base::done();
    }
    const std::optional<Int> number = size_of<Int>(*given);
    if (!number) {
        return Error(cat("invalid value ", base::quoted(*given), " for --", option));
    }
    target = number;
    return base::done();
}

Result<> take_memory(const Given& given, spec::Resources& resources) {
    if (!given.memory && !given.memory_reservation && !given.memory_swap && !given.kernel_memory &&
        !given.kernel_memory_tcp) {
        return base::done();
    }
    spec::MemoryResources& memory =
        resources.memory ? *resources.memory : resources.memory.emplace();
    TRY(take(given.memory, "memory", memory.limit));
    TRY(take(given.memory_reservation, "memory-reservation", memory.reservation));
    TRY(take(given.memory_swap, "memory-swap", memory.swap));
    TRY(take(given.kernel_memory, "kernel-memory", memory.kernel));
    return take(given.kernel_memory_tcp, "kernel-memory-tcp", memory.kernel_tcp);
}

Result<> take_cpu(const Given& given, spec::Resources& resources) {
    spec::CpuResources cpu = resources.cpu.value_or(spec::CpuResources{});
    TRY(take(given.cpu_period, "cpu-period", cpu.period));
    TRY(take(given.cpu_quota, "cpu-quota", cpu.quota));
    TRY(take(given.cpu_burst, "cpu-burst", cpu.burst));
    TRY(take(given.cpu_share, "cpu-share", cpu.shares));
    TRY(take(given.cpu_rt_period, "cpu-rt-period", cpu.realtime_period));
    TRY(take(given.cpu_rt_runtime, "cpu-rt-runtime", cpu.realtime_runtime));
    TRY(take(given.cpu_idle, "cpu-idle", cpu.idle));
    cpu.cpus = given.cpuset_cpus.value_or(cpu.cpus);
    cpu.mems = given.cpuset_mems.value_or(cpu.mems);
    resources.cpu = std::move(cpu);
    return base::done();
}

/// The document of -r, as it would stand in config.json, or nothing yet.
Result<spec::Resources> resources_of(const Given& given) {
    spec::Resources resources;
    if (!given.file.empty()) {
        const std::string name = given.file == "-" ? "stdin" : given.file;
        TRY_ASSIGN(const std::string bytes, given.file == "-"
                                                ? base::read_all(base::FdRef(STDIN_FILENO))
                                                : base::read_file(base::FdRef::cwd(), given.file));
        spec::Loaded<spec::Resources> loaded = spec::checked_resources(bytes);
        const spec::Document document{name, bytes};
        for (const spec::Finding& finding : loaded.findings) {
            if (finding.severity == spec::Severity::warning) {
                base::log::warning(spec::text_of(finding, document));
            }
        }
        if (loaded.findings.has_errors()) {
            return spec::error_of(loaded.findings, document);
        }
        resources = std::move(loaded.value);
    }
    TRY(take_memory(given, resources));
    TRY(take_cpu(given, resources));
    if (given.pids_limit) {
        resources.pids.emplace();
        TRY(take(given.pids_limit, "pids-limit", resources.pids->limit));
    }
    if (given.blkio_weight) {
        spec::BlockIoResources& io =
            resources.block_io ? *resources.block_io : resources.block_io.emplace();
        TRY(take(given.blkio_weight, "blkio-weight", io.weight));
    }
    return resources;
}

Result<> update(const Globals& globals, const std::string& id, const spec::Resources& resources) {
    TRY_ASSIGN(const runtime::Container container,
               runtime::open_container(globals.store, id, runtime::Access::change));
    TRY(runtime::require_status(
        container, "update", {spec::Status::created, spec::Status::running, spec::Status::paused}));
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
    TRY_ASSIGN(const cgroups::Current current, cgroups::read_current(groups));
    TRY_ASSIGN(const cgroups::Change change,
               cgroups::change_of(
                   resources, cgroups::reach_of(groups),
                   {.occasion = cgroups::Occasion::update, .pointer = "", .current = current}));
    TRY_ASSIGN(const std::vector<cgroups::Warning> warnings,
               cgroups::manager_of(container.record.unit)->apply(groups, change));
    for (const auto* list : {&change.warnings, &warnings}) {
        for (const cgroups::Warning& warning : *list) {
            base::log::warning(cat(warning.text, " (", warning.origin, ")"));
        }
    }
    return base::done();
}

} // namespace

Result<int> update_verb(Invocation& invocation) {
    Given given;
    Arguments arguments("update [options] ID",
                        "Changes the resource limits of a container: all that is given, or "
                        "nothing.");
    declare(arguments, given);
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    TRY_ASSIGN(invocation.id, arguments.only_id());
    TRY_ASSIGN(const spec::Resources resources, resources_of(given));
    TRY(update(invocation.globals, invocation.id, resources));
    return 0;
}

} // namespace cli
