#include "namespaces/net_devices.hpp"

#include "namespaces/rtnetlink.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr std::size_t kLongestAnswer = 1 << 16;
constexpr std::uint16_t kNetnsImmutable = 67; // IFLA_NETNS_IMMUTABLE, of Linux 6.15

/// What a device is before it is moved.
struct Device {
    int index = 0;
    std::uint32_t flags = 0; ///< IFF_*
    std::uint32_t mtu = 0;
    std::uint32_t master = 0; ///< index of the bridge or bond that it belongs to, or 0
    std::string name;
    std::string hardware_address; ///< bytes
    bool immovable = false;       ///< as the kernel tells from Linux 6.15 on
};

/// An address as the kernel told it; kept as it is, to be given back.
struct Address {
    RouteMessage told;

    [[nodiscard]] ifaddrmsg header() const { return told.header<ifaddrmsg>(); }
    [[nodiscard]] std::uint32_t flags() const {
        return told.number<std::uint32_t, ifaddrmsg>(IFA_FLAGS).value_or(header().ifa_flags);
    }
    /// Whether config-linux.md wants it inside.
    [[nodiscard]] bool goes_along() const {
        return header().ifa_scope == RT_SCOPE_UNIVERSE && (flags() & IFA_F_PERMANENT) != 0;
    }
};

// --- asking and changing ------------------------------------------------------------------------

ifinfomsg by_index(int index) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = index;
    return header;
}

Device device_of(const RouteMessage& told) {
    const auto header = told.header<ifinfomsg>();
    return {.index = header.ifi_index,
            .flags = header.ifi_flags,
            .mtu = told.number<std::uint32_t, ifinfomsg>(IFLA_MTU).value_or(0),
            .master = told.number<std::uint32_t, ifinfomsg>(IFLA_MASTER).value_or(0),
            .name = told.text<ifinfomsg>(IFLA_IFNAME),
            .hardware_address = std::string(told.bytes<ifinfomsg>(IFLA_ADDRESS).value_or("")),
            .immovable = told.number<std::uint8_t, ifinfomsg>(kNetnsImmutable).value_or(0) != 0};
}

Result<Device> find_device(RouteSocket& socket, const std::string& name) {
    RouteRequest request(RTM_GETLINK, by_index(0));
    request.text(IFLA_IFNAME, name);
    TRY_ASSIGN(const RouteMessage told,
               socket.ask(request, cat("RTM_GETLINK, ", base::quoted(name))));
    return device_of(told);
}

Result<Device> find_device(RouteSocket& socket, int index) {
    TRY_ASSIGN(const RouteMessage told,
               socket.ask(RouteRequest(RTM_GETLINK, by_index(index)), cat("RTM_GETLINK, ", index)));
    return device_of(told);
}

/// The addresses of a device, in the kernel's order (a primary one before its secondaries), but
/// for those that the kernel makes from others for a while (RFC 8981).
Result<std::vector<Address>> addresses_of(RouteSocket& socket, const Device& device) {
    ifaddrmsg header{};
    header.ifa_index = static_cast<std::uint32_t>(device.index);
    TRY_ASSIGN(std::vector<RouteMessage> all,
               socket.list(RouteRequest(RTM_GETADDR, header),
                           cat("RTM_GETADDR, ", base::quoted(device.name))));
    std::vector<Address> own;
    for (RouteMessage& told : all) {
        Address address{std::move(told)};
        // For IPv4 the same bit says that it is a secondary address.
        const bool temporary =
            address.header().ifa_family == AF_INET6 && (address.flags() & IFA_F_TEMPORARY) != 0;
        if (address.header().ifa_index == header.ifa_index && !temporary) {
            own.push_back(std::move(address));
        }
    }
    return own;
}

/// Gives `address` to a device; nothing if it has it already, as the kernel gives IPv6 its
/// link-local one.
Result<> add_address(RouteSocket& socket, const Device& device, const Address& address) {
    // What else the kernel tells is its own knowledge: tentative, secondary, permanent.
    constexpr std::uint32_t kWanted = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
                                      IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
    ifaddrmsg header = address.header();
    header.ifa_flags = 0;
    header.ifa_index = static_cast<std::uint32_t>(device.index);
    RouteRequest request(RTM_NEWADDR, header);
    for (const std::uint16_t attribute :
         {IFA_LOCAL, IFA_ADDRESS, IFA_BROADCAST, IFA_CACHEINFO, IFA_RT_PRIORITY, IFA_PROTO}) {
        if (const auto value = address.told.bytes<ifaddrmsg>(attribute)) {
            request.bytes(attribute, *value);
        }
    }
    request.number(IFA_FLAGS, address.flags() & kWanted);
    if (const std::string label = address.told.text<ifaddrmsg>(IFA_LABEL); !label.empty()) {
        request.text(IFA_LABEL, renamed_label(label, device.name));
    }
    Result<> added = socket.change(request, cat("RTM_NEWADDR, ", base::quoted(device.name)));
    return added.code() == EEXIST ? done() : std::move(added);
}

