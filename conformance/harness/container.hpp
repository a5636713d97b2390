// One container of a row, through the runtime's command line.
#pragma once

#include "conformance/harness/report.hpp"
#include "conformance/harness/runtime.hpp"

#include <functional>
#include <optional>
#include <string>

namespace conformance {

/// What `create` is called with besides bundle and id.
struct CreateOptions {
    bool terminal = false;                  ///< pass --console-socket and receive the master
    std::function<void()> prepare = {};     ///< in the runtime's process before exec
    std::optional<fs::path> bundle_as = {}; ///< pass the bundle under this name
    std::optional<fs::path> directory = {}; ///< working directory of the runtime
};

class Container {
  public:
    /// `scratch` is a directory for the pid file and the console socket.
    Container(const Runtime& runtime, std::string id, fs::path bundle, fs::path scratch);
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;
    ~Container() = default;

    Said create(const CreateOptions& options = {});
    Said start();
    Said kill(const std::string& signal);
    Said remove();
    /// With --force; for clearing up.
    Said remove_by_force();
    /// What `state` says; nullopt if that is an error.
    [[nodiscard]] std::optional<Json> state() const;
    /// "created", …; "" if `state` is an error.
    [[nodiscard]] std::string status() const;

    /// Waits until the program has ended. Failed if that takes longer than the watch's bound.
    void wait_for_end();
    /// Waits until the program has told of this step. Failed as above, or if it ended before.
    void wait_for_step(std::string_view step);
    /// What it has told so far, and how it ended.
    [[nodiscard]] Report report();

    [[nodiscard]] const std::string& id() const { return id_; }
    /// On the host; 0 before create has succeeded.
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool alive() const;
    /// What it and the runtime wrote to its error stream.
    [[nodiscard]] std::string err();
    /// The terminal's master side, if there is one.
    [[nodiscard]] int terminal() const { return out_.number(); }

  private:
    [[nodiscard]] std::vector<std::string> create_words(const CreateOptions& options) const;
    void find_process();
    void receive_terminal(int listener);

    const Runtime& runtime_;
    std::string id_;
    fs::path bundle_;
    fs::path scratch_;
    pid_t pid_ = 0;
    Fd pidfd_;
    Exit exit_;
    bool reaped_ = false;
    Spool out_;
    Spool err_;
};

} // namespace conformance
