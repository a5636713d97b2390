#include "namespaces/rtnetlink.hpp"
#include "tests/catch.hpp"

#include <linux/if_link.h>

using namespaces::RouteMessage;
using namespaces::RouteRequest;

namespace {

RouteRequest request_for(int index) {
    ifinfomsg header{};
    header.ifi_index = index;
    return {RTM_NEWLINK, header};
}

RouteMessage read_back(const RouteRequest& request) {
    return {request.type(), request.body()};
}

} // namespace

TEST_CASE("what a request says can be read in a message", "[rtnetlink]") {
    RouteRequest request = request_for(7);
    request.text(IFLA_IFNAME, "eth0").number(IFLA_MTU, std::uint32_t{1400});
    request.bytes(IFLA_ADDRESS, "abcdef");
    CHECK(request.body().size() % 4 == 0);
    const RouteMessage message = read_back(request);
    CHECK(message.type() == RTM_NEWLINK);
    CHECK(message.header<ifinfomsg>().ifi_index == 7);
    CHECK(message.text<ifinfomsg>(IFLA_IFNAME) == "eth0");
    CHECK(message.number<std::uint32_t, ifinfomsg>(IFLA_MTU) == 1400U);
    CHECK(message.bytes<ifinfomsg>(IFLA_ADDRESS) == "abcdef");
}

TEST_CASE("what is missing, or of another size, is nothing", "[rtnetlink]") {
    RouteRequest request = request_for(7);
    request.number(IFLA_MTU, std::uint8_t{1});
    const RouteMessage message = read_back(request);
    CHECK(message.number<std::uint32_t, ifinfomsg>(IFLA_MTU) == std::nullopt);
    CHECK(message.text<ifinfomsg>(IFLA_IFNAME).empty());
    CHECK(message.bytes<ifinfomsg>(IFLA_ADDRESS) == std::nullopt);
}

TEST_CASE("a message that is cut anywhere, or lies about lengths, is read within its bounds",
          "[rtnetlink]") {
    RouteRequest request = request_for(7);
    request.text(IFLA_IFNAME, "eth0").number(IFLA_MTU, std::uint32_t{1400});
    const std::string& body = request.body();
    for (std::size_t size = 0; size < body.size(); ++size) {
        const RouteMessage cut(RTM_NEWLINK, std::string_view(body).substr(0, size));
        CHECK(cut.number<std::uint32_t, ifinfomsg>(IFLA_MTU) == std::nullopt);
    }
    for (const char length : {'\0', '\3', '\xff'}) {
        std::string lie = body;
        lie[sizeof(ifinfomsg)] = length; // of the first attribute
        const RouteMessage message(RTM_NEWLINK, lie);
        CHECK(message.text<ifinfomsg>(IFLA_IFNAME).empty());
        CHECK(message.number<std::uint32_t, ifinfomsg>(IFLA_MTU) == std::nullopt);
    }
}
