#include "seccomp/cache.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"
#include "seccomp/cache_entry_plan.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/library.hpp"

#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace seccomp {

namespace {

using base::Fd;
using base::FdRef;
using base::Result;

/// To be raised whenever the same profile compiles to another filter than before.
constexpr unsigned kGeneration = 2;

constexpr std::size_t kMostEntries = 64;
constexpr std::size_t kMostBytes = 512U << 10U; // of one entry: the largest filter has 32 KiB
constexpr mode_t kEntryMode = 0600;
constexpr mode_t kWritableByOthers = 022; // an ACL that lets others write shows as group bits

/// All that decides what the filter is.
std::string key_of(const spec::Seccomp& profile) {
    utsname host{};
    static_cast<void>(::uname(&host)); // fails only for a bad pointer
    return base::cat("generation ", kGeneration, "\nlibseccomp ", library_version(), "\nkernel ",
                     host.release, " ", host.version, " ", host.machine, "\nnative ",
                     native_architecture(), "\n", canonical(profile));
}

bool is_ours_alone(const struct stat& status) {
    return status.st_uid == ::geteuid() && (status.st_mode & kWritableByOthers) == 0;
}

bool is_trusted_directory(FdRef directory) {
    const Result<struct stat> status = base::sys::fstat(directory);
    return status && S_ISDIR((*status).st_mode) && is_ours_alone(*status);
}

std::optional<Program> found(FdRef directory, const std::string& name, std::string_view key) {
    const Result<Fd> file =
        base::sys::open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (!file) {
        return std::nullopt;
    }
    const Result<struct stat> status = base::sys::fstat(*file);
    if (!status || !S_ISREG((*status).st_mode) || !is_ours_alone(*status) ||
        (*status).st_nlink != 1 || static_cast<std::size_t>((*status).st_size) > kMostBytes) {
        return std::nullopt;
    }
    const Result<std::string> entry = base::read_all(*file, kMostBytes);
    return entry ? decoded(*entry, key) : std::nullopt;
}

struct CloseListing {
    void operator()(DIR* listing) const { ::closedir(listing); }
};

/// Empties the directory if it is full.
Result<> make_room(FdRef directory) {
    TRY_ASSIGN(Fd own, base::sys::open(directory, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, CloseListing> listing(::fdopendir(own.number()));
    if (listing == nullptr) {
        return base::call_failed("fdopendir", own);
    }
    static_cast<void>(own.release()); // the listing closes it
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) {
        if (const std::string_view name = entry->d_name; name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (names.size() < kMostEntries) {
        return base::done();
    }
    for (const std::string& name : names) {
        TRY(base::sys::unlink(directory, name));
    }
    return base::done();
}

Result<> store(FdRef directory, const std::string& name, const std::string& entry) {
    if (entry.size() > kMostBytes) {
        return base::done();
    }
    TRY(make_room(directory));
    return base::replace_file(directory, name, entry, kEntryMode);
}

} // namespace

Result<Program> compile_cached(const spec::Seccomp& profile, FdRef directory) {
    if (!is_trusted_directory(directory)) {
        base::log::debug("seccomp: the filter cache can be written by others: it is not used");
        return compile(profile);
    }
    const std::string key = key_of(profile);
    const std::string name = base::hex(fingerprint(key));
    if (std::optional<Program> program = found(directory, name, key)) {
        return std::move(*program);
    }
    TRY_ASSIGN(Program program, compile(profile));
    if (const Result<> stored = store(directory, name, encoded(key, program)); !stored) {
        base::log::debug(base::cat("seccomp: the filter is not kept: ", stored.error().text()));
    }
    return program;
}

} // namespace seccomp
