// Values as annotations write them: GVariant's text form (GVariant Text Format of GLib), as far as
// properties need it. Pure.
#pragma once

#include "cgroups/systemd/value.hpp"
#include "runtime/base/result.hpp"

#include <string_view>

namespace systemd {

/// "uint64 5000000", "true", "'text'", "['a.service', 'b.service']" as a value of the type that
/// `like` has (bool, a number, a text, a list of texts). A type in front (`uint64`, `@as`) is
/// allowed, and must be that type. An error says what is wrong.
base::Result<Value> value_of(std::string_view text, const Value& like);

} // namespace systemd
