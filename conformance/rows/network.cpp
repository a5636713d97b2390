// F. linux.netDevices: veth ends of the suite's own network namespace, handed to the container.
#include "conformance/harness/namespaces.hpp"
#include "conformance/netlink/links.hpp"
#include "conformance/rows/rows.hpp"

#include <algorithm>
#include <cstring>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kNet = "config-linux.md#network-devices";

void checked(int code, const char* what) {
    if (code != 0) {
        throw Skipped(std::string("this host cannot ") + what + ": " + std::strerror(code));
    }
}

/// A pair ocveth0 and ocveth1 in the suite's namespace.
void make_pair() {
    checked(netlink::make_veth("ocveth0", "ocveth1"), "make a veth pair");
}

bool on_host(const char* name) {
    const std::vector<netlink::Link> links = netlink::links();
    return std::ranges::find(links, name, &netlink::Link::name) != links.end();
}

void hand_over(Case& c, const char* device, const char* name = nullptr) {
    Json entry = Json::object();
    if (name != nullptr) {
        entry["name"] = name;
    }
    c.linux_part()["netDevices"][device] = entry;
}

/// The devices that the container has.
Json devices_inside(Case& c) {
    c.script("see net");
    return c.run().seen("net");
}

/// One device that the container has to have.
Json device_inside(Case& c, const char* name) {
    const Json inside = devices_inside(c);
    if (!inside.contains(name)) {
        throw Failed(std::string("the container has no ") + name);
    }
    return inside[name];
}

void moved(Case& c) {
    make_pair();
    hand_over(c, "ocveth0");
    c.script("wait , see net");
    Container& container = c.started();
    container.wait_for_step("waiting");
    c.expect(!on_host("ocveth0"), "the device is still on the host");
    c.expect(on_host("ocveth1"), "the other end is not on the host any more");
    container.kill("USR1");
    container.wait_for_end();
    c.expect(container.report().seen("net").contains("ocveth0"), "the container has no ocveth0");
}

void renamed(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "eth0");
    const Json inside = devices_inside(c);
    c.expect(inside.contains("eth0"), "the container has no eth0");
    c.expect(!inside.contains("ocveth0"), "it still has its old name as well");
}

void by_template(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "net%d");
    const Json inside = devices_inside(c);
    c.expect(inside.contains("net0"), "the container has no net0");
}

void by_template_twice(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "net%d");
    hand_over(c, "ocveth1", "net%d");
    const Json inside = devices_inside(c);
    c.expect(inside.contains("net0") && inside.contains("net1"),
             "the container lacks net0 or net1");
}

void up(Case& c) {
    make_pair();
    hand_over(c, "ocveth0");
    c.same(device_inside(c, "ocveth0")["up"], true, "up");
}

void attributes(Case& c) {
    make_pair();
    checked(netlink::set_mtu("ocveth0", 1432), "set an MTU");
    checked(netlink::set_mac("ocveth0", "02:01:02:03:04:05"), "set a hardware address");
    hand_over(c, "ocveth0", "eth0");
    const Json device = device_inside(c, "eth0");
    c.same(device["mtu"], 1432, "the MTU");
    c.same(device["mac"], "02:01:02:03:04:05", "the hardware address");
}

void addresses(Case& c, std::string_view address, unsigned prefix) {
    make_pair();
    checked(netlink::add_address("ocveth0", address, prefix), "add an address");
    hand_over(c, "ocveth0");
    const Json seen = device_inside(c, "ocveth0")["addresses"];
    const bool kept = std::ranges::any_of(seen, [&](const Json& one) {
        return one["address"] == address && one["prefix"] == prefix && one["permanent"] == true;
    });
    c.expect(kept, "the address is lost: " + seen.dump());
}

void address_v4(Case& c) {
    addresses(c, "192.0.2.17", 24);
}
void address_v6(Case& c) {
    addresses(c, "2001:db8::17", 64);
}

void several_addresses(Case& c) {
    make_pair();
    for (const char* address : {"192.0.2.17", "192.0.2.18", "198.51.100.1"}) {
        checked(netlink::add_address("ocveth0", address, 24), "add an address");
    }
    hand_over(c, "ocveth0");
    const Json seen = device_inside(c, "ocveth0")["addresses"];
    for (const char* address : {"192.0.2.17", "192.0.2.18", "198.51.100.1"}) {
        c.expect(seen.dump().find(address) != std::string::npos,
                 std::string("lost: ") + address + " of " + seen.dump());
    }
}

