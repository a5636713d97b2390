#include "oci-spec/default_spec.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/verbs.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace cli {

using base::cat;
using base::Fd;
using base::FdRef;

base::Result<int> spec_verb(Invocation& invocation) {
    std::string bundle = ".";
    bool rootless = false;
    Arguments arguments("spec [options]", "Writes a config.json to begin with.");
    arguments.value("bundle,b", bundle, "the bundle's directory (default: .)");
    arguments.flag("rootless", rootless, "for an ordinary user, whose id becomes the root's");
    TRY_ASSIGN(const bool go_on, arguments.parse(invocation.arguments));
    if (!go_on) {
        return 0;
    }
    std::optional<spec::RootlessIds> ids;
    if (rootless) {
        ids = {::geteuid(), ::getegid()};
    }
    TRY_ASSIGN(const Fd directory, base::sys::open(FdRef::cwd(), bundle, O_RDONLY | O_DIRECTORY)
                                       .in(cat("open the bundle ", base::quoted(bundle))));
    TRY_ASSIGN(const Fd file,
               base::sys::open(directory, "config.json", O_WRONLY | O_CREAT | O_EXCL, 0644)
                   .in("write config.json")
                   .hint("an existing config.json is not overwritten"));
    TRY(base::sys::write(file, spec::default_spec_json(ids)).in("write config.json"));
    return 0;
}

} // namespace cli
