#include "conformance/harness/probe_image.hpp"

asm(".section .rodata, \"a\"\n"
    ".balign 16\n"
    ".globl conformance_probe_begin\n"
    "conformance_probe_begin:\n"
    ".incbin \"" PROBE_PATH "\"\n"
    ".globl conformance_probe_end\n"
    "conformance_probe_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char conformance_probe_begin[];
extern const char conformance_probe_end[];
}

namespace conformance {

std::string_view probe_image() {
    return {conformance_probe_begin,
            static_cast<std::size_t>(conformance_probe_end - conformance_probe_begin)};
}

} // namespace conformance
