#include "runtime/criu_images.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/criu_plan.hpp"

#include <optional>

#include <fcntl.h>

namespace runtime::criu {

using base::cat;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr mode_t kOwnerAlone = 0700; // an image holds the memory of processes
constexpr const char* kOwnSettings = "/etc/criu/oci-rt.conf";
constexpr const char* kSettings = "/etc/criu/runc.conf";

Result<Fd> open_directory(const std::string& path) {
    return base::sys::open(FdRef::cwd(), path, O_RDONLY | O_DIRECTORY);
}

Result<Fd> make_directory(const std::string& path) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        static_cast<void>(base::sys::mkdir(FdRef::cwd(), path.substr(0, slash), kOwnerAlone));
    }
    if (Result<> made = base::sys::mkdir(FdRef::cwd(), path, kOwnerAlone);
        !made && made.code() != EEXIST) {
        return std::move(made).error();
    }
    return open_directory(path);
}

Result<> add_work(Directories& directories, const std::string& work) {
    if (work.empty()) {
        return done();
    }
    TRY_ASSIGN(directories.work, make_directory(work).in("make the directory of --work-path"));
    directories.log_path = work;
    return done();
}

/// By a path without links, which would lead back to our own namespace.
Result<Fd> opened_by(pid_t pid, const Fd& directory) {
    TRY_ASSIGN(const std::string path,
               base::sys::readlink(FdRef::cwd(), cat("/proc/self/fd/", directory.number())));
    return open_directory(cat("/proc/", pid, "/root", path));
}

} // namespace

void Directories::put_into(Options& options) const {
    options.images = images.number();
    options.work = work ? work.number() : -1;
}

Result<Directories> make_directories(const std::string& images, const std::string& work) {
    Directories directories{.images = {}, .work = {}, .log_path = images};
    TRY_ASSIGN(directories.images, make_directory(images).in("make the directory of the images"));
    TRY(add_work(directories, work));
    return directories;
}

Result<Directories> open_directories(const std::string& images, const std::string& work) {
    Directories directories{.images = {}, .work = {}, .log_path = images};
    TRY_ASSIGN(directories.images, open_directory(images).in("open the directory of the images"));
    TRY(add_work(directories, work));
    return directories;
}

Result<Directories> seen_by(pid_t pid, const Directories& directories) {
    Directories seen{.images = {}, .work = {}, .log_path = directories.log_path};
    TRY_ASSIGN(seen.images, opened_by(pid, directories.images));
    if (directories.work) {
        TRY_ASSIGN(seen.work, opened_by(pid, directories.work));
    }
    return seen;
}

std::string config_file(const std::map<std::string, std::string>& annotations) {
    const std::optional<std::string> named = config_file_of(annotations);
    if (named) {
        return *named;
    }
    return base::sys::fstatat(FdRef::cwd(), kOwnSettings, 0) ? kOwnSettings : kSettings;
}

} // namespace runtime::criu
