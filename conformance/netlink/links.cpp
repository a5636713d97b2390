#include "conformance/netlink/links.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netlink {

namespace {

/// A request that grows; every part is padded to four bytes.
class Request {
  public:
    Request(std::uint16_t type, std::uint16_t flags) {
        nlmsghdr header{};
        header.nlmsg_type = type;
        header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        add(&header, sizeof header);
    }
    void add(const void* part, std::size_t size) {
        bytes_.append(static_cast<const char*>(part), size);
        bytes_.resize((bytes_.size() + 3) & ~std::size_t{3});
    }
    void attribute(std::uint16_t type, std::string_view value) {
        rtattr head{};
        head.rta_type = type;
        head.rta_len = static_cast<std::uint16_t>(sizeof head + value.size());
        bytes_.append(reinterpret_cast<const char*>(&head), sizeof head);
        add(value.data(), value.size());
    }
    /// What comes before the matching end_nest() is inside this attribute.
    std::size_t begin_nest(std::uint16_t type) {
        const std::size_t at = bytes_.size();
        attribute(type, {});
        return at;
    }
    void end_nest(std::size_t at) {
        const auto size = static_cast<std::uint16_t>(bytes_.size() - at);
        std::memcpy(bytes_.data() + at, &size, sizeof size);
    }
    std::string finished() {
        const auto size = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &size, sizeof size);
        return bytes_;
    }

  private:
    std::string bytes_;
};

std::string_view bytes_of(const auto& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string zero_ended(std::string_view text) {
    return std::string(text) + '\0';
}

/// What stands behind a message's header.
template <class T>
const T* body_of(const nlmsghdr& message) {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(&message) +
                                      NLMSG_ALIGN(sizeof(nlmsghdr)));
}

/// The answers to one request, each given to `on_message`; returns 0 or an errno.
template <class F>
int ask(std::string request, F&& on_message) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
        return errno;
    }
    int result = ::send(fd, request.data(), request.size(), 0) < 0 ? errno : -1;
    std::array<char, 32768> buffer{};
    while (result < 0) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got < 0) {
            result = errno;
            break;
        }
        auto left = static_cast<unsigned>(got);
        for (auto* head = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(head, left);
             head = NLMSG_NEXT(head, left)) {
            if (head->nlmsg_type == NLMSG_DONE) {
                result = 0;
            } else if (head->nlmsg_type == NLMSG_ERROR) {
                result = -body_of<nlmsgerr>(*head)->error;
            } else {
                on_message(*head);
            }
        }
    }
    ::close(fd);
    return result;
}

int tell(Request& request) {
    return ask(request.finished(), [](const nlmsghdr&) {});
}

template <class Header, class F>
void each_attribute(nlmsghdr& message, F&& on_attribute) {
    auto left = static_cast<unsigned>(message.nlmsg_len - NLMSG_LENGTH(sizeof(Header)));
    auto* at = reinterpret_cast<rtattr*>(reinterpret_cast<char*>(&message) +
                                         NLMSG_LENGTH(NLMSG_ALIGN(sizeof(Header))));
    for (; RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        on_attribute(*at,
                     std::string_view(static_cast<const char*>(RTA_DATA(at)), RTA_PAYLOAD(at)));
    }
}

std::string mac_text(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        std::array<char, 4> pair{};
        std::snprintf(pair.data(), pair.size(), "%02x:", static_cast<unsigned char>(c));
        text += pair.data();
    }
    if (!text.empty()) {
        text.pop_back();
    }
    return text;
}

Link link_of(nlmsghdr& message) {
    const auto* info = body_of<ifinfomsg>(message);
    Link link{.index = info->ifi_index, .up = (info->ifi_flags & IFF_UP) != 0};
    each_attribute<ifinfomsg>(message, [&](const rtattr& attribute, std::string_view value) {
        if (attribute.rta_type == IFLA_IFNAME) {
            link.name = value.substr(0, value.find('\0'));
        } else if (attribute.rta_type == IFLA_MTU) {
            std::memcpy(&link.mtu, value.data(), sizeof link.mtu);
        } else if (attribute.rta_type == IFLA_ADDRESS) {
            link.mac = mac_text(value);
        }
    });
    return link;
}

