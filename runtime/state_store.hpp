// Where containers are remembered: one directory per container below /run/oci-rt.
//
//     ID/journal      what an unfinished create has made so far, see journal.hpp
//     ID/state.json   the record of a created container (record.hpp), replaced atomically
//     ID/config.json  the configuration as it was at create: later edits have no effect
//     ID/gate, ID/verdict   while it is created and not started (gate.hpp)
//     ID/notify/      where a container speaks to the service manager (notify_socket.hpp)
//
// The directory itself is the lock (flock(2)): whoever changes a container holds it; readers
// need none, because every file is replaced as a whole.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <vector>

namespace runtime {

/// Whether `id` may name a container: letters, digits, "_", "+", "-" and ".", not "." or "..", at
/// most 255 bytes. What may not is an error that says why.
base::Result<> check_id(const std::string& id);

/// The default root: /run/oci-rt for root of the host, else $XDG_RUNTIME_DIR/oci-rt. Root of
/// another user namespace has the first where the variable names no directory.
base::Result<std::string> default_state_root();

/// One container's directory.
struct ContainerDirectory {
    std::string id;
    base::Fd fd; ///< holds the lock, if it was taken, until it is closed
};

/// A root, and what is in it, is refused if it belongs to somebody else than the caller and root,
/// or if everybody may write to it.
class StateStore {
  public:
    /// `root` is relative to the working directory, or absolute. Nothing is made yet.
    explicit StateStore(std::string root) : root_(std::move(root)) {}

    /// Makes the directory of a new container and locks it. EEXIST if the id is in use.
    [[nodiscard]] base::Result<ContainerDirectory> reserve(const std::string& id) const;
    /// Opens a container's directory without its lock. ENOENT: "container … does not exist".
    [[nodiscard]] base::Result<ContainerDirectory> open(const std::string& id) const;
    /// Opens and locks; waits up to `patience_s` for who has the lock, then ETIMEDOUT.
    [[nodiscard]] base::Result<ContainerDirectory> open_locked(const std::string& id,
                                                               unsigned patience_s) const;
    /// Whether somebody holds the lock.
    [[nodiscard]] static bool is_locked(const ContainerDirectory& directory);
    /// Removes a locked container's directory with all it holds.
    [[nodiscard]] base::Result<> remove(const ContainerDirectory& directory) const;
    /// All ids, sorted; none if there is no root yet.
    [[nodiscard]] base::Result<std::vector<std::string>> ids() const;

    /// The root, made where missing.
    [[nodiscard]] base::Result<base::Fd> make_root() const;
    [[nodiscard]] const std::string& root() const { return root_; }

  private:
    [[nodiscard]] base::Result<base::Fd> open_root() const;

    std::string root_;
};

} // namespace runtime