/// Gives `device` the hardware address and MTU of `before`, if it has others, and sets it up if
/// `up` says so.
Result<> restore(RouteSocket& socket, const Device& device, const Device& before, bool up) {
    ifinfomsg header = by_index(device.index);
    header.ifi_flags = up ? IFF_UP : 0;
    header.ifi_change = IFF_UP;
    RouteRequest request(RTM_NEWLINK, header);
    if (device.hardware_address != before.hardware_address) {
        request.bytes(IFLA_ADDRESS, before.hardware_address);
    }
    if (device.mtu != before.mtu) {
        request.number(IFLA_MTU, before.mtu);
    }
    return socket.change(request, cat("RTM_NEWLINK, ", base::quoted(device.name), ", ",
                                      up ? "IFF_UP" : "no IFF_UP"));
}

Result<> rename(RouteSocket& socket, const Device& device, const std::string& name) {
    RouteRequest request(RTM_NEWLINK, by_index(device.index));
    request.text(IFLA_IFNAME, name);
    return socket.change(request, cat("RTM_NEWLINK, ", base::quoted(device.name), ", IFLA_IFNAME ",
                                      base::quoted(name)));
}

/// Sends a device of `socket`'s namespace to another one, where it gets `name`.
Result<> send_away(RouteSocket& socket, const Device& device, FdRef where,
                   const std::string& name) {
    RouteRequest request(RTM_NEWLINK, by_index(device.index));
    request.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(where.number()))
        .text(IFLA_IFNAME, name);
    return socket.change(request,
                         cat("RTM_NEWLINK, ", base::quoted(device.name), ", IFLA_NET_NS_FD ",
                             base::describe(where), ", IFLA_IFNAME ", base::quoted(name)));
}

// --- the move
// -------------------------------------------------------------------------------------

/// One device on its way. It arrives under a name that nothing else has, so that neither its old
/// name nor its new one can be in the way, and it can be found again, whatever number the kernel
/// puts into a template; only then is it renamed.
struct Passage {
    const NetDeviceMove* move = nullptr;
    Device before;
    std::vector<Address> addresses;
    std::string passing_name;
    bool on_its_way = false;
    Device inside; ///< once it has arrived
};

class Transfer {
  public:
    /// Joins `target`, holding on to the namespace that it leaves.
    static Result<Transfer> between_here_and(FdRef target);
    /// Does all of it, or undoes all of it.
    Result<std::vector<std::string>> run(std::span<const NetDeviceMove> moves);

  private:
    Transfer(Fd host_namespace, FdRef target, RouteSocket host, RouteSocket inside)
        : host_namespace_(std::move(host_namespace)), target_(target), host_(std::move(host)),
          inside_(std::move(inside)) {}

    Result<Passage> prepared(const NetDeviceMove& move, std::size_t number);
    Result<> require_free_name(const NetDeviceMove& move);
    Result<> pass(Passage& passage);
    void go_back(const Passage& passage);
    Result<> give_back(const Passage& passage);
    Result<Device> arrived(const Passage& passage);

    Fd host_namespace_;
    FdRef target_;
    RouteSocket host_;
    RouteSocket inside_;
};

Result<Transfer> Transfer::between_here_and(FdRef target) {
    TRY_ASSIGN(Fd here, base::sys::open(FdRef::cwd(), "/proc/self/ns/net", O_RDONLY));
    TRY_ASSIGN(RouteSocket host, RouteSocket::open());
    TRY(base::sys::join(target, CLONE_NEWNET).in("join the container's network namespace"));
    TRY_ASSIGN(RouteSocket inside, RouteSocket::open());
    return Transfer(std::move(here), target, std::move(host), std::move(inside));
}

Result<> Transfer::require_free_name(const NetDeviceMove& move) {
    if (move.inside.find('%') != std::string::npos) {
        return done();
    }
    Result<Device> other = find_device(inside_, move.inside);
    if (other.code() == ENODEV) {
        return done();
    }
    TRY(std::move(other));
    return Error(base::Failure{.facts = {cat("the container's network namespace has a device ",
                                             base::quoted(move.inside), " already")},
                               .code = EEXIST});
}

Result<Passage> Transfer::prepared(const NetDeviceMove& move, std::size_t number) {
    Passage passage{.move = &move, .passing_name = cat("oci-", ::getpid(), "-", number)};
    TRY_ASSIGN(passage.before, find_device(host_, move.host_name));
    if ((passage.before.flags & IFF_LOOPBACK) != 0 || passage.before.immovable) {
        return Error(base::Failure{
            .facts = {"the kernel does not let it out of its network namespace"}, .code = EINVAL});
    }
    TRY(require_free_name(move));
    TRY_ASSIGN(passage.addresses, addresses_of(host_, passage.before));
    return passage;
}

Result<> Transfer::pass(Passage& passage) {
    passage.on_its_way = true;
    TRY(send_away(host_, passage.before, target_, passage.passing_name));
    TRY_ASSIGN(passage.inside, find_device(inside_, passage.passing_name));
    TRY(rename(inside_, passage.inside, passage.move->inside));
    TRY_ASSIGN(passage.inside, find_device(inside_, passage.inside.index));
    TRY(restore(inside_, passage.inside, passage.before, true));
    for (const Address& address : passage.addresses) {
        if (address.goes_along()) {
            TRY(add_address(inside_, passage.inside, address));
        }
    }
    return done();
}

