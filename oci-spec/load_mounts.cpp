// config.md, "Mounts"; config-linux.md, "User namespace mappings".
#include "oci-spec/loaders.hpp"

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

} // namespace spec
