// How a row ends early. These are thrown, because a row is a straight story whose every line may
// be its last; nothing else in the suite throws.
#pragma once

#include <stdexcept>
#include <string>

namespace conformance {

/// The runtime does not do what the row asks for.
struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// This host cannot show it; the text says what is missing.
struct Skipped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The suite itself could not do something: no verdict about the runtime.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
    /// With errno's text behind `what`.
    static Broken call(const std::string& what);
};

/// SIGINT, SIGTERM or SIGHUP arrived.
struct Interrupted : std::runtime_error {
    Interrupted() : std::runtime_error("interrupted") {}
};

} // namespace conformance
