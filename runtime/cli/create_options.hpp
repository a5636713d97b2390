// The options that `create` and `run` share.
#pragma once

#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/create.hpp"

namespace cli {

/// Declares them on `arguments`, to be written into `request`.
void declare_create_options(Arguments& arguments, runtime::CreateRequest& request);

/// Takes over what stands before the verb, and the id.
base::Result<> complete(runtime::CreateRequest& request, const Arguments& arguments,
                        Invocation& invocation);

} // namespace cli
