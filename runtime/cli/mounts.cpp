#include "runtime/base/file.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"
#include "runtime/live_mounts.hpp"

#include <algorithm>

#include <unistd.h>

namespace cli {

using base::cat;
using base::Error;
using base::Result;

namespace {

constexpr std::string_view kUsage = "mounts add ID FILE | mounts remove ID DESTINATION...";

/// A document as it is named on the command line: a file, "-", or the JSON itself.
struct GivenDocument {
    std::string name;
    std::string bytes;

    [[nodiscard]] spec::Document document() const { return {name, bytes}; }
};

Result<GivenDocument> document_of(const std::string& argument) {
    if (argument.starts_with('[') || argument.starts_with('{')) {
        return GivenDocument{.name = "argument", .bytes = argument};
    }
    GivenDocument given{.name = argument == "-" ? "stdin" : argument, .bytes = {}};
    TRY_ASSIGN(given.bytes, (argument == "-" ? base::read_all(base::FdRef(STDIN_FILENO))
                                             : base::read_file(base::FdRef::cwd(), argument))
                                .in(cat("read the mounts of ", given.name)));
    return given;
}

Result<> add(const Invocation& invocation, std::span<const std::string> given) {
    if (given.size() != 1) {
        return Error("one document with mounts is wanted").hint(cat("usage: oci-rt ", kUsage));
    }
    TRY_ASSIGN(const GivenDocument mounts, document_of(given.front()));
    return runtime::add_mounts(invocation.globals.store, invocation.id, mounts.document());
}

Result<> remove(const Invocation& invocation, std::span<const std::string> given,
                const std::string& file) {
    const bool paths =
        std::ranges::all_of(given, [](const std::string& path) { return path.starts_with('/'); });
    if (file.empty() && !given.empty() && paths) {
        return runtime::remove_mounts(invocation.globals.store, invocation.id,
                                      {given.begin(), given.end()});
    }
    if (given.size() + (file.empty() ? 0 : 1) != 1) {
        return Error("destinations in the container are wanted, each with a / before it, or one "
                     "document")
            .hint(cat("usage: oci-rt ", kUsage));
    }
    TRY_ASSIGN(const GivenDocument mounts, document_of(file.empty() ? given.front() : file));
    return runtime::remove_mounts(invocation.globals.store, invocation.id, mounts.document());
}

} // namespace

Result<int> mounts_verb(Invocation& invocation) {
    std::string file;
    Arguments arguments(
        std::string(kUsage),
        "Adds the mounts of a document (a list as in config.json, or one mount; a "
        "file, - for stdin,\nor JSON as the argument) to a container that exists, or "
        "removes mounts from it.");
    arguments.value("file,f", file, "remove: a document whose destinations count");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    const std::vector<std::string>& given = arguments.positional();
    if (given.size() < 2 || (given.front() != "add" && given.front() != "remove")) {
        return Error("\"add\" or \"remove\", and the id of a container, are wanted")
            .hint(cat("usage: oci-rt ", kUsage));
    }
    invocation.id = given[1];
    const std::span<const std::string> rest = std::span(given).subspan(2);
    if (given.front() == "add") {
        if (!file.empty()) {
            return Error("--file is for \"remove\"; \"add\" takes the file as its argument");
        }
        TRY(add(invocation, rest));
    } else {
        TRY(remove(invocation, rest, file));
    }
    return 0;
}

} // namespace cli
