// Stage 2: what the re-executed runtime does inside the container, up to the user program.
#pragma once

namespace runtime {

/// Runs as `oci-rt init CHANNEL`; `channel` is the number of the inherited end of the conversation.
/// Tells the runtime about a failure and returns an exit code; does not return on success.
int run_init(int channel);

} // namespace runtime
