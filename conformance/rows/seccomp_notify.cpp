// H. SCMP_ACT_NOTIFY: what comes through listenerPath, and that the filter can be answered.
#include "conformance/rows/rows.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kSeccomp = "config-linux.md#seccomp";
constexpr auto kProcessState = "config-linux.md#the-container-process-state";

constexpr unsigned kWaitKillable = 1U << 5; // which old headers lack

Json notifying(const fs::path& listener) {
    return {{"defaultAction", "SCMP_ACT_ALLOW"},
            {"listenerPath", listener.string()},
            {"listenerMetadata", "opaque"},
            {"syscalls", {{{"names", {"getpriority"}}, {"action", "SCMP_ACT_NOTIFY"}}}}};
}

/// The agent's end of listenerPath.
class Agent {
  public:
    explicit Agent(const fs::path& path) : socket_(::socket(AF_UNIX, kType, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path.native().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
                0 ||
            ::listen(socket_.number(), 4) != 0) {
            throw Broken::call("listen at " + path.string());
        }
    }
    /// The next connection; empty if there is none.
    [[nodiscard]] Fd next() const {
        return Fd(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    }

  private:
    static constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    Fd socket_;
};

/// What one connection brought until its end.
struct Delivery {
    Json state;
    std::vector<Fd> fds;
    int messages_with_fds = 0;
    int first_message_with_fds = -1;
    bool closed = false;
};

void take_fds(const msghdr& message, Delivery& delivery) {
    for (const cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
         head = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(head))) {
        const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
            delivery.fds.emplace_back(fd);
        }
    }
}

