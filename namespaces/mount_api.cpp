#include "namespaces/mount_api.hpp"

#include "namespaces/remount.hpp"
#include "oci-spec/mount_options.hpp"
#include "runtime/base/sys.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Hex;
using base::Result;
using base::Word;
using base::ZView;

namespace {

constexpr std::size_t kLongestValue = 255; // of fsconfig(2), kernel rule 7

unsigned at_flags(Depth depth) {
    return AT_EMPTY_PATH | (depth == Depth::recursive ? unsigned{AT_RECURSIVE} : 0U);
}

/// What the kernel says about the failure; it hands out one message per read(2).
std::string kernel_messages(FdRef context) {
    std::string all;
    std::array<char, 1024> message{};
    while (true) {
        const ssize_t size = ::read(context.number(), message.data(), message.size());
        if (size <= 0) {
            return all;
        }
        // "e overlay: upperdir is missing": the letter is the severity.
        std::string_view text = base::trimmed({message.data(), static_cast<std::size_t>(size)});
        text.remove_prefix(std::min<std::size_t>(text.size(), 2));
        all += cat(all.empty() ? "" : "; ", text);
    }
}

/// Adds the kernel's messages to the error of a call on a file system context.
Error context_failed(Error error, FdRef context) {
    const std::string messages = kernel_messages(context);
    if (messages.empty()) {
        return error;
    }
    return std::move(error).in(cat("the kernel says ", base::quoted(messages)));
}

/// A label has commas in it, which end an option for mount(2), and no quotes for fsconfig(2).
std::string with_quotes(const std::string& option) {
    const std::size_t value = option.find('=') + 1;
    const bool wanted = spec::is_label_option(option) && option.find(',') != std::string::npos;
    return wanted && option[value] != '"'
               ? cat(option.substr(0, value), "\"", option.substr(value), "\"")
               : option;
}
std::string without_quotes(std::string option) {
    if (spec::is_label_option(option)) {
        std::erase(option, '"');
    }
    return option;
}

Result<> configure(FdRef context, std::string_view type, const std::string& given) {
    const std::string option = without_quotes(given);
    const std::size_t equals = option.find('=');
    const std::string key = option.substr(0, equals);
    int result = 0;
    if (equals == std::string::npos) {
        result = ::fsconfig(context.number(), FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0);
    } else {
        const std::string value = option.substr(equals + 1);
        if (value.size() > kLongestValue) {
            errno = E2BIG;
            result = -1;
        } else {
            result =
                ::fsconfig(context.number(), FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0);
        }
    }
    if (result < 0) {
        return context_failed(call_failed("fsconfig", Word{type}, option), context);
    }
    return done();
}

/// MS_SILENT has no word: a context reports to its descriptor, not to the kernel's log.
Result<> set_super_flags(FdRef context, std::string_view type, unsigned long set,
                         unsigned long clear) {
    struct Words {
        unsigned long flag;
        const char* set;
        const char* clear;
    };
    constexpr std::array<Words, 5> kWords = {{
        {MS_RDONLY, "ro", "rw"},
        {MS_SYNCHRONOUS, "sync", "async"},
        {MS_DIRSYNC, "dirsync", nullptr},
        {MS_LAZYTIME, "lazytime", "nolazytime"},
        {MS_MANDLOCK, "mand", "nomand"},
    }};
    for (const Words& words : kWords) {
        if ((set & words.flag) != 0) {
            TRY(configure(context, type, words.set));
        } else if ((clear & words.flag) != 0 && words.clear != nullptr) {
            TRY(configure(context, type, words.clear));
        }
    }
    return done();
}

Result<> command(FdRef context, std::string_view type, fsconfig_command what,
                 std::string_view name) {
    if (::fsconfig(context.number(), what, nullptr, nullptr, 0) < 0) {
        return context_failed(call_failed("fsconfig", Word{type}, Word{name}), context);
    }
    return done();
}

Result<> setattr(FdRef mount, mount_attr& change, Depth depth) {
    if (::mount_setattr(mount.number(), "", at_flags(depth), &change, sizeof change) < 0) {
        return call_failed("mount_setattr", mount, Hex{at_flags(depth)}, Hex{change.attr_set},
                           Hex{change.attr_clr}, Hex{change.propagation});
    }
    return done();
}

} // namespace

Result<Fd> clone_tree(FdRef directory, ZView path, Depth depth, LastLink last) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    flags |= depth == Depth::recursive ? unsigned{AT_RECURSIVE} : 0U;
    flags |= path.view().empty() ? unsigned{AT_EMPTY_PATH} : 0U;
    flags |= last == LastLink::keep ? unsigned{AT_SYMLINK_NOFOLLOW} : 0U;
    const int fd = ::open_tree(directory.number(), path.c_str(), flags);
    if (fd < 0) {
        return call_failed("open_tree", directory, path, Hex{flags});
    }
    return Fd(fd);
}

