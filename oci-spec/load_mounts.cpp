// config.md, "Mounts"; config-linux.md, "User namespace mappings".
#include "oci-spec/load.hpp"
#include "oci-spec/loaders.hpp"
#include "runtime/base/text.hpp"

namespace spec {

void load(const Cursor& at, IdMapping& mapping) {
    ObjectReader object(at);
    object.required("containerID", mapping.container_id);
    object.required("hostID", mapping.host_id);
    object.required("size", mapping.size);
}

void load(const Cursor& at, Mount& mount) {
    ObjectReader object(at);
    object.required("destination", mount.destination);
    object.optional("type", mount.type);
    object.optional("source", mount.source);
    object.optional("options", mount.options);
    object.optional("uidMappings", mount.uid_mappings);
    object.optional("gidMappings", mount.gid_mappings);
}

void load(const Cursor& at, MountDocument& document) {
    document.is_list = at.kind() != JsonKind::object;
    if (document.is_list) {
        load(at, document.mounts);
    } else {
        load(at, document.mounts.emplace_back());
    }
}

std::string MountDocument::pointer_of(std::size_t index) const {
    return is_list ? base::cat("/", index) : "";
}

Loaded<MountDocument> load_mounts(std::string_view bytes) {
    return load_document<MountDocument>(bytes);
}

} // namespace spec
