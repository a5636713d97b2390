#include "runtime/base/log.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <ctime>

#include <unistd.h>

namespace base::log {

namespace {

struct Sink {
    Fd file;
    Format format = Format::text;
    Level most = Level::warning;
    std::function<void(Level, std::string_view)> take;
};

Sink& sink() {
    static Sink instance;
    return instance;
}

std::string_view name_of(Level level) {
    switch (level) {
    case Level::error:
        return "error";
    case Level::warning:
        return "warning";
    case Level::info:
        return "info";
    case Level::debug:
        return "debug";
    }
    return "unknown";
}

std::string now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return rfc3339(time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec));
}

} // namespace

void configure(Fd file, Format format, Level most) {
    sink().file = std::move(file);
    sink().format = format;
    sink().most = most;
}

void redirect(std::function<void(Level, std::string_view)> take) {
    sink().take = std::move(take);
}

bool enabled(Level level) {
    return level <= sink().most;
}

bool goes_to_stderr() {
    return !sink().file;
}

void write(Level level, std::string_view message, std::string_view fields) {
    if (!enabled(level)) {
        return;
    }
    if (sink().take) {
        sink().take(level, message);
        return;
    }
    const FdRef out = sink().file ? sink().file.ref() : FdRef(STDERR_FILENO);
    std::string line;
    if (sink().format == Format::json) {
        line = cat(R"({"level":")", name_of(level), R"(","msg":)", quoted(message), R"(,"time":")",
                   now(), '"', fields, "}\n");
    } else if (level == Level::error) {
        line = cat(message, "\n");
    } else {
        line = cat(name_of(level), ": ", message, "\n");
    }
    // A log that cannot be written must not stop the container; there is nobody left to tell.
    static_cast<void>(sys::write(out, line));
}

} // namespace base::log
