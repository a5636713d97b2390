#include "oci-spec/mount_options.hpp"

#include <algorithm>
#include <array>

#include <linux/mount.h>

namespace spec {

namespace {

enum class Effect : std::uint8_t {
    nothing,
    attribute,     ///< sets `bits`
    no_attribute,  ///< clears them
    access_time,   ///< chooses the mode `bits`
    all_attribute, ///< as the three before, recursively
    all_no_attribute,
    all_access_time,
    super,
    no_super,
    read_only,
    read_write,
    propagation,
    bind,
    rbind,
    remount,
    idmap,
    ridmap,
    tmpcopyup,
    copy_symlink,
    src_nofollow,
    dest_nofollow,
};

struct Option {
    std::string_view word;
    Effect effect;
    std::uint64_t bits = 0; ///< MOUNT_ATTR_*, MS_* or a Propagation
};

constexpr std::uint64_t bits_of(Propagation propagation) {
    return static_cast<std::uint64_t>(propagation);
}

// Sorted, for the search. Without relatime and strictatime the kernel falls back to relatime, so
// their negations choose it too, as they do under mount(8).
constexpr Option kOptions[] = {
    {"_netdev", Effect::nothing},
    {"async", Effect::no_super, MS_SYNCHRONOUS},
    {"atime", Effect::access_time, MOUNT_ATTR_RELATIME},
    {"auto", Effect::nothing},
    {"bind", Effect::bind},
    {"copy-symlink", Effect::copy_symlink},
    {"defaults", Effect::nothing},
    {"dest-nofollow", Effect::dest_nofollow},
    {"dev", Effect::no_attribute, MOUNT_ATTR_NODEV},
    {"diratime", Effect::no_attribute, MOUNT_ATTR_NODIRATIME},
    {"dirsync", Effect::super, MS_DIRSYNC},
    {"exec", Effect::no_attribute, MOUNT_ATTR_NOEXEC},
    {"idmap", Effect::idmap},
    {"iversion", Effect::super, MS_I_VERSION},
    {"lazytime", Effect::super, MS_LAZYTIME},
    {"loud", Effect::no_super, MS_SILENT},
    {"mand", Effect::super, MS_MANDLOCK},
    {"noatime", Effect::access_time, MOUNT_ATTR_NOATIME},
    {"noauto", Effect::nothing},
    {"nodev", Effect::attribute, MOUNT_ATTR_NODEV},
    {"nodiratime", Effect::attribute, MOUNT_ATTR_NODIRATIME},
    {"noexec", Effect::attribute, MOUNT_ATTR_NOEXEC},
    {"nofail", Effect::nothing},
    {"noiversion", Effect::no_super, MS_I_VERSION},
    {"nolazytime", Effect::no_super, MS_LAZYTIME},
    {"nomand", Effect::no_super, MS_MANDLOCK},
    {"norelatime", Effect::access_time, MOUNT_ATTR_RELATIME},
    {"nostrictatime", Effect::access_time, MOUNT_ATTR_RELATIME},
    {"nosuid", Effect::attribute, MOUNT_ATTR_NOSUID},
    {"nosymfollow", Effect::attribute, MOUNT_ATTR_NOSYMFOLLOW},
    {"private", Effect::propagation, bits_of(Propagation::private_)},
    {"ratime", Effect::all_access_time, MOUNT_ATTR_RELATIME},
    {"rbind", Effect::rbind},
    {"rdev", Effect::all_no_attribute, MOUNT_ATTR_NODEV},
    {"rdiratime", Effect::all_no_attribute, MOUNT_ATTR_NODIRATIME},
    {"relatime", Effect::access_time, MOUNT_ATTR_RELATIME},
    {"remount", Effect::remount},
    {"rexec", Effect::all_no_attribute, MOUNT_ATTR_NOEXEC},
    {"ridmap", Effect::ridmap},
    {"rnoatime", Effect::all_access_time, MOUNT_ATTR_NOATIME},
    {"rnodev", Effect::all_attribute, MOUNT_ATTR_NODEV},
    {"rnodiratime", Effect::all_attribute, MOUNT_ATTR_NODIRATIME},
    {"rnoexec", Effect::all_attribute, MOUNT_ATTR_NOEXEC},
    {"rnorelatime", Effect::all_access_time, MOUNT_ATTR_RELATIME},
    {"rnostrictatime", Effect::all_access_time, MOUNT_ATTR_RELATIME},
    {"rnosuid", Effect::all_attribute, MOUNT_ATTR_NOSUID},
    {"rnosymfollow", Effect::all_attribute, MOUNT_ATTR_NOSYMFOLLOW},
    {"ro", Effect::read_only},
    {"rprivate", Effect::propagation, bits_of(Propagation::rprivate)},
    {"rrelatime", Effect::all_access_time, MOUNT_ATTR_RELATIME},
    {"rro", Effect::all_attribute, MOUNT_ATTR_RDONLY},
    {"rrw", Effect::all_no_attribute, MOUNT_ATTR_RDONLY},
    {"rshared", Effect::propagation, bits_of(Propagation::rshared)},
    {"rslave", Effect::propagation, bits_of(Propagation::rslave)},
    {"rstrictatime", Effect::all_access_time, MOUNT_ATTR_STRICTATIME},
    {"rsuid", Effect::all_no_attribute, MOUNT_ATTR_NOSUID},
    {"rsymfollow", Effect::all_no_attribute, MOUNT_ATTR_NOSYMFOLLOW},
    {"runbindable", Effect::propagation, bits_of(Propagation::runbindable)},
    {"rw", Effect::read_write},
    {"shared", Effect::propagation, bits_of(Propagation::shared)},
    {"silent", Effect::super, MS_SILENT},
    {"slave", Effect::propagation, bits_of(Propagation::slave)},
    {"src-nofollow", Effect::src_nofollow},
    {"strictatime", Effect::access_time, MOUNT_ATTR_STRICTATIME},
    {"suid", Effect::no_attribute, MOUNT_ATTR_NOSUID},
    {"symfollow", Effect::no_attribute, MOUNT_ATTR_NOSYMFOLLOW},
    {"sync", Effect::super, MS_SYNCHRONOUS},
    {"tmpcopyup", Effect::tmpcopyup},
    {"unbindable", Effect::propagation, bits_of(Propagation::unbindable)},
};
static_assert(std::ranges::is_sorted(kOptions, {}, &Option::word));

const Option* find_option(std::string_view word) {
    const Option* found = std::ranges::lower_bound(kOptions, word, {}, &Option::word);
    return found != std::end(kOptions) && found->word == word ? found : nullptr;
}

/// For other programs than the one that mounts.
bool is_comment(std::string_view word) {
    return word.empty() || word.starts_with("x-") || word.starts_with("X-") ||
           word.starts_with("comment=");
}

void set(FlagChange& change, std::uint64_t bits) {
    change.set |= bits;
    change.clear &= ~bits;
}

void clear(FlagChange& change, std::uint64_t bits) {
    change.clear |= bits;
    change.set &= ~bits;
}

void choose_access_time(FlagChange& change, std::uint64_t mode) {
    clear(change, MOUNT_ATTR__ATIME);
    set(change, mode);
}

void apply(const Option& option, MountOptions& options) {
    switch (option.effect) {
    case Effect::nothing:
        break;
    case Effect::attribute:
        set(options.attributes, option.bits);
        break;
    case Effect::no_attribute:
        clear(options.attributes, option.bits);
        break;
    case Effect::access_time:
        choose_access_time(options.attributes, option.bits);
        break;
    case Effect::all_attribute:
        set(options.recursive_attributes, option.bits);
        break;
    case Effect::all_no_attribute:
        clear(options.recursive_attributes, option.bits);
        break;
    case Effect::all_access_time:
        choose_access_time(options.recursive_attributes, option.bits);
        break;
    case Effect::super:
        set(options.super, option.bits);
        break;
    case Effect::no_super:
        clear(options.super, option.bits);
        break;
    case Effect::read_only:
        set(options.attributes, MOUNT_ATTR_RDONLY);
        set(options.super, MS_RDONLY);
        break;
    case Effect::read_write:
        clear(options.attributes, MOUNT_ATTR_RDONLY);
        clear(options.super, MS_RDONLY);
        break;
    case Effect::propagation:
        options.propagation.push_back(static_cast<Propagation>(option.bits));
        break;
    case Effect::bind:
        options.bind = MountOptions::Bind::plain;
        break;
    case Effect::rbind:
        options.bind = MountOptions::Bind::recursive;
        break;
    case Effect::remount:
        options.remount = true;
        break;
    case Effect::idmap:
        options.id_map = MountOptions::IdMap::plain;
        break;
    case Effect::ridmap:
        options.id_map = MountOptions::IdMap::recursive;
        break;
    case Effect::tmpcopyup:
        options.tmpcopyup = true;
        break;
    case Effect::copy_symlink:
        options.copy_symlink = true;
        break;
    case Effect::src_nofollow:
        options.src_nofollow = true;
        break;
    case Effect::dest_nofollow:
        options.dest_nofollow = true;
        break;
    }
}

/// "idmap=RANGES" and "ridmap=RANGES".
bool apply_id_map(std::string_view word, MountOptions& options) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    if (equals == std::string_view::npos || (key != "idmap" && key != "ridmap")) {
        return false;
    }
    apply(*find_option(key), options);
    options.id_map_ranges = word.substr(equals + 1);
    return true;
}

} // namespace

MountOptions mount_options(std::span<const std::string> words) {
    MountOptions options;
    for (const std::string& word : words) {
        if (const Option* option = find_option(word)) {
            apply(*option, options);
        } else if (!apply_id_map(word, options) && !is_comment(word)) {
            options.data.push_back(word);
        }
    }
    return options;
}

std::uint64_t whole_access_time(const FlagChange& change) {
    const bool changes = ((change.set | change.clear) & MOUNT_ATTR__ATIME) != 0;
    return change.clear | (changes ? std::uint64_t{MOUNT_ATTR__ATIME} : 0);
}

bool is_mount_option(std::string_view word) {
    return find_option(word) != nullptr || is_comment(word);
}

bool is_label_option(std::string_view option) {
    constexpr std::array<std::string_view, 4> kWords = {
        "context=", "fscontext=", "defcontext=", "rootcontext="};
    return std::ranges::any_of(
        kWords, [option](std::string_view word) { return option.starts_with(word); });
}

std::vector<std::string_view> mount_option_words() {
    std::vector<std::string_view> words;
    for (const Option& option : kOptions) {
        words.push_back(option.word);
    }
    return words;
}

} // namespace spec
