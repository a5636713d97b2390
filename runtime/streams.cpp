#include "runtime/streams.hpp"

#include "oci-spec/cursor.hpp"
#include "oci-spec/json_writer.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"

#include <set>

#include <sys/sysmacros.h>

namespace runtime {

using base::cat;
using base::FdRef;
using base::Procfs;
using base::Result;

namespace {

constexpr const char* kFile = "descriptors.json";
constexpr std::size_t kStreams = 3;

struct StreamNames {
    std::vector<std::string> names;
};

void load(const spec::Cursor& at, StreamNames& document) {
    spec::load(at, document.names);
}

/// What CRIU takes for one: also the devices of memory (/dev/null), and no terminal.
bool is_file(const struct stat& status) {
    constexpr unsigned kMemoryDevices = 1;
    return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) ||
           (S_ISCHR(status.st_mode) && major(status.st_rdev) == kMemoryDevices);
}

/// "mnt_id" of fdinfo (proc(5)).
Result<int> mount_of(const Procfs& proc, pid_t pid, std::size_t number) {
    TRY_ASSIGN(const std::string info, proc.read(cat(pid, "/fdinfo/", number)));
    for (const std::string_view line : base::split(info, '\n')) {
        constexpr std::string_view kKey = "mnt_id:";
        if (line.starts_with(kKey)) {
            return base::parse_number<int>(base::trimmed(line.substr(kKey.size()))).value_or(-1);
        }
    }
    return -1;
}

/// The ids of what is mounted where the process is.
Result<std::set<int>> mounts_of(const Procfs& proc, pid_t pid) {
    TRY_ASSIGN(const std::string mounts, proc.read(cat(pid, "/mountinfo")));
    std::set<int> ids;
    for (const std::string_view line : base::split(mounts, '\n')) {
        const auto id = base::parse_number<int>(line.substr(0, line.find(' ')));
        ids.insert(id.value_or(-1));
    }
    return ids;
}

} // namespace

std::vector<std::string> names_of_streams() {
    std::vector<std::string> names;
    for (std::size_t number = 0; number < kStreams; ++number) {
        const Result<std::string> name =
            base::sys::readlink(FdRef::cwd(), cat("/proc/self/fd/", number));
        names.push_back(name ? *name : "");
    }
    return names;
}

Result<std::vector<OutsideStream>> outside_streams(pid_t pid, std::span<const std::string> names) {
    TRY_ASSIGN(const Procfs proc, Procfs::of_host());
    TRY_ASSIGN(const std::set<int> inside, mounts_of(proc, pid));
    std::vector<OutsideStream> streams;
    for (std::size_t number = 0; number < names.size(); ++number) {
        const std::string link = cat(pid, "/fd/", number);
        const Result<std::string> now = base::sys::readlink(proc.root(), link);
        if (!names[number].starts_with('/') || !now || *now != names[number]) {
            continue;
        }
        TRY_ASSIGN(const struct stat status, base::sys::fstatat(proc.root(), link, 0));
        TRY_ASSIGN(const int mount, mount_of(proc, pid, number));
        if (is_file(status) && !inside.contains(mount)) {
            const auto hex = [](std::uint64_t value) { return base::hex(value).substr(2); };
            streams.push_back({number, cat("file[", hex(static_cast<unsigned>(mount)), ":",
                                           hex(status.st_ino), "]")});
        }
    }
    return streams;
}

Result<> save_stream_names(FdRef images, std::span<const std::string> names) {
    spec::JsonWriter json(spec::JsonWriter::Form::compact);
    json.begin_array();
    for (const std::string& name : names) {
        json.value(name);
    }
    json.end_array();
    return base::replace_file(images, kFile, std::move(json).take(), 0600)
        .in("save the names of the standard streams");
}

Result<std::vector<std::string>> load_stream_names(FdRef images) {
    const auto fact = cat("read ", kFile, " of the images");
    Result<std::string> text = base::read_file(images, kFile);
    if (text.code() == ENOENT) {
        return std::vector<std::string>();
    }
    TRY_ASSIGN(const std::string bytes, std::move(text).in(fact));
    spec::Loaded<StreamNames> loaded = spec::load_document<StreamNames>(bytes);
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, {kFile, bytes}).in(fact);
    }
    return std::move(loaded.value.names);
}

} // namespace runtime