Delivery receive(const Fd& connection) {
    Delivery delivery;
    std::string text;
    for (int number = 0;; ++number) {
        std::array<char, 16384> buffer{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> control{};
        iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
        msghdr message{.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control.data(),
                       .msg_controllen = control.size()};
        const ssize_t size = ::recvmsg(connection.number(), &message, MSG_CMSG_CLOEXEC);
        if (size <= 0) {
            delivery.closed = size == 0;
            break;
        }
        if (message.msg_controllen > 0) {
            ++delivery.messages_with_fds;
            delivery.first_message_with_fds =
                delivery.first_message_with_fds < 0 ? number : delivery.first_message_with_fds;
            take_fds(message, delivery);
        }
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    delivery.state = Json::parse(text, nullptr, false);
    return delivery;
}

/// Creates and starts a container whose program makes the call; what the agent was sent.
struct Notified {
    Container* container;
    Delivery delivery;
    bool only_one_connection;
};

Notified notified(Case& c, const Json& flags = nullptr) {
    const fs::path path = c.directory() / "agent";
    const Agent agent(path);
    c.linux_part()["seccomp"] = notifying(path);
    if (!flags.is_null()) {
        c.linux_part()["seccomp"]["flags"] = flags;
    }
    c.config()["annotations"] = {{"com.example.key", "value"}};
    c.script("syscall " + std::to_string(SYS_getpriority) + " 0 0");
    Container& container = c.started();
    const Fd connection = agent.next();
    if (!connection) {
        throw Failed("nothing came to listenerPath");
    }
    Notified result{&container, receive(connection), false};
    result.only_one_connection = !agent.next();
    return result;
}

/// Answers one notification with an errno.
bool answer(Case& c, const Fd& filter, int code) {
    if (!c.runtime().watch().readable(filter.number(), {})) {
        return false;
    }
    // The kernel may use more than the headers' size: ask for room enough.
    alignas(seccomp_notif) std::array<char, 1024> room{};
    auto* request = reinterpret_cast<seccomp_notif*>(room.data());
    if (::ioctl(filter.number(), SECCOMP_IOCTL_NOTIF_RECV, request) != 0) {
        return false;
    }
    seccomp_notif_resp response{};
    response.id = request->id;
    response.error = -code;
    return ::ioctl(filter.number(), SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

void answered(Case& c) {
    const Notified seen = notified(c);
    if (seen.delivery.fds.empty()) {
        throw Failed("no descriptor came with the state");
    }
    c.expect(answer(c, seen.delivery.fds.front(), ENOSPC), "the notification cannot be answered");
    seen.container->wait_for_end();
    c.same(seen.container->report().error("syscall"), "ENOSPC", "the error that the agent gave");
}

void document(Case& c) {
    const Notified seen = notified(c);
    const Json& state = seen.delivery.state;
    c.expect(state.is_object(), "what came is no JSON object: " + state.dump());
    c.expect(state["ociVersion"].is_string(), "ociVersion is missing");
    c.same(state["fds"], {"seccompFd"}, "fds");
    c.same(state["pid"], seen.container->pid(), "pid");
    c.same(state["metadata"], "opaque", "metadata");
    c.same(state["state"]["id"], seen.container->id(), "the id in the state");
    c.expect(state["state"]["ociVersion"].is_string(), "ociVersion is missing in the state");
    c.same(state["state"]["pid"], seen.container->pid(), "the pid in the state");
    c.expect(state["state"]["status"] == "creating" || state["state"]["status"] == "created",
             "the status in the state is " + state["state"]["status"].dump());
    c.same(state["state"]["annotations"]["com.example.key"], "value", "the annotation");
    c.same(state["state"]["bundle"], c.bundle().path().string(), "the bundle in the state");
}

void one_connection(Case& c) {
    const Notified seen = notified(c);
    c.same(seen.delivery.fds.size(), 1, "the number of descriptors");
    c.same(seen.delivery.messages_with_fds, 1, "the number of messages with descriptors");
    c.same(seen.delivery.first_message_with_fds, 0, "the message with the descriptors");
    c.expect(seen.delivery.closed, "the connection was not closed");
    c.expect(seen.only_one_connection, "there was a second connection");
}

void killable_wait(Case& c) {
    // Without a filter the kernel says EFAULT if it knows the flags.
    c.needs(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      SECCOMP_FILTER_FLAG_NEW_LISTENER | kWaitKillable, nullptr) < 0 &&
                errno == EFAULT,
            "the kernel has no SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (before 5.19)");
    const Notified seen = notified(c, {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"});
    if (seen.delivery.fds.empty()) {
        throw Failed("no descriptor came with the state");
    }
    c.expect(answer(c, seen.delivery.fds.front(), ENOSPC), "the notification cannot be answered");
    seen.container->wait_for_end();
    c.same(seen.container->report().error("syscall"), "ENOSPC", "the error that the agent gave");
}

void no_listener(Case& c) {
    c.linux_part()["seccomp"] = notifying(c.directory() / "nobody");
    c.refused(Stage::start);
}

void ignored(Case& c) {
    c.linux_part()["seccomp"] = notifying(c.directory() / "nobody");
    c.linux_part()["seccomp"]["syscalls"][0]["action"] = "SCMP_ACT_ERRNO";
    c.script("exit 0");
    c.same(c.run().exit.text(), "exit 0", "the end of the program");
}

void needs_path(Case& c) {
    c.linux_part()["seccomp"] = notifying("");
    c.linux_part()["seccomp"].erase("listenerPath");
    c.linux_part()["seccomp"].erase("listenerMetadata");
    c.refused(Stage::start);
}

constexpr Refusal kRefusals[] = {
    {"X6.alone", kMust, "1.1", kSeccomp, "listenerMetadata without listenerPath is an error",
     R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x",
         "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO"}]}}})"},
};

} // namespace

Rows seccomp_notify_rows() {
    return Rows{
               {"X5.answered", kMust, "1.1", kSeccomp,
                "an agent can answer what the filter notifies", &answered},
               {"X4.wait-killable", kMust, "1.1", kSeccomp,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", &killable_wait},
               {"X5.connection", kMust, "1.1", kSeccomp,
                "one connection, the descriptors in its first message, then the end",
                &one_connection},
               {"X5.no-listener", kMust, "1.1", kSeccomp,
                "a listenerPath that nobody listens at is an error", &no_listener},
               {"X5.ignored", kMust, "1.1", kSeccomp,
                "without SCMP_ACT_NOTIFY listenerPath is ignored", &ignored},
               {"X5.no-path", Level::should, "1.1", kSeccomp,
                "SCMP_ACT_NOTIFY without listenerPath is an error", &needs_path},
               {"X7.document", kMust, "1.1", kProcessState,
                "the container process state is complete", &document},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
