// What is around the process: host name, mounts, cgroups, clocks, network devices.
#include "conformance/netlink/links.hpp"
#include "conformance/probe/files.hpp"
#include "conformance/probe/probe.hpp"

#include <array>
#include <ctime>
#include <vector>

#include <sys/utsname.h>

namespace probe {

namespace {

std::string uts() {
    utsname names{};
    ::uname(&names);
    return Object()
        .text("hostname", names.nodename)
        .text("domainname", names.domainname)
        .text("machine", names.machine)
        .json();
}

std::string list_of(std::string_view text, char separator) {
    Array all;
    for (const std::string_view piece : split(text, separator)) {
        if (!piece.empty()) {
            all.text(piece);
        }
    }
    return all.json();
}

/// One line of mountinfo; see proc_pid_mountinfo(5). Escapes (\040) are left as they are.
std::string mount_of(std::string_view line) {
    const std::vector<std::string_view> words = split(line, ' ');
    std::size_t dash = 6;
    Array propagation;
    for (; dash < words.size() && words[dash] != "-"; ++dash) {
        propagation.text(words[dash]);
    }
    if (dash + 3 >= words.size()) {
        return "null";
    }
    return Object()
        .raw("id", words[0])
        .raw("parent", words[1])
        .text("device", words[2])
        .text("root", words[3])
        .text("at", words[4])
        .raw("options", list_of(words[5], ','))
        .raw("propagation", propagation.json())
        .text("type", words[dash + 1])
        .text("source", words[dash + 2])
        .raw("super", list_of(words[dash + 3], ','))
        .json();
}

std::string mounts() {
    const std::string text = slurp("/proc/self/mountinfo");
    Array all;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) {
            all.raw(mount_of(line));
        }
    }
    return all.json();
}

std::string cgroup() {
    return list_of(slurp("/proc/self/cgroup"), '\n');
}

std::string clocks() {
    timespec monotonic{};
    timespec boot{};
    ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    return Object()
        .number("monotonic", monotonic.tv_sec)
        .number("boottime", boot.tv_sec)
        .raw("offsets", list_of(slurp("/proc/self/timens_offsets"), '\n'))
        .json();
}

std::string addresses_of(const netlink::Link& link) {
    Array all;
    for (const netlink::Address& address : link.addresses) {
        all.raw(Object()
                    .text("address", address.text)
                    .number("prefix", address.prefix)
                    .number("scope", address.scope)
                    .flag("permanent", address.permanent)
                    .json());
    }
    return all.json();
}

std::string net() {
    Object all;
    for (const netlink::Link& link : netlink::links()) {
        all.raw(link.name, Object()
                               .number("index", link.index)
                               .flag("up", link.up)
                               .number("mtu", link.mtu)
                               .text("mac", link.mac)
                               .raw("addresses", addresses_of(link))
                               .json());
    }
    return all.json();
}

constexpr std::array kSights{
    Sight{"uts", &uts},       Sight{"mounts", &mounts}, Sight{"cgroup", &cgroup},
    Sight{"clocks", &clocks}, Sight{"net", &net},
};

} // namespace

std::span<const Sight> system_sights() {
    return kSights;
}

} // namespace probe
