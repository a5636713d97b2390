#include "runtime/cli/attend.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/foreground.hpp"
#include "runtime/lifecycle.hpp"

namespace cli {

using base::Result;

void declare_attendance(Arguments& arguments, Attendance& attendance) {
    arguments.flag("detach,d", attendance.detach, "return when the program is executed");
    arguments.flag("keep", attendance.keep, "do not delete the container when it has ended");
    arguments.flag("no-subreaper", attendance.no_subreaper,
                   "leave the container's orphans to the next subreaper");
}

Result<> prepare(const Attendance& attendance) {
    if (attendance.detach) {
        return base::done();
    }
    TRY(runtime::hold_signals());
    return attendance.no_subreaper ? base::done() : runtime::adopt_orphans();
}

Result<runtime::Container> container_of(runtime::Created& created, spec::Status status) {
    TRY_ASSIGN(base::Fd init, base::sys::duplicate(created.init.pidfd()));
    return runtime::Container{.directory = std::move(created.directory),
                              .record = std::move(created.record),
                              .init = std::move(init),
                              .status = status};
}

Result<int> attend(const runtime::StateStore& store, runtime::Created created,
                   runtime::Container container, std::optional<runtime::NotifyRelay> relay,
                   const Attendance& attendance) {
    if (attendance.detach) {
        if (relay) {
            container.directory.fd = base::Fd();
            runtime::await_ready(*relay, container.init, container.record.init.pid);
        }
        static_cast<void>(created.init.release());
        return 0;
    }
    // While the container runs others may change it: the lock is theirs.
    const std::string id = container.record.id;
    container = {};
    TRY_ASSIGN(const base::Exit exit,
               runtime::stay_with(created.init, std::move(created.terminal), std::move(relay)));
    if (!attendance.keep) {
        TRY(runtime::remove(store, id, runtime::Force::yes));
    }
    return exit.shell_code();
}

} // namespace cli
