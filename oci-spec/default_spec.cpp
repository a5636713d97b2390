#include "oci-spec/default_spec.hpp"

#include "oci-spec/json_writer.hpp"
#include "oci-spec/tables.hpp"

#include <initializer_list>
#include <string_view>

namespace spec {

namespace {

using Words = std::initializer_list<std::string_view>;

/// No inheritable capabilities: with them, a program file with capabilities in its inheritable
/// set would gain more than it should (CVE-2022-29162).
void write_process(JsonWriter& json) {
    constexpr std::string_view kCapabilities[] = {"CAP_AUDIT_WRITE", "CAP_KILL",
                                                  "CAP_NET_BIND_SERVICE"};
    json.key("process").begin_object();
    json.member("terminal", true);
    json.key("user").begin_object().member("uid", 0).member("gid", 0).end_object();
    json.member("args", Words{"sh"});
    json.member("env", Words{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                             "TERM=xterm"});
    json.member("cwd", "/");
    json.key("capabilities").begin_object();
    for (const std::string_view set : {"bounding", "effective", "permitted"}) {
        json.member(set, kCapabilities);
    }
    json.end_object();
    json.key("rlimits").begin_array().begin_object();
    json.member("type", "RLIMIT_NOFILE").member("hard", 1024).member("soft", 1024);
    json.end_object().end_array();
    json.member("noNewPrivileges", true);
    json.end_object();
}

void write_mount(JsonWriter& json, std::string_view destination, std::string_view type,
                 std::string_view source, Words options) {
    json.begin_object();
    json.member("destination", destination).member("type", type).member("source", source);
    if (options.size() > 0) {
        json.member("options", options);
    }
    json.end_object();
}

void write_mounts(JsonWriter& json, bool is_rootless) {
    json.key("mounts").begin_array();
    write_mount(json, "/proc", "proc", "proc", {});
    write_mount(json, "/dev", "tmpfs", "tmpfs",
                {"nosuid", "strictatime", "mode=755", "size=65536k"});
    if (is_rootless) { // the tty group is not mapped
        write_mount(json, "/dev/pts", "devpts", "devpts",
                    {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"});
    } else {
        write_mount(json, "/dev/pts", "devpts", "devpts",
                    {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"});
    }
    write_mount(json, "/dev/shm", "tmpfs", "shm",
                {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"});
    write_mount(json, "/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"});
    if (is_rootless) { // a sysfs belongs to the network namespace, here the host's
        write_mount(json, "/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"});
    } else {
        write_mount(json, "/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"});
    }
    write_mount(json, "/sys/fs/cgroup", "cgroup", "cgroup",
                {"nosuid", "noexec", "nodev", "relatime", "ro"});
    json.end_array();
}

void write_mapping(JsonWriter& json, std::string_view key, std::uint32_t host_id) {
    json.key(key).begin_array().begin_object();
    json.member("containerID", 0).member("hostID", host_id).member("size", 1);
    json.end_object().end_array();
}

void write_namespaces(JsonWriter& json, Words types) {
    json.key("namespaces").begin_array();
    for (const std::string_view type : types) {
        json.begin_object().member("type", type).end_object();
    }
    json.end_array();
}

void write_linux(JsonWriter& json, const std::optional<RootlessIds>& rootless) {
    json.key("linux").begin_object();
    if (rootless) {
        write_mapping(json, "uidMappings", rootless->uid);
        write_mapping(json, "gidMappings", rootless->gid);
        write_namespaces(json, {"pid", "ipc", "uts", "mount", "cgroup", "user"});
    } else {
        json.key("resources").begin_object().key("devices").begin_array().begin_object();
        json.member("allow", false).member("access", "rwm");
        json.end_object().end_array().end_object();
        write_namespaces(json, {"pid", "network", "ipc", "uts", "mount", "cgroup"});
    }
    // Files that leak facts of the host or its kernel's memory, or are slow or dangerous to read.
    json.member("maskedPaths", Words{"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
                                     "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                                     "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
                                     "/sys/devices/virtual/powercap"});
    json.member("readonlyPaths",
                Words{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"});
    json.end_object();
}

} // namespace

std::string default_spec_json(const std::optional<RootlessIds>& rootless) {
    JsonWriter json(JsonWriter::Form::indented);
    json.begin_object();
    json.member("ociVersion", kOciVersion);
    write_process(json);
    json.key("root").begin_object().member("path", "rootfs").member("readonly", true).end_object();
    json.member("hostname", "oci-rt");
    write_mounts(json, rootless.has_value());
    write_linux(json, rootless);
    json.end_object();
    return std::move(json).take() + "\n";
}

} // namespace spec
