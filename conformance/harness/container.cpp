#include "conformance/harness/container.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace conformance {

namespace {

Fd listen_at(const fs::path& path) {
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path.c_str());
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.number(), 4) != 0) {
        throw Broken::call("listen at " + path.string());
    }
    return socket;
}

} // namespace

Container::Container(const Runtime& runtime, std::string id, fs::path bundle, fs::path scratch)
    : runtime_(runtime), id_(std::move(id)), bundle_(std::move(bundle)),
      scratch_(std::move(scratch)) {}

std::vector<std::string> Container::create_words(const CreateOptions& options) const {
    std::vector<std::string> words{"create", "--bundle",
                                   options.bundle_as.value_or(bundle_).string(), "--pid-file",
                                   (scratch_ / (id_ + ".pid")).string()};
    if (options.terminal) {
        words.insert(words.end(), {"--console-socket", (scratch_ / "console").string()});
    }
    words.push_back(id_);
    return words;
}

Said Container::create(const CreateOptions& options) {
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    out_ = Spool(std::move(out.read_end));
    err_ = Spool(std::move(err.read_end));
    const Fd listener = options.terminal ? listen_at(scratch_ / "console") : Fd();
    const Streams streams{.in = -1,
                          .out = out.write_end.number(),
                          .err = err.write_end.number(),
                          .out_spool = &out_,
                          .err_spool = &err_};
    const auto prepare = [&] {
        if (options.directory) {
            static_cast<void>(!::chdir(options.directory->c_str()));
        }
        if (options.prepare) {
            options.prepare();
        }
    };
    Said said = runtime_.call(create_words(options), streams, prepare);
    if (said.ok()) {
        find_process();
        if (options.terminal) {
            receive_terminal(listener.number());
        }
    }
    return said;
}

void Container::find_process() {
    const std::string text = try_read(scratch_ / (id_ + ".pid")).value_or("");
    const std::string number = trimmed(text);
    std::from_chars(number.data(), number.data() + number.size(), pid_);
    if (pid_ == 0) {
        pid_ = state().value_or(Json::object()).value("pid", 0);
    }
    pidfd_ = pid_ > 0 ? open_pidfd(pid_) : Fd();
}

void Container::receive_terminal(int listener) {
    const Fd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    std::array<char, 256> name{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{.iov_base = name.data(), .iov_len = name.size()};
    msghdr message{.msg_iov = &part,
                   .msg_iovlen = 1,
                   .msg_control = control.data(),
                   .msg_controllen = control.size()};
    int master = -1;
    if (connection && ::recvmsg(connection.number(), &message, MSG_CMSG_CLOEXEC) > 0) {
        const cmsghdr* head = CMSG_FIRSTHDR(&message);
        if (head != nullptr && head->cmsg_type == SCM_RIGHTS) {
            std::memcpy(&master, CMSG_DATA(head), sizeof master);
        }
    }
    if (master < 0) {
        throw Failed("no terminal came through the console socket");
    }
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    out_ = Spool(Fd(master));
}

Said Container::start() {
    return runtime_.call({"start", id_});
}
Said Container::kill(const std::string& signal) {
    return runtime_.call({"kill", id_, signal});
}
Said Container::remove() {
    return runtime_.call({"delete", id_});
}
Said Container::remove_by_force() {
    return runtime_.call({"delete", "--force", id_});
}

std::optional<Json> Container::state() const {
    const Said said = runtime_.call({"state", id_});
    Json state = Json::parse(said.out, nullptr, false);
    return said.ok() && state.is_object() ? std::optional(std::move(state)) : std::nullopt;
}

std::string Container::status() const {
    return state().value_or(Json::object()).value("status", "");
}

bool Container::alive() const {
    return pidfd_ && !reaped_ && !runtime_.watch().readable(pidfd_.number(), {}, Milliseconds(0));
}

void Container::wait_for_end() {
    if (reaped_ || !pidfd_) {
        return;
    }
    const std::array spools{&out_, &err_};
    if (!runtime_.watch().readable(pidfd_.number(), spools)) {
        throw Failed("the program did not end");
    }
    exit_ = reap(pid_);
    reaped_ = true;
}

void Container::wait_for_step(std::string_view step) {
    const std::array spools{&out_, &err_};
    const auto told = [&] { return Report(out_.text()).has(step); };
    if (!runtime_.watch().until(told, pidfd_.number(), spools, runtime_.watch().bound())) {
        throw Failed("the program did not come to \"" + std::string(step) + "\"");
    }
}

Report Container::report() {
    out_.drain();
    Report report(out_.text());
    report.exit = exit_;
    return report;
}

std::string Container::err() {
    err_.drain();
    return err_.text();
}

} // namespace conformance
