#include "runtime/base/sys.hpp"
#include "runtime/labels.hpp"
#include "runtime/process.hpp"
#include "runtime/stage2.hpp"
#include "seccomp/load.hpp"

#include <utility>

#include <sys/prctl.h>
#include <sys/stat.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Fd;
using base::Result;
using base::RootDir;
using base::Word;

namespace {

/// Behind a filter that notifies, sending might wait for an agent that has no listener yet: so the
/// runtime is told its number before, and fetches it (kernel rule 10).
Result<> announce_listener(Stage2& stage) {
    if (!stage.has_turn(Message::listener)) {
        return done();
    }
    TRY_ASSIGN(const int number, seccomp::next_descriptor());
    return stage.channel.send(Message::listener, cat(number));
}

Result<> load_filter(Stage2& stage) {
    const ProcessPlan& process = *stage.plan.process;
    if (process.filter.empty()) {
        return done();
    }
    TRY(announce_listener(stage));
    TRY_ASSIGN(Fd listener, seccomp::load(process.filter, process.filter_flags)
                                .at("/linux/seccomp")
                                .in("load the seccomp filter"));
    static_cast<void>(listener.release()); // the runtime takes it from here; the exec closes it
    stage.filtered = true;
    return done();
}

} // namespace

namespace steps {

/// What a filter may forbid is done before it is loaded. Without no_new_privs loading it needs
/// CAP_SYS_ADMIN, so it comes before the capabilities are given up; with it, after (kernel rule
/// 10).
Result<> become_process(Stage2& stage) {
    const RootDir& root = *stage.root;
    const std::optional<base::Procfs> proc = std::exchange(stage.proc, std::nullopt);
    ::umask(stage.inherited_umask);
    if (!stage.plan.process) {
        ::prctl(PR_SET_PDEATHSIG, 0);
        return done();
    }
    const ProcessPlan& process = *stage.plan.process;
    TRY(set_inherited_attributes(process, proc ? &*proc : nullptr));
    TRY(hand_over_streams(process));
    if (stage.plan.role == Role::container) {
        make_working_directory(root, process);
    }
    TRY_ASSIGN(const bool entered, enter_directory(process, Attempt::as_root));
    stage.environment = environment_of(process, root);
    TRY(keep_only_preserved(process));
    if (has_labels(process)) {
        // No exec but the program's and its hooks' comes behind it. With no_new_privs, or less than
        // root, the modules could take it for a way to more rights.
        TRY(set_exec_labels(*proc, process));
    }
    if (process.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return std::move(call_failed("prctl", Word{"PR_SET_NO_NEW_PRIVS"}))
            .at(cat(process.origin, "/noNewPrivileges"));
    }
    // From here on EOF on the channel alone says that the runtime died: it will be gone as soon as
    // it has said `release`, and must not take us with it.
    ::prctl(PR_SET_PDEATHSIG, 0);
    if (!process.no_new_privileges) {
        TRY(load_filter(stage));
    }
    TRY(become_user(process));
    // Whether the user may be there is not asked of a filter that may know neither chdir nor
    // getcwd.
    if (!entered || !stage.filtered) {
        TRY(enter_directory(process, Attempt::as_user));
    }
    TRY_ASSIGN(stage.program, find_program(process));
    if (process.no_new_privileges) {
        TRY(load_filter(stage));
    }
    return done();
}

} // namespace steps

} // namespace runtime
