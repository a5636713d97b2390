// CRIU at work: `criu swrk`, which takes requests on a socket, tells what it does, and ends when
// the socket is closed (criu(8); criu_message.hpp has the messages).
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/criu_message.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace runtime::criu {

/// The oldest one that has all that is asked of it: external pid namespaces, a version 2 freezer,
/// the word that lazy pages are ready.
constexpr Version kOldest{.major = 3, .minor = 15, .sublevel = 0};

/// The number that the first of the descriptors handed on has in CRIU; the others follow.
constexpr int kFirstHandedOn = 4;

struct Launch {
    /// Runs in CRIU's process before CRIU does; its failure is start()'s.
    std::function<base::Result<>()> prepare;
    std::span<const base::FdRef> handed_on;
};

/// Where CRIU logs: a file in a directory whose path is for messages.
struct Log {
    base::FdRef directory{-1};
    std::string path;
    std::string file;
};

/// A CRIU that waits for requests. Without CRIU's own end nothing that it has begun is undone: it
/// is waited for, never killed.
class Service {
  public:
    /// Finds criu in PATH. ENOENT with a hint if it is not there; an error if it is older than
    /// kOldest. Needs no privilege, all else that it does CAP_SYS_ADMIN.
    static base::Result<Service> start(const Launch& launch);
    Service(Service&&) noexcept = default;
    Service& operator=(Service&&) = delete;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() { end(); }

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    [[nodiscard]] const Version& version() const { return version_; }

    /// What this kernel lets CRIU do. Before the work.
    base::Result<Features> features();

    /// Hears each notice with the descriptors that came with it, while CRIU waits. An error stops
    /// the work, and CRIU undoes it.
    using Listener = std::function<base::Result<>(const Notice&, std::vector<base::Fd>)>;

    /// Has it done, and ends CRIU. The listener's error, or CRIU's own words: the first errors of
    /// its log, which is emptied before. The host's cgroup2 has the same options behind it.
    base::Result<> work(Subject subject, const Options& options, const Log& log,
                        const Listener& listener);

  private:
    Service(base::Child process, base::Fd socket, base::Fd errors)
        : process_(std::move(process)), socket_(std::move(socket)), errors_(std::move(errors)) {}

    base::Result<Version> ask_version();
    base::Result<Response> ask(const std::string& request);
    struct Heard {
        Response response;
        std::vector<base::Fd> fds;
    };
    base::Result<Heard> hear();
    base::Result<Response> converse(const Listener& listener);
    base::Error ended();
    void end();

    base::Child process_;
    base::Fd socket_;
    base::Fd errors_; ///< what it prints before it has a log
    Version version_;
};

} // namespace runtime::criu
