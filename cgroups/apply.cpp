#include "cgroups/apply.hpp"

#include "cgroups/bpf.hpp"
#include "cgroups/explain.hpp"
#include "cgroups/freezer.hpp"
#include "cgroups/kernel_file.hpp"
#include "cgroups/old_value.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

#include <fcntl.h>

namespace cgroups {

namespace {

constexpr int kNotSupported = 524; // ENOTSUPP, which the kernel lets out though it has no name here

/// "No limit" is "max" in v2 and the last whole page below 2^63 in v1.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62U;

using Warnings = std::vector<Warning>;

bool is_unsupported(int code) {
    return code == ENOENT || code == EOPNOTSUPP || code == kNotSupported;
}

/// Linux 6.x takes a limit of kernel memory, and forgets it.
bool is_ignored(const Hierarchy& group, const Write& write) {
    const base::Result<std::uint64_t> now = read_number(group.directory, write.file);
    return now && *now >= kNoLimit && write.value != "-1" && write.value != "max";
}

/// Carries out writes, and remembers how to take them back.
class Applier {
  public:
    enum class Memory : std::uint8_t { none, keeps_old_values };

    Applier(const Placement& placement, Memory memory) : placement_(placement), memory_(memory) {}

    base::Result<> run(std::span<const Write> writes);
    /// Writes the old values back, the last first; the names of those that could not be.
    std::vector<std::string> take_back();
    Warnings warnings() && { return std::move(warnings_); }

  private:
    struct Undo {
        base::FdRef group;
        std::string file;
        std::vector<std::string> values;
    };

    base::Result<> run_any_order(std::span<const Write> writes);
    base::Result<> write(const Write& write);
    base::Result<> write_into(const Hierarchy& group, const std::string& file,
                              const std::string& value);
    [[nodiscard]] const Hierarchy* group_of(const Write& write) const {
        return write.controller == "cgroup" ? unified_group(placement_)
                                            : group_with(placement_, write.controller);
    }

    const Placement& placement_;
    Memory memory_;
    std::vector<Undo> undo_;
    Warnings warnings_;
};

base::Result<> Applier::run(std::span<const Write> writes) {
    while (!writes.empty()) {
        const auto end = std::find_if(writes.begin(), writes.end(),
                                      [](const Write& one) { return !one.any_order; });
        const auto in_any_order = static_cast<std::size_t>(end - writes.begin());
        TRY(run_any_order(writes.first(in_any_order)));
        writes = writes.subspan(in_any_order);
        if (!writes.empty()) {
            TRY(write(writes.front()));
            writes = writes.subspan(1);
        }
    }
    return base::done();
}

/// One that is refused waits until another one was accepted; as long as one is, all get a turn.
base::Result<> Applier::run_any_order(std::span<const Write> writes) {
    std::vector<const Write*> waiting;
    for (const Write& one : writes) {
        waiting.push_back(&one);
    }
    while (!waiting.empty()) {
        std::vector<const Write*> refused;
        std::optional<base::Error> failure;
        for (const Write* const one : waiting) {
            base::Result<> written = write(*one);
            if (!written && written.code() != EINVAL) {
                return written;
            }
            if (!written) {
                refused.push_back(one);
                failure = failure ? std::move(failure) : std::move(written).error();
            }
        }
        if (refused.size() == waiting.size()) {
            return *std::move(failure);
        }
        waiting = std::move(refused);
    }
    return base::done();
}

base::Result<> Applier::write(const Write& write) {
    const Hierarchy* const group = group_of(write);
    if (group == nullptr) {
        return base::Error(base::cat("the container is in no cgroup with the controller ",
                                     write.controller))
            .at(write.origin);
    }
    if (!write.not_below.empty()) {
        TRY_ASSIGN(const std::uint64_t usage, read_number(group->directory, write.not_below));
        if (base::parse_number<std::uint64_t>(write.value).value_or(usage) < usage) {
            return base::Error(base::cat("set ", write.file, " to ", base::quoted(write.value),
                                         ": less than the ", usage, " bytes in use"))
                .at(write.origin)
                .hint("checkBeforeUpdate asks to refuse this rather than to kill processes");
        }
    }
    base::Result<> written = write_into(*group, write.file, write.value);
    if (written.code() == ENOENT && !write.other_file.empty()) {
        written = write_into(*group, write.other_file, write.other_value);
    }
    if (written.code() == ENOENT && write.need == Need::if_present) {
        return base::done();
    }
    if (write.need == Need::advisory &&
        (written ? is_ignored(*group, write) : is_unsupported(written.code()))) {
        warnings_.push_back(
            {.text = base::cat("not applied: this kernel does not support ", write.file),
             .origin = write.origin});
        return base::done();
    }
    if (written) {
        return base::done();
    }
    return explained(std::move(written).error(), write, *group);
}

base::Result<> Applier::write_into(const Hierarchy& group, const std::string& file,
                                   const std::string& value) {
    std::vector<std::string> old_values;
    if (memory_ == Memory::keeps_old_values) {
        // A file that cannot be read (memory.reclaim) holds nothing that could be lost.
        if (const base::Result<std::string> old = base::read_file(group.directory, file)) {
            old_values = writes_back(file, value, *old);
        }
    }
    // An empty value needs a byte, or the kernel never hears of it.
    TRY(base::write_kernel_file(group.directory, file, value.empty() ? "\n" : value));
    if (!old_values.empty()) {
        undo_.push_back({.group = group.directory, .file = file, .values = std::move(old_values)});
    }
    return base::done();
}

std::vector<std::string> Applier::take_back() {
    std::vector<std::string> failed;
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
        for (const std::string& value : undo->values) {
            if (!base::write_kernel_file(undo->group, undo->file, value.empty() ? "\n" : value)) {
                failed.push_back(undo->file);
            }
        }
    }
    undo_.clear();
    return failed;
}

/// devices.allow and devices.deny, each opened once.
class DeviceFiles {
  public:
    static base::Result<DeviceFiles> open(base::FdRef group) {
        TRY_ASSIGN(base::Fd allow, base::sys::open(group, "devices.allow", O_WRONLY | O_NOFOLLOW));
        TRY_ASSIGN(base::Fd deny, base::sys::open(group, "devices.deny", O_WRONLY | O_NOFOLLOW));
        return DeviceFiles(std::move(allow), std::move(deny));
    }
    [[nodiscard]] base::Result<> write(const DeviceLine& line) const {
        return base::sys::write_once(line.allow ? allow_ : deny_, line.text);
    }

