#include "runtime/rdt.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr mode_t kMode = 0755;
constexpr unsigned kPatienceS = 30; // what others do under the lock is a few calls
constexpr std::string_view kPlace = "/linux/intelRdt";

/// The lock of all who make and remove classes below `resctrl`, until it is closed.
Result<Fd> take_turn(const std::string& resctrl) {
    TRY_ASSIGN(Fd directory, base::sys::open(FdRef::cwd(), resctrl, kOpenDirectory));
    TRY(lock_within(directory, kPatienceS)
            .hint("/proc/locks tells which process has locked resctrl"));
    return directory;
}

/// resctrl says what it did not like about the last command in a file of its own.
std::string kernel_message(const std::string& resctrl) {
    const Result<std::string> text =
        base::read_file(FdRef::cwd(), cat(resctrl, "/info/last_cmd_status"));
    const std::string_view message = text ? base::trimmed(*text) : std::string_view();
    return message.empty() || message == "ok" ? "" : std::string(message);
}

Error explained(Error error, const std::string& resctrl) {
    const std::string message = kernel_message(resctrl);
    return message.empty() ? std::move(error)
                           : std::move(error).in(cat("the kernel says ", base::quoted(message)));
}

bool is_ours(const RdtDirectory& directory, RdtRemoval removal) {
    return directory.made && (removal == RdtRemoval::undo || !directory.kept);
}

/// Whether processes are in it.
bool is_used(const RdtDirectory& directory) {
    const Result<std::string> tasks = base::read_file(FdRef::cwd(), cat(directory.path, "/tasks"));
    return tasks && !base::trimmed(*tasks).empty();
}

/// The caller has the lock of resctrl.
Result<> remove_directory(const RdtDirectory& directory) {
    const Result<Fd> there = base::sys::open(FdRef::cwd(), directory.path, kOpenDirectory);
    if (!there && (there.code() == ENOENT || there.code() == ENOTDIR)) {
        return done();
    }
    TRY_ASSIGN(const struct stat status, base::sys::fstatat(FdRef::cwd(), directory.path, 0));
    if (directory.inode != 0 && status.st_ino != directory.inode) {
        return done(); // somebody else has made it, or another one since
    }
    const bool is_proven = directory.inode != 0 && !directory.kept;
    if (!is_proven &&
        (is_used(directory) || base::sys::lock(*there, LOCK_NB).code() == EWOULDBLOCK)) {
        return done(); // others are in it, or about to enter
    }
    if (Result<> gone = base::sys::unlink(FdRef::cwd(), directory.path, AT_REMOVEDIR);
        !gone && gone.code() != ENOENT) {
        return gone;
    }
    return done();
}

Result<> remove_made(const RdtDirectories& directories, RdtRemoval removal) {
    for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
        if (is_ours(*directory, removal)) {
            TRY(remove_directory(*directory).in("remove what was made in resctrl"));
        }
    }
    return done();
}

/// One make, from its plan to all that it names.
class Making {
  public:
    Making(const std::string& resctrl, const RdtPlan& plan, const RdtRecorder& recorder)
        : resctrl_(resctrl), plan_(plan), recorder_(recorder) {}

    /// Under the lock; what it has made when it fails nobody else has seen.
    Result<Fd> run() {
        TRY_ASSIGN(const Fd turn, take_turn(resctrl_).at(kPlace));
        Result<Fd> claim = make();
        if (!claim) {
            static_cast<void>(remove_made(directories_, RdtRemoval::undo));
        }
        return claim;
    }

  private:
    Result<Fd> make() {
        TRY(take_class());
        const std::string group = directories_.front().path;
        TRY_ASSIGN(Fd claim, base::sys::open(FdRef::cwd(), group, kOpenDirectory).at(kPlace));
        if (plan_.named && !directories_.front().made) {
            TRY(compare(group));
        } else {
            TRY(write_lines(group));
        }
        if (!plan_.monitor.empty()) {
            TRY(take(cat(group, "/mon_groups/", plan_.monitor), /*kept=*/false)
                    .hint("there may be no monitoring group left, or the processor cannot monitor")
                    .at(cat(kPlace, "/enableMonitoring"))
                    .in("make a monitoring group"));
        }
        // The root needs no claim, and its lock is for everybody's turns.
        if (!plan_.group.empty()) {
            TRY(lock_shared(claim).at(kPlace));
        }
        return claim;
    }

