// Any bytes as config.json, as a process and as resources: loading and validating end without a
// crash, every finding can be printed and stands somewhere in the text, and what is written can
// be read again.
#include "oci-spec/json_tree.hpp"
#include "oci-spec/json_writer.hpp"
#include "oci-spec/mount_options.hpp"
#include "oci-spec/validate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool truth, const char* what) {
    if (!truth) {
        std::fprintf(stderr, "%s\n", what);
        std::abort();
    }
}

void print(const spec::Findings& findings, std::string_view bytes) {
    const spec::Document document{.name = "config.json", .bytes = bytes};
    for (const spec::Finding& finding : findings) {
        const std::string text = text_of(finding, document);
        require(text.find('\n') == std::string::npos, "a finding has more than one line");
        require(!finding.message.empty(), "a finding says nothing");
        require(finding.position ||
                    locate(bytes, finding.pointer, finding.part, finding.occurrence),
                text.c_str());
    }
    if (findings.has_errors()) {
        require(!error_of(findings, document).text().empty(), "an error says nothing");
    }
}

void write_again(const spec::Spec& config) {
    spec::JsonWriter json;
    json.begin_object();
    json.member("annotations", config.annotations);
    json.member("hostname", config.hostname);
    json.end_object();
    const std::string text = std::move(json).take();
    require(spec::parse_json(text).findings.empty(), "what was written cannot be read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const spec::Loaded<spec::Spec> config = spec::checked_spec(bytes);
    print(config.findings, bytes);
    for (const spec::Mount& mount : config.value.mounts) {
        const spec::MountOptions options = spec::mount_options(mount.options);
        require((options.attributes.set & options.attributes.clear) == 0, "set and clear at once");
    }
    write_again(config.value);
    print(spec::checked_process(bytes).findings, bytes);
    print(spec::checked_resources(bytes).findings, bytes);
    return 0;
}
