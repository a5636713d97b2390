#include "oci-spec/load.hpp"

#include "oci-spec/loaders.hpp"

namespace spec {

void load(const Cursor& at, Spec& spec) {
    ObjectReader object(at);
    object.required("ociVersion", spec.oci_version);
    object.optional("process", spec.process);
    object.optional("root", spec.root);
    object.optional("hostname", spec.hostname);
    object.optional("domainname", spec.domainname);
    object.optional("mounts", spec.mounts);
    object.optional("hooks", spec.hooks);
    object.optional("annotations", spec.annotations);
    object.optional("linux", spec.linux);
    for (const std::string_view platform : {"windows", "solaris", "vm", "zos", "freebsd"}) {
        object.ignored(platform, "it is not for Linux containers");
    }
}

void load(const Cursor& at, Root& root) {
    ObjectReader object(at);
    object.required("path", root.path);
    object.optional("readonly", root.readonly);
}

Loaded<Spec> load_spec(std::string_view bytes) {
    return load_document<Spec>(bytes);
}

Loaded<Process> load_process(std::string_view bytes) {
    return load_document<Process>(bytes);
}

Loaded<Resources> load_resources(std::string_view bytes) {
    return load_document<Resources>(bytes);
}

} // namespace spec