    Result<> take_class() {
        if (plan_.group.empty()) {
            directories_.push_back({.path = resctrl_, .kept = true});
            return recorder_(directories_);
        }
        const std::string path = cat(resctrl_, "/", plan_.group);
        if (plan_.named && plan_.lines.empty() && ::access(path.c_str(), F_OK) < 0) {
            // Engines read "No such file or directory" as: there is no such program.
            return std::move(Error(cat("resctrl has no class ", base::quoted(plan_.group))))
                .at(cat(kPlace, "/closID"))
                .hint("a closID without a schema names a class that has to be there");
        }
        return take(path, plan_.named)
            .hint("there may be no class of service left: info/*/num_closids of resctrl")
            .at(plan_.named ? cat(kPlace, "/closID") : std::string(kPlace))
            .in(cat("make the class ", base::quoted(plan_.group)));
    }

    /// Noted before it is made, and made only by one: who comes second finds it.
    Result<> take(const std::string& path, bool kept) {
        RdtDirectory& directory = directories_.emplace_back();
        directory.path = path;
        directory.kept = kept;
        directory.made = ::access(path.c_str(), F_OK) < 0;
        if (directory.made) {
            TRY(recorder_(directories_));
            const Result<> made = base::sys::mkdir(FdRef::cwd(), path, kMode);
            if (!made && made.code() != EEXIST) {
                directory.made = false;
                TRY(recorder_(directories_));
                return explained(base::Error(made.error().failure()), resctrl_);
            }
            directory.made = static_cast<bool>(made);
        }
        TRY_ASSIGN(const struct stat status, base::sys::fstatat(FdRef::cwd(), path, 0));
        directory.inode = status.st_ino;
        return recorder_(directories_);
    }

    Result<> compare(const std::string& path) const {
        if (plan_.lines.empty()) {
            return done();
        }
        TRY_ASSIGN(const std::string there,
                   base::read_file(FdRef::cwd(), cat(path, "/schemata")).at(kPlace));
        for (const RdtLine& line : plan_.lines) {
            if (const std::optional<std::string> missing = missing_in(there, line.text)) {
                return std::move(Error(cat("the class ", base::quoted(plan_.group),
                                           " exists, and its schemata do not say ",
                                           base::quoted(*missing))))
                    .at(line.origin)
                    .hint("the kernel rounds values of MB up to what it can do");
            }
        }
        return done();
    }

    Result<> write_lines(const std::string& path) const {
        for (const RdtLine& line : plan_.lines) {
            Result<> written =
                base::write_kernel_file(FdRef::cwd(), cat(path, "/schemata"), cat(line.text, "\n"));
            if (!written) {
                return explained(std::move(written).error(), resctrl_)
                    .at(line.origin)
                    .in(cat("write the schema ", base::quoted(line.text)));
            }
        }
        return done();
    }

    const std::string& resctrl_;
    const RdtPlan& plan_;
    const RdtRecorder& recorder_;
    RdtDirectories directories_;
};

} // namespace

Result<std::string> find_resctrl(const base::Procfs& proc) {
    TRY_ASSIGN(const std::string path, proc.self("mountinfo"));
    TRY_ASSIGN(const std::string mountinfo, proc.read(path));
    std::string found = resctrl_in(mountinfo);
    if (found.empty()) {
        return std::move(Error("resctrl is not mounted"))
            .at(kPlace)
            .hint("on a processor that has it: mount -t resctrl resctrl /sys/fs/resctrl");
    }
    return found;
}

Result<Fd> make_rdt(const std::string& resctrl, const RdtPlan& plan, const RdtRecorder& recorder) {
    return Making(resctrl, plan, recorder).run();
}

Result<> enter_rdt(const RdtDirectories& directories, pid_t pid) {
    for (const RdtDirectory& directory : directories) {
        TRY(base::write_kernel_file(FdRef::cwd(), cat(directory.path, "/tasks"), cat(pid))
                .at(kPlace)
                .in(cat("enter ", base::quoted(directory.path))));
    }
    return done();
}

Result<> remove_rdt(const RdtDirectories& directories, RdtRemoval removal) {
    Fd turn;
    // A class lies directly below resctrl. A monitoring group alone has the container's own name,
    // which nobody else makes or looks for.
    if (!directories.empty() && is_ours(directories.front(), removal)) {
        const std::string& group = directories.front().path;
        Result<Fd> taken = take_turn(group.substr(0, group.rfind('/')));
        if (taken.code() == ENOENT) {
            return done(); // resctrl is gone, and all that was in it
        }
        TRY_ASSIGN(turn, std::move(taken));
    }
    return remove_made(directories, removal);
}

} // namespace runtime
