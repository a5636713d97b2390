// The runtime under test, driven by the command line that runc made common:
// RUNTIME [ARGUMENT...] --root DIRECTORY VERB ...
#pragma once

#include "conformance/harness/processes.hpp"

#include <functional>
#include <string>
#include <vector>

namespace conformance {

/// What one call of the runtime did.
struct Said {
    std::string command; ///< "create", for texts
    Exit exit;
    bool hung = false; ///< it had to be killed, with all it had started
    std::string out;
    std::string err;
    Milliseconds took{};
    [[nodiscard]] bool ok() const { return !hung && exit.ok(); }
    /// It was ended by a signal, or by the panic of its language: no decision of the runtime's.
    [[nodiscard]] bool crashed() const;
    /// It ended by itself, and said that it failed.
    [[nodiscard]] bool refused() const { return !hung && !crashed() && !exit.ok(); }
    /// How it failed, in one line: exit status and the last line of its error output.
    [[nodiscard]] std::string text() const;
};

/// Where a call's standard streams lead. The spools outlive it: a container goes on writing.
struct Streams {
    int in = 0;
    int out = 1;
    int err = 2;
    Spool* out_spool = nullptr;
    Spool* err_spool = nullptr;
};

class Runtime {
  public:
    /// `program` is a path or a name to find in PATH. Throws Broken if it is not there.
    Runtime(const std::string& program, std::vector<std::string> arguments, fs::path root,
            fs::path null_device, const Watch& watch);

    /// One call to its end, or to the watch's bound: then it and all of its descendants are
    /// killed. `prepare` runs in the child just before exec.
    Said call(std::vector<std::string> words, std::function<void()> prepare = {}) const;
    Said call(std::vector<std::string> words, const Streams& streams,
              std::function<void()> prepare) const;

    [[nodiscard]] const fs::path& program() const { return program_; }
    /// Where it keeps its state (--root).
    [[nodiscard]] const fs::path& root() const { return root_; }
    [[nodiscard]] const fs::path& null_device() const { return null_device_; }
    [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }
    [[nodiscard]] const Watch& watch() const { return watch_; }
    /// The first line of --version.
    [[nodiscard]] std::string version() const;

  private:
    fs::path program_;
    std::vector<std::string> arguments_;
    fs::path root_;
    fs::path null_device_;
    const Watch& watch_;
};

} // namespace conformance