Result<> attach(FdRef mount, FdRef target) {
    if (::move_mount(mount.number(), "", target.number(), "",
                     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
        return call_failed("move_mount", mount, target);
    }
    return done();
}

Result<> detach(FdRef mount) {
    // By its name there: what is mounted may be a file, or a link.
    const std::string path = cat("/proc/self/fd/", mount.number());
    if (::umount2(path.c_str(), MNT_DETACH) < 0) {
        return call_failed("umount2", mount, Word{"MNT_DETACH"});
    }
    return done();
}

bool can_change_detached() {
    static const bool can = [] {
        mount_attr nothing{};
        return ::mount_setattr(-1, "", AT_EMPTY_PATH, &nothing, sizeof nothing) == 0 ||
               errno != ENOSYS;
    }();
    return can;
}

Result<> set_attributes(FdRef mount, Attributes attributes, Depth depth) {
    if (!attributes.any()) {
        return done();
    }
    mount_attr change{};
    change.attr_set = attributes.set;
    change.attr_clr = attributes.clear;
    Result<> changed = setattr(mount, change, depth);
    if (!changed && changed.code() == ENOSYS) {
        return remount(mount, attributes, depth);
    }
    return changed;
}

Result<> set_propagation(FdRef mount, std::uint64_t propagation, Depth depth) {
    mount_attr change{};
    change.propagation = propagation;
    Result<> changed = setattr(mount, change, depth);
    if (!changed && changed.code() == ENOSYS) {
        const std::string path = cat("/proc/self/fd/", mount.number());
        const unsigned long flags =
            propagation | (depth == Depth::recursive ? static_cast<unsigned long>(MS_REC) : 0UL);
        if (::mount(nullptr, path.c_str(), nullptr, flags, nullptr) < 0) {
            return call_failed("mount", mount, Hex{flags});
        }
        return done();
    }
    return changed;
}

Result<> set_id_map(FdRef mount, FdRef user_namespace, Depth depth) {
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_IDMAP;
    change.userns_fd = static_cast<__u64>(user_namespace.number());
    return setattr(mount, change, depth)
        .hint("the file system may not support idmapped mounts, or the mount is idmapped already");
}

Result<> set_label(FdRef mount, const std::string& label) {
    const std::string path = cat("/proc/self/fd/", mount.number());
    if (::setxattr(path.c_str(), "security.selinux", label.c_str(), label.size() + 1, 0) < 0) {
        return std::move(call_failed("setxattr", mount, Word{"security.selinux"}, label))
            .at("/linux/mountLabel");
    }
    return done();
}

Result<Fd> make_filesystem(const Filesystem& filesystem) {
    if ((filesystem.super_flags & MS_I_VERSION) != 0) {
        return Error::system(E2BIG, "fsconfig(2) has no \"iversion\"");
    }
    const Fd context(::fsopen(filesystem.type.c_str(), FSOPEN_CLOEXEC));
    if (!context) {
        const bool unknown = errno == ENODEV;
        Error error = call_failed("fsopen", filesystem.type);
        if (unknown) {
            return std::move(error).hint("the kernel has no such file system; for a bind mount say "
                                         "\"bind\" or \"rbind\" in options");
        }
        return error;
    }
    if (!filesystem.source.empty()) {
        TRY(configure(context, filesystem.type, cat("source=", filesystem.source)));
    }
    TRY(set_super_flags(context, filesystem.type, filesystem.super_flags, 0));
    for (const std::string& option : filesystem.options) {
        TRY(configure(context, filesystem.type, option));
    }
    TRY(command(context, filesystem.type, FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"));
    Fd mount(
        ::fsmount(context.number(), FSMOUNT_CLOEXEC, static_cast<unsigned>(filesystem.attributes)));
    if (!mount) {
        return context_failed(
            call_failed("fsmount", Word{filesystem.type}, Hex{filesystem.attributes}), context);
    }
    return mount;
}

Result<> mount_on(FdRef target, const Filesystem& filesystem) {
    const std::string path = cat("/proc/self/fd/", target.number());
    std::vector<std::string> options;
    std::ranges::transform(filesystem.options, std::back_inserter(options), with_quotes);
    const std::string data = base::join(options, ",");
    if (::mount(filesystem.source.c_str(), path.c_str(), filesystem.type.c_str(),
                filesystem.super_flags, data.empty() ? nullptr : data.c_str()) < 0) {
        return call_failed("mount", filesystem.source, target, filesystem.type,
                           Hex{filesystem.super_flags}, data);
    }
    return done();
}

Result<> reconfigure(FdRef mount, const std::vector<std::string>& options, unsigned long set_flags,
                     unsigned long clear_flags) {
    const Fd context(::fspick(mount.number(), "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC));
    if (!context) {
        return call_failed("fspick", mount);
    }
    TRY(set_super_flags(context, "remount", set_flags, clear_flags));
    for (const std::string& option : options) {
        TRY(configure(context, "remount", option));
    }
    return command(context, "remount", FSCONFIG_CMD_RECONFIGURE, "FSCONFIG_CMD_RECONFIGURE");
}

} // namespace namespaces
