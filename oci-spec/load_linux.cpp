// config-linux.md, all but resources and seccomp.
#include "oci-spec/loaders.hpp"
#include "oci-spec/pointer.hpp"
#include "oci-spec/utf8.hpp"

namespace spec {

void load(const Cursor& at, Namespace& entry) {
    ObjectReader object(at);
    object.required("type", entry.type);
    object.optional("path", entry.path);
}

void load(const Cursor& at, TimeOffset& offset) {
    ObjectReader object(at);
    object.optional("secs", offset.secs);
    object.optional("nanosecs", offset.nanosecs);
}

namespace {

/// The bits of stat(2)'s st_mode for a device of that type.
std::uint32_t file_type_bits(DeviceType type) {
    switch (type) {
    case DeviceType::character:
    case DeviceType::unbuffered:
        return 0020000; // S_IFCHR
    case DeviceType::block:
        return 0060000; // S_IFBLK
    case DeviceType::fifo:
        return 0010000; // S_IFIFO
    }
    return 0;
}

} // namespace

void load(const Cursor& at, Device& device) {
    ObjectReader object(at);
    object.required("type", device.type);
    object.required("path", device.path);
    object.optional("major", device.major);
    object.optional("minor", device.minor);
    object.optional("fileMode", device.file_mode);
    object.optional("uid", device.uid);
    object.optional("gid", device.gid);
    // Engines write a whole st_mode, which says the type once more (podman --privileged).
    constexpr std::uint32_t kFileType = 0170000; // S_IFMT
    if (device.file_mode && (*device.file_mode & kFileType) == file_type_bits(device.type)) {
        *device.file_mode &= ~kFileType;
    }
}

void load(const Cursor& at, NetDevice& device) {
    ObjectReader object(at);
    object.optional("name", device.name);
}

void load(const Cursor& at, IntelRdt& rdt) {
    ObjectReader object(at);
    object.optional("closID", rdt.clos_id);
    object.optional("schemata", rdt.schemata);
    object.optional("l3CacheSchema", rdt.l3_cache_schema);
    object.optional("memBwSchema", rdt.mem_bw_schema);
    object.optional("enableMonitoring", rdt.enable_monitoring);
    for (const std::string_view old : {"enableCMT", "enableMBM"}) {
        object.ignored(old, "version 1.3 of the specification has enableMonitoring instead");
    }
}

void load(const Cursor& at, MemoryPolicy& policy) {
    ObjectReader object(at);
    object.required("mode", policy.mode);
    object.optional("nodes", policy.nodes);
    object.optional("flags", policy.flags);
}

void load(const Cursor& at, Personality& personality) {
    ObjectReader object(at);
    object.required("domain", personality.domain);
    std::vector<std::string> flags;
    object.optional("flags", flags);
    for (std::size_t i = 0; i < flags.size(); ++i) {
        at.findings().error(below(at.pointer(), "flags", i),
                            base::cat("personality has no flag ", excerpt(flags[i])),
                            "the specification defines no flags");
    }
}

void load(const Cursor& at, Linux& linux) {
    ObjectReader object(at);
    object.optional("uidMappings", linux.uid_mappings);
    object.optional("gidMappings", linux.gid_mappings);
    object.optional("sysctl", linux.sysctl);
    object.optional("resources", linux.resources);
    object.optional("cgroupsPath", linux.cgroups_path);
    object.optional("namespaces", linux.namespaces);
    object.optional("devices", linux.devices);
    object.optional("netDevices", linux.net_devices);
    object.optional("seccomp", linux.seccomp);
    object.optional("rootfsPropagation", linux.rootfs_propagation);
    object.optional("maskedPaths", linux.masked_paths);
    object.optional("readonlyPaths", linux.readonly_paths);
    object.optional("mountLabel", linux.mount_label);
    object.optional("intelRdt", linux.intel_rdt);
    object.optional("memoryPolicy", linux.memory_policy);
    object.optional("personality", linux.personality);
    object.optional("timeOffsets", linux.time_offsets);
}

} // namespace spec