/// Refused, and the device is where it was, with its address.
void refused_with_device(Case& c) {
    checked(netlink::add_address("ocveth0", "192.0.2.17", 24), "add an address");
    c.refused();
    const std::vector<netlink::Link> links = netlink::links();
    const auto device = std::ranges::find(links, "ocveth0", &netlink::Link::name);
    c.expect(device != links.end(), "the device is not on the host any more");
    c.expect(device == links.end() || !device->addresses.empty(), "the device lost its address");
}

void clash(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "lo");
    refused_with_device(c);
}

void clash_with_each_other(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "same");
    hand_over(c, "ocveth1", "same");
    c.refused();
    c.expect(on_host("ocveth0") && on_host("ocveth1"), "a device is not on the host any more");
}

void too_long(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "a-name-of-16-let");
    refused_with_device(c);
}

void bad_name(Case& c) {
    make_pair();
    hand_over(c, "ocveth0", "a/b");
    refused_with_device(c);
}

void missing(Case& c) {
    hand_over(c, "ocnothing");
    c.refused();
}

void late_error(Case& c) {
    make_pair();
    hand_over(c, "ocveth0");
    c.config()["hooks"]["createContainer"] = {
        {{"path", c.probe().string()}, {"args", {"probe", "exit", "3"}}}};
    refused_with_device(c);
}

void no_own_namespace(Case& c) {
    make_pair();
    hand_over(c, "ocveth0");
    c.drop_namespace("network");
    c.refused();
    c.expect(on_host("ocveth0"), "the device is not on the host any more");
}

void into_joined(Case& c) {
    make_pair();
    const NamespaceHolder holder(namespace_type("network"));
    c.use_namespace("network", holder.path());
    hand_over(c, "ocveth0");
    c.script("see net");
    c.expect(c.run().seen("net").contains("ocveth0"), "the container has no ocveth0");
    // The namespace lives on: the runtime may not take the device out of it.
    c.expect(!on_host("ocveth0"), "delete moved the device back");
    c.config()["linux"].erase("netDevices");
    c.expect(c.run().seen("net").contains("ocveth0"), "the device left the joined namespace");
}

} // namespace

Rows network_rows() {
    return {
        {"D3.moved", kMust, "1.3", kNet, "a device is moved into the container", &moved},
        {"D3.renamed", kMust, "1.3", kNet, "it gets the name that is asked for", &renamed},
        {"D3.template", kMust, "1.3", kNet, "a name with %d is a template", &by_template},
        {"D3.template-twice", kMust, "1.3", kNet, "two devices by one template",
         &by_template_twice},
        {"D3.up", kMust, "1.3", kNet, "it is up", &up},
        {"D3.attributes", kMust, "1.3", kNet, "it keeps MTU and hardware address", &attributes},
        {"D3.address", kMust, "1.3", kNet, "it keeps a permanent IPv4 address", &address_v4},
        {"D3.address6", kMust, "1.3", kNet, "it keeps a permanent IPv6 address", &address_v6},
        {"D3.addresses", kMust, "1.3", kNet, "it keeps all permanent addresses",
         &several_addresses},
        {"D3.clash", kMust, "1.3", kNet,
         "a name that the container has is an error, and nothing moves", &clash},
        {"D3.clash-pair", kMust, "1.3", kNet,
         "one name for two devices is an error, and nothing moves", &clash_with_each_other},
        {"D3.too-long", kMust, "1.3", kNet, "a name of 16 letters is an error", &too_long},
        {"D3.bad-name", kMust, "1.3", kNet, "a name with a slash is an error", &bad_name},
        {"D3.missing", kMust, "1.3", kNet, "a device that does not exist is an error", &missing},
        {"D3.late-error", kMust, "1.3", "runtime.md#errors",
         "a later error brings the device back with its address", &late_error},
        {"D3.no-namespace", kShould, "1.3", kNet,
         "a device without a network namespace to move to is an error", &no_own_namespace},
        {"D3.joined", kMust, "1.3", kNet, "delete leaves it in a joined namespace", &into_joined},
    };
}

} // namespace conformance
