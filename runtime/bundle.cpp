#include "runtime/bundle.hpp"

#include "oci-spec/finding.hpp"
#include "oci-spec/load.hpp"
#include "oci-spec/validate.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"

#include <climits>
#include <cstdlib>
#include <memory>

#include <fcntl.h>

namespace runtime {

using base::cat;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr const char* kConfig = "config.json";

Result<std::string> real_path(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    if (!real) {
        return base::call_failed("realpath", path);
    }
    return std::string(real.get());
}

} // namespace

std::string Bundle::place_of(std::string_view pointer) const {
    return spec::place_of({.pointer = std::string(pointer)}, {kConfig, bytes});
}

Result<Bundle> load_bundle(const std::string& path) {
    const auto fact = [&] { return cat("open the bundle ", base::quoted(path)); };
    Bundle bundle;
    TRY_ASSIGN(bundle.path, real_path(path).in(fact));
    TRY_ASSIGN(const Fd directory,
               base::sys::open(FdRef::cwd(), bundle.path, O_RDONLY | O_DIRECTORY).in(fact));
    TRY_ASSIGN(bundle.bytes, base::read_file(directory, kConfig).in(fact));

    spec::Loaded<spec::Spec> loaded = spec::checked_spec(bundle.bytes);
    const spec::Document document{kConfig, bundle.bytes};
    for (const spec::Finding& finding : loaded.findings) {
        if (finding.severity == spec::Severity::warning) {
            base::log::warning(spec::text_of(finding, document));
        }
    }
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, document);
    }
    bundle.config = std::move(loaded.value);
    return bundle;
}

Result<Bundle> load_saved_config(FdRef state_directory, std::string bundle_path) {
    Bundle bundle{.path = std::move(bundle_path)};
    TRY_ASSIGN(bundle.bytes,
               base::read_file(state_directory, kConfig).in("read the saved configuration"));
    spec::Loaded<spec::Spec> loaded = spec::load_spec(bundle.bytes);
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, {kConfig, bundle.bytes});
    }
    bundle.config = std::move(loaded.value);
    return bundle;
}

Error placed(Error error, const Bundle& bundle) {
    const base::Failure& failure = error.failure();
    if (!failure.pointer.empty() && failure.place.empty()) {
        return std::move(error).placed(bundle.place_of(failure.pointer));
    }
    return error;
}

} // namespace runtime
