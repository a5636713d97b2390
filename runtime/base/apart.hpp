// Deeds that change what a process is in (its namespaces, say) and must not change us.
#pragma once

#include "runtime/base/result.hpp"

#include <functional>

namespace base {

/// Does it in a forked process and waits for its end. Its error comes back as it is. Only for a
/// program with one thread.
Result<> done_apart(const std::function<Result<>()>& deed);

} // namespace base
