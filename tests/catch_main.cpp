// The main function of the unit tests: the slow half of Catch2 2 is compiled here, once.
//
// Besides Catch2's own options there is `--results FILE`: one line per test case, with result
// (pass, fail, skip), name, seconds and reason between tabs, as all test runners of the project
// write it.
#define CATCH_CONFIG_RUNNER
// SIGTERM ends us, and a forked child that is killed is not reported as our failure.
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#include "tests/catch.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

#if CATCH_VERSION_MAJOR >= 3
using Listener = Catch::EventListenerBase;
const std::string& name_of(const Catch::TestCaseInfo* test) {
    return test->name;
}
#else
using Listener = Catch::TestEventListenerBase;
const std::string& name_of(const Catch::TestCaseInfo& test) {
    return test.name;
}
#endif

std::ofstream& results() {
    static std::ofstream file;
    return file;
}

/// Without line ends and other control characters: a result is one line.
std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

/// The lines of `--results`. A test says that it does not fit this machine by a warning that begins
/// with "skipped: " (Catch2 2 has no other way).
class ResultLines : public Listener {
  public:
    using Listener::Listener;

    void testCaseStarting(const Catch::TestCaseInfo& test) override {
        Listener::testCaseStarting(test);
        began_ = std::chrono::steady_clock::now();
        failure_.clear();
        skipped_.clear();
    }

    // Catch2 2 lets a listener answer, Catch2 3 does not.
#if CATCH_VERSION_MAJOR >= 3
    void assertionEnded(const Catch::AssertionStats& stats) override {
        note(stats);
    }
#else
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        note(stats);
        return true;
    }
#endif

    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began_;
        const bool passed = stats.totals.assertions.failed == 0 && !stats.aborting;
        const std::string& reason = passed ? skipped_ : failure_;
        results() << (!passed            ? "fail"
                      : skipped_.empty() ? "pass"
                                         : "skip")
                  << '\t' << one_line(name_of(stats.testInfo)) << '\t' << taken.count() << '\t'
                  << one_line(reason) << std::endl;
        Listener::testCaseEnded(stats);
    }

  private:
    void note(const Catch::AssertionStats& stats) {
        constexpr std::string_view kSkipped = "skipped: ";
        const Catch::AssertionResult& result = stats.assertionResult;
        const std::string message(result.getMessage());
        if (result.getResultType() == Catch::ResultWas::Warning && message.starts_with(kSkipped)) {
            skipped_ = message.substr(kSkipped.size());
        }
        if (!result.isOk() && failure_.empty()) {
            const Catch::SourceLineInfo place = result.getSourceInfo();
            failure_ = std::string(place.file) + ":" + std::to_string(place.line) + ": " +
                       std::string(result.getExpression()) + " " + message;
        }
    }

    std::chrono::steady_clock::time_point began_;
    std::string failure_;
    std::string skipped_;
};

CATCH_REGISTER_LISTENER(ResultLines)

} // namespace

int main(int argc, char** argv) {
    std::vector<char*> arguments(argv, argv + argc);
    for (auto word = arguments.begin(); word != arguments.end(); ++word) {
        if (std::string_view(*word) == "--results" && word + 1 != arguments.end()) {
            results().open(*(word + 1), std::ios::app);
            arguments.erase(word, word + 2);
            break;
        }
    }
    return Catch::Session().run(static_cast<int>(arguments.size()), arguments.data());
}
