#include "runtime/hooks.hpp"

#include "runtime/base/child.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/clock.hpp"

#include <array>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Exit;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr std::size_t kOutputKept = 4096;
constexpr int kCannotExecute = 127;

/// The end of what a hook printed.
class Output {
  public:
    explicit Output(FdRef pipe) : pipe_(pipe) {}

    /// Takes what is there; false at the end of the file.
    bool drain() {
        std::array<char, 4096> buffer{};
        while (true) {
            const Result<std::size_t> size = base::sys::read(pipe_, buffer);
            if (!size) {
                return size.code() == EAGAIN;
            }
            if (*size == 0) {
                return false;
            }
            kept_.append(buffer.data(), *size);
            if (kept_.size() > kOutputKept) {
                kept_.erase(0, kept_.size() - kOutputKept);
            }
        }
    }
    [[nodiscard]] std::string text() const {
        const std::string_view trimmed = base::trimmed(kept_);
        return trimmed.empty() ? "" : cat(", it printed ", base::quoted(trimmed));
    }

  private:
    FdRef pipe_;
    std::string kept_;
};

/// Returns only if it fails.
Error execute(const spec::Hook& hook, const std::vector<std::string>& args,
              const std::string& directory) {
    if (::chdir(directory.c_str()) < 0) {
        return call_failed("chdir", directory);
    }
    ::execve(hook.path.c_str(), base::argument_vector(args).data(),
             base::argument_vector(hook.env).data());
    Error error = call_failed("execve", hook.path);
    if (error.code() == ENOENT && ::access(hook.path.c_str(), F_OK) == 0) {
        return std::move(error).in("the interpreter of its #! line, or its dynamic loader, is "
                                   "missing");
    }
    return error;
}

/// In the forked child: becomes the hook. Its own process group lets a timeout end what it
/// started, too.
int become(const spec::Hook& hook, FdRef input, FdRef output, const std::string& directory) {
    const std::vector<std::string> args = hook.args.empty() ? std::vector{hook.path} : hook.args;
    ::setpgid(0, 0);
    ::dup2(input.number(), STDIN_FILENO);
    ::dup2(output.number(), STDOUT_FILENO);
    ::dup2(output.number(), STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::string why = execute(hook, args, directory).text();
    static_cast<void>(!::write(STDERR_FILENO, why.data(), why.size()));
    return kCannotExecute;
}

/// Waits for the end, or until `deadline`; nullopt if that came first.
Result<std::optional<Exit>> wait_bounded(Child& child, FdRef pipe, Output& output,
                                         std::optional<Clock::time_point> deadline) {
    std::array<pollfd, 2> watched = {
        {{child.pidfd().number(), POLLIN, 0}, {pipe.number(), POLLIN, 0}}};
    while (true) {
        const int left = deadline ? milliseconds_until(*deadline) : -1;
        TRY_ASSIGN(const int ready, base::sys::poll(watched, left));
        if (ready == 0) {
            return std::optional<Exit>();
        }
        if (watched[1].revents != 0 && !output.drain()) {
            watched[1].fd = -1; // closed; only the end is still awaited
        }
        if (watched[0].revents != 0) {
            // A process that the hook left behind may keep the pipe open: what is there is enough.
            output.drain();
            TRY_ASSIGN(const Exit exit, child.wait());
            return std::optional(exit);
        }
    }
}

Result<> run_one(const spec::Hook& hook, std::string_view state, const std::string& directory) {
    TRY_ASSIGN(const Fd input, base::sys::memfd("state", 0));
    TRY(base::sys::write(input, state));
    if (::lseek(input.number(), 0, SEEK_SET) < 0) {
        return call_failed("lseek", input);
    }
    TRY_ASSIGN(base::sys::Pipe pipe, base::sys::pipe());
    if (::fcntl(pipe.read_end.number(), F_SETFL, O_NONBLOCK) < 0) {
        return call_failed("fcntl", pipe.read_end, base::Word{"F_SETFL"});
    }
    const auto begin = Clock::now();
    TRY_ASSIGN(Child child,
               base::fork_to([&] { return become(hook, input, pipe.write_end, directory); }));
    pipe.write_end.close();

    Output output(pipe.read_end);
    std::optional<Clock::time_point> deadline;
    if (hook.timeout) {
        deadline = begin + std::chrono::seconds(*hook.timeout);
    }
    TRY_ASSIGN(const std::optional<Exit> exit,
               wait_bounded(child, pipe.read_end, output, deadline));
    if (!exit) {
        ::kill(-child.pid(), SIGKILL);
        child.kill_and_reap();
        output.drain();
        return Error(cat("it did not end within its timeout of ", *hook.timeout,
                         " s and was killed", output.text()));
    }
    if (exit->signal == 0 && exit->code == 0) {
        return done();
    }
    const auto duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return Error(cat("it ", exit->text(), " after ", duration.count(), " ms", output.text()));
}

Result<> run_hook(const HookList& list, std::size_t index, std::string_view state,
                  const std::string& directory) {
    const spec::Hook& hook = list.hooks[index];
    base::log::debug(cat("run ", list.name, " hook ", base::quoted(hook.path)));
    return run_one(hook, state, directory).at(cat("/hooks/", list.name, "/", index)).in([&] {
        return cat(list.name, " hook ", base::quoted(hook.path));
    });
}

} // namespace

Result<> run_hooks(const HookList& list, std::string_view state, const std::string& directory) {
    for (std::size_t i = 0; i < list.hooks.size(); ++i) {
        TRY(run_hook(list, i, state, directory));
    }
    return done();
}

void run_all_hooks(const HookList& list, std::string_view state, const std::string& directory) {
    for (std::size_t i = 0; i < list.hooks.size(); ++i) {
        if (const Result<> ran = run_hook(list, i, state, directory); !ran) {
            base::log::warning(ran.error().text());
        }
    }
}

} // namespace runtime
