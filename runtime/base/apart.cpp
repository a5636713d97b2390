#include "runtime/base/apart.hpp"

#include "runtime/base/child.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"

namespace base {

Result<> done_apart(const std::function<Result<>()>& deed) {
    TRY_ASSIGN(sys::Pipe report, sys::pipe());
    TRY_ASSIGN(Child worker, fork_to([&] {
                   const Result<> result = deed();
                   if (!result) {
                       static_cast<void>(sys::write(report.write_end, encode(result.error())));
                   }
                   return result ? 0 : 1;
               }));
    report.write_end.close();
    TRY_ASSIGN(const std::string bytes, read_all(report.read_end));
    TRY_ASSIGN(const Exit exit, worker.wait());
    if (!bytes.empty()) {
        return decode_error(bytes);
    }
    return exit.shell_code() == 0 ? done() : Error(cat("the process that does it ", exit.text()));
}

} // namespace base
