#include "runtime/cli/criu_options.hpp"

#include "runtime/criu_plan.hpp"

namespace cli {

using base::cat;
using base::done;
using base::Error;
using base::Result;

void declare_criu_options(Arguments& arguments, runtime::criu::Options& options, CriuWords& words) {
    arguments.value("image-path", words.images,
                    "the directory of the image (default: ./checkpoint)");
    arguments.value("work-path", words.work,
                    "the directory of CRIU's log (default: that of the image)");
    arguments.flag("tcp-established", options.tcp_established, "also established TCP connections");
    arguments.flag("ext-unix-sk", options.ext_unix_sk,
                   "also unix sockets with a peer outside of the container");
    arguments.flag("shell-job", options.shell_job,
                   "also a session and a terminal from outside of the container");
    arguments.flag("file-locks", options.file_locks, "also file locks");
    arguments.value("manage-cgroups-mode", words.cgroup_mode,
                    "cgroups below the container's: soft (default), full, strict, ignore");
    arguments.list("empty-ns", words.empty_namespaces,
                   "\"network\", the one that is always left to others");
    arguments.flag("auto-dedup", options.auto_dedup,
                   "pages of memory are kept once, in the newest image");
    arguments.flag("lazy-pages", options.lazy_pages,
                   "memory comes when it is asked for (criu lazy-pages)");
}

Result<> complete(runtime::criu::Options& options, const CriuWords& words) {
    TRY_ASSIGN(options.cgroup_mode,
               runtime::criu::cgroup_mode_of(words.cgroup_mode).in("--manage-cgroups-mode"));
    for (const std::string& name : words.empty_namespaces) {
        if (name != "network") {
            return Error(
                cat("--empty-ns: only \"network\" can be left empty, not ", base::quoted(name)));
        }
    }
    return done();
}

} // namespace cli