  private:
    DeviceFiles(base::Fd allow, base::Fd deny) : allow_(std::move(allow)), deny_(std::move(deny)) {}
    base::Fd allow_;
    base::Fd deny_;
};

base::Result<Warnings> write_lines(const Hierarchy& group, const std::vector<DeviceLine>& lines,
                                   const DevicePlan& plan) {
    Warnings warnings;
    base::Result<DeviceFiles> files = DeviceFiles::open(group.directory);
    if (!files) {
        return device_explained(std::move(files).error(), plan.origin, group);
    }
    for (const DeviceLine& line : lines) {
        base::Result<> written = files->write(line);
        if (written) {
            continue;
        }
        const bool is_implicit = line.allow && line.text != "a" && line.origin.empty();
        if (written.code() == EPERM && is_implicit) {
            // Nobody asked for it, and the group above does not have it: we are in a container.
            warnings.push_back({.text = base::cat("the group above ", group.path,
                                                  " does not allow the device ", line.text),
                                .origin = plan.origin});
            continue;
        }
        return device_explained(std::move(written).error(),
                                line.origin.empty() ? plan.origin : line.origin, group);
    }
    return warnings;
}

/// The lines of an update. What fails halfway is taken back, as far as the kernel says what was.
base::Result<Warnings> change_lines(const Hierarchy& group, const std::vector<DeviceLine>& lines,
                                    const DevicePlan& plan, const std::string& list) {
    base::Result<Warnings> written = write_lines(group, lines, plan);
    if (written) {
        return written;
    }
    if (list == "a *:* rwm") {
        return std::move(written).error().in(
            "the devices are now those in front of the one that failed: a group that allows "
            "everything but some does not say which, so that is not written back");
    }
    TRY_ASSIGN(const DeviceFiles files, DeviceFiles::open(group.directory));
    static_cast<void>(files.write({.allow = false, .text = "a"}));
    for (const std::string_view line : base::split(list, '\n')) {
        static_cast<void>(files.write({.allow = true, .text = std::string(line)}));
    }
    return written;
}

/// A change that begins with "nothing" or "everything" is wrong until its last line is written; so
/// the container stands still meanwhile, and nobody is refused /dev/null.
base::Result<Warnings> change_lines_at_standstill(const Placement& placement,
                                                  const Hierarchy& group,
                                                  const std::vector<DeviceLine>& lines,
                                                  const DevicePlan& plan, const std::string& list) {
    constexpr std::chrono::milliseconds kPatience{10'000};
    TRY_ASSIGN(const FreezerState before, freezer_state(placement).at(plan.origin));
    if (before != FreezerState::frozen) {
        TRY(freeze(placement, kPatience).in("pause for the change of devices").at(plan.origin));
    }
    base::Result<Warnings> written = change_lines(group, lines, plan, list);
    if (before == FreezerState::thawed) {
        TRY(thaw(placement).in("resume behind the change of devices").at(plan.origin));
    }
    return written;
}

base::Result<Warnings> update_devices(const Placement& placement, const DevicePlan& plan) {
    const Hierarchy* const group =
        plan.version == Version::v1 ? group_with(placement, "devices") : unified_group(placement);
    if (group == nullptr || plan.version == Version::v2) {
        return apply_devices(placement, plan);
    }
    TRY_ASSIGN(const std::string list, read_text(group->directory, "devices.list"));
    TRY_ASSIGN(const std::vector<DeviceLine> lines, v1_change_of(list, plan.set).at(plan.origin));
    const bool starts_anew = !lines.empty() && lines.front().text == "a";
    return starts_anew ? change_lines_at_standstill(placement, *group, lines, plan, list)
                       : change_lines(*group, lines, plan, list);
}

} // namespace

base::Result<Warnings> apply(const Placement& placement, std::span<const Write> writes) {
    Applier applier(placement, Applier::Memory::none);
    TRY(applier.run(writes));
    return std::move(applier).warnings();
}

base::Result<Warnings> apply_devices(const Placement& placement, const DevicePlan& plan) {
    const bool is_v1 = plan.version == Version::v1;
    const Hierarchy* const group =
        is_v1 ? group_with(placement, "devices") : unified_group(placement);
    if (group == nullptr) {
        return base::Error("the container has no cgroup for device rules").at(plan.origin);
    }
    if (is_v1) {
        return write_lines(*group, plan.lines, plan);
    }
    base::Result<> replaced = replace_device_program(group->directory, plan.program);
    if (!replaced) {
        if (replaced.code() == EPERM && plan.refusable) {
            return plan.asked ? Warnings{{.text = std::string(kDeviceRulesNotApplied),
                                          .origin = plan.origin}}
                              : Warnings{};
        }
        return device_explained(std::move(replaced).error(), plan.origin, *group);
    }
    return Warnings{};
}

base::Result<Warnings> fill(const Placement& placement, const Plan& plan) {
    TRY_ASSIGN(Warnings warnings, cgroups::apply(placement, plan.before));
    if (plan.devices) {
        TRY_ASSIGN(Warnings of_devices, apply_devices(placement, *plan.devices));
        std::move(of_devices.begin(), of_devices.end(), std::back_inserter(warnings));
    }
    return warnings;
}

base::Result<Warnings> update(const Placement& placement, const Change& change,
                              const std::function<base::Result<>()>& then) {
    Applier applier(placement, Applier::Memory::keeps_old_values);
    base::Result<> written = applier.run(change.writes);
    base::Result<Warnings> devices = Warnings{};
    if (written && change.devices) {
        devices = update_devices(placement, *change.devices);
    }
    const bool devices_changed = written && devices && change.devices;
    if (written && devices) {
        written = then();
    }
    if (written && devices) {
        Warnings all = std::move(applier).warnings();
        std::move(devices->begin(), devices->end(), std::back_inserter(all));
        return all;
    }
    base::Error failure = written ? std::move(devices).error() : std::move(written).error();
    std::vector<std::string> lost = applier.take_back();
    if (devices_changed) {
        lost.emplace_back("devices");
    }
    if (!lost.empty()) {
        return std::move(failure).in(base::cat("nothing was changed, but the old values of ",
                                               base::join(lost, ", "),
                                               " could not be written back"));
    }
    return failure;
}

base::Result<Current> read_current(const Placement& placement) {
    Current current;
    if (const Hierarchy* const memory = group_with(placement, "memory")) {
        const bool is_v1 = memory->version == Version::v1;
        TRY_ASSIGN(const std::uint64_t limit,
                   read_number(memory->directory, is_v1 ? "memory.limit_in_bytes" : "memory.max"));
        current.memory_limit =
            limit >= kNoLimit ? std::int64_t{-1} : static_cast<std::int64_t>(limit);
    }
    const Hierarchy* const cpu = group_with(placement, "cpu");
    if (cpu != nullptr && cpu->version == Version::v2) {
        TRY_ASSIGN(const std::string max, read_text(cpu->directory, "cpu.max"));
        const std::vector<std::string_view> words = base::words(max);
        current.cpu_quota = words.empty() ? "" : words.front();
        current.cpu_period =
            words.size() < 2 ? std::nullopt : base::parse_number<std::uint64_t>(words[1]);
    } else if (cpu != nullptr) {
        // A kernel without CFS bandwidth has neither.
        const base::Result<std::string> quota = read_text(cpu->directory, "cpu.cfs_quota_us");
        const base::Result<std::uint64_t> period = read_number(cpu->directory, "cpu.cfs_period_us");
        current.cpu_quota = quota ? *quota : "";
        current.cpu_period = period ? std::optional(*period) : std::nullopt;
    }
    return current;
}

std::vector<Reach> reach_of(const Placement& placement) {
    std::vector<Reach> reach;
    for (const Hierarchy& group : placement) {
        reach.push_back({.version = group.version, .controllers = group.controllers});
    }
    return reach;
}

} // namespace cgroups
