// Real veth pairs between two network namespaces of the test's own.
#include "namespaces/net_devices.hpp"
#include "namespaces/rtnetlink.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <linux/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

using base::Fd;
using base::FdRef;
using namespaces::move_net_devices;
using namespaces::NetDeviceMove;

namespace {

using Moves = std::vector<NetDeviceMove>;
using Names = std::vector<std::string>;

Fd current_namespace() {
    auto fd = base::sys::open(FdRef::cwd(), "/proc/self/ns/net", O_RDONLY);
    REQUIRE(fd);
    return *std::move(fd);
}

/// What a command prints; its exit code must be 0.
std::string output(const std::string& command) {
    INFO(command);
    struct Close {
        void operator()(std::FILE* file) const { ::pclose(file); }
    };
    std::unique_ptr<std::FILE, Close> pipe(::popen((command + " 2>&1").c_str(), "re"));
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
        text += static_cast<char>(c);
    }
    INFO(text);
    REQUIRE(::pclose(pipe.release()) == 0);
    return text;
}

/// Two new network namespaces, one of which takes the host's part; the test goes back to its own
/// at the end, and what it made is gone with them.
class Place {
  public:
    Place() : home_(current_namespace()) {
        REQUIRE(base::sys::unshare(CLONE_NEWNET));
        inside_ = current_namespace();
        REQUIRE(namespaces::bring_up_loopback());
        REQUIRE(base::sys::unshare(CLONE_NEWNET));
        host_ = current_namespace();
    }
    ~Place() { static_cast<void>(base::sys::join(home_, CLONE_NEWNET)); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] FdRef inside() const { return inside_; }
    std::string inside(const std::string& command) const {
        REQUIRE(base::sys::join(inside_, CLONE_NEWNET));
        std::string text = output(command);
        REQUIRE(base::sys::join(host_, CLONE_NEWNET));
        return text;
    }

  private:
    Fd home_;
    Fd inside_;
    Fd host_;
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// All that can be seen of the network here, but what ages, or follows later by itself.
std::string picture() {
    return output("(ip -o link show; ip -o addr show) | grep -v fe80 | "
                  "sed 's/ qdisc [a-z]*//; s/ state [A-Z]*//; s/,LOWER_UP//; s/NO-CARRIER,//; "
                  "s/,M-DOWN//; s/ tentative//; s/[0-9]*sec/SEC/g'");
}

/// A pair of which `name` has addresses, an MTU and a hardware address of its own.
void make_device(const std::string& name, int number) {
    const std::string n = std::to_string(number);
    output("ip link add " + name + " type veth peer name peer" + n);
    output("ip link set peer" + n + " up");
    output("ip link set " + name + " mtu 1400 address 02:00:00:00:00:0" + n + " up");
    output("ip addr add 10.7." + n + ".2/24 brd + dev " + name + " label " + name + ":x");
    output("ip addr add 10.7." + n + ".3/32 dev " + name);
    output("ip addr add 10.7." + n + ".9 peer 10.8.0.1/32 metric 77 dev " + name);
    output("ip addr add fd00:" + n + "::2/64 dev " + name + " nodad noprefixroute");
    output("ip addr add fd00:" + n + "::3/64 dev " + name + " valid_lft 900 preferred_lft 900");
    output("ip addr add 192.168." + n + ".1/24 scope link dev " + name);
}

} // namespace

TEST_CASE("a device moves with its addresses, MTU and hardware address, and is set up",
          "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    const auto names = move_net_devices(Moves{{"veth1", "net7", "/o"}}, place.inside());
    INFO((names ? "" : names.error().text()));
    REQUIRE(names);
    CHECK(*names == Names{"net7"});
    CHECK_FALSE(has(output("ip -o link"), "veth1"));

    const std::string link = place.inside("ip -o link show net7");
    CHECK(has(link, "mtu 1400"));
    CHECK(has(link, "link/ether 02:00:00:00:00:01"));
    CHECK(has(link, ",UP"));
    const std::string addresses = place.inside("ip -o addr show net7");
    CHECK(has(addresses, "inet 10.7.1.2/24 brd 10.7.1.255 scope global net7:x"));
    CHECK(has(addresses, "inet 10.7.1.3/32 scope global net7"));
    CHECK(has(addresses, "inet 10.7.1.9 peer 10.8.0.1/32 metric 77 scope global net7"));
    CHECK(has(addresses, "inet6 fd00:1::2/64 scope global nodad noprefixroute"));
    CHECK_FALSE(has(addresses, "fd00:1::3"));   // not permanent
    CHECK_FALSE(has(addresses, "192.168.1.1")); // not global
}

