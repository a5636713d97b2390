#include "namespaces/net_devices_plan.hpp"
#include "tests/catch.hpp"

using namespaces::net_device_moves;
using namespaces::renamed_label;

TEST_CASE("a device keeps its name inside unless another is given", "[net_devices]") {
    const auto moves =
        net_device_moves({.net_devices = {{"eth0", {}}, {"veth7", {.name = "net%d"}}}});
    REQUIRE(moves);
    REQUIRE((*moves).size() == 2);
    CHECK((*moves)[0].host_name == "eth0");
    CHECK((*moves)[0].inside == "eth0");
    CHECK((*moves)[0].origin == "/linux/netDevices/eth0");
    CHECK((*moves)[1].inside == "net%d");
}

TEST_CASE("names that no device can have are refused with their place", "[net_devices]") {
    struct Row {
        std::string host;
        std::string inside;
        std::string pointer; ///< "" if good
    };
    const Row row = GENERATE(values<Row>({
        {"eth0", "net0", ""},
        {"a-name-of-15.c~", "another-name_15", ""},
        {"eth0", "net%d", ""},
        {"eth0", "%d", ""},
        {"a-name-of-16.chr", "net0", "/linux/netDevices/a-name-of-16.chr"},
        {"", "net0", "/linux/netDevices/"},
        {"eth%d", "net0", "/linux/netDevices/eth%d"},
        {"a/b~", "net0", "/linux/netDevices/a~1b~0"},
        {"eth0", "a-name-of-16.chr", "/linux/netDevices/eth0/name"},
        {"eth0", ".", "/linux/netDevices/eth0/name"},
        {"eth0", "..", "/linux/netDevices/eth0/name"},
        {"eth0", "a/b", "/linux/netDevices/eth0/name"},
        {"eth0", "a:b", "/linux/netDevices/eth0/name"},
        {"eth0", "a b", "/linux/netDevices/eth0/name"},
        {"eth0", "a\tb", "/linux/netDevices/eth0/name"},
        {"eth0", std::string("a\0b", 3), "/linux/netDevices/eth0/name"},
        {"eth0", "net%s", "/linux/netDevices/eth0/name"},
        {"eth0", "net%", "/linux/netDevices/eth0/name"},
        {"eth0", "net%d%d", "/linux/netDevices/eth0/name"},
    }));
    INFO(row.host << " to " << row.inside);
    const auto moves = net_device_moves({.net_devices = {{row.host, {.name = row.inside}}}});
    CHECK(static_cast<bool>(moves) == row.pointer.empty());
    if (!moves) {
        CHECK(moves.error().failure().pointer == row.pointer);
    }
}

TEST_CASE("a label follows the new name of its device", "[net_devices]") {
    CHECK(renamed_label("eth0", "net1") == "net1");
    CHECK(renamed_label("eth0:web", "net1") == "net1:web");
    CHECK(renamed_label("eth0:web", "a-long-name-x") == "a-long-name-x:w");
}
