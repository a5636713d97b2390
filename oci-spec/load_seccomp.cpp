// config-linux.md, "Seccomp".
#include "oci-spec/loaders.hpp"

namespace spec {

void load(const Cursor& at, SeccompArg& arg) {
    ObjectReader object(at);
    object.required("index", arg.index);
    object.required("value", arg.value);
    object.optional("valueTwo", arg.value_two);
    object.required("op", arg.op);
}

void load(const Cursor& at, SeccompSyscall& syscall) {
    ObjectReader object(at);
    object.required("names", syscall.names);
    object.required("action", syscall.action);
    object.optional("errnoRet", syscall.errno_ret);
    object.optional("args", syscall.args);
}

namespace {

void load_architectures(const Cursor& at, std::vector<std::string>& target) {
    const JsonNode* array = detail::container(at, JsonKind::array);
    if (array == nullptr) {
        return;
    }
    for (const JsonNode& element : children(*array)) {
        const Cursor cursor(at, element, target.size());
        load_word(cursor, seccomp_architectures(), target.emplace_back());
    }
}

} // namespace

void load(const Cursor& at, Seccomp& seccomp) {
    ObjectReader object(at);
    object.required("defaultAction", seccomp.default_action);
    object.optional("defaultErrnoRet", seccomp.default_errno_ret);
    if (const JsonNode* architectures = object.find_optional("architectures")) {
        load_architectures(Cursor(at, *architectures), seccomp.architectures);
    }
    object.optional("flags", seccomp.flags);
    object.optional("listenerPath", seccomp.listener_path);
    object.optional("listenerMetadata", seccomp.listener_metadata);
    object.optional("syscalls", seccomp.syscalls);
}

} // namespace spec
