#include "conformance/harness/runtime.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace conformance {

namespace {

fs::path found_in_path(const std::string& program) {
    if (program.find('/') != std::string::npos) {
        return fs::absolute(program);
    }
    const char* path = ::getenv("PATH");
    std::string rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        fs::path candidate = fs::path(rest.substr(0, end)) / program;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        rest.erase(0, end + 1);
    }
    throw Broken("no program \"" + program + "\" in PATH");
}

/// The message of a log line, which may be `time="…" level=error msg="…"`.
std::string message_of(const std::string& line) {
    constexpr std::string_view kKey = "msg=";
    const std::size_t key = line.find(kKey);
    return key == std::string::npos ? line : line.substr(key + kKey.size());
}

} // namespace

bool Said::crashed() const {
    return !hung && (exit.signal != 0 || err.find("goroutine 1 [") != std::string::npos ||
                     err.find("thread 'main' panicked") != std::string::npos);
}

std::string Said::text() const {
    if (hung) {
        return command + " hung";
    }
    std::string line;
    for (const std::string& one : lines_of(err)) {
        // The last line is the cause, unless advice follows it.
        line = one.starts_with("hint:") ? line : ": " + message_of(trimmed(one));
    }
    constexpr std::size_t kLongest = 300;
    if (line.size() > kLongest) {
        line = line.substr(0, kLongest) + "...";
    }
    return command + ": " + exit.text() + line;
}

Runtime::Runtime(const std::string& program, std::vector<std::string> arguments, fs::path root,
                 fs::path null_device, const Watch& watch)
    : program_(found_in_path(program)), arguments_(std::move(arguments)), root_(std::move(root)),
      null_device_(std::move(null_device)), watch_(watch) {
    if (::access(program_.c_str(), X_OK) != 0) {
        throw Broken::call("the runtime " + program_.string());
    }
}

Said Runtime::call(std::vector<std::string> words, std::function<void()> prepare) const {
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    Spool out_spool(std::move(out.read_end));
    Spool err_spool(std::move(err.read_end));
    const Streams streams{.in = -1,
                          .out = out.write_end.number(),
                          .err = err.write_end.number(),
                          .out_spool = &out_spool,
                          .err_spool = &err_spool};
    return call(std::move(words), streams, std::move(prepare));
}

Said Runtime::call(std::vector<std::string> words, const Streams& streams,
                   std::function<void()> prepare) const {
    watch_.check();
    const std::size_t err_before = streams.err_spool->text().size();
    const std::size_t out_before = streams.out_spool->text().size();
    Said said{.command = words.empty() ? "" : words.front()};
    Command command{.arguments = {program_.string()}, .out = streams.out, .err = streams.err};
    command.arguments.insert(command.arguments.end(), arguments_.begin(), arguments_.end());
    command.arguments.insert(command.arguments.end(), {"--root", root_.string()});
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.prepare = std::move(prepare);
    const Fd null(streams.in < 0 ? ::open(null_device_.c_str(), O_RDWR | O_CLOEXEC) : -1);
    command.in = null ? null.number() : streams.in;

    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = spawn(command);
    const Fd pidfd = open_pidfd(child);
    const std::array spools{streams.out_spool, streams.err_spool};
    said.hung = !watch_.readable(pidfd.number(), spools);
    if (said.hung) {
        end_all_descendants();
    } else {
        said.exit = reap(child);
    }
    said.took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
    streams.out_spool->drain();
    streams.err_spool->drain();
    said.out = streams.out_spool->text().substr(out_before);
    said.err = streams.err_spool->text().substr(err_before);
    return said;
}

std::string Runtime::version() const {
    const std::vector<std::string> lines = lines_of(call({"--version"}).out);
    return lines.empty() ? program_.filename().string() : lines.front();
}

} // namespace conformance
