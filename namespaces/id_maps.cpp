#include "namespaces/id_maps.hpp"

#include "namespaces/spawn_plan.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"

#include <cstdlib>

#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::FdRef;
using base::Result;

namespace {

/// What differs between users and groups.
struct IdKind {
    std::string_view what;
    std::string_view file;        ///< below /proc/PID
    const char* program;          ///< setuid root, maps what its own file gives
    const char* subordinate_file; ///< which is this
    uid_t (*own_id)();
};
constexpr IdKind kUsers = {"user", "uid_map", "newuidmap", "/etc/subuid", ::geteuid};
constexpr IdKind kGroups = {"group", "gid_map", "newgidmap", "/etc/subgid", ::getegid};

/// A file that is not there says nothing.
std::string content_of(const char* path) {
    const Result<std::string> content = base::read_file(FdRef::cwd(), path);
    return content ? *content : std::string();
}

User caller() {
    return {.name = account_of(::geteuid(), content_of("/etc/passwd")), .uid = ::geteuid()};
}

std::vector<IdRange> subordinate_ids_of(const IdKind& kind) {
    return subordinate_ids(content_of(kind.subordinate_file), caller());
}

Result<std::string> find_program(const char* name) {
    const char* path = ::getenv("PATH");
    // Engines call runtimes with an empty environment, too.
    const std::string folders = cat(path == nullptr ? "" : path, ":/usr/bin:/bin");
    for (const std::string_view folder : base::split(folders, ':')) {
        const std::string candidate = cat(folder, "/", name);
        if (folder.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return Error(cat(name, " is not on this host"))
        .hint("it maps ranges of ids for ordinary users; Debian has it in the package uidmap");
}

struct Ended {
    base::Exit exit;
    std::string words; ///< what it said, as one line
};

Result<Ended> run(const std::string& program, std::vector<std::string> arguments) {
    TRY_ASSIGN(base::sys::Pipe pipe, base::sys::pipe());
    arguments.insert(arguments.begin(), program);
    TRY_ASSIGN(base::Child child, base::fork_to([&] {
                   if (::dup2(pipe.write_end.number(), STDERR_FILENO) >= 0) {
                       ::execve(program.c_str(), base::argument_vector(arguments).data(),
                                base::argument_vector({}).data()); // no translated messages
                   }
                   return 127;
               }));
    pipe.write_end.close();
    TRY_ASSIGN(const std::string words, base::read_all(pipe.read_end));
    TRY_ASSIGN(const base::Exit exit, child.wait());
    const std::string_view said = base::trimmed(words);
    return Ended{exit, std::string(said.substr(0, said.find('\n')))};
}

Result<> map_by_program(const IdKind& kind, pid_t pid,
                        const std::vector<spec::IdMapping>& mappings) {
    const std::string advice = advice_on(mappings, kind.own_id(), subordinate_ids_of(kind),
                                         caller(), kind.subordinate_file);
    TRY_ASSIGN(const std::string program, find_program(kind.program));
    std::vector<std::string> arguments = {cat(pid)};
    for (const spec::IdMapping& mapping : mappings) {
        for (const std::uint32_t number : {mapping.container_id, mapping.host_id, mapping.size}) {
            arguments.push_back(cat(number));
        }
    }
    TRY_ASSIGN(const Ended ended, run(program, std::move(arguments)));
    if (ended.exit.signal == 0 && ended.exit.code == 0) {
        return done();
    }
    // Its words begin with its name.
    return Error(ended.words.empty() ? cat(kind.program, " ", ended.exit.text()) : ended.words)
        .hint(!advice.empty() ? advice
                              : cat(kind.program, " has to be setuid root, on a file system that "
                                                  "allows it, and the runtime must not be under "
                                                  "no_new_privs"));
}

Result<> write_map(const base::Procfs& proc, const IdKind& kind, pid_t pid,
                   const std::vector<spec::IdMapping>& mappings) {
    Result<> written = proc.write(cat(pid, "/", kind.file), id_map_text(mappings));
    if (written.code() != EPERM) {
        return written;
    }
    if (::geteuid() == 0) {
        return std::move(written).hint(
            "not all of these ids are in the runtime's own user namespace (/proc/self/uid_map), or "
            "it lacks CAP_SETUID or CAP_SETGID");
    }
    return map_by_program(kind, pid, mappings);
}

} // namespace

Result<> write_uid_map(pid_t pid, const std::vector<spec::IdMapping>& mappings) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    return write_map(proc, kUsers, pid, mappings).in("map user ids");
}

Result<> write_gid_map(pid_t pid, const std::vector<spec::IdMapping>& mappings) {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    if (costs_setgroups(mappings, ::geteuid(), ::getegid())) {
        // Without that a user could leave a group, and so get at what is forbidden to it.
        TRY(proc.write(cat(pid, "/setgroups"), "deny").in("map group ids"));
    }
    return write_map(proc, kGroups, pid, mappings).in("map group ids");
}

Result<> write_id_maps(pid_t pid, const std::vector<spec::IdMapping>& uid_mappings,
                       const std::vector<spec::IdMapping>& gid_mappings) {
    TRY(write_uid_map(pid, uid_mappings));
    return write_gid_map(pid, gid_mappings);
}

OwnMappings own_mappings() {
    return {.uids = mappings_onto(::geteuid(), subordinate_ids_of(kUsers)),
            .gids = mappings_onto(::getegid(), subordinate_ids_of(kGroups))};
}

std::string line_for(std::string_view file) {
    return line_for(caller(), {.first = 100000, .count = 65536}, file);
}

} // namespace namespaces
