#include "conformance/harness/suite.hpp"

#include "conformance/harness/workshop.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <list>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr int kBroken = 3;
constexpr int kInterrupted = 130;

bool wanted(const Row& row, const std::vector<std::string>& only) {
    return only.empty() || std::ranges::any_of(only, [&](const std::string& beginning) {
               return row.id.starts_with(beginning);
           });
}

int status_of(const Outcome& outcome, const Options& options) {
    if (outcome.verdict == Verdict::broken) {
        return kBroken;
    }
    const bool counts = outcome.row->level == Level::must ||
                        (options.strict && outcome.row->level == Level::should);
    return outcome.verdict == Verdict::fail && counts ? 1 : 0;
}

/// A process of its own that works on every `step`-th row, and tells each outcome as one line.
class Worker {
  public:
    Worker(const Options& options, const Rows& rows, std::size_t first, std::size_t step) {
        std::vector<const Row*> share;
        for (std::size_t i = first; i < rows.size(); i += step) {
            share.push_back(&rows[i]);
        }
        Pipe pipe = make_pipe();
        pid_ = ::fork();
        if (pid_ < 0) {
            throw Broken::call("fork");
        }
        if (pid_ == 0) {
            ::_exit(run(options, share, pipe.write_end.number(), rows.data()));
        }
        told_ = Spool(std::move(pipe.read_end));
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        ::kill(pid_, SIGTERM);
        reap(pid_);
    }

    [[nodiscard]] Spool& told() { return told_; }
    /// The outcomes that have come since the last call, by the number of their row.
    void take(const Rows& rows, std::vector<std::optional<Outcome>>& outcomes) {
        const std::string& text = told_.text();
        for (std::size_t end = text.find('\n', taken_); end != std::string::npos;
             taken_ = end + 1, end = text.find('\n', taken_)) {
            const Json line = Json::parse(text.substr(taken_, end - taken_));
            const std::size_t number = line["row"];
            outcomes[number] = Outcome{.row = &rows[number],
                                       .verdict = line["verdict"].get<Verdict>(),
                                       .text = line["text"],
                                       .seconds = line["seconds"]};
        }
    }

  private:
    /// In the worker's process; returns its exit status.
    static int run(const Options& options, const std::vector<const Row*>& share, int out,
                   const Row* first_row) {
        // If this run is killed outright, the worker still clears up.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
        const auto tell = [&](const Outcome& outcome) {
            const Json line = {{"row", outcome.row - first_row},
                               {"verdict", outcome.verdict},
                               {"text", outcome.text},
                               {"seconds", outcome.seconds}};
            const std::string text =
                line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
            static_cast<void>(!::write(out, text.data(), text.size()));
        };
        try {
            work(options, share, tell);
            return 0;
        } catch (const Interrupted&) {
            return kInterrupted;
        } catch (const std::exception& failure) {
            std::cerr << "oci-conformance: " << failure.what() << "\n";
            return kBroken;
        }
    }

    pid_t pid_ = 0;
    Spool told_;
    std::size_t taken_ = 0;
};

/// Lets the workers run, and gives their outcomes to `on_outcome` in the order of the rows.
void run_workers(const Rows& rows, const Options& options, const Watch& watch,
                 const std::function<void(const Outcome&)>& on_outcome) {
    std::list<Worker> workers;
    std::vector<Spool*> spools;
    const std::size_t count = std::min<std::size_t>(options.jobs, rows.size());
    for (std::size_t i = 0; i < count; ++i) {
        spools.push_back(&workers.emplace_back(options, rows, i, count).told());
    }
    std::vector<std::optional<Outcome>> outcomes(rows.size());
    std::size_t next = 0;
    const auto finished = [&] {
        for (Worker& worker : workers) {
            worker.take(rows, outcomes);
        }
        for (; next < rows.size() && outcomes[next]; ++next) {
            on_outcome(*outcomes[next]);
        }
        return std::ranges::all_of(spools, [](const Spool* spool) { return spool->ended(); });
    };
    // Every row bounds itself; this bound is for nothing but the interface.
    constexpr Milliseconds kWithoutBound = std::chrono::hours(24);
    watch.until(finished, -1, spools, kWithoutBound);
    for (; next < rows.size(); ++next) {
        on_outcome(outcomes[next].value_or(Outcome{.row = &rows[next],
                                                   .verdict = Verdict::broken,
                                                   .text = "the suite did not get to this row"}));
    }
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
    const Rows rows = selected_rows(options);
    const Watch watch(options.timeout);
    const Runtime runtime(options.runtime, options.runtime_arguments, "/run", "/dev/null", watch);
    Printer printer(options.format, {.runtime = runtime.version(), .host = Host::look().summary()},
                    std::cout);
    int status = 0;
    try {
        printer.begin(rows.size());
        run_workers(rows, options, watch, [&](const Outcome& outcome) {
            printer.add(outcome);
            status = std::max(status, status_of(outcome, options));
        });
        printer.end();
    } catch (const Interrupted&) {
        std::cerr << "oci-conformance: interrupted\n";
        return kInterrupted;
    }
    return status;
}

} // namespace conformance
