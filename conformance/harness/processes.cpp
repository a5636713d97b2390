#include "conformance/harness/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <map>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

std::vector<int> numbers_in(const char* directory) {
    std::vector<int> numbers;
    DIR* entries = ::opendir(directory);
    while (const dirent* entry = entries == nullptr ? nullptr : ::readdir(entries)) {
        const std::string_view name = entry->d_name;
        int number = 0;
        const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (failure == std::errc{} && end == name.data() + name.size()) {
            numbers.push_back(number);
        }
    }
    if (entries != nullptr) {
        ::closedir(entries);
    }
    return numbers;
}

/// The parent of a process, 0 if it is gone. The name in stat may hold blanks and brackets.
pid_t parent_of(pid_t pid) {
    const std::string stat = try_read("/proc/" + std::to_string(pid) + "/stat").value_or("");
    const std::size_t bracket = stat.rfind(')');
    if (bracket == std::string::npos) {
        return 0;
    }
    const std::vector<std::string> words = words_of(stat.substr(bracket + 1));
    return words.size() > 1 ? std::stoi(words[1]) : 0;
}

bool has_children() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

[[noreturn]] void become(const Command& command, int failure_fd) {
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(command.in, STDIN_FILENO);
    ::dup2(command.out, STDOUT_FILENO);
    ::dup2(command.err, STDERR_FILENO);
    if (command.prepare) {
        command.prepare();
    }
    std::vector<char*> arguments;
    for (const std::string& argument : command.arguments) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    const int failure = errno;
    static_cast<void>(!::write(failure_fd, &failure, sizeof failure));
    ::_exit(127);
}

} // namespace

void become_reaper() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (const int fd : numbers_in("/proc/self/fd")) {
        if (fd > STDERR_FILENO) {
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
    }
}

pid_t spawn(const Command& command) {
    Pipe failure = make_pipe();
    const pid_t child = ::fork();
    if (child < 0) {
        throw Broken::call("fork");
    }
    if (child == 0) {
        become(command, failure.write_end.number());
    }
    // Its other end closes by exec, or when the child dies.
    ::fcntl(failure.read_end.number(), F_SETFL, 0);
    failure.write_end.close();
    int code = 0;
    if (::read(failure.read_end.number(), &code, sizeof code) > 0) {
        reap(child);
        errno = code;
        throw Broken::call("exec " + command.arguments.front());
    }
    return child;
}

pid_t fork_child(const std::function<int()>& body) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        throw Broken::call("fork");
    }
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        ::_exit(::getppid() == parent ? body() : 1);
    }
    return child;
}

std::vector<pid_t> descendants() {
    if (!has_children()) {
        return {};
    }
    std::multimap<pid_t, pid_t> children;
    for (const pid_t pid : numbers_in("/proc")) {
        children.emplace(parent_of(pid), pid);
    }
    std::vector<pid_t> found{::getpid()};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [begin, end] = children.equal_range(found[i]);
        std::for_each(begin, end, [&](const auto& entry) { found.push_back(entry.second); });
    }
    found.erase(found.begin());
    return found;
}

std::string process_name(pid_t pid) {
    const std::string directory = "/proc/" + std::to_string(pid);
    return std::to_string(pid) + " " + trimmed(try_read(directory + "/comm").value_or("?"));
}

void end_all_descendants() {
    // Each round kills what the last one has orphaned. The bound is for what cannot be killed.
    constexpr int kRounds = 50;
    constexpr int kBound = 100; // milliseconds for each process
    for (int round = 0; round < kRounds && has_children(); ++round) {
        for (const pid_t pid : descendants()) {
            const Fd pidfd = open_pidfd(pid);
            pollfd process{.fd = pidfd.number(), .events = POLLIN, .revents = 0};
            ::kill(pid, SIGKILL);
            ::poll(&process, 1, kBound);
        }
        reap_ended();
    }
}

void reap_ended() {
    siginfo_t info{};
    do {
        info.si_pid = 0;
    } while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0);
}

} // namespace conformance