Address address_of(nlmsghdr& message) {
    const auto* info = body_of<ifaddrmsg>(message);
    Address address{
        .family = info->ifa_family, .prefix = info->ifa_prefixlen, .scope = info->ifa_scope};
    std::uint32_t flags = info->ifa_flags;
    each_attribute<ifaddrmsg>(message, [&](const rtattr& attribute, std::string_view value) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (attribute.rta_type == IFA_LOCAL ||
            (attribute.rta_type == IFA_ADDRESS && address.text.empty())) {
            ::inet_ntop(address.family, value.data(), text.data(), text.size());
            address.text = text.data();
        } else if (attribute.rta_type == IFA_FLAGS) {
            std::memcpy(&flags, value.data(), sizeof flags);
        }
    });
    address.permanent = (flags & IFA_F_PERMANENT) != 0;
    return address;
}

/// A change of the link with this name.
Request change(std::string_view name, std::uint16_t type, unsigned flags_to_set = 0) {
    Request request(type, NLM_F_ACK);
    ifinfomsg info{};
    info.ifi_index = static_cast<int>(::if_nametoindex(std::string(name).c_str()));
    info.ifi_flags = flags_to_set;
    info.ifi_change = flags_to_set;
    request.add(&info, sizeof info);
    return request;
}

} // namespace

std::vector<Link> links() {
    std::vector<Link> found;
    Request request(RTM_GETLINK, NLM_F_DUMP);
    const ifinfomsg any{};
    request.add(&any, sizeof any);
    int result =
        ask(request.finished(), [&](nlmsghdr& message) { found.push_back(link_of(message)); });
    Request addresses(RTM_GETADDR, NLM_F_DUMP);
    const ifaddrmsg every{};
    addresses.add(&every, sizeof every);
    const auto on_address = [&](nlmsghdr& message) {
        const auto index = body_of<ifaddrmsg>(message)->ifa_index;
        for (Link& link : found) {
            if (link.index == static_cast<int>(index)) {
                link.addresses.push_back(address_of(message));
            }
        }
    };
    if (result == 0) {
        result = ask(addresses.finished(), on_address);
    }
    errno = result;
    return found;
}

int make_veth(std::string_view name, std::string_view peer) {
    Request request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    const ifinfomsg info{};
    request.add(&info, sizeof info);
    request.attribute(IFLA_IFNAME, zero_ended(name));
    const std::size_t link_info = request.begin_nest(IFLA_LINKINFO);
    request.attribute(IFLA_INFO_KIND, "veth");
    const std::size_t data = request.begin_nest(IFLA_INFO_DATA);
    const std::size_t peer_info = request.begin_nest(VETH_INFO_PEER);
    request.add(&info, sizeof info);
    request.attribute(IFLA_IFNAME, zero_ended(peer));
    request.end_nest(peer_info);
    request.end_nest(data);
    request.end_nest(link_info);
    return tell(request);
}

int remove_link(std::string_view name) {
    Request request = change(name, RTM_DELLINK);
    return tell(request);
}

int set_up(std::string_view name) {
    Request request = change(name, RTM_NEWLINK, IFF_UP);
    return tell(request);
}

int set_mtu(std::string_view name, std::uint32_t mtu) {
    Request request = change(name, RTM_NEWLINK);
    request.attribute(IFLA_MTU, bytes_of(mtu));
    return tell(request);
}

int set_mac(std::string_view name, std::string_view mac) {
    constexpr std::size_t kDigits = 2; // of each byte, and a colon behind it
    std::string bytes;
    for (std::size_t at = 0; at + kDigits <= mac.size(); at += kDigits + 1) {
        unsigned byte = 0;
        std::from_chars(mac.data() + at, mac.data() + at + kDigits, byte, 16);
        bytes += static_cast<char>(byte);
    }
    Request request = change(name, RTM_NEWLINK);
    request.attribute(IFLA_ADDRESS, bytes);
    return tell(request);
}

int add_address(std::string_view name, std::string_view address, unsigned prefix) {
    const bool six = address.find(':') != std::string_view::npos;
    std::array<char, 16> bytes{};
    ::inet_pton(six ? AF_INET6 : AF_INET, std::string(address).c_str(), bytes.data());
    const std::string_view value(bytes.data(), six ? 16 : 4);
    Request request(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    ifaddrmsg info{};
    info.ifa_family = six ? AF_INET6 : AF_INET;
    info.ifa_prefixlen = static_cast<std::uint8_t>(prefix);
    info.ifa_scope = RT_SCOPE_UNIVERSE;
    info.ifa_index = ::if_nametoindex(std::string(name).c_str());
    request.add(&info, sizeof info);
    request.attribute(IFA_LOCAL, value);
    request.attribute(IFA_ADDRESS, value);
    // Without waiting for duplicate address detection, so that the address is usable at once.
    const std::uint32_t flags = IFA_F_NODAD | IFA_F_PERMANENT;
    request.attribute(IFA_FLAGS, bytes_of(flags));
    return tell(request);
}

} // namespace netlink
