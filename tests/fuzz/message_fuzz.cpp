// Any bytes from a bus, and any text of an annotation: reading ends without a crash, what is read
// can be written, and is then read as the same.
#include "cgroups/systemd/address.hpp"
#include "cgroups/systemd/message.hpp"
#include "cgroups/systemd/unit_names.hpp"
#include "cgroups/systemd/value_text.hpp"

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

void read_as_message(std::string_view bytes) {
    const auto length = systemd::length_of(bytes);
    require(!length || !*length || **length >= 16, "a message without a header");
    const base::Result<systemd::Message> message = systemd::decode(bytes);
    if (!message) {
        return;
    }
    const std::string again = encode(*message);
    const base::Result<systemd::Message> same = systemd::decode(again);
    require(static_cast<bool>(same), "what was written cannot be read");
    require(encode(*same) == again, "a message changes on its way");
    static_cast<void>(first_text(*message));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_as_message(bytes);
    static_cast<void>(systemd::addresses_of(bytes));
    static_cast<void>(systemd::slice_group(bytes));
    for (const systemd::Value& like :
         {systemd::Value(true), systemd::Value(std::uint64_t{0}), systemd::Value(std::string()),
          systemd::Value(std::vector<std::string>{})}) {
        const base::Result<systemd::Value> value = systemd::value_of(bytes, like);
        require(!value || value->index() == like.index(), "a value of another type");
    }
    return 0;
}
