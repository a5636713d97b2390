// Hosts that tests plan for: nothing is read from the machine that they run on.
#pragma once

#include "runtime/host_facts.hpp"
#include "runtime/plan.hpp"

#include <string>
#include <vector>

namespace hosts {

/// Capabilities 0 to 40, as Linux 6.18 has them.
constexpr runtime::CapabilityMask kAllCapabilities = (runtime::CapabilityMask{1} << 41U) - 1;

inline cgroups::HierarchyInfo v1(std::vector<std::string> controllers, const std::string& folder) {
    return {.version = cgroups::Version::v1,
            .controllers = std::move(controllers),
            .mount_point = "/sys/fs/cgroup/" + folder,
            .mount_root = "/",
            .own_path = "/"};
}

inline cgroups::HierarchyInfo v2(std::vector<std::string> controllers,
                                 const std::string& mount_point) {
    return {.version = cgroups::Version::v2,
            .controllers = std::move(controllers),
            .mount_point = mount_point,
            .mount_root = "/",
            .own_path = "/"};
}

inline runtime::HostFacts host(cgroups::Layout layout) {
    return {.cgroups = std::move(layout),
            .own = {.bounding = kAllCapabilities, .permitted = kAllCapabilities},
            .kernel_capabilities = kAllCapabilities};
}

/// CentOS 7: everything in version 1, some of it mounted together.
inline runtime::HostFacts only_v1() {
    return host({.hierarchies = {v1({"cpu", "cpuacct"}, "cpu,cpuacct"), v1({"cpuset"}, "cpuset"),
                                 v1({"memory"}, "memory"), v1({"devices"}, "devices"),
                                 v1({"freezer"}, "freezer"), v1({"blkio"}, "blkio"),
                                 v1({"pids"}, "pids"), v1({"hugetlb"}, "hugetlb"),
                                 v1({"net_cls", "net_prio"}, "net_cls,net_prio"),
                                 v1({"perf_event"}, "perf_event"), v1({"rdma"}, "rdma"),
                                 v1({"name=systemd"}, "systemd")}});
}

/// Both versions side by side; only hugetlb lives in version 2.
inline runtime::HostFacts mixed() {
    return host({.hierarchies = {
                     v1({"cpu"}, "cpu"), v1({"cpuacct"}, "cpuacct"), v1({"cpuset"}, "cpuset"),
                     v1({"memory"}, "memory"), v1({"devices"}, "devices"),
                     v1({"freezer"}, "freezer"), v1({"blkio"}, "blkio"), v1({"pids"}, "pids"),
                     v1({"name=systemd"}, "systemd"), v2({"hugetlb"}, "/sys/fs/cgroup/unified")}});
}

inline runtime::HostFacts only_v2() {
    return host({.hierarchies = {v2({"cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma"},
                                    "/sys/fs/cgroup")}});
}

/// Where a user's systemd would make units.
inline runtime::HostFacts of_a_user() {
    runtime::HostFacts facts = only_v2();
    facts.service_manager = {.owner = systemd::Owner::user,
                             .group = "/user.slice/user-1000.slice/user@1000.service"};
    return facts;
}

/// With security modules; in the field it is one of them at a time.
inline runtime::HostFacts labelling() {
    runtime::HostFacts facts = only_v2();
    facts.apparmor = true;
    facts.selinux = true;
    return facts;
}

/// An ordinary user in the delegated part of pure version 2.
inline runtime::HostFacts of_user() {
    runtime::HostFacts facts = only_v2();
    facts.rights = runtime::Rights::user;
    facts.uid = 1000;
    facts.gid = 1000;
    facts.own = {.bounding = kAllCapabilities, .permitted = 0};
    facts.cgroups.hierarchies[0].own_path = "/user.slice/user@1000.service/app.slice/run-1.scope";
    facts.may_make_cgroup = [](const std::string& group) {
        return group.starts_with("/sys/fs/cgroup/user.slice/user@1000.service/");
    };
    return facts;
}

/// Root of the user namespace of rootless podman.
inline runtime::HostFacts of_namespace_root() {
    runtime::HostFacts facts = of_user();
    facts.rights = runtime::Rights::user_namespace;
    facts.uid = 0;
    facts.gid = 0;
    facts.own.permitted = kAllCapabilities;
    return facts;
}

} // namespace hosts