TEST_CASE("after the move a ping goes both ways, by addresses and by a route", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    REQUIRE(namespaces::bring_up_loopback());
    output("ip addr add 10.7.1.1/24 dev peer1");
    output("ip addr add fd00:1::1/64 dev peer1 nodad");
    output("ip addr add 10.99.0.1/32 dev lo");
    REQUIRE(move_net_devices(Moves{{"veth1", "veth1", "/o"}}, place.inside()));
    place.inside("ip route add default via 10.7.1.1");
    place.inside("ip -6 route add fd00:1::/64 dev veth1");
    output("busybox ping -c 1 -W 5 10.7.1.2");
    place.inside("busybox ping -c 1 -W 5 10.7.1.1");
    place.inside("busybox ping -c 1 -W 5 10.99.0.1");
    place.inside("busybox ping -6 -c 1 -W 5 fd00:1::1");
    output("busybox ping -6 -c 1 -W 5 fd00:1::2");
}

TEST_CASE("a name may be free inside, taken inside, or left to the kernel", "[net_devices]") {
    const Place place;
    place.inside("ip link add net0 type veth peer name net1");
    place.inside("ip link add veth1 type veth peer name other");
    make_device("veth1", 1);
    make_device("veth2", 2);

    const std::string before = picture();
    const std::string inside_before = place.inside("ip -o link");
    const auto taken = move_net_devices(Moves{{"veth1", "veth1", "/o"}}, place.inside());
    REQUIRE_FALSE(taken);
    CHECK(taken.code() == EEXIST);
    CHECK(taken.error().failure().pointer == "/o");
    CHECK(taken.error().failure().facts ==
          Names{"move the network device \"veth1\" into the container",
                "the container's network namespace has a device \"veth1\" already"});
    CHECK(picture() == before);
    CHECK(place.inside("ip -o link") == inside_before);

    // "veth1" is the name of another device inside, and must not be in the way.
    const auto numbered =
        move_net_devices(Moves{{"veth1", "net%d", "/a"}, {"veth2", "net%d", "/b"}}, place.inside());
    INFO((numbered ? "" : numbered.error().text()));
    REQUIRE(numbered);
    CHECK(*numbered == Names{"net2", "net3"});
    CHECK(has(place.inside("ip -o addr show net2"),
              "10.7.1.2/24 brd 10.7.1.255 scope global net2:x"));
    CHECK(has(place.inside("ip -o addr show net3"), "10.7.2.2/24"));
}

TEST_CASE("devices that exchange names can go together", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    make_device("veth2", 2);
    const auto names =
        move_net_devices(Moves{{"veth1", "veth2", "/a"}, {"veth2", "veth1", "/b"}}, place.inside());
    REQUIRE(names);
    CHECK(*names == Names{"veth2", "veth1"});
    CHECK(has(place.inside("ip -o link show veth2"), "02:00:00:00:00:01"));
    CHECK(has(place.inside("ip -o link show veth1"), "02:00:00:00:00:02"));
}

TEST_CASE("what cannot be moved is an error, and nothing is moved", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    output("ip link add br0 type bridge");
    struct Row {
        std::string name;
        int code;
        std::string text;
    };
    const Row row = GENERATE(
        values<Row>({{"gone", ENODEV, "rtnetlink(RTM_GETLINK, \"gone\"): No such device (ENODEV)"},
                     {"lo", EINVAL, "the kernel does not let it out of its network namespace"},
                     {"br0", EINVAL, "(EINVAL)"}}));
    const std::string before = picture();
    const auto names = move_net_devices(Moves{{"veth1", "first", "/a"}, {row.name, "second", "/b"}},
                                        place.inside());
    REQUIRE_FALSE(names);
    INFO(names.error().text() << " hint: " << names.error().failure().hint);
    CHECK(names.code() == row.code);
    CHECK(names.error().failure().pointer == "/b");
    CHECK(has(names.error().text(), row.text));
    CHECK(picture() == before);
    CHECK_FALSE(has(place.inside("ip -o link"), "first"));
}

TEST_CASE("the kernel's own words are the hint of an error", "[net_devices]") {
    const Place place;
    auto socket = namespaces::RouteSocket::open();
    REQUIRE(socket);
    ifinfomsg header{};
    header.ifi_index = 1;
    namespaces::RouteRequest request(RTM_NEWLINK, header);
    request.number(IFLA_MTU, std::uint32_t{0xffffffff});
    const auto changed = (*socket).change(request, "RTM_NEWLINK, \"lo\"");
    REQUIRE_FALSE(changed);
    CHECK(changed.error().failure().call == "rtnetlink(RTM_NEWLINK, \"lo\")");
    CHECK(changed.error().failure().hint.starts_with("the kernel says: "));
}

