// Configurations and the plans that they become on one host or another: NAME.json and
// NAME.HOST.plan beside this file. With OCI_RT_GOLDEN=write in the environment the plans are
// written anew; what has changed in them belongs into the review.
#include "oci-spec/default_spec.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/plan.hpp"
#include "tests/hosts.hpp"
#include "tests/results.hpp"

#include <algorithm>
#include <cstdlib>

#include <fcntl.h>

using base::cat;
using base::FdRef;
using tests::ok;
using tests::value;

namespace {

using Lines = std::vector<std::string>;

base::Fd folder() {
    return value(base::sys::open(FdRef::cwd(), OCI_RT_GOLDEN_FOLDER, O_RDONLY | O_DIRECTORY));
}

bool writes() {
    const char* wanted = std::getenv("OCI_RT_GOLDEN");
    return wanted != nullptr && std::string_view(wanted) == "write";
}

Lines lines_of(std::string_view text) {
    Lines lines;
    for (const std::string_view line : base::split(text, '\n')) {
        lines.emplace_back(line);
    }
    return lines;
}

/// What differs, as diff(1) shows it: "-" only in `expected`, "+" only in `found`.
std::string difference(const Lines& expected, const Lines& found) {
    // The length of the longest common part of what is left at each pair of places.
    std::vector<std::vector<std::size_t>> common(expected.size() + 1,
                                                 std::vector<std::size_t>(found.size() + 1));
    for (std::size_t i = expected.size(); i-- > 0;) {
        for (std::size_t j = found.size(); j-- > 0;) {
            common[i][j] = expected[i] == found[j] ? common[i + 1][j + 1] + 1
                                                   : std::max(common[i + 1][j], common[i][j + 1]);
        }
    }
    std::string text;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < expected.size() || j < found.size()) {
        if (i < expected.size() && j < found.size() && expected[i] == found[j]) {
            ++i;
            ++j;
        } else if (j == found.size() ||
                   (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
            text += cat("- ", expected[i++], "\n");
        } else {
            text += cat("+ ", found[j++], "\n");
        }
    }
    return text;
}

void compare(const std::string& file, const std::string& found) {
    if (writes()) {
        ok(base::replace_file(folder(), file, found, 0644));
        return;
    }
    const std::string expected = base::read_file(folder(), file).code() == ENOENT
                                     ? ""
                                     : value(base::read_file(folder(), file));
    if (expected != found) {
        FAIL(file << " differs (OCI_RT_GOLDEN=write writes it anew):\n"
                  << difference(lines_of(expected), lines_of(found)));
    }
}

/// The plan of a configuration, one line for each thing; or the error it becomes.
std::string plan_text(const std::string& name, const runtime::HostFacts& facts,
                      runtime::CreateOptions options) {
    const std::string bytes = value(base::read_file(folder(), name + ".json"));
    const spec::Loaded<spec::Spec> loaded = spec::checked_spec(bytes);
    for (const spec::Finding& finding : loaded.findings) {
        FAIL(spec::text_of(finding, {name, bytes}));
    }
    options.id = name;
    options.bundle = "/bundles/" + name;
    // What libseccomp makes of a profile is not for here: its length stands for it.
    std::optional<seccomp::Program> filter;
    if (loaded.value.linux.seccomp) {
        filter.emplace().filter.resize(7);
    }
    const auto plan = runtime::plan_of(loaded.value, facts, options, filter);
    if (!plan) {
        return cat("error: ", plan.error().text(), "\n");
    }
    return base::join(describe(*plan), "\n") + "\n";
}

} // namespace

TEST_CASE("a configuration becomes the plan that is written beside it", "[golden]") {
    struct Row {
        std::string name;
        std::string host;
        runtime::HostFacts (*facts)();
        runtime::CreateOptions options;
    };
    const Row row = GENERATE(values<Row>({
        {"default", "v1", hosts::only_v1, {}},
        {"default", "mixed", hosts::mixed, {}},
        {"default", "v2", hosts::only_v2, {}},
        {"rootless", "v2", hosts::only_v2, {}},
        {"rootless", "user", hosts::of_user, {}},
        {"default", "user", hosts::of_user, {}},
        {"default", "namespace-root", hosts::of_namespace_root, {}},
        {"user-namespace", "mixed", hosts::mixed, {}},
        {"user-namespace", "v2", hosts::only_v2, {}},
        {"pod-member", "v2", hosts::only_v2, {}},
        {"pod-member", "mixed", hosts::mixed, {}},
        {"host-network", "mixed", hosts::mixed, {.no_pivot = true}},
        {"privileged", "v1", hosts::only_v1, {}},
        {"privileged", "v2", hosts::only_v2, {}},
        {"everything", "v1", hosts::only_v1, {.preserve_fds = 2, .inherited_fds = 2}},
        {"everything", "v2", hosts::only_v2, {}},
        {"labelled", "labelling", hosts::labelling, {.keyring = "_ses.labelled.1f"}},
        {"unit", "v1", hosts::only_v1, {.cgroup_manager = cgroups::ManagerKind::systemd}},
        {"unit", "mixed", hosts::mixed, {.cgroup_manager = cgroups::ManagerKind::systemd}},
        {"unit", "v2", hosts::only_v2, {.cgroup_manager = cgroups::ManagerKind::systemd}},
        {"unit", "user", hosts::of_a_user, {.cgroup_manager = cgroups::ManagerKind::systemd}},
        {"without-process", "mixed", hosts::mixed, {}},
        {"joined", "v2", hosts::only_v2, {}},
        {"no-namespaces", "mixed", hosts::mixed, {}},
        {"without-cgroups",
         "mixed",
         hosts::mixed,
         {.cgroup_manager = cgroups::ManagerKind::disabled}},
    }));
    DYNAMIC_SECTION(row.name << " on " << row.host) {
        compare(cat(row.name, ".", row.host, ".plan"),
                plan_text(row.name, row.facts(), row.options));
    }
}

TEST_CASE("what `spec` writes is what it has always written", "[golden]") {
    compare("default.json", spec::default_spec_json({}));
    compare("rootless.json", spec::default_spec_json(spec::RootlessIds{1000, 1000}));
}

TEST_CASE("a difference shows the lines that are gone and those that have come", "[golden]") {
    CHECK(difference({"a", "b", "c"}, {"a", "b", "c"}).empty());
    CHECK(difference({"a", "b", "c"}, {"a", "x", "c", "d"}) == "- b\n+ x\n+ d\n");
    CHECK(difference({}, {"a"}) == "+ a\n");
    CHECK(difference({"a"}, {}) == "- a\n");
}