/// Where a passage that failed at any point has left the device inside.
Result<Device> Transfer::arrived(const Passage& passage) {
    if (passage.inside.index != 0) {
        return find_device(inside_, passage.inside.index);
    }
    Result<Device> device = find_device(inside_, passage.passing_name);
    if (device.code() == ENODEV) {
        // Moved, but not renamed any more. It must not be a namesake that was there before.
        device = find_device(inside_, passage.before.name);
        if (device && (*device).hardware_address != passage.before.hardware_address) {
            return Error("it has vanished");
        }
    }
    return device;
}

Result<> Transfer::give_back(const Passage& passage) {
    const Device& before = passage.before;
    // A request that failed may have moved it nevertheless.
    if (const Result<Device> still = find_device(host_, before.index);
        !still || (*still).name != before.name) {
        TRY_ASSIGN(const Device there, arrived(passage));
        TRY(send_away(inside_, there, host_namespace_, before.name));
    }
    TRY_ASSIGN(const Device again, find_device(host_, before.name));
    TRY(restore(host_, again, before, (before.flags & IFF_UP) != 0));
    if (before.master != 0 && again.master != before.master) {
        RouteRequest request(RTM_NEWLINK, by_index(again.index));
        request.number(IFLA_MASTER, before.master);
        TRY(host_.change(request, cat("RTM_NEWLINK, ", base::quoted(before.name), ", IFLA_MASTER ",
                                      before.master)));
    }
    for (const Address& address : passage.addresses) {
        TRY(add_address(host_, again, address));
    }
    return done();
}

void Transfer::go_back(const Passage& passage) {
    if (!passage.on_its_way) {
        return;
    }
    if (const Result<> given = give_back(passage); !given) {
        base::log::warning(cat("the network device ", base::quoted(passage.before.name),
                               " could not be made again what it was: ", given.error().text()));
    }
}

Result<std::vector<std::string>> Transfer::run(std::span<const NetDeviceMove> moves) {
    const auto fact = [](const NetDeviceMove& move) {
        return [&move] {
            return cat("move the network device ", base::quoted(move.host_name),
                       " into the container");
        };
    };
    std::vector<Passage> passages;
    for (const NetDeviceMove& move : moves) {
        TRY_ASSIGN(Passage passage, prepared(move, passages.size()).at(move.origin).in(fact(move)));
        passages.push_back(std::move(passage));
    }
    std::vector<std::string> names;
    for (Passage& passage : passages) {
        const NetDeviceMove& move = *passage.move;
        if (Result<> passed = pass(passage).at(move.origin).in(fact(move)); !passed) {
            for (auto one = passages.rbegin(); one != passages.rend(); ++one) {
                go_back(*one);
            }
            return std::move(passed).error();
        }
        names.push_back(passage.inside.name);
    }
    return names;
}

// --- the process that does it
// ---------------------------------------------------------------------

/// Sends "+" with the names, or "!" with the error.
int work(FdRef socket, std::span<const NetDeviceMove> moves, FdRef target) {
    Result<Transfer> transfer = Transfer::between_here_and(target);
    Result<std::vector<std::string>> names =
        transfer ? (*transfer).run(moves)
                 : Result<std::vector<std::string>>(std::move(transfer).error());
    if (!names) {
        static_cast<void>(base::sys::send(socket, cat("!", base::encode(names.error()))));
        return 1;
    }
    base::WireWriter writer;
    writer(*names);
    return base::sys::send(socket, cat("+", writer.bytes())) ? 0 : 1;
}

} // namespace

Result<std::vector<std::string>> move_net_devices(std::span<const NetDeviceMove> moves,
                                                  FdRef target) {
    if (moves.empty()) {
        return std::vector<std::string>();
    }
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    TRY_ASSIGN(const base::Child worker, base::fork_to([&] {
                   pair.ours.close();
                   return work(pair.theirs, moves, target);
               }));
    pair.theirs.close();
    TRY_ASSIGN(const base::sys::Packet answer, base::sys::receive(pair.ours, kLongestAnswer));
    const std::string_view body =
        std::string_view(answer.bytes).substr(answer.bytes.empty() ? 0 : 1);
    if (answer.bytes.starts_with('!')) {
        return base::decode_error(body);
    }
    std::vector<std::string> names;
    base::WireReader reader(body);
    reader(names);
    if (!answer.bytes.starts_with('+') || answer.truncated || !reader.complete()) {
        return Error("the process that moves network devices ended early");
    }
    return names;
}

Result<> bring_up_loopback() {
    // Any socket of the namespace will do for this ioctl; AF_UNIX is always there.
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return call_failed("socket", base::Word{"AF_UNIX"}, base::Word{"SOCK_DGRAM"});
    }
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (::ioctl(socket.number(), SIOCSIFFLAGS, &request) < 0) {
        return call_failed("ioctl", socket, base::Word{"SIOCSIFFLAGS"}, "lo", base::Word{"IFF_UP"});
    }
    return done();
}

} // namespace namespaces
