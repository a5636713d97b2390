#include "conformance/rows/rows.hpp"

#include <set>

namespace conformance {

void change(Json& config, std::string_view patch) {
    const Json parsed = Json::parse(patch);
    if (parsed.is_array()) {
        config = config.patch(parsed);
    } else {
        config.merge_patch(parsed);
    }
}

Rows refusal_rows(std::span<const Refusal> refusals) {
    Rows rows;
    for (const Refusal& refusal : refusals) {
        const auto run = [patch = refusal.patch, latest = refusal.latest](Case& c) {
            change(c.config(), patch);
            c.refused(latest);
        };
        rows.push_back(
            {refusal.id, refusal.level, refusal.since, refusal.section, refusal.sentence, run});
    }
    return rows;
}

Rows acceptance_rows(std::span<const Acceptance> acceptances) {
    Rows rows;
    for (const Acceptance& acceptance : acceptances) {
        const auto run = [patch = acceptance.patch](Case& c) {
            change(c.config(), patch);
            const Report report = c.run();
            c.same(report.exit.text(), "exit 0", "the end of the program");
        };
        rows.push_back({acceptance.id, acceptance.level, acceptance.since, acceptance.section,
                        acceptance.sentence, run});
    }
    return rows;
}

Rows observation_rows(std::span<const Observation> observations) {
    Rows rows;
    for (const Observation& observation : observations) {
        const auto run = [patch = observation.patch](Case& c) {
            change(c.config(), patch);
            c.observe();
        };
        rows.push_back({observation.id, Level::may, observation.since, observation.section,
                        observation.sentence, run});
    }
    return rows;
}

Rows operator+(Rows first, Rows second) {
    first.insert(first.end(), std::make_move_iterator(second.begin()),
                 std::make_move_iterator(second.end()));
    return first;
}

Rows all_rows() {
    Rows all;
    for (const auto table :
         {&bundle_rows,           &root_rows,      &mount_rows,         &mount_option_rows,
          &recursive_option_rows, &process_rows,   &privilege_rows,     &terminal_rows,
          &scheduling_rows,       &hook_rows,      &hook_failure_rows,  &state_rows,
          &operation_rows,        &namespace_rows, &mapping_rows,       &device_rows,
          &network_rows,          &kernel_rows,    &path_rows,          &cgroup_rows,
          &device_access_rows,    &resource_rows,  &resource_list_rows, &seccomp_rows,
          &seccomp_notify_rows,   &features_rows}) {
        all = std::move(all) + table();
    }
    std::set<std::string> ids;
    for (const Row& row : all) {
        if (!ids.insert(row.id).second) {
            throw Broken("two rows have the id " + row.id);
        }
    }
    return all;
}

} // namespace conformance
