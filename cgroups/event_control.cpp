#include "cgroups/event_control.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <array>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cgroups {

base::Result<base::Fd> eventfd_of(base::FdRef group, base::ZView file, std::string_view argument) {
    base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) {
        return base::call_failed("eventfd", base::Word{"EFD_CLOEXEC | EFD_NONBLOCK"});
    }
    // The kernel wants it open while it is registered, and not any longer.
    TRY_ASSIGN(const base::Fd watched, base::sys::open(group, file, O_RDONLY));
    TRY(base::write_kernel_file(
        group, "cgroup.event_control",
        base::cat(event.number(), ' ', watched.number(), argument.empty() ? "" : " ", argument)));
    return event;
}

bool drain(base::FdRef descriptor) {
    std::array<char, 4096> buffer{};
    bool any = false;
    while (base::uninterrupted(
               [&] { return ::read(descriptor.number(), buffer.data(), buffer.size()); }) > 0) {
        any = true;
    }
    return any;
}

} // namespace cgroups
