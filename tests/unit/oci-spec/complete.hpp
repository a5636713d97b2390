// A config.json with every member of the specification, all valid together.
#pragma once

#include <string_view>

constexpr std::string_view kComplete = R"({
  "ociVersion": "1.3.0",
  "process": {
    "terminal": true,
    "consoleSize": {"height": 25, "width": 80},
    "user": {"uid": 1, "gid": 1, "umask": 63, "additionalGids": [5, 6]},
    "args": ["sh", "-c", "true"],
    "env": ["PATH=/bin", "TERM=xterm"],
    "cwd": "/",
    "capabilities": {
      "bounding": ["CAP_KILL", "CAP_CHOWN"],
      "effective": ["CAP_KILL"],
      "inheritable": ["CAP_KILL"],
      "permitted": ["CAP_KILL"],
      "ambient": ["CAP_KILL"]
    },
    "rlimits": [
      {"type": "RLIMIT_NOFILE", "soft": 512, "hard": 1024},
      {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}
    ],
    "noNewPrivileges": true,
    "apparmorProfile": "profile",
    "oomScoreAdj": 100,
    "scheduler": {
      "policy": "SCHED_DEADLINE",
      "nice": 0,
      "priority": 0,
      "flags": ["SCHED_FLAG_RESET_ON_FORK"],
      "runtime": 10000,
      "deadline": 20000,
      "period": 30000
    },
    "selinuxLabel": "system_u:system_r:svirt_lxc_net_t:s0:c124,c675",
    "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 4},
    "execCPUAffinity": {"initial": "7", "final": "0-3,7"}
  },
  "root": {"path": "rootfs", "readonly": true},
  "hostname": "slartibartfast",
  "domainname": "magrathea.test",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {
      "destination": "/data",
      "type": "none",
      "source": "/volumes/testing",
      "options": ["rbind", "rw", "idmap"],
      "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 10}],
      "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 10}]
    }
  ],
  "hooks": {
    "prestart": [{"path": "/bin/a", "args": ["a"], "env": ["A=1"], "timeout": 5}],
    "createRuntime": [{"path": "/bin/b", "args": ["b"], "env": ["B=1"], "timeout": 5}],
    "createContainer": [{"path": "/bin/c", "args": ["c"], "env": ["C=1"], "timeout": 5}],
    "startContainer": [{"path": "/bin/d", "args": ["d"], "env": ["D=1"], "timeout": 5}],
    "poststart": [{"path": "/bin/e", "args": ["e"], "env": ["E=1"], "timeout": 5}],
    "poststop": [{"path": "/bin/f", "args": ["f"], "env": ["F=1"], "timeout": 5}]
  },
  "annotations": {"com.example.key": "value", "com.example.empty": ""},
  "linux": {
    "uidMappings": [
      {"containerID": 0, "hostID": 1000, "size": 10},
      {"containerID": 10, "hostID": 3000, "size": 10}
    ],
    "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 20}],
    "sysctl": {"net.ipv4.ip_forward": "1", "kernel/shmmax": "4096"},
    "resources": {
      "devices": [
        {"allow": false, "access": "rwm"},
        {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}
      ],
      "memory": {
        "limit": 536870912,
        "reservation": 268435456,
        "swap": 1073741824,
        "kernel": -1,
        "kernelTCP": -1,
        "swappiness": 60,
        "disableOOMKiller": false,
        "useHierarchy": true,
        "checkBeforeUpdate": true
      },
      "cpu": {
        "shares": 1024,
        "quota": 1000000,
        "burst": 1000000,
        "period": 500000,
        "realtimeRuntime": 950000,
        "realtimePeriod": 1000000,
        "cpus": "2-3",
        "mems": "0-7",
        "idle": 1
      },
      "pids": {"limit": 0},
      "blockIO": {
        "weight": 10,
        "leafWeight": 10,
        "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
        "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
        "throttleWriteBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
        "throttleReadIOPSDevice": [{"major": 8, "minor": 0, "rate": 300}],
        "throttleWriteIOPSDevice": [{"major": 8, "minor": 16, "rate": 300}]
      },
      "hugepageLimits": [{"pageSize": "2MB", "limit": 9223372036854772000}],
      "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
      "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}},
      "unified": {"memory.high": "1000000", "pids.max": "max"}
    },
    "cgroupsPath": "/runtime/container",
    "namespaces": [
      {"type": "pid"},
      {"type": "network", "path": "/run/netns/a"},
      {"type": "mount"},
      {"type": "ipc"},
      {"type": "uts"},
      {"type": "user"},
      {"type": "cgroup"},
      {"type": "time"}
    ],
    "devices": [
      {
        "type": "c",
        "path": "/dev/fuse",
        "major": 10,
        "minor": 229,
        "fileMode": 438,
        "uid": 0,
        "gid": 0
      },
      {"type": "p", "path": "/dev/fifo"}
    ],
    "netDevices": {"eth0": {"name": "container_eth0"}, "eth1": {}},
    "seccomp": {
      "defaultAction": "SCMP_ACT_ERRNO",
      "defaultErrnoRet": 38,
      "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
      "flags": ["SECCOMP_FILTER_FLAG_LOG"],
      "listenerPath": "/run/agent.sock",
      "listenerMetadata": "data",
      "syscalls": [
        {
          "names": ["getcwd", "chmod"],
          "action": "SCMP_ACT_ERRNO",
          "errnoRet": 1,
          "args": [{"index": 1, "value": 2080505856, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]
        }
      ]
    },
    "rootfsPropagation": "slave",
    "maskedPaths": ["/proc/kcore"],
    "readonlyPaths": ["/proc/sys"],
    "mountLabel": "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811",
    "intelRdt": {
      "closID": "guaranteed",
      "schemata": ["L2:0=f;1=f"],
      "l3CacheSchema": "L3:0=7f0;1=1f",
      "memBwSchema": "MB:0=20;1=70",
      "enableMonitoring": true
    },
    "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"]},
    "personality": {"domain": "LINUX", "flags": []},
    "timeOffsets": {
      "monotonic": {"secs": 172800, "nanosecs": 5},
      "boottime": {"secs": -604800, "nanosecs": 0}
    }
  }
})";
