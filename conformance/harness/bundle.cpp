#include "conformance/harness/bundle.hpp"

namespace conformance {

using namespace nlohmann::literals;

Json default_config() {
    static const Json config = R"({
        "ociVersion": "1.0.2",
        "root": {"path": "rootfs"},
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": ["/probe"],
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": {"bounding": [], "effective": [], "permitted": []}
        },
        "hostname": "conformance",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
             "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs",
             "options": ["nosuid", "noexec", "nodev", "ro"]}
        ],
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"},
                           {"type": "uts"}, {"type": "mount"}],
            "resources": {"devices": [{"allow": false, "access": "rwm"}]}
        }
    })"_json;
    static const Json capabilities = R"(["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID",
        "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
        "CAP_AUDIT_WRITE"])"_json;
    Json result = config;
    for (Json& set : result["process"]["capabilities"]) {
        set = capabilities;
    }
    return result;
}

Bundle::Bundle(fs::path directory, const fs::path& probe) : path_(std::move(directory)) {
    for (const char* name : {"proc", "sys", "dev", "tmp", "etc", "bin", "m"}) {
        make_directories(rootfs() / name);
    }
    fs::permissions(rootfs() / "tmp", fs::perms::all | fs::perms::sticky_bit);
    write_text(rootfs() / "etc/passwd",
               "root:x:0:0:root:/:/probe\nuser:x:1000:1000::/tmp:/probe\n");
    write_text(rootfs() / "etc/group", "root:x:0:\nuser:x:1000:\n");
    fs::create_hard_link(probe, rootfs() / "probe");
    fs::create_symlink(kProbe, rootfs() / "bin/probe");
}

void Bundle::write() const {
    write(config);
}

void Bundle::write(const Json& other) const {
    write_text(path_ / "config.json", other.dump(2, ' ', false, Json::error_handler_t::replace));
}

} // namespace conformance
