// Descriptors that end with the exec, on kernels that cannot do it in one call.
#include "runtime/base/child.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/load.hpp"
#include "tests/results.hpp"
#include "tests/unit/seccomp/profiles.hpp"

#include <array>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

using tests::value;

namespace {

/// How `body` ends in a process whose close_range(2) answers as that of an old kernel: EINVAL
/// before Linux 5.11, ENOSYS before 5.9.
int on_old_kernel(std::uint32_t answer, const std::function<int()>& body) {
    base::Child child = value(base::fork_to([&] {
        const auto filter = seccomp::compile(
            profiles::permitting({profiles::errno_entry({"close_range"}, answer)}));
        return filter && seccomp::load(filter->filter, filter->flags) ? body() : 90;
    }));
    return value(child.wait()).code;
}

bool ends_at_exec(int fd) {
    return ::fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

} // namespace

TEST_CASE("before Linux 5.11 descriptors end with the exec as the host's /proc lists them",
          "[procfs]") {
    const auto answer = GENERATE(values<std::uint32_t>({EINVAL, ENOSYS}));
    CHECK(on_old_kernel(answer, [] {
              constexpr std::array kOpen = {50, 51, 200};
              for (const int fd : kOpen) {
                  if (::dup2(STDERR_FILENO, fd) != fd) {
                      return 1;
                  }
              }
              if (!base::close_at_exec_from(51)) {
                  return 2;
              }
              return !ends_at_exec(50) && ends_at_exec(51) && ends_at_exec(200) ? 0 : 3;
          }) == 0);
}

TEST_CASE("before Linux 5.11 a /proc that is none is not asked for descriptors", "[procfs]") {
    CHECK(on_old_kernel(EINVAL, [] {
              if (::unshare(CLONE_NEWNS) != 0 ||
                  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                  ::mount("tmpfs", "/proc", "tmpfs", 0, nullptr) != 0) {
                  return 1;
              }
              return base::close_at_exec_from(3).code() == EXDEV ? 0 : 2;
          }) == 0);
}
