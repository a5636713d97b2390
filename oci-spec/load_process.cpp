// config.md, "Process".
#include "oci-spec/loaders.hpp"

namespace spec {

void load(const Cursor& at, ConsoleSize& size) {
    ObjectReader object(at);
    object.required("height", size.height);
    object.required("width", size.width);
}

void load(const Cursor& at, User& user) {
    ObjectReader object(at);
    object.required("uid", user.uid);
    object.required("gid", user.gid);
    object.optional("umask", user.umask);
    object.optional("additionalGids", user.additional_gids);
    object.ignored("username", "it is for Windows");
}

void load(const Cursor& at, Rlimit& rlimit) {
    ObjectReader object(at);
    object.required("type", rlimit.type);
    object.required("soft", rlimit.soft);
    object.required("hard", rlimit.hard);
}

void load(const Cursor& at, Capabilities& capabilities) {
    ObjectReader object(at);
    object.optional("bounding", capabilities.bounding);
    object.optional("effective", capabilities.effective);
    object.optional("inheritable", capabilities.inheritable);
    object.optional("permitted", capabilities.permitted);
    object.optional("ambient", capabilities.ambient);
}

void load(const Cursor& at, Scheduler& scheduler) {
    ObjectReader object(at);
    object.required("policy", scheduler.policy);
    object.optional("nice", scheduler.nice);
    object.optional("priority", scheduler.priority);
    object.optional("flags", scheduler.flags);
    object.optional("runtime", scheduler.runtime);
    object.optional("deadline", scheduler.deadline);
    object.optional("period", scheduler.period);
}

void load(const Cursor& at, IoPriority& io) {
    ObjectReader object(at);
    object.required("class", io.io_class);
    object.required("priority", io.priority);
}

void load(const Cursor& at, ExecCpuAffinity& affinity) {
    ObjectReader object(at);
    object.optional("initial", affinity.initial);
    object.optional("final", affinity.final);
}

void load(const Cursor& at, Process& process) {
    ObjectReader object(at);
    object.optional("terminal", process.terminal);
    if (process.terminal) {
        object.optional("consoleSize", process.console_size);
    } else {
        object.skipped("consoleSize"); // "Runtimes MUST ignore consoleSize if terminal is false"
    }
    object.optional("user", process.user);
    object.optional("args", process.args);
    object.optional("env", process.env);
    object.required("cwd", process.cwd);
    object.optional("capabilities", process.capabilities);
    object.optional("rlimits", process.rlimits);
    object.optional("noNewPrivileges", process.no_new_privileges);
    object.optional("apparmorProfile", process.apparmor_profile);
    object.optional("oomScoreAdj", process.oom_score_adj);
    object.optional("scheduler", process.scheduler);
    object.optional("selinuxLabel", process.selinux_label);
    object.optional("ioPriority", process.io_priority);
    object.optional("execCPUAffinity", process.exec_cpu_affinity);
    object.ignored("commandLine", "it is for Windows");
}

} // namespace spec
