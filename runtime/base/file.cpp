#include "runtime/base/file.hpp"

#include "runtime/base/sys.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace base {

Result<std::string> read_all(FdRef fd, std::size_t limit) {
    std::string content;
    std::size_t used = 0;
    while (true) {
        content.resize(used + std::max<std::size_t>(used, 4096));
        TRY_ASSIGN(const std::size_t size,
                   sys::read(fd, {content.data() + used, content.size() - used}));
        used += size;
        if (size == 0) {
            content.resize(used);
            return content;
        }
        if (used > limit) {
            errno = EFBIG;
            return call_failed("read", fd, limit);
        }
    }
}

Result<std::string> read_file(FdRef directory, ZView path, std::size_t limit) {
    TRY_ASSIGN(const Fd file, sys::open(directory, path, O_RDONLY));
    return read_all(file, limit);
}

Result<> write_kernel_file(FdRef directory, ZView path, std::string_view value) {
    TRY_ASSIGN(const Fd file, sys::open(directory, path, O_WRONLY | O_NOFOLLOW));
    return sys::write_once(file, value);
}

Result<> replace_file(FdRef directory, ZView name, std::string_view content, mode_t mode) {
    const std::string temporary = cat(".", name, ".", ::getpid());
    {
        TRY_ASSIGN(const Fd file, sys::open(directory, temporary,
                                            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
        if (Result<> written = sys::write(file, content); !written) {
            static_cast<void>(sys::unlink(directory, temporary));
            return written;
        }
    }
    Result<> renamed = sys::rename(directory, temporary, directory, name);
    if (!renamed) {
        static_cast<void>(sys::unlink(directory, temporary));
    }
    return renamed;
}

} // namespace base
