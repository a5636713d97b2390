#include "namespaces/user_namespace.hpp"

#include "namespaces/id_maps.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace namespaces {

using base::cat;
using base::Child;
using base::Fd;
using base::FdRef;
using base::Result;

Result<Fd> user_namespace_with(const std::vector<spec::IdMapping>& uid_mappings,
                               const std::vector<spec::IdMapping>& gid_mappings) {
    TRY_ASSIGN(base::sys::Pipe made, base::sys::pipe());
    // It lives as long as its child waits, and then by the descriptor.
    TRY_ASSIGN(const Child child, base::fork_to([&made] {
                   const bool alone = ::unshare(CLONE_NEWUSER) == 0;
                   static_cast<void>(base::sys::write(made.write_end, alone ? "+" : "-"));
                   ::pause();
                   return 0;
               }));
    made.write_end.close();
    std::array<char, 1> answer{};
    TRY_ASSIGN(const std::size_t size, base::sys::read(made.read_end, answer));
    if (size != 1 || answer[0] != '+') {
        return base::Error("a user namespace for an idmapped mount could not be made")
            .hint("user.max_user_namespaces may be used up");
    }
    TRY(write_id_maps(child.pid(), uid_mappings, gid_mappings));
    return base::sys::open(FdRef::cwd(), cat("/proc/", child.pid(), "/ns/user"), O_RDONLY);
}

} // namespace namespaces
