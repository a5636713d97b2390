#include "namespaces/kinds.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

namespace namespaces {

using base::cat;
using base::Fd;
using base::Result;

const std::array<Kind, 8> kKinds = {{
    {spec::NamespaceType::ipc, "ipc", "ipc", CLONE_NEWIPC},
    {spec::NamespaceType::uts, "uts", "uts", CLONE_NEWUTS},
    {spec::NamespaceType::network, "network", "net", CLONE_NEWNET},
    {spec::NamespaceType::pid, "pid", "pid", CLONE_NEWPID},
    {spec::NamespaceType::cgroup, "cgroup", "cgroup", CLONE_NEWCGROUP},
    {spec::NamespaceType::time, "time", "time", CLONE_NEWTIME},
    {spec::NamespaceType::mount, "mount", "mnt", CLONE_NEWNS},
    {spec::NamespaceType::user, "user", "user", CLONE_NEWUSER},
}};

const Kind& kind_of(spec::NamespaceType type) {
    return *std::ranges::find(kKinds, type, &Kind::type);
}

Result<Fd> open_namespace(spec::NamespaceType type, const std::string& path) {
    const Kind& wanted = kind_of(type);
    TRY_ASSIGN(Fd fd, base::sys::open(base::FdRef::cwd(), path, O_RDONLY)
                          .in(cat("open the ", wanted.oci_name, " namespace")));
    const int found = ::ioctl(fd.number(), NS_GET_NSTYPE);
    if (found == wanted.flag) {
        return fd;
    }
    const auto other = std::ranges::find(kKinds, found, &Kind::flag);
    const std::string what = found < 0 || other == kKinds.end()
                                 ? std::string("no namespace")
                                 : cat("a ", other->oci_name, " namespace");
    return base::Error(
        cat(base::quoted(path), " is ", what, ", not a ", wanted.oci_name, " namespace"));
}

Result<bool> is_own(base::FdRef opened, spec::NamespaceType type) {
    const std::string path = cat("/proc/self/ns/", kind_of(type).proc_name);
    TRY_ASSIGN(const struct stat theirs, base::sys::fstat(opened));
    TRY_ASSIGN(const struct stat ours, base::sys::fstatat(base::FdRef::cwd(), path, 0));
    return theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

} // namespace namespaces
