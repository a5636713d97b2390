#include "runtime/rdt_plan.hpp"

#include "runtime/base/mountinfo.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace runtime {

using base::cat;

namespace {

constexpr std::string_view kOrigin = "/linux/intelRdt";

void add_lines(std::vector<RdtLine>& lines, const std::string& origin, std::string_view text) {
    for (const std::string_view line : base::split(text, '\n')) {
        if (!base::trimmed(line).empty()) {
            lines.push_back({origin, std::string(base::trimmed(line))});
        }
    }
}

/// "L3:0=7f0;1=1f" as its resource and what stands behind it.
struct Schema {
    std::string_view resource;
    std::vector<std::string_view> values;
};

Schema schema_of(std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    Schema schema{.resource = base::trimmed(line.substr(0, colon))};
    for (const std::string_view value :
         base::split(line.substr(std::min(colon + 1, line.size())), ';')) {
        if (!base::trimmed(value).empty()) {
            schema.values.push_back(base::trimmed(value));
        }
    }
    return schema;
}

/// "0=07f0" and "0=7f0" are the same mask; what is no number is compared as a text.
bool are_same(std::string_view resource, std::string_view one, std::string_view other) {
    const auto parts = [](std::string_view value) {
        const std::size_t equals = std::min(value.find('='), value.size());
        const std::size_t behind = std::min(equals + 1, value.size());
        return std::pair(base::trimmed(value.substr(0, equals)),
                         base::trimmed(value.substr(behind)));
    };
    const auto [id, value] = parts(one);
    const auto [other_id, other_value] = parts(other);
    const int number_base = resource.starts_with("MB") ? 10 : 16;
    const auto number = base::parse_number<std::uint64_t>(value, number_base);
    const auto other_number = base::parse_number<std::uint64_t>(other_value, number_base);
    return id == other_id &&
           (number && other_number ? number == other_number : value == other_value);
}

} // namespace

RdtPlan rdt_plan_of(const spec::IntelRdt& rdt, const std::string& id) {
    RdtPlan plan;
    plan.named = !rdt.clos_id.empty();
    if (rdt.clos_id != "/") {
        plan.group = plan.named ? rdt.clos_id : id;
    }
    add_lines(plan.lines, cat(kOrigin, "/l3CacheSchema"), rdt.l3_cache_schema);
    add_lines(plan.lines, cat(kOrigin, "/memBwSchema"), rdt.mem_bw_schema);
    for (std::size_t i = 0; i < rdt.schemata.size(); ++i) {
        add_lines(plan.lines, cat(kOrigin, "/schemata/", i), rdt.schemata[i]);
    }
    plan.monitor = rdt.enable_monitoring ? id : "";
    return plan;
}

std::optional<std::string> missing_in(std::string_view schemata, std::string_view line) {
    const Schema wanted = schema_of(line);
    std::vector<std::string_view> there;
    bool known = false;
    for (const std::string_view text : base::split(schemata, '\n')) {
        const Schema schema = schema_of(text);
        if (schema.resource == wanted.resource) {
            known = true;
            there.insert(there.end(), schema.values.begin(), schema.values.end());
        }
    }
    for (const std::string_view value : wanted.values) {
        const bool found = std::ranges::any_of(
            there, [&](std::string_view other) { return are_same(wanted.resource, value, other); });
        if (!found) {
            return cat(wanted.resource, ":", value);
        }
    }
    return known ? std::nullopt : std::optional(std::string(line));
}

std::string resctrl_in(std::string_view mountinfo) {
    std::string found;
    for (const std::string_view line : base::split(mountinfo, '\n')) {
        const std::vector<std::string_view> words = base::words(line);
        const auto dash = std::ranges::find(words, "-");
        // A later mount covers an earlier one, and only the whole of resctrl serves.
        if (words.end() - dash > 1 && words.size() > 4 && dash[1] == "resctrl" && words[3] == "/") {
            found = base::unescaped(words[4]);
        }
    }
    return found;
}

} // namespace runtime
