#include "conformance/harness/suite.hpp"

#include "conformance/harness/case.hpp"
#include "conformance/harness/namespaces.hpp"
#include "conformance/harness/probe_image.hpp"

#include <algorithm>
#include <iostream>

#include <sys/stat.h>
#include <unistd.h>

namespace conformance {

namespace {

/// Where everything of this run lies. A tmpfs in the suite's own mount namespace: fast, with
/// devices and setuid allowed wherever it is, and gone with the last process of the run.
class Workshop {
  public:
    explicit Workshop(bool keep) : directory_("/run/" + tag_), keep_(keep) {
        make_directories(directory_);
        if (!keep_) {
            mount_.emplace(Mount::tmpfs(directory_));
        }
        make_directories(root());
        write_text(probe(), probe_image(), 0755);
        // Some runtimes change the owner of their standard input: never the host's own device.
        make_node(null_device(), S_IFCHR | 0666, 1, 3);
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop() {
        mount_.reset();
        if (keep_) {
            std::cerr << "kept: " << directory_.string() << "\n";
        } else {
            remove_tree(directory_);
        }
    }
    [[nodiscard]] fs::path root() const { return directory_ / "state"; }
    [[nodiscard]] fs::path probe() const { return directory_ / "probe"; }
    [[nodiscard]] fs::path null_device() const { return directory_ / "null"; }
    [[nodiscard]] Place place(std::size_t number) const {
        const std::string name = std::to_string(number);
        return {.directory = directory_ / name,
                .probe = probe(),
                .tag = tag_ + "-" + name,
                .keep = keep_};
    }

  private:
    std::string tag_ = "ocic" + std::to_string(::getpid());
    fs::path directory_;
    bool keep_;
    std::optional<Mount> mount_;
};

bool wanted(const Row& row, const std::vector<std::string>& only) {
    return only.empty() || std::ranges::any_of(only, [&](const std::string& beginning) {
               return row.id.starts_with(beginning);
           });
}

int status_of(const Outcome& outcome, const Options& options) {
    if (outcome.verdict == Verdict::broken) {
        return 3;
    }
    const bool counts = outcome.row->level == Level::must ||
                        (options.strict && outcome.row->level == Level::should);
    return outcome.verdict == Verdict::fail && counts ? 1 : 0;
}

int run_rows(const Rows& rows, const Options& options, const Watch& watch) {
    enter_own_namespaces();
    const Workshop workshop(options.keep);
    const Host host = Host::look();
    const Runtime runtime(options.runtime, options.runtime_arguments, workshop.root(),
                          workshop.null_device(), watch);
    Printer printer(options.format, {.runtime = runtime.version(), .host = host.summary()},
                    std::cout);
    printer.begin(rows.size());
    int status = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Outcome outcome = run_row(rows[i], runtime, host, workshop.place(i));
        printer.add(outcome);
        status = std::max(status, status_of(outcome, options));
    }
    printer.end();
    return status;
}

} // namespace

Rows selected_rows(const Options& options) {
    Rows rows = all_rows();
    std::erase_if(rows, [&](const Row& row) {
        return !wanted(row, options.only) || (!options.spec.empty() && row.since > options.spec);
    });
    return rows;
}

int run_suite(const Options& options) {
    constexpr int kInterrupted = 130;
    const Rows rows = selected_rows(options);
    become_reaper();
    const Watch watch(options.timeout);
    try {
        return run_rows(rows, options, watch);
    } catch (const Interrupted&) {
        std::cerr << "oci-conformance: interrupted\n";
        return kInterrupted;
    }
}

} // namespace conformance
