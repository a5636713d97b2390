#include "runtime/filter_store.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/cache.hpp"
#include "seccomp/compile.hpp"

#include <fcntl.h>

namespace runtime {

using base::Fd;
using base::FdRef;
using base::Result;

namespace {

/// "@" is in no container's id.
Result<Fd> cache_directory(const StateStore& store) {
    TRY_ASSIGN(const Fd root, store.make_root());
    if (Result<> made = base::sys::mkdir(root, "@filters", 0700); !made && made.code() != EEXIST) {
        return std::move(made).error();
    }
    return base::sys::open(root, "@filters", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

} // namespace

Result<seccomp::Program> compile_stored(const spec::Seccomp& profile, const StateStore& store) {
    const Result<Fd> directory = cache_directory(store);
    Result<seccomp::Program> program =
        directory ? seccomp::compile_cached(profile, *directory) : seccomp::compile(profile);
    if (program) {
        for (const std::string& warning : program->warnings) {
            base::log::warning(warning);
        }
    }
    return program;
}

} // namespace runtime
