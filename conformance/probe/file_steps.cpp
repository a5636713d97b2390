// Steps that try what the file system allows.
#include "conformance/probe/files.hpp"
#include "conformance/probe/probe.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace probe {

namespace {

int open_for(const char* path, std::string_view way) {
    const int access = way == "w" ? O_WRONLY : way == "rw" ? O_RDWR : O_RDONLY;
    return ::open(path, access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/// open PATH r|w|rw
void try_open(Words words, Object& line) {
    const int fd = open_for(words[0], words[1]);
    line.text("error", error_of(fd));
    ::close(fd);
}

/// touch PATH
void touch(Words words, Object& line) {
    const int fd = ::open(words[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    line.text("error", error_of(fd));
    ::close(fd);
}

/// read PATH: at most 64 KiB, which also bounds endless devices.
void read(Words words, Object& line) {
    const int fd = open_for(words[0], "r");
    line.text("error", error_of(fd));
    std::array<char, 65536> buffer{};
    const ssize_t size = fd < 0 ? 0 : ::read(fd, buffer.data(), buffer.size());
    if (size < 0) {
        line.text("read_error", error_of(size));
    }
    line.text("text", {buffer.data(), static_cast<std::size_t>(size > 0 ? size : 0)});
    ::close(fd);
}

/// write PATH TEXT
void write(Words words, Object& line) {
    const int fd = open_for(words[0], "w");
    long result = fd;
    if (fd >= 0) {
        result = ::write(fd, words[1], std::strlen(words[1]));
    }
    line.text("error", error_of(result));
    ::close(fd);
}

/// mkdir PATH
void make_directory(Words words, Object& line) {
    line.text("error", error_of(::mkdir(words[0], 0755)));
}

/// mknod PATH b|c|p MAJOR MINOR
void make_node(Words words, Object& line) {
    const mode_t type = *words[1] == 'b' ? S_IFBLK : *words[1] == 'p' ? S_IFIFO : S_IFCHR;
    const dev_t device = makedev(static_cast<unsigned>(std::atoi(words[2])),
                                 static_cast<unsigned>(std::atoi(words[3])));
    line.text("error", error_of(::mknod(words[0], type | 0666, device)));
}

const char* type_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "link";
    case S_IFCHR:
        return "c";
    case S_IFBLK:
        return "b";
    case S_IFIFO:
        return "p";
    default:
        return "socket";
    }
}

Object facts_of(const char* path) {
    Object facts;
    struct stat found {};
    const int result = ::lstat(path, &found);
    facts.text("error", error_of(result));
    if (result == 0) {
        facts.text("type", type_of(found.st_mode))
            .number("mode", found.st_mode & 07777)
            .number("uid", found.st_uid)
            .number("gid", found.st_gid)
            .number("major", major(found.st_rdev))
            .number("minor", minor(found.st_rdev))
            .text("link", link_target(path));
    }
    return facts;
}

/// stat PATH: the entry itself, links are not followed.
void stat(Words words, Object& line) {
    line.raw("is", facts_of(words[0]).json());
}

/// list PATH: every entry with its facts.
void list(Words words, Object& line) {
    DIR* directory = ::opendir(words[0]);
    line.text("error", directory == nullptr ? error_name(errno) : "");
    Object entries;
    while (const dirent* entry = directory == nullptr ? nullptr : ::readdir(directory)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            entries.raw(name,
                        facts_of((std::string(words[0]) + "/" + entry->d_name).c_str()).json());
        }
    }
    line.raw("entries", entries.json());
    if (directory != nullptr) {
        ::closedir(directory);
    }
}

/// chown PATH UID GID
void change_owner(Words words, Object& line) {
    const auto uid = static_cast<uid_t>(std::strtoul(words[1], nullptr, 10));
    const auto gid = static_cast<gid_t>(std::strtoul(words[2], nullptr, 10));
    line.text("error", error_of(::lchown(words[0], uid, gid)));
}

/// statfs PATH
void file_system(Words words, Object& line) {
    struct statfs found {};
    line.text("error", error_of(::statfs(words[0], &found)));
    line.number("type", found.f_type);
    line.number("size", static_cast<unsigned long long>(found.f_blocks) *
                            static_cast<unsigned long long>(found.f_bsize));
}

/// tmpfs PATH: mounts an empty one.
void mount_tmpfs(Words words, Object& line) {
    line.text("error", error_of(::mount("tmpfs", words[0], "tmpfs", 0, nullptr)));
}

/// pty: opens a pair by /dev/ptmx.
void pty(Words, Object& line) {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::array<char, 64> name{};
    const bool usable = master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0 &&
                        ::ptsname_r(master, name.data(), name.size()) == 0;
    line.text("error", usable ? "" : error_name(errno));
    line.text("name", name.data());
    const int slave = usable ? ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    line.text("slave_error", error_of(slave));
    ::close(slave);
    ::close(master);
}

constexpr std::array kSteps{
    Step{"open", 2, &try_open},
    Step{"touch", 1, &touch},
    Step{"read", 1, &read},
    Step{"write", 2, &write},
    Step{"mkdir", 1, &make_directory},
    Step{"mknod", 4, &make_node},
    Step{"stat", 1, &stat},
    Step{"list", 1, &list},
    Step{"pty", 0, &pty},
    Step{"chown", 3, &change_owner},
    Step{"statfs", 1, &file_system},
    Step{"tmpfs", 1, &mount_tmpfs},
};

} // namespace

std::span<const Step> file_steps() {
    return kSteps;
}

} // namespace probe
