#include "seccomp/cache_entry_plan.hpp"

#include "runtime/base/wire.hpp"

#include <bit>
#include <cstring>

namespace seccomp {

namespace {

/// A program as it is kept.
struct Entry {
    std::string key;
    std::string code; ///< the instructions, as they lie in memory
    std::uint32_t flags = 0;
    std::vector<std::string> warnings;
};

template <class Wire>
void wire(Wire& w, Entry& entry) {
    w(entry.key, entry.code, entry.flags, entry.warnings);
}

constexpr std::size_t kPrefix = sizeof(std::uint64_t); // the fingerprint of all that follows it

} // namespace

std::string canonical(const spec::Seccomp& profile) {
    base::WireWriter writer;
    // Of the listener only its being there has a part in what the filter is.
    writer(profile.default_action, profile.default_errno_ret, profile.architectures, profile.flags,
           !profile.listener_path.empty());
    for (const spec::SeccompSyscall& entry : profile.syscalls) {
        writer(entry.names, entry.action, entry.errno_ret, entry.args.size());
        for (const spec::SeccompArg& arg : entry.args) {
            writer(arg.index, arg.op, arg.value, arg.value_two);
        }
    }
    return writer.bytes();
}

std::uint64_t fingerprint(std::string_view bytes) {
    // As FNV-1a, but eight bytes at a time; the rotation brings high bits down to low ones.
    constexpr std::uint64_t kStart = 0xcbf29ce484222325;
    constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15;
    std::uint64_t hash = kStart ^ bytes.size();
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t size = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), size);
        bytes.remove_prefix(size);
        hash = std::rotl((hash ^ word) * kPrime, 29);
    }
    return hash * kPrime;
}

std::string encoded(std::string_view key, const Program& program) {
    const auto* code = reinterpret_cast<const char*>(program.filter.data());
    const Entry entry{.key = std::string(key),
                      .code = {code, program.filter.size() * sizeof(sock_filter)},
                      .flags = program.flags,
                      .warnings = program.warnings};
    base::WireWriter body;
    body(entry);
    base::WireWriter whole;
    whole(fingerprint(body.bytes()));
    return whole.bytes() + body.bytes();
}

std::optional<Program> decoded(std::string_view entry, std::string_view key) {
    std::uint64_t print = 0;
    if (entry.size() < kPrefix) {
        return std::nullopt;
    }
    base::WireReader prefix(entry.substr(0, kPrefix));
    prefix(print);
    Entry found;
    base::WireReader reader(entry.substr(kPrefix));
    reader(found);
    const std::size_t length = found.code.size() / sizeof(sock_filter);
    if (print != fingerprint(entry.substr(kPrefix)) || !reader.complete() || found.key != key ||
        length == 0 || length > kMostInstructions || found.code.size() % sizeof(sock_filter) != 0) {
        return std::nullopt;
    }
    Program program{.filter = std::vector<sock_filter>(length),
                    .flags = found.flags,
                    .warnings = std::move(found.warnings)};
    std::memcpy(program.filter.data(), found.code.data(), found.code.size());
    return program;
}

} // namespace seccomp
