#include "namespaces/net_devices.hpp"
#include "namespaces/spawn.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/labels.hpp"
#include "runtime/stage2.hpp"

#include <array>
#include <csignal>

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

/// The ids of the host mean nothing in a user namespace, and its root is who may set up the rest.
Result<> take_root() {
    if (::setresgid(0, 0, 0) < 0 || ::setresuid(0, 0, 0) < 0) {
        return std::move(call_failed("setresuid", 0)).at("/linux/uidMappings");
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return done();
}

/// The relay's work: joins, and leaves the rest to a sibling. Returns in the sibling only.
Result<> relay(Stage2& stage) {
    const namespaces::SpawnPlan& spawn = stage.plan.spawn;
    TRY(namespaces::make_time_namespace(spawn));
    TRY(namespaces::join_all(spawn, stage.joins));
    stage.joins.clear();
    TRY_ASSIGN(base::sys::Pipe named, base::sys::pipe());
    TRY_ASSIGN(const namespaces::Sibling sibling, namespaces::clone_sibling(spawn.new_types));
    if (sibling.pid > 0) {
        const FdRef sent[] = {sibling.pidfd};
        const auto* pid = reinterpret_cast<const char*>(&sibling.pid);
        TRY(stage.channel.send(Message::sibling, {pid, sizeof sibling.pid}, sent));
        ::_exit(0);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Both speak on the same socket: not before the relay's last word, which its end shows.
    named.write_end = Fd();
    std::array<char, 1> nothing{};
    TRY(base::sys::read(named.read_end, nothing));
    stage.channel.skip(Message::sibling);
    if (spawn.makes(spec::NamespaceType::user)) {
        TRY(stage.channel.expect(Message::mapped));
    }
    return spawn.has(spec::NamespaceType::user) ? take_root() : done();
}

} // namespace

namespace steps {

/// "0" is this process; `tasks` of v1 takes a single-threaded one without the wait for an RCU
/// grace period that cgroup.procs costs (docs/performance.md).
Result<> enter_cgroups(Stage2& stage) {
    for (const Fd& tasks : stage.cgroups) {
        TRY(base::sys::write_once(tasks, "0").in("enter the cgroup"));
    }
    stage.cgroups.clear();
    return done();
}

Result<> enter_namespaces(Stage2& stage) {
    if (stage.plan.spawn.shape == namespaces::Shape::relay) {
        return relay(stage);
    }
    TRY(namespaces::join_all(stage.plan.spawn, stage.joins));
    stage.joins.clear();
    return done();
}

Result<> detach_cgroups(Stage2& stage) {
    if (!stage.plan.detach_cgroups) {
        return done();
    }
    return base::sys::unshare(CLONE_NEWCGROUP).in("make a cgroup namespace");
}

Result<> lead_session(Stage2& /*stage*/) {
    if (::setsid() < 0) {
        return call_failed("setsid");
    }
    return done();
}

Result<> bring_up_loopback(Stage2& stage) {
    return stage.plan.bring_up_loopback
               ? namespaces::bring_up_loopback().in("bring up the loopback device")
               : done();
}

Result<> set_names(Stage2& stage) {
    const std::string& host = stage.plan.hostname;
    if (!host.empty() && ::sethostname(host.data(), host.size()) < 0) {
        return std::move(call_failed("sethostname", host)).at("/hostname");
    }
    const std::string& domain = stage.plan.domainname;
    if (!domain.empty() && ::setdomainname(domain.data(), domain.size()) < 0) {
        return std::move(call_failed("setdomainname", domain)).at("/domainname");
    }
    return done();
}

Result<> hold_procfs(Stage2& stage) {
    const std::optional<ProcessPlan>& process = stage.plan.process;
    if (stage.plan.sysctls.empty() && !(process && has_labels(*process))) {
        return done();
    }
    Result<base::Procfs> proc = base::Procfs::fresh();
    if (!proc && proc.code() == EPERM) {
        // A user namespace below a partly covered /proc gets no new one. The visible one is
        // checked, and what somebody has mounted over a part of it is never gone through.
        proc = base::Procfs::of_host();
    }
    TRY_ASSIGN(stage.proc, std::move(proc).in("mount a private /proc"));
    return done();
}

Result<> set_sysctls(Stage2& stage) {
    for (const Sysctl& sysctl : stage.plan.sysctls) {
        Result<> set = stage.proc->write(cat("sys/", sysctl.path), sysctl.value);
        if (set.code() == ENOENT) {
            // Engines read "No such file or directory" as: there is no such program.
            return Error(cat("there is no sysctl ", sysctl.path))
                .at(sysctl.origin)
                .hint("it may belong to a kernel module, or not to this namespace");
        }
        TRY(std::move(set)
                .at(sysctl.origin)
                .in(cat("set the sysctl ", sysctl.path, " to ", base::quoted(sysctl.value))));
    }
    return done();
}

} // namespace steps

} // namespace runtime
