#include "runtime/criu.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"
#include "runtime/cgroup_options.hpp"
#include "runtime/criu_plan.hpp"

#include <csignal>
#include <optional>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace runtime::criu {

using base::call_failed;
using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Exit;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr const char* kProgram = "criu";
constexpr int kSocket = 3; // where CRIU is told to find it
constexpr std::size_t kLongestAnswer = 64 * 1024;

/// In CRIU's process: gives the descriptors their numbers there. First all of them go where none of
/// those numbers is.
Result<> lay_out(FdRef socket, FdRef errors, std::span<const FdRef> handed_on) {
    const int above = kFirstHandedOn + static_cast<int>(handed_on.size());
    std::vector<Fd> copies;
    for (const FdRef fd : handed_on) {
        TRY_ASSIGN(Fd copy, base::sys::duplicate(fd, above));
        copies.push_back(std::move(copy));
    }
    TRY_ASSIGN(const Fd talk, base::sys::duplicate(socket, above));
    const auto place = [](FdRef fd, int number) -> Result<> {
        return ::dup2(fd.number(), number) < 0 ? call_failed("dup2", fd, number) : done();
    };
    TRY(place(errors, STDERR_FILENO));
    TRY(place(talk, kSocket));
    for (std::size_t i = 0; i < copies.size(); ++i) {
        TRY(place(copies[i], kFirstHandedOn + static_cast<int>(i)));
    }
    return done();
}

/// Our death ends no work that CRIU has begun: it hears of it when it talks to us, and stops in
/// order. What we did with signals for ourselves is not for CRIU.
void become_independent() {
    ::prctl(PR_SET_PDEATHSIG, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
}

Error become(const Launch& launch, FdRef socket, FdRef errors, Fd& report) {
    if (launch.prepare) {
        if (Result<> prepared = launch.prepare(); !prepared) {
            return std::move(prepared).error();
        }
    }
    const int above = kFirstHandedOn + static_cast<int>(launch.handed_on.size()) + 1;
    Result<Fd> moved = base::sys::duplicate(report, above);
    if (!moved) {
        return std::move(moved).error();
    }
    report = *std::move(moved);
    if (Result<> laid = lay_out(socket, errors, launch.handed_on); !laid) {
        return std::move(laid).error();
    }
    become_independent();
    ::execlp(kProgram, kProgram, "swrk", cat(kSocket).c_str(), nullptr);
    Error failed = call_failed("execlp", kProgram);
    return failed.code() == ENOENT
               ? std::move(failed).hint("checkpoint and restore are done by CRIU: install it, or "
                                        "put its directory into PATH")
               : std::move(failed);
}

/// What CRIU's process says on its way: an error, or nothing once CRIU runs.
Result<> await_execution(FdRef report) {
    TRY_ASSIGN(const std::string bytes, base::read_all(report));
    return bytes.empty() ? done() : Result<>(base::decode_error(bytes));
}

std::string text_of(const Version& version) {
    return version.sublevel == 0 ? cat(version.major, ".", version.minor)
                                 : cat(version.major, ".", version.minor, ".", version.sublevel);
}

std::string_view deed_of(Subject subject) {
    switch (subject) {
    case Subject::dump:
        return "dump the container";
    case Subject::pre_dump:
        return "dump the container's memory beforehand";
    case Subject::restore:
        return "restore the container";
    case Subject::empty:
    case Subject::notify:
    case Subject::features:
    case Subject::version:
        break;
    }
    return "answer";
}

Error told(const Response& response, const std::vector<std::string>& lines, std::string_view log) {
    std::string words = base::join(lines, "; ");
    if (words.empty()) {
        words = base::trimmed(response.message);
    }
    std::string fact = cat("CRIU says ", base::quoted(words));
    if (words.empty()) {
        fact = response.code != 0 ? Error::system(response.code, "CRIU").text()
                                  : std::string("CRIU does not say why");
    }
    Error error(log.empty() ? std::move(fact) : cat(fact, ", and more in ", log));
    return words.find("has bad size") == std::string::npos
               ? std::move(error)
               : std::move(error).hint("a file that was open has to be as it was; only one that is "
                                       "appended to (>>) may be another");
}

} // namespace

