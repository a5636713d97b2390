// Network devices of the caller's network namespace by raw rtnetlink: what there is (probe and
// suite), and the few changes that the suite makes. No library, no `ip`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netlink {

struct Address {
    int family = 0;   ///< AF_INET or AF_INET6
    std::string text; ///< "192.0.2.1"
    unsigned prefix = 0;
    unsigned scope = 0; ///< RT_SCOPE_*
    bool permanent = false;
};

struct Link {
    int index = 0;
    std::string name;
    bool up = false; ///< IFF_UP
    std::uint32_t mtu = 0;
    std::string mac; ///< "02:00:00:00:00:01", "" where there is none
    std::vector<Address> addresses;
};

/// Empty, with errno set, if the kernel does not answer.
std::vector<Link> links();

// Each of these returns 0 or an errno. They need CAP_NET_ADMIN over the namespace.
int make_veth(std::string_view name, std::string_view peer);
int remove_link(std::string_view name);
int set_up(std::string_view name);
int set_mtu(std::string_view name, std::uint32_t mtu);
int set_mac(std::string_view name, std::string_view mac);
/// `address` as "192.0.2.1" or "2001:db8::1".
int add_address(std::string_view name, std::string_view address, unsigned prefix);

} // namespace netlink
