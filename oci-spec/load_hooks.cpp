// config.md, "POSIX-platform Hooks".
#include "oci-spec/loaders.hpp"

namespace spec {

void load(const Cursor& at, Hook& hook) {
    ObjectReader object(at);
    object.required("path", hook.path);
    object.optional("args", hook.args);
    object.optional("env", hook.env);
    object.optional("timeout", hook.timeout);
}

void load(const Cursor& at, Hooks& hooks) {
    ObjectReader object(at);
    for (const auto& [name, list] : hook_kinds()) {
        object.optional(name, hooks.*list);
    }
}

} // namespace spec
