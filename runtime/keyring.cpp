#include "runtime/keyring.hpp"

#include "runtime/base/sys.hpp"

#include <array>
#include <string_view>

#include <linux/keyctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Result;
using base::Word;

namespace {

/// Keyrings of a name are found by those who may search them, and by default that is none but who
/// has them already: KEY_USR_SEARCH of the kernel's include/linux/key.h.
constexpr unsigned long kUserMaySearch = 0x00080000;

/// nullopt if the kernel does not tell.
std::optional<std::string> described(long key) {
    std::array<char, 512> text{};
    const long size = ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text.data(), text.size());
    if (size <= 0 || static_cast<std::size_t>(size) > text.size()) {
        return std::nullopt;
    }
    return std::string(text.data(), static_cast<std::size_t>(size) - 1); // it ends in a NUL
}

/// "keyring;UID;GID;PERMISSIONS;NAME": whether it is ours, and who may do what.
std::optional<unsigned long> own_permissions(long key) {
    const std::optional<std::string> text = described(key);
    if (!text) {
        return std::nullopt;
    }
    const std::vector<std::string_view> fields = base::split(*text, ';');
    if (fields.size() < 5 || base::parse_number<uid_t>(fields[1]) != ::geteuid()) {
        return std::nullopt;
    }
    return base::parse_number<unsigned long>(fields[3], 16);
}

Result<long> join(const char* name) {
    const long key = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
    if (key < 0) {
        return std::move(call_failed("keyctl", Word{"KEYCTL_JOIN_SESSION_KEYRING"},
                                     std::string_view(name == nullptr ? "" : name)))
            .hint("the user's quota of keys may be used up (/proc/key-users): --no-new-keyring");
    }
    return key;
}

} // namespace

Result<std::string> new_keyring_name(const std::string& container_id) {
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, 0) != sizeof random) {
        return call_failed("getrandom", sizeof random);
    }
    return cat("_ses.", container_id, ".", base::hex(random).substr(2));
}

Result<> join_session_keyring(const std::string& name) {
    Result<long> key = join(name.c_str());
    if (key.code() == ENOSYS) {
        return done();
    }
    TRY_ASSIGN(const long joined, std::move(key));
    const std::optional<unsigned long> permissions = own_permissions(joined);
    if (!permissions) {
        TRY(join(nullptr));
        return done();
    }
    // For `exec`; where it cannot be had its processes get a keyring of their own, which is none of
    // the caller's either.
    static_cast<void>(::syscall(SYS_keyctl, KEYCTL_SETPERM, joined, *permissions | kUserMaySearch));
    return done();
}

} // namespace runtime
