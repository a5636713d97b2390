#include "runtime/base/mountinfo.hpp"

#include "runtime/base/text.hpp"

namespace base {

std::string unescaped(std::string_view path) {
    std::string plain;
    while (!path.empty()) {
        const auto code = path.starts_with('\\') && path.size() >= 4
                              ? parse_number<unsigned char>(path.substr(1, 3), 8)
                              : std::nullopt;
        plain += code ? static_cast<char>(*code) : path.front();
        path.remove_prefix(code ? 4 : 1);
    }
    return plain;
}

} // namespace base