TEST_CASE("if a later device fails, those before it are what they were", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    make_device("veth2", 2);
    output("ip link set veth2 down");
    output("ip link add br0 type bridge");
    output("ip link set veth1 master br0");
    const std::string before = picture();

    SECTION("as its name is taken by the one before it") {
        const auto names = move_net_devices(Moves{{"veth1", "same", "/a"}, {"veth2", "same", "/b"}},
                                            place.inside());
        REQUIRE_FALSE(names);
        CHECK(names.code() == EEXIST);
        CHECK(names.error().failure().pointer == "/b");
    }
    SECTION("as an address is refused inside") {
        // veth2 lost its IPv6 addresses when it was set down.
        place.inside("sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'");
        const auto names =
            move_net_devices(Moves{{"veth2", "b", "/b"}, {"veth1", "a", "/a"}}, place.inside());
        REQUIRE_FALSE(names);
        CHECK(has(names.error().text(), "RTM_NEWADDR, \"a\""));
        CHECK(names.error().failure().pointer == "/a");
    }
    // Moving changes the order of the list and the number behind it, not the devices.
    const auto sorted = [](const std::string& text) {
        std::vector<std::string> lines;
        for (const std::string_view line : base::split(text, '\n')) {
            const std::size_t number = line.find(": ");
            lines.emplace_back(number == std::string_view::npos ? line : line.substr(number));
        }
        std::ranges::sort(lines);
        return base::join(lines, "\n");
    };
    CHECK(sorted(picture()) == sorted(before));
    CHECK_FALSE(has(place.inside("ip -o link"), "veth"));
    CHECK(has(before, "master br0"));
}

TEST_CASE("the caller stays in its network namespace", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    const auto before = base::sys::readlink(FdRef::cwd(), "/proc/self/ns/net");
    REQUIRE(move_net_devices(Moves{{"veth1", "veth1", "/o"}}, place.inside()));
    CHECK(*base::sys::readlink(FdRef::cwd(), "/proc/self/ns/net") == *before);
}

TEST_CASE("a device moves into a namespace that a user namespace owns", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    auto sockets = base::sys::socketpair(SOCK_SEQPACKET);
    REQUIRE(sockets);
    auto child = base::fork_to([&] {
        if (!base::sys::unshare(CLONE_NEWUSER | CLONE_NEWNET) ||
            !base::sys::send((*sockets).theirs, "ready")) {
            return 1;
        }
        return base::sys::receive((*sockets).theirs, 16) ? 0 : 1;
    });
    REQUIRE(child);
    REQUIRE((*base::sys::receive((*sockets).ours, 16)).bytes == "ready");
    const auto target =
        base::sys::open(FdRef::cwd(), base::cat("/proc/", (*child).pid(), "/ns/net"), O_RDONLY);
    REQUIRE(target);
    const auto names = move_net_devices(Moves{{"veth1", "eth0", "/o"}}, *target);
    INFO((names ? "" : names.error().text()));
    REQUIRE(names);
    CHECK(*names == Names{"eth0"});
    CHECK(has(output(base::cat("nsenter --net=/proc/", (*child).pid(), "/ns/net ip -o addr")),
              "10.7.1.2/24"));
}

TEST_CASE("a target that is no network namespace is an error", "[net_devices]") {
    const Place place;
    make_device("veth1", 1);
    const auto other = base::sys::open(FdRef::cwd(), "/proc/self/ns/uts", O_RDONLY);
    REQUIRE(other);
    const auto names = move_net_devices(Moves{{"veth1", "veth1", "/o"}}, *other);
    REQUIRE_FALSE(names);
    CHECK(names.code() == EINVAL);
    CHECK(has(names.error().text(), "join the container's network namespace: setns("));
}

TEST_CASE("nothing to move needs no privilege", "[net_devices]") {
    const auto names = move_net_devices({}, FdRef(-1));
    REQUIRE(names);
    CHECK((*names).empty());
}

TEST_CASE("loopback is set up", "[net_devices]") {
    const Place place;
    CHECK_FALSE(has(output("ip -o link show lo"), ",UP"));
    REQUIRE(namespaces::bring_up_loopback());
    CHECK(has(output("ip -o link show lo"), "LOOPBACK,UP"));
    CHECK(has(output("ip -o addr show lo"), "127.0.0.1/8"));
}

TEST_CASE("a list longer than one packet arrives whole", "[net_devices]") {
    const Place place;
    output("ip link add veth1 type veth peer name peer1");
    for (int i = 0; i < 4; ++i) {
        std::string batch;
        for (int j = 0; j < 250; ++j) {
            batch += base::cat("addr add 10.", i, ".", j, ".1/32 dev veth1\n");
        }
        output("printf '" + batch + "' | ip -b -");
    }
    const auto names = move_net_devices(Moves{{"veth1", "net0", "/o"}}, place.inside());
    REQUIRE(names);
    CHECK(place.inside("ip -o addr show net0 | grep -c inet.10") == "1000\n");
}
