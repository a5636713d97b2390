#include "runtime/process.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/keyring.hpp"
#include "runtime/labels.hpp"
#include "runtime/memory_policy.hpp"

#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

namespace {

constexpr std::string_view kDefaultPath = "/bin:/usr/bin"; // of execvp(3)

/// The value of a variable; the last one counts, as for a program that reads them in order.
std::optional<std::string_view> variable(const std::vector<std::string>& env,
                                         std::string_view name) {
    for (auto entry = env.rbegin(); entry != env.rend(); ++entry) {
        if (entry->size() > name.size() && entry->starts_with(name) &&
            (*entry)[name.size()] == '=') {
            return std::string_view(*entry).substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

/// The home directory of `uid` in the container's passwd(5); "/" where it says nothing.
std::string home_of(std::uint32_t uid, const base::RootDir& root) {
    constexpr std::size_t kMostRead = 1 << 20;
    const Result<Fd> file = root.open("/etc/passwd", O_RDONLY);
    const Result<std::string> text =
        file ? base::read_all(*file, kMostRead) : Result<std::string>(std::string());
    if (text) {
        for (const std::string_view line : base::split(*text, '\n')) {
            const std::vector<std::string_view> fields = base::split(line, ':');
            if (fields.size() >= 6 && base::parse_number<std::uint32_t>(fields[2]) == uid &&
                fields[5].starts_with('/')) {
                return std::string(fields[5]);
            }
        }
    }
    return "/";
}

/// Whether `path` is a file that this process may execute: 0, or the errno of execve(2).
int executable(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) < 0) {
        return errno;
    }
    if (!S_ISREG(status.st_mode)) {
        return EACCES;
    }
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0) {
        return 0;
    }
    // The filter may be in force already, and its profile older than faccessat2: then execve
    // decides.
    const bool filtered = errno == EPERM || errno == ENOSYS;
    return filtered && (status.st_mode & 0111U) != 0 ? 0 : errno;
}

/// What engines look for in the error of a program that cannot be executed: the words of Go's
/// library. docker's client minds the case, so that errno's own text would not do.
std::string_view words_of(int code) {
    switch (code) {
    case ENOENT:
        return ": no such file or directory";
    case EACCES:
        return ": permission denied";
    default:
        return "";
    }
}

/// The same, and why execve(2) would say `code` where that is not plain.
std::string reason_of(int code, const std::string& path) {
    const std::string_view words = words_of(code);
    struct stat status {};
    if (code != EACCES || ::stat(path.c_str(), &status) < 0) {
        return std::string(words);
    }
    if (S_ISDIR(status.st_mode)) {
        return cat(words, ": it is a directory");
    }
    return S_ISREG(status.st_mode)
               ? cat(words, ": its mode is ", base::octal(status.st_mode & 07777U))
               : cat(words, ": it is no regular file");
}

} // namespace

Result<> set_inherited_attributes(const ProcessPlan& process, const base::Procfs* proc) {
    if (process.personality && ::personality(*process.personality) < 0) {
        return std::move(call_failed("personality", base::Hex{*process.personality}))
            .at("/linux/personality");
    }
    if (process.memory_policy) {
        TRY(set_memory_policy(*process.memory_policy).at("/linux/memoryPolicy"));
    }
    if (!process.session_keyring.empty()) {
        TRY_ASSIGN(const KeyLabel label, KeyLabel::set(proc, process));
        TRY(join_session_keyring(process.session_keyring));
    }
    return done();
}

Result<> hand_over_streams(const ProcessPlan& process) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        const Result<struct stat> status = base::sys::fstat(FdRef(fd));
        if (!status || !(S_ISFIFO(status->st_mode) || S_ISSOCK(status->st_mode)) ||
            status->st_uid == process.uid) {
            continue;
        }
        constexpr auto kUnchanged = static_cast<gid_t>(-1);
        if (::fchown(fd, process.uid, kUnchanged) < 0 && errno != EPERM && errno != EINVAL &&
            errno != EROFS) {
            return call_failed("fchown", FdRef(fd), process.uid);
        }
    }
    return done();
}

void make_working_directory(const base::RootDir& root, const ProcessPlan& process) {
    if (!root.resolve(process.cwd)) {
        // Where it cannot be made chdir says why.
        static_cast<void>(root.make_directories(process.cwd));
    }
}

namespace {

Result<> check_directory(const ProcessPlan& process) {
    // The kernel says ENOENT, or "(unreachable)…", for a directory outside the root.
    std::array<char, 4096> path{};
    const long size = ::syscall(SYS_getcwd, path.data(), path.size());
    if (size < 0 || path[0] != '/') {
        errno = size < 0 ? errno : ENOENT;
        return std::move(call_failed("getcwd"))
            .in(cat("the working directory ", base::quoted(process.cwd),
                    " is outside the container"))
            .at(cat(process.origin, "/cwd"));
    }
    return done();
}

} // namespace

