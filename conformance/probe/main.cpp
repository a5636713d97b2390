#include "files.hpp"
#include "probe.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace probe {

namespace {

int report_fd = STDOUT_FILENO;

void see(Words names, Object& line) {
    for (const char* name : names) {
        for (const auto sights : {process_sights(), system_sights()}) {
            for (const Sight& sight : sights) {
                if (sight.name == name) {
                    line.raw(sight.name, sight.json());
                }
            }
        }
    }
}

constexpr std::array kSee{Step{"see", 0, &see}};

const Step* step_named(std::string_view name) {
    for (const auto steps : {std::span<const Step>(kSee), file_steps(), process_steps()}) {
        const auto found = std::ranges::find(steps, name, &Step::name);
        if (found != steps.end()) {
            return &*found;
        }
    }
    return nullptr;
}

void take(Words words) {
    Object line;
    line.text("do", words.front());
    const Words rest = words.subspan(1);
    if (!rest.empty()) {
        line.text("on", rest.front());
    }
    const Step* step = step_named(words.front());
    if (step == nullptr) {
        line.text("error", "no such step");
    } else if (rest.size() < step->words) {
        line.text("error", "too few words");
    } else {
        step->run(rest, line);
    }
    tell(line);
}

void follow(Words script) {
    while (!script.empty()) {
        const auto end = std::ranges::find_if(
            script, [](const char* word) { return std::strcmp(word, ",") == 0; });
        const auto size = static_cast<std::size_t>(end - script.begin());
        if (size > 0) {
            take(script.first(size));
        }
        script = script.subspan(std::min(size + 1, script.size()));
    }
}

} // namespace

void tell(const Object& line) {
    const std::string text = "@probe " + line.json() + "\n";
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t size = ::write(report_fd, rest.data(), rest.size());
        if (size < 0 && errno != EINTR) {
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
}

} // namespace probe

int main(int count, char** arguments) {
    probe::remember_arguments(count, arguments);
    probe::Words script(arguments, static_cast<std::size_t>(count));
    script = script.subspan(std::min<std::size_t>(1, script.size()));
    if (script.size() >= 2 && std::strcmp(script[0], "--log") == 0) {
        probe::report_fd = ::open(script[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (probe::report_fd < 0) {
            return 120;
        }
        script = script.subspan(2);
    }
    probe::follow(script);
    return 0;
}
