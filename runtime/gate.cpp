#include "runtime/gate.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>

namespace runtime {

using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr const char* kGate = "gate";
constexpr const char* kVerdict = "verdict";
constexpr mode_t kMode = 0600;

// What is written to the verdict: one or both of these, with the error behind the second.
constexpr char kExecutes = '+';
constexpr char kFailed = '!';

Result<> make_fifo(FdRef directory, const char* name) {
    return base::sys::mknod(directory, name, S_IFIFO | kMode, 0);
}

Result<> judged(std::string_view verdict) {
    const bool executes = verdict.starts_with(kExecutes);
    verdict.remove_prefix(executes ? 1 : 0);
    if (verdict.starts_with(kFailed)) {
        return base::decode_error(verdict.substr(1));
    }
    return executes ? done()
                    : Error("the container's process ended before its program was executed");
}

/// Waits until no process has the gate open to read: the kernel takes it from the executed program
/// a moment behind the verdict, and until then the container would look as if it were waiting.
Result<> wait_for_nobody(FdRef gate, FdRef init, int bound_ms) {
    std::array<pollfd, 2> watched = {{{gate.number(), 0, 0}, {init.number(), POLLIN, 0}}};
    TRY(base::sys::poll(watched, bound_ms));
    return done();
}

} // namespace

Result<GateEnds> make_gate(FdRef directory) {
    TRY(make_fifo(directory, kGate));
    TRY(make_fifo(directory, kVerdict));
    // Opened for both directions first: a fifo with one end alone would block.
    TRY_ASSIGN(Fd gate, base::sys::open(directory, kGate, O_RDWR | O_NOFOLLOW));
    TRY_ASSIGN(const Fd both, base::sys::open(directory, kVerdict, O_RDWR | O_NOFOLLOW));
    TRY_ASSIGN(Fd verdict, base::sys::open(directory, kVerdict, O_WRONLY | O_NOFOLLOW));
    return GateEnds{std::move(gate), std::move(verdict)};
}

Result<> remove_gate(FdRef directory) {
    for (const char* name : {kGate, kVerdict}) {
        if (Result<> gone = base::sys::unlink(directory, name); !gone && gone.code() != ENOENT) {
            return gone;
        }
    }
    return done();
}

bool wait_at_gate(FdRef gate) {
    std::array<char, 1> byte{};
    const Result<std::size_t> size = base::sys::read(gate, byte);
    return size && *size == 1;
}

void announce_program(FdRef verdict) {
    static_cast<void>(base::sys::write(verdict, std::string_view(&kExecutes, 1)));
}

int give_verdict(FdRef verdict, const Error& error) {
    static_cast<void>(base::sys::write(verdict, base::cat(kFailed, base::encode(error))));
    return 1;
}

Result<bool> somebody_waits(FdRef directory) {
    Result<Fd> gate = base::sys::open(directory, kGate, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (gate) {
        return true;
    }
    if (gate.code() == ENXIO || gate.code() == ENOENT) {
        return false;
    }
    return std::move(gate).error();
}

Result<> open_gate(FdRef directory, FdRef init, int bound_ms) {
    TRY_ASSIGN(const Fd verdict,
               base::sys::open(directory, kVerdict, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    TRY_ASSIGN(const Fd gate,
               base::sys::open(directory, kGate, O_WRONLY | O_NONBLOCK | O_NOFOLLOW));
    TRY(base::sys::write_once(gate, "!"));

    std::string word;
    std::array<char, 4096> buffer{};
    while (true) {
        std::array<pollfd, 2> watched = {
            {{verdict.number(), POLLIN, 0}, {init.number(), POLLIN, 0}}};
        TRY_ASSIGN(const int ready, base::sys::poll(watched, bound_ms));
        if (ready == 0) {
            return Error::system(ETIMEDOUT, base::cat("the program was not executed within ",
                                                      bound_ms / 1000, " s"))
                .hint("the container's process may be stopped, or its cgroup frozen");
        }
        Result<std::size_t> size = base::sys::read(verdict, buffer);
        if (size && *size > 0) {
            word.append(buffer.data(), *size);
        } else if (size) {
            TRY(wait_for_nobody(gate, init, bound_ms)); // executed, or ended
            break;
        } else if (size.code() != EAGAIN) {
            return std::move(size).error();
        } else if (watched[1].revents != 0) {
            break; // a copy of its end is still open elsewhere
        }
    }
    return judged(word);
}

} // namespace runtime
