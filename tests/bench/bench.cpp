// Runtimes beside one another: what a verb costs, as ratios from one run with shuffled order.
//
//     oci-rt-bench [--iterations N] [--bundle DIR] [--case NAME]... RUNTIME RUNTIME...
//
// The first runtime is compared with each other one. CPU time is user and system time of the call
// and of all that it reaped; absolute times move with the machine's load, ratios of one run less
// so.

#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using base::cat;
using Clock = std::chrono::steady_clock;

struct Cost {
    double wall_us = 0;
    double cpu_us = 0;
};

struct Settings {
    unsigned iterations = 100;
    std::string bundle = ".";
    std::string state; ///< a directory on a tmpfs, one below it for each runtime
    std::vector<std::string> cases;
    std::vector<std::string> runtimes;
};

double microseconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

/// Runs a command without input and output. Ends the program if it fails: there is nothing to
/// compare.
Cost cost_of(const std::vector<std::string>& command) {
    const auto begin = Clock::now();
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        for (const int stream : {0, 1, 2}) {
            ::dup2(null, stream);
        }
        ::execvp(command.front().c_str(), base::argument_vector(command).data());
        ::_exit(127);
    }
    int status = 0;
    rusage usage{};
    ::wait4(pid, &status, 0, &usage);
    const auto wall = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::string text;
        for (const std::string& word : command) {
            text += cat(text.empty() ? "" : " ", word);
        }
        std::fprintf(stderr, "failed: %s\n", text.c_str());
        std::exit(1);
    }
    return {wall, microseconds(usage.ru_utime) + microseconds(usage.ru_stime)};
}

/// One runtime with a state directory of its own.
class Runtime {
  public:
    Runtime(std::string path, const Settings& settings, std::size_t number)
        : path_(std::move(path)), bundle_(settings.bundle), id_(cat("bench", number)),
          root_(cat(settings.state, "/", number)) {}

    Cost call(const std::vector<std::string>& verb) const {
        std::vector<std::string> command = {path_, "--root", root_};
        command.insert(command.end(), verb.begin(), verb.end());
        return cost_of(command);
    }
    [[nodiscard]] Cost run() const { return call({"run", "--bundle", bundle_, id_}); }
    [[nodiscard]] Cost create() const { return call({"create", "--bundle", bundle_, id_}); }
    [[nodiscard]] Cost start() const { return call({"start", id_}); }
    [[nodiscard]] Cost state() const { return call({"state", id_}); }
    [[nodiscard]] Cost kill() const { return call({"kill", id_, "KILL"}); }
    [[nodiscard]] Cost remove() const { return call({"delete", "--force", id_}); }
    [[nodiscard]] Cost exec() const { return call({"exec", id_, "/bin/true"}); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    std::string bundle_;
    std::string id_;
    std::string root_;
};

struct Case {
    const char* name;
    /// Measures one call; what has to be there before and gone after is not measured.
    std::function<Cost(const Runtime&)> measure;
};

/// Something with a container that stands, and is removed afterwards.
Cost with_container(const Runtime& runtime, bool started,
                    const std::function<Cost(const Runtime&)>& what) {
    static_cast<void>(runtime.create());
    if (started) {
        static_cast<void>(runtime.start());
    }
    const Cost cost = what(runtime);
    static_cast<void>(runtime.remove());
    return cost;
}

const std::vector<Case>& all_cases() {
    static const std::vector<Case> kCases = {
        {"run", [](const Runtime& runtime) { return runtime.run(); }},
        {"create",
         [](const Runtime& runtime) {
             const Cost cost = runtime.create();
             static_cast<void>(runtime.remove());
             return cost;
         }},
        {"start",
         [](const Runtime& runtime) {
             return with_container(runtime, false, std::mem_fn(&Runtime::start));
         }},
        {"state",
         [](const Runtime& runtime) {
             return with_container(runtime, false, std::mem_fn(&Runtime::state));
         }},
        {"kill",
         [](const Runtime& runtime) {
             return with_container(runtime, false, std::mem_fn(&Runtime::kill));
         }},
        {"delete",
         [](const Runtime& runtime) {
             static_cast<void>(runtime.create());
             return runtime.remove();
         }},
    };
    return kCases;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Series {
    std::vector<double> wall;
    std::vector<double> cpu;
};

/// The median of the ratios of each round: what moves with the machine is in both.
double paired(const std::vector<double>& ours, const std::vector<double>& theirs) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        ratios.push_back(ours[i] / theirs[i]);
    }
    return median(ratios);
}

void print(const char* name, const std::vector<Runtime>& runtimes,
           const std::vector<Series>& series) {
    for (std::size_t i = 0; i < runtimes.size(); ++i) {
        const Series& one = series[i];
        std::printf("%-8s %-28s wall us min %7.0f median %7.0f   cpu us min %7.0f mean %7.0f", name,
                    runtimes[i].path().c_str(), std::ranges::min(one.wall), median(one.wall),
                    std::ranges::min(one.cpu), mean(one.cpu));
        if (i > 0) {
            std::printf("   ratio wall %.2f cpu %.2f (means %.2f)",
                        paired(series[0].wall, one.wall), paired(series[0].cpu, one.cpu),
                        mean(series[0].cpu) / mean(one.cpu));
        }
        std::printf("\n");
    }
}

void measure(const Case& one, const std::vector<Runtime>& runtimes, unsigned iterations) {
    std::mt19937 random(1); // the same order in every run
    std::vector<std::size_t> order(runtimes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<Series> series(runtimes.size());
    for (const Runtime& runtime : runtimes) {
        static_cast<void>(one.measure(runtime)); // warm
    }
    for (unsigned i = 0; i < iterations; ++i) {
        std::ranges::shuffle(order, random);
        for (const std::size_t index : order) {
            const Cost cost = one.measure(runtimes[index]);
            series[index].wall.push_back(cost.wall_us);
            series[index].cpu.push_back(cost.cpu_us);
        }
    }
    print(one.name, runtimes, series);
}

Settings settings_of(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--iterations" && i + 1 < argc) {
            settings.iterations = base::parse_number<unsigned>(argv[++i]).value_or(100);
        } else if (word == "--bundle" && i + 1 < argc) {
            settings.bundle = argv[++i];
        } else if (word == "--case" && i + 1 < argc) {
            settings.cases.emplace_back(argv[++i]);
        } else {
            settings.runtimes.push_back(word);
        }
    }
    return settings;
}

} // namespace

int main(int argc, char** argv) {
    Settings settings = settings_of(argc, argv);
    if (settings.runtimes.empty()) {
        std::fprintf(stderr, "usage: oci-rt-bench [--iterations N] [--bundle DIR] [--case NAME]... "
                             "RUNTIME RUNTIME...\n");
        return 2;
    }
    std::string directory = "/run/oci-rt-bench.XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr) {
        std::perror("mkdtemp");
        return 1;
    }
    settings.state = directory;
    std::vector<Runtime> runtimes;
    for (std::size_t i = 0; i < settings.runtimes.size(); ++i) {
        runtimes.emplace_back(settings.runtimes[i], settings, i);
    }
    for (const Case& one : all_cases()) {
        if (settings.cases.empty() ||
            std::ranges::find(settings.cases, one.name) != settings.cases.end()) {
            measure(one, runtimes, settings.iterations);
        }
    }
    static_cast<void>(cost_of({"rm", "-r", directory}));
    return 0;
}
