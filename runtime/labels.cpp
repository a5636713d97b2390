#include "runtime/labels.hpp"

#include "runtime/base/sys.hpp"

#include <fcntl.h>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Procfs;
using base::Result;

namespace {

/// Before Linux 5.8 AppArmor has no folder of its own, and answers at the common file.
Result<Fd> open_profile_file(const Procfs& proc) {
    TRY_ASSIGN(const std::string own, proc.self("attr/apparmor/exec"));
    Result<Fd> file = proc.open(own, O_WRONLY);
    if (file || file.code() != ENOENT) {
        return file;
    }
    TRY_ASSIGN(const std::string common, proc.self("attr/exec"));
    return proc.open(common, O_WRONLY);
}

Result<> set_profile(const Procfs& proc, const std::string& profile) {
    TRY_ASSIGN(const Fd file, open_profile_file(proc));
    Result<> written = base::sys::write_once(file, cat("exec ", profile));
    if (written.code() == ENOENT) {
        // Engines read "No such file or directory" as: there is no such program.
        return Error(cat("AppArmor has no profile ", base::quoted(profile)))
            .hint("apparmor_parser(8) loads it; /sys/kernel/security/apparmor/profiles lists them");
    }
    return std::move(written).hint("the runtime is confined itself, by a profile that does not "
                                   "allow the change");
}

Result<> write_label(const Procfs& proc, std::string_view file, std::string_view label) {
    TRY_ASSIGN(const std::string path, proc.self(file));
    return proc.write(path, label)
        .hint("the loaded policy has no such context, or does not let the runtime give it");
}

} // namespace

bool has_labels(const ProcessPlan& process) {
    return !process.apparmor_profile.empty() || !process.selinux_label.empty();
}

Result<> set_exec_labels(const Procfs& proc, const ProcessPlan& process) {
    if (!process.apparmor_profile.empty()) {
        TRY(set_profile(proc, process.apparmor_profile)
                .at(cat(process.origin, "/apparmorProfile"))
                .in(cat("take the AppArmor profile ", base::quoted(process.apparmor_profile))));
    }
    if (!process.selinux_label.empty()) {
        TRY(write_label(proc, "attr/exec", process.selinux_label)
                .at(cat(process.origin, "/selinuxLabel"))
                .in(cat("take the SELinux label ", base::quoted(process.selinux_label))));
    }
    return done();
}

Result<KeyLabel> KeyLabel::set(const Procfs* proc, const ProcessPlan& process) {
    if (proc == nullptr || process.selinux_label.empty()) {
        return KeyLabel(nullptr);
    }
    TRY(write_label(*proc, "attr/keycreate", process.selinux_label)
            .at(cat(process.origin, "/selinuxLabel"))
            .in("label the session keyring"));
    return KeyLabel(proc);
}

KeyLabel::~KeyLabel() {
    if (proc_ != nullptr) {
        // An empty line means: as the policy has it.
        static_cast<void>(write_label(*proc_, "attr/keycreate", "\n"));
    }
}

} // namespace runtime
