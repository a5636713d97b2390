#include "conformance/harness/namespaces.hpp"

#include "conformance/netlink/links.hpp"

#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace conformance {

const std::array<NamespaceType, 8> kNamespaceTypes{{
    {"pid", "pid", CLONE_NEWPID, "1.0"},
    {"network", "net", CLONE_NEWNET, "1.0"},
    {"mount", "mnt", CLONE_NEWNS, "1.0"},
    {"ipc", "ipc", CLONE_NEWIPC, "1.0"},
    {"uts", "uts", CLONE_NEWUTS, "1.0"},
    {"user", "user", CLONE_NEWUSER, "1.0"},
    {"cgroup", "cgroup", CLONE_NEWCGROUP, "1.0"},
    {"time", "time", CLONE_NEWTIME, "1.1"},
}};

const NamespaceType& namespace_type(std::string_view name) {
    return *std::ranges::find_if(kNamespaceTypes,
                                 [&](const NamespaceType& type) { return type.name == name; });
}

std::string namespace_id(pid_t pid, const NamespaceType& type) {
    std::error_code failure;
    const fs::path link = "/proc/" + std::to_string(pid) + "/ns/" + type.file;
    return fs::read_symlink(link, failure).string();
}

std::string own_namespace_id(const NamespaceType& type) {
    return namespace_id(::getpid(), type);
}

namespace {

/// In the outer process: unshare, wait for the maps, fork the inner one and tell its pid (0: it
/// could not be made).
int hold(int flag, int tell, int go) {
    char mapped = 0;
    pid_t inner = ::unshare(flag) == 0 ? 1 : 0;
    static_cast<void>(!::write(tell, &inner, sizeof inner));
    if (inner == 0 || ::read(go, &mapped, 1) != 1) {
        return 1;
    }
    inner = ::fork();
    if (inner == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        while (true) {
            ::pause();
        }
    }
    static_cast<void>(!::write(tell, &inner, sizeof inner));
    while (true) {
        ::pause();
    }
}

void write_maps(pid_t pid) {
    const std::string directory = "/proc/" + std::to_string(pid);
    write_kernel_file(directory + "/uid_map", "0 0 65536");
    write_kernel_file(directory + "/gid_map", "0 0 65536");
}

} // namespace

NamespaceHolder::NamespaceHolder(const NamespaceType& type) : type_(type) {
    Pipe told = make_pipe();
    Pipe go = make_pipe();
    ::fcntl(told.read_end.number(), F_SETFL, 0);
    ::fcntl(go.read_end.number(), F_SETFL, 0);
    outer_ =
        fork_child([&] { return hold(type.flag, told.write_end.number(), go.read_end.number()); });
    told.write_end.close();
    pid_t answer = 0;
    if (::read(told.read_end.number(), &answer, sizeof answer) != sizeof answer || answer == 0) {
        ::kill(outer_, SIGKILL);
        reap(outer_);
        throw Skipped(std::string("this host cannot make a namespace of type ") + type.name);
    }
    if (type.flag == CLONE_NEWUSER) {
        write_maps(outer_);
    }
    static_cast<void>(!::write(go.write_end.number(), "m", 1));
    static_cast<void>(!::read(told.read_end.number(), &inner_, sizeof inner_));
}

NamespaceHolder::~NamespaceHolder() {
    for (const pid_t pid : {inner_, outer_}) {
        if (pid > 0) {
            ::kill(pid, SIGKILL);
        }
    }
    reap(outer_);
    reap(inner_); // ours since its parent is gone
}

std::string NamespaceHolder::path() const {
    return "/proc/" + std::to_string(inner_) + "/ns/" + type_.file;
}

void enter_own_namespaces() {
    if (::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        throw Broken::call("unshare (the suite has to run as root)");
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        throw Broken::call("make all mounts private");
    }
    netlink::set_up("lo");
}

} // namespace conformance