Result<Service> Service::start(const Launch& launch) {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    TRY_ASSIGN(base::sys::Pipe report, base::sys::pipe());
    TRY_ASSIGN(Fd errors, base::sys::memfd("criu-errors", 0));
    TRY_ASSIGN(Child process, base::fork_to([&] {
                   const Error failed = become(launch, pair.theirs, errors, report.write_end);
                   static_cast<void>(base::sys::write(report.write_end, base::encode(failed)));
                   return 1;
               }));
    pair.theirs.close();
    report.write_end.close();
    Service service(std::move(process), std::move(pair.ours), std::move(errors));
    TRY(await_execution(report.read_end).in("start CRIU"));
    TRY_ASSIGN(service.version_, service.ask_version().in("ask CRIU for its version"));
    base::log::debug(cat("CRIU ", text_of(service.version_)));
    if (service.version_ < kOldest) {
        return Error(cat("CRIU ", text_of(kOldest), " or newer is needed, this is ",
                         text_of(service.version_)));
    }
    return service;
}

Result<Version> Service::ask_version() {
    TRY_ASSIGN(const Response response, ask(encode_version_request()));
    // One that is too old for the question answers that the request is none.
    return response.success ? response.version : Version{};
}

Result<Features> Service::features() {
    TRY_ASSIGN(const Response response,
               ask(encode_features_request()).in("ask CRIU what it can do"));
    if (!response.success) {
        return told(response, {}, "").in("ask CRIU what it can do");
    }
    return response.features;
}

Result<> Service::work(Subject subject, const Options& options, const Log& log,
                       const Listener& listener) {
    // Its words of an earlier time are not to be taken for those of this one.
    if (Result<> gone = base::sys::unlink(log.directory, log.file);
        !gone && gone.code() != ENOENT) {
        return std::move(gone).in("remove an old log of CRIU");
    }
    TRY_ASSIGN(const CgroupOptions cgroup2, cgroup_options());
    TRY(base::sys::send(socket_, encode(subject, options)).in("ask CRIU"));
    Result<Response> response = converse(listener);
    end();
    if (const Result<> back = give_back(cgroup2); !back) {
        base::log::warning(cat("CRIU has taken the host's cgroup2 its options (",
                               base::join(cgroup2.options, ","), "): ", back.error().text()));
    }
    if (!response) {
        return std::move(response).error().in(std::string(deed_of(subject)));
    }
    if (response->success) {
        return done();
    }
    const Result<std::string> text = base::read_file(log.directory, log.file);
    return told(*response, decisive_lines(text ? *text : ""),
                text ? cat(log.path, "/", log.file) : "")
        .in(std::string(deed_of(subject)));
}

/// The listener's error is the cause of what CRIU says behind it.
Result<Response> Service::converse(const Listener& listener) {
    std::optional<Error> stopped;
    while (true) {
        Result<Heard> heard = hear();
        if (!heard) {
            return stopped ? *std::move(stopped) : std::move(heard).error();
        }
        if (heard->response.subject != Subject::notify) {
            return stopped ? Result<Response>(*std::move(stopped)) : heard->response;
        }
        const Notice& notice = heard->response.notice;
        base::log::debug(cat("CRIU: ", notice.moment));
        if (!stopped) {
            if (Result<> taken = listener(notice, std::move(heard->fds)); !taken) {
                stopped = std::move(taken).error();
            }
        }
        TRY(base::sys::send(socket_, encode_notice_answer(!stopped)));
    }
}

Result<Response> Service::ask(const std::string& request) {
    TRY(base::sys::send(socket_, request));
    TRY_ASSIGN(Heard heard, hear());
    return std::move(heard.response);
}

Result<Service::Heard> Service::hear() {
    Result<base::sys::Packet> packet = base::sys::receive(socket_, kLongestAnswer);
    if (packet.code() == ECONNRESET || (packet && packet->bytes.empty())) {
        return ended();
    }
    TRY_ASSIGN(base::sys::Packet taken, std::move(packet));
    TRY_ASSIGN(Response response, decode_response(taken.bytes));
    return Heard{.response = std::move(response), .fds = std::move(taken.fds)};
}

/// Without a word on the socket: what it printed says why.
Error Service::ended() {
    socket_.close();
    const Result<Exit> exit = process_.wait();
    std::string fact = cat("CRIU ", exit ? exit->text() : "ended");
    if (::lseek(errors_.number(), 0, SEEK_SET) == 0) {
        const Result<std::string> printed = base::read_all(errors_);
        const std::string_view words = printed ? base::trimmed(*printed) : std::string_view();
        fact += words.empty() ? "" : cat(" and printed ", base::quoted(words));
    }
    return Error(std::move(fact));
}

void Service::end() {
    socket_.close();
    if (process_) {
        static_cast<void>(process_.wait());
    }
}

} // namespace runtime::criu