Result<bool> enter_directory(const ProcessPlan& process, Attempt attempt) {
    if (::chdir(process.cwd.c_str()) == 0) {
        TRY(check_directory(process));
        return true;
    }
    if (attempt == Attempt::as_root && errno == EACCES) {
        return false;
    }
    return std::move(call_failed("chdir", process.cwd))
        .at(cat(process.origin, "/cwd"))
        .in("enter the working directory");
}

Result<> keep_only_preserved(const ProcessPlan& process) {
    const unsigned first = 3 + process.preserved_fds;
    // Stage 2 began with every descriptor close-on-exec, and so has been each that it opened. This
    // is for what a library might have; without it (before Linux 5.11) the container's /proc would
    // have to be asked.
    static_cast<void>(::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC));
    for (unsigned fd = 3; fd < first; ++fd) {
        if (::fcntl(static_cast<int>(fd), F_SETFD, 0) < 0) {
            return std::move(call_failed("fcntl", fd, Word{"F_SETFD"}))
                .hint(
                    "--preserve-fds and LISTEN_FDS count descriptors from 3 on; all must be open");
        }
    }
    return done();
}

namespace {

/// Of the calls that change ids.
Error id_refused(Error error) {
    const int code = error.code();
    return std::move(error).hint(
        code == EINVAL ? "the user namespace of the container does not map this id" : "");
}

} // namespace

Result<> become_user(const ProcessPlan& process) {
    // The bounding set first: leaving uid 0 takes CAP_SETPCAP away.
    TRY(limit_bounding(process.capabilities.bounding)
            .at(cat(process.origin, "/capabilities"))
            .in("limit the bounding set"));
    TRY(keep_over_change_of_user(true));
    if (process.set_groups && ::setgroups(process.groups.size(), process.groups.data()) < 0) {
        return id_refused(call_failed("setgroups", process.groups.size()))
            .at(cat(process.origin, "/user/additionalGids"))
            .in("set the groups");
    }
    if (::setresgid(process.gid, process.gid, process.gid) < 0) {
        return id_refused(call_failed("setresgid", process.gid))
            .at(cat(process.origin, "/user/gid"))
            .in("change the group");
    }
    if (::setresuid(process.uid, process.uid, process.uid) < 0) {
        return id_refused(call_failed("setresuid", process.uid))
            .at(cat(process.origin, "/user/uid"))
            .in("change the user");
    }
    TRY(keep_over_change_of_user(false));
    TRY(set_capabilities(process.capabilities)
            .at(cat(process.origin, "/capabilities"))
            .in("set the capabilities"));
    if (process.umask) {
        ::umask(*process.umask);
    }
    return done();
}

Result<std::string> find_program(const ProcessPlan& process) {
    const std::string& name = process.args.front();
    const std::string pointer = cat(process.origin, "/args/0");
    if (name.find('/') != std::string::npos) {
        if (const int code = executable(name); code != 0) {
            return Error::system(code, "")
                .in(cat("exec: ", base::quoted(name), reason_of(code, name)))
                .at(pointer);
        }
        return name;
    }
    int failure = ENOENT;
    const std::string_view path = variable(process.env, "PATH").value_or(kDefaultPath);
    for (const std::string_view directory : base::split(path, ':')) {
        const std::string candidate = cat(directory.empty() ? "." : directory, "/", name);
        const int code = executable(candidate);
        if (code == 0) {
            return candidate;
        }
        failure = code == EACCES ? EACCES : failure;
    }
    Error error = Error::system(failure, "");
    return std::move(error)
        .in(cat("exec: ", base::quoted(name), ": ",
                failure == EACCES ? "permission denied for what $PATH has of that name"
                                  : "executable file not found in $PATH"))
        .at(pointer);
}

std::vector<std::string> environment_of(const ProcessPlan& process, const base::RootDir& root) {
    std::vector<std::string> environment = process.env;
    if (!variable(environment, "HOME")) {
        environment.push_back(cat("HOME=", home_of(process.uid, root)));
    }
    if (process.socket_activation) {
        environment.push_back(cat("LISTEN_PID=", ::getpid()));
    }
    return environment;
}

Error execute(const ProcessPlan& process, const std::string& program,
              const std::vector<std::string>& environment) {
    ::execve(program.c_str(), base::argument_vector(process.args).data(),
             base::argument_vector(environment).data());
    const int code = errno;
    Error error = std::move(call_failed("execve", program))
                      .in(cat("exec: ", base::quoted(process.args.front()), words_of(code)))
                      .at(cat(process.origin, "/args/0"));
    if (code == ENOEXEC) {
        return std::move(error).hint("it is no program for this machine, or a script without #!");
    }
    if (code == ENOENT) {
        return std::move(error).hint("the file is there, but not the interpreter that its #! line "
                                     "names, or its dynamic loader");
    }
    return error;
}

} // namespace runtime
