// Steps about the process itself: ending, waiting, system calls, children, and being a hook.
#include "conformance/probe/files.hpp"
#include "conformance/probe/probe.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace probe {

namespace {

/// exit CODE
void leave(Words words, Object& line) {
    tell(line);
    ::_exit(std::atoi(words[0]));
}

/// sleep MILLISECONDS
void sleep(Words words, Object&) {
    const long milliseconds = std::atol(words[0]);
    timespec left{.tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1000000};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

/// mark TEXT: a line and nothing else.
void mark(Words, Object&) {}

/// say TEXT: to the standard error stream, as a failing hook does.
void say(Words words, Object&) {
    const std::string text = std::string(words[0]) + "\n";
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

/// wait: until any signal that can be caught arrives; says so beforehand ("waiting").
void wait_for_signal(Words, Object& line) {
    sigset_t all;
    sigfillset(&all);
    // Blocked signals are queued even for pid 1 of a namespace, which ignores unhandled ones.
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    tell(Object().text("do", "waiting"));
    siginfo_t info{};
    int signal = -1;
    do {
        signal = ::sigwaitinfo(&all, &info);
    } while (signal < 0 || signal == SIGCHLD || signal == SIGWINCH);
    line.number("signal", signal);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
}

/// setuid UID
void set_uid(Words words, Object& line) {
    line.text("error", error_of(::setuid(static_cast<uid_t>(std::atol(words[0])))));
}

/// syscall NUMBER [ARGUMENT...]
void system_call(Words words, Object& line) {
    std::array<long, 7> numbers{};
    for (std::size_t i = 0; i < std::min(words.size(), numbers.size()); ++i) {
        numbers[i] = static_cast<long>(std::strtoull(words[i], nullptr, 0));
    }
    errno = 0;
    const long result = ::syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4],
                                  numbers[5], numbers[6]);
    line.text("error", error_of(result));
    line.number("result", result);
}

void on_sigsys(int, siginfo_t* info, void*) {
    tell(Object().text("do", "sigsys").number("syscall", info->si_syscall));
    ::_exit(0);
}

/// catch-sigsys: from now on SIGSYS is reported, and ends the script with 0.
void catch_sigsys(Words, Object& line) {
    struct sigaction action {};
    action.sa_sigaction = &on_sigsys;
    action.sa_flags = SA_SIGINFO;
    line.text("error", error_of(::sigaction(SIGSYS, &action, nullptr)));
}

/// In a child, with `fd` close-on-exec: an errno written to it says that execv failed.
[[noreturn]] void become(char* const* arguments, int fd) {
    ::execv(arguments[0], arguments);
    const int failure = errno;
    static_cast<void>(!::write(fd, &failure, sizeof failure));
    ::_exit(127);
}

/// exec PATH [ARGUMENT...]: in a child, whose wait status is told.
void exec(Words words, Object& line) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        line.text("error", error_name(errno));
        return;
    }
    std::array<char*, 16> arguments{};
    std::copy_n(words.begin(), std::min(words.size(), arguments.size() - 1), arguments.begin());
    const pid_t child = ::fork();
    if (child == 0) {
        become(arguments.data(), pipe[1]);
    }
    ::close(pipe[1]);
    int failure = child < 0 ? errno : 0;
    if (child > 0) {
        static_cast<void>(!::read(pipe[0], &failure, sizeof failure));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe[0]);
    line.text("error", error_name(failure)).number("status", status);
}

/// fork COUNT: children that wait for their end together; tells how many there could be.
void fork_some(Words words, Object& line) {
    std::array<pid_t, 64> children{};
    std::size_t made = 0;
    int failure = 0;
    for (int i = 0; i < std::atoi(words[0]) && made < children.size(); ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        if (child < 0) {
            failure = errno;
            break;
        }
        children[made++] = child;
    }
    for (std::size_t i = 0; i < made; ++i) {
        ::kill(children[i], SIGKILL);
        ::waitpid(children[i], nullptr, 0);
    }
    line.number("made", made).text("error", error_name(failure));
}

void* stand_still(void*) {
    while (true) {
        ::pause();
    }
}

/// threads COUNT: further threads of this process, which stand still; tells how many there could
/// be.
void make_threads(Words words, Object& line) {
    int made = 0;
    int failure = 0;
    for (; made < std::atoi(words[0]) && failure == 0; made += failure == 0 ? 1 : 0) {
        pthread_t thread{};
        failure = ::pthread_create(&thread, nullptr, &stand_still, nullptr);
    }
    line.number("made", made).text("error", error_name(failure));
}

std::string rest_of_stdin() {
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
}

/// The number behind "pid" in a state document; "" if there is none.
std::string pid_in(std::string_view state) {
    const std::size_t key = state.find("\"pid\"");
    const std::size_t begin =
        key == std::string_view::npos ? key : state.find_first_of("0123456789", key + 5);
    if (begin == std::string_view::npos) {
        return {};
    }
    const std::size_t end = std::min(state.find_first_not_of("0123456789", begin), state.size());
    return std::string(state.substr(begin, end - begin));
}

/// What this process sees of the process that the state document names.
std::string container_process(const std::string& pid) {
    const std::string directory = "/proc/" + pid;
    Object facts;
    facts.text("cmdline", slurp((directory + "/cmdline").c_str()));
    facts.text("status", slurp((directory + "/status").c_str()));
    for (const char* type : {"pid", "net", "mnt", "ipc", "uts", "user", "cgroup"}) {
        facts.text(type, link_target((directory + "/ns/" + type).c_str()));
    }
    return facts.json();
}

/// hook NAME: the state document on stdin as text, and what the named process looks like.
void hook(Words, Object& line) {
    const std::string state = rest_of_stdin();
    line.text("state", state).raw("container", container_process(pid_in(state)));
    for (const Sight& sight : process_sights()) {
        if (sight.name == "args" || sight.name == "env" || sight.name == "cwd" ||
            sight.name == "namespaces") {
            line.raw(sight.name, sight.json());
        }
    }
}

constexpr std::array kSteps{
    Step{"exit", 1, &leave},
    Step{"sleep", 1, &sleep},
    Step{"mark", 1, &mark},
    Step{"say", 1, &say},
    Step{"wait", 0, &wait_for_signal},
    Step{"setuid", 1, &set_uid},
    Step{"syscall", 1, &system_call},
    Step{"catch-sigsys", 0, &catch_sigsys},
    Step{"exec", 1, &exec},
    Step{"fork", 1, &fork_some},
    Step{"threads", 1, &make_threads},
    Step{"hook", 1, &hook},
};

} // namespace

std::span<const Step> process_steps() {
    return kSteps;
}

} // namespace probe
