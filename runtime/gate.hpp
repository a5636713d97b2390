// The gate at which a created container waits for `start`: two fifos in its state directory.
//
// The container holds both from birth as descriptors, so it needs no path, and after its filter is
// loaded nothing but read(2) and write(2). Whether the gate still has a reader is also how
// everybody else sees that a container is created and not yet running: no file has to be kept true
// for it.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <optional>

namespace runtime {

/// The container's ends.
struct GateEnds {
    base::Fd gate;    ///< to read one byte from; open for writing too, so that it never sees EOF
    base::Fd verdict; ///< to write an error to; closed by the exec, which means success
};

/// Makes the fifos in `directory`. EEXIST if they are there.
base::Result<GateEnds> make_gate(base::FdRef directory);
/// Removes them; nothing if they are gone.
base::Result<> remove_gate(base::FdRef directory);

/// Container: waits for the byte. False if that fails, which means: end.
bool wait_at_gate(base::FdRef gate);
/// Container: says that nothing but the exec is left. Without it EOF is no success: the process has
/// ended on its way, in a hook for instance.
void announce_program(base::FdRef verdict);
/// Container: reports why it did not start; returns the exit code.
int give_verdict(base::FdRef verdict, const base::Error& error);

/// Whether a process waits at the gate.
base::Result<bool> somebody_waits(base::FdRef directory);

/// `start`: opens the gate and waits for the exec or for the container's error. `init` is the
/// container's pidfd; its death before it came to the exec is an error. ENXIO if nobody waits;
/// ETIMEDOUT after `bound_ms` (-1: no bound).
base::Result<> open_gate(base::FdRef directory, base::FdRef init, int bound_ms);

} // namespace runtime
