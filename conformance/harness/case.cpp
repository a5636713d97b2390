#include "conformance/harness/case.hpp"

#include "conformance/netlink/links.hpp"

#include <sys/mount.h>

namespace conformance {

Case::Case(const Row& row, const Runtime& runtime, const Host& host, Place place)
    : row_(row), runtime_(runtime), host_(host), place_(std::move(place)),
      bundle_(place_.directory / "bundle", place_.probe) {
    if (row_.since != "1.0") {
        config()["ociVersion"] = row_.since + ".0";
    }
}

Case::~Case() {
    clear_up();
}

void Case::clear_up() noexcept {
    try {
        for (Container& container : containers_) {
            // Only what is still there: a successful delete costs no second call.
            if (!Snapshot::take({}, container.id(), runtime_.root()).state.empty()) {
                static_cast<void>(container.remove_by_force());
            }
        }
    } catch (const std::exception&) {
        // An interrupt: what follows does without the runtime.
    }
    end_all_descendants();
    host_.cgroups().remove(place_.tag);
    const std::string below = place_.directory.string();
    for (int left = 64; left > 0 && !place_.keep; --left) {
        const std::string mounts = try_read("/proc/self/mountinfo").value_or("");
        const std::size_t found = mounts.rfind(" " + below);
        if (found == std::string::npos) {
            break;
        }
        const std::size_t end = mounts.find(' ', found + 1);
        ::umount2(mounts.substr(found + 1, end - found - 1).c_str(), MNT_DETACH);
    }
    for (const netlink::Link& link : netlink::links()) {
        if (link.name != "lo") {
            netlink::remove_link(link.name);
        }
    }
    if (!place_.keep) {
        remove_tree(place_.directory);
    }
}

void Case::script(std::string_view words) {
    Json arguments = Json::array({kProbe});
    for (const std::string& word : words_of(words)) {
        arguments.push_back(word);
    }
    process()["args"] = arguments;
}

void Case::drop_namespace(const std::string& type) {
    Json kept = Json::array();
    for (const Json& entry : linux_part()["namespaces"]) {
        if (entry["type"] != type) {
            kept.push_back(entry);
        }
    }
    linux_part()["namespaces"] = kept;
}

void Case::use_namespace(const std::string& type, const std::string& path) {
    drop_namespace(type);
    Json entry{{"type", type}};
    if (!path.empty()) {
        entry["path"] = path;
    }
    linux_part()["namespaces"].push_back(entry);
}

void Case::use_user_namespace(unsigned host, unsigned size) {
    use_namespace("user");
    const Json map = Json::array({{{"containerID", 0}, {"hostID", host}, {"size", size}}});
    linux_part()["uidMappings"] = map;
    linux_part()["gidMappings"] = map;
}

void Case::give_capabilities(const std::vector<std::string>& names) {
    for (const char* set : {"bounding", "effective", "permitted"}) {
        for (const std::string& name : names) {
            process()["capabilities"][set].push_back(name);
        }
    }
}

Container& Case::container() {
    bundle_.write();
    const std::string id = place_.tag + "-" + std::to_string(containers_.size());
    return containers_.emplace_back(runtime_, id, bundle_.path(), place_.directory);
}

Container& Case::created(const CreateOptions& options) {
    Container& container = this->container();
    if (const Said said = container.create(options); !said.ok()) {
        throw Failed(said.text());
    }
    if (container.pid() == 0) {
        throw Failed("create succeeded, but neither --pid-file nor state tells a process");
    }
    return container;
}

Container& Case::started(const CreateOptions& options) {
    Container& container = created(options);
    if (const Said said = container.start(); !said.ok()) {
        throw Failed(said.text());
    }
    return container;
}

Report Case::run(const CreateOptions& options) {
    Container& container = started(options);
    container.wait_for_end();
    Report report = container.report();
    static_cast<void>(container.remove());
    return report;
}

void Case::expect_refused(const Said& said) {
    note(said.text());
    expect(said.refused(), said.ok()        ? said.command + " succeeded"
                           : said.crashed() ? "crashed: " + said.text()
                                            : said.text());
}

void Case::refused(Stage latest) {
    const Snapshot before = snapshot();
    Container& container = this->container();
    const Said created = container.create();
    if (!created.ok() || latest == Stage::create) {
        expect_refused(created);
        if (!created.ok()) {
            expect_no_container(container, before);
        }
        return;
    }
    expect_refused(container.start());
    expect(container.report().lines().empty(), "the program has run");
}

void Case::observe() {
    const Snapshot before = snapshot();
    Container& container = this->container();
    Said said = container.create();
    if (said.ok()) {
        said = container.start();
    } else {
        expect_no_container(container, before);
    }
    note(said.ok() ? "accepted" : "refused: " + said.text());
    expect(said.ok() || said.refused(), said.text());
}

void Case::expect_no_container(const Container& container, const Snapshot& before) {
    expect(container.status().empty(), "state still knows the container");
    expect_unchanged(before);
}

void Case::expect(bool holds, const std::string& otherwise) {
    if (!holds) {
        findings_.push_back(otherwise);
    }
}

void Case::same(const Json& seen, const Json& wanted, const std::string& what) {
    expect(seen == wanted, what + " is " + seen.dump() + ", not " + wanted.dump());
}

void Case::needs(bool available, const std::string& otherwise) {
    if (!available) {
        throw Skipped(otherwise);
    }
}

Snapshot Case::snapshot() const {
    reap_ended();
    return Snapshot::take(host_.cgroups(), place_.tag, runtime_.root());
}

void Case::expect_unchanged(const Snapshot& before) {
    Snapshot now = snapshot();
    // What was killed may still be dying; what stays longer than this was forgotten.
    constexpr Milliseconds kMoment(500);
    for (const pid_t pid : descendants()) {
        if (!before.processes.contains(process_name(pid))) {
            static_cast<void>(runtime_.watch().readable(open_pidfd(pid).number(), {}, kMoment));
        }
    }
    now = snapshot();
    for (const std::string& change : before.changes_to(now)) {
        expect(false, change);
    }
}

namespace {

std::string told(const Case& the_case) {
    const std::vector<std::string>& texts =
        the_case.findings().empty() ? the_case.notes() : the_case.findings();
    return join(texts, "; ");
}

} // namespace

Outcome run_row(const Row& row, const Runtime& runtime, const Host& host, Place place) {
    const auto begin = std::chrono::steady_clock::now();
    Outcome outcome{.row = &row, .verdict = Verdict::pass, .text = ""};
    const auto ended = [&](Verdict verdict, const std::string& text) {
        outcome.verdict = verdict;
        outcome.text = text;
    };
    try {
        Case the_case(row, runtime, host, std::move(place));
        try {
            row.run(the_case);
            ended(the_case.findings().empty() ? Verdict::pass : Verdict::fail, told(the_case));
        } catch (const Failed& failure) {
            the_case.expect(false, failure.what());
            ended(Verdict::fail, told(the_case));
        }
    } catch (const Skipped& reason) {
        ended(Verdict::skip, reason.what());
    } catch (const Broken& failure) {
        ended(Verdict::broken, failure.what());
    } catch (const Json::exception& failure) {
        ended(Verdict::fail,
              std::string("what was reported has not the form that it should: ") + failure.what());
    }
    outcome.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return outcome;
}

} // namespace conformance
