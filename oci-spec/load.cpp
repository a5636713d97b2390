#include "oci-spec/load.hpp"

#include "oci-spec/loaders.hpp"
#include "oci-spec/version.hpp"

#include <tuple>

namespace spec {

namespace {

/// Before 1.3.0 "limit" of "pids" could not be left out: 0, Go's empty value, is what engines of
/// that time write for no limit, and no runtime of that time applied one.
void read_as_of_its_version(Spec& spec) {
    const std::optional<Version> version = parse_version(spec.oci_version);
    if (!version || std::tie(version->major, version->minor) >= std::tuple(1, 3) ||
        !spec.linux.resources || !spec.linux.resources->pids) {
        return;
    }
    std::optional<std::int64_t>& limit = spec.linux.resources->pids->limit;
    if (limit == 0) {
        limit = -1;
    }
}

} // namespace

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
    Loaded<Spec> loaded = load_document<Spec>(bytes);
    read_as_of_its_version(loaded.value);
    return loaded;
}

Loaded<Process> load_process(std::string_view bytes) {
    return load_document<Process>(bytes);
}

Loaded<Resources> load_resources(std::string_view bytes) {
    return load_document<Resources>(bytes);
}

} // namespace spec
