#include "cgroups/device_lines.hpp"

#include "cgroups/device_pattern.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace cgroups {

namespace {

/// The two behaviours of a v1 group, each with its exceptions.
enum class Behaviour : std::uint8_t { nothing_but, everything_but };

/// What the kernel grants with these exceptions, and whether it does so by one of them: a request
/// is granted only by an exception that has all of it.
DeviceAccess excepted(const DeviceSet& exceptions, const Pattern& pattern) {
    DeviceAccess access = 0;
    for (const DeviceGrant& exception : exceptions) {
        access = static_cast<DeviceAccess>(
            access | (covers(exception, pattern) ? exception.access : DeviceAccess{0}));
    }
    return access;
}

bool by_one(const DeviceSet& exceptions, const Pattern& pattern, DeviceAccess access) {
    return std::any_of(exceptions.begin(), exceptions.end(), [&](const DeviceGrant& exception) {
        return covers(exception, pattern) && (access & ~exception.access) == 0;
    });
}

/// The exceptions that make a group with `behaviour` allow just what `set` does; nullopt if none
/// do.
std::optional<DeviceSet> exceptions_of(const DeviceSet& set, Behaviour behaviour) {
    DeviceSet exceptions;
    for (const Pattern& pattern : patterns_of(set)) {
        const DeviceAccess allowed = said_of(set, pattern);
        const auto wanted = static_cast<DeviceAccess>(
            behaviour == Behaviour::nothing_but ? allowed : kAllAccess & ~allowed);
        if ((excepted(exceptions, pattern) & ~wanted) != 0) {
            return std::nullopt; // a wider exception cannot be taken back for a part of it
        }
        if (wanted != 0 && !by_one(exceptions, pattern, wanted)) {
            exceptions.push_back({.kind = pattern.kind,
                                  .major = pattern.major,
                                  .minor = pattern.minor,
                                  .access = wanted});
        }
    }
    for (DeviceGrant& exception : exceptions) {
        for (const DeviceGrant& grant : set) {
            if (covers(grant, Pattern{exception.kind, exception.major, exception.minor})) {
                exception.origin = grant.origin;
                break;
            }
        }
    }
    return exceptions;
}

struct Form {
    Behaviour behaviour;
    DeviceSet exceptions;
};

base::Result<Form> form_of(const DeviceSet& set) {
    const bool mostly_allowed = said_of(set, {DeviceKind::character, {}, {}}) == kAllAccess &&
                                said_of(set, {DeviceKind::block, {}, {}}) == kAllAccess;
    const Behaviour behaviour = mostly_allowed ? Behaviour::everything_but : Behaviour::nothing_but;
    std::optional<DeviceSet> exceptions = exceptions_of(set, behaviour);
    if (!exceptions) {
        return base::Error("the device rules cannot be expressed in cgroup v1")
            .hint(
                "v1 knows \"nothing but\" and \"everything but\": deny all first and allow what is "
                "needed, without exceptions inside a wildcard");
    }
    return Form{behaviour, *std::move(exceptions)};
}

std::vector<DeviceLine> lines_of(const Form& form) {
    const bool allow = form.behaviour == Behaviour::nothing_but;
    std::vector<DeviceLine> lines = {{.allow = !allow, .text = "a"}};
    for (const DeviceGrant& exception : form.exceptions) {
        lines.push_back({.allow = allow, .text = text_of(exception), .origin = exception.origin});
    }
    return lines;
}

/// A line of devices.list: "c 1:3 rwm", "b *:* m".
std::optional<DeviceGrant> grant_of(std::string_view line) {
    const std::vector<std::string_view> words = base::words(line);
    if (words.size() != 3 || (words[0] != "b" && words[0] != "c")) {
        return std::nullopt;
    }
    DeviceGrant grant{.kind = words[0] == "b" ? DeviceKind::block : DeviceKind::character};
    const std::size_t colon = words[1].find(':');
    grant.major = base::parse_number<std::uint32_t>(words[1].substr(0, colon));
    grant.minor = base::parse_number<std::uint32_t>(words[1].substr(colon + 1));
    const auto bit = [&words](char letter, DeviceAccess access) {
        return words[2].find(letter) == std::string_view::npos ? DeviceAccess{0} : access;
    };
    grant.access = static_cast<DeviceAccess>(bit('r', kRead) | bit('w', kWrite) | bit('m', kMknod));
    return grant;
}

DeviceAccess same_pattern(const DeviceSet& set, const DeviceGrant& grant) {
    const auto found = std::find_if(set.begin(), set.end(), [&grant](const DeviceGrant& other) {
        return other.kind == grant.kind && other.major == grant.major && other.minor == grant.minor;
    });
    return found == set.end() ? DeviceAccess{0} : found->access;
}

} // namespace

base::Result<std::vector<DeviceLine>> v1_lines_of(const DeviceSet& set) {
    TRY_ASSIGN(const Form form, form_of(set));
    return lines_of(form);
}

base::Result<std::vector<DeviceLine>> v1_change_of(std::string_view devices_list,
                                                   const DeviceSet& set) {
    TRY_ASSIGN(const Form form, form_of(set));
    DeviceSet now;
    for (const std::string_view line : base::split(devices_list, '\n')) {
        if (std::optional<DeviceGrant> grant = grant_of(line)) {
            now.push_back(*std::move(grant));
        } else if (line.starts_with('a')) {
            return lines_of(form); // "everything but", and the list does not say but what
        }
    }
    if (form.behaviour == Behaviour::everything_but) {
        return lines_of(form);
    }
    std::vector<DeviceLine> lines;
    for (const DeviceGrant& wanted : form.exceptions) {
        if ((wanted.access & ~same_pattern(now, wanted)) != 0) {
            lines.push_back({.allow = true, .text = text_of(wanted), .origin = wanted.origin});
        }
    }
    for (DeviceGrant& had : now) {
        had.access = static_cast<DeviceAccess>(had.access & ~same_pattern(form.exceptions, had));
        if (had.access != 0) {
            lines.push_back({.allow = false, .text = text_of(had)});
        }
    }
    return lines;
}

} // namespace cgroups
