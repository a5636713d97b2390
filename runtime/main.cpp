// oci-rt. Stage 2 (`oci-rt init N`) is recognised before anything else is done.

#include "runtime/base/log.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/cli/command_line.hpp"
#include "runtime/init.hpp"

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

/// How many descriptors from 3 on the caller left open, without a gap. Counted before we open any
/// of our own: nothing else may ever be preserved for a container.
unsigned inherited_descriptors() {
    unsigned count = 0;
    while (::fcntl(static_cast<int>(3 + count), F_GETFD) >= 0) {
        ++count;
    }
    return count;
}

/// Every descriptor that the caller left open is kept from everybody whom it is not meant for
/// (CVE-2024-21626), and nobody looks into this process (CVE-2016-9962).
base::Result<> close_doors() {
    TRY(base::close_at_exec_from(3));
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // A reader of our output that has gone away must not end us halfway.
    ::signal(SIGPIPE, SIG_IGN);
    return base::done();
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (arguments.size() == 2 && arguments[0] == "init") {
        if (const auto channel = base::parse_number<int>(arguments[1])) {
            return runtime::run_init(*channel);
        }
    }
    const unsigned inherited = inherited_descriptors();
    if (const base::Result<> closed = close_doors(); !closed) {
        base::log::write(base::log::Level::error, base::cat("oci-rt: ", closed.error().text()));
        return 1;
    }
    return cli::run_command_line(arguments, inherited);
}
