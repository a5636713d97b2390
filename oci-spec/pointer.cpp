#include "oci-spec/pointer.hpp"

namespace spec {

void append_name(std::string& pointer, std::string_view name) {
    pointer += '/';
    for (const char c : name) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

std::vector<std::string> steps_of(std::string_view pointer) {
    std::vector<std::string> steps;
    if (pointer.empty()) {
        return steps;
    }
    for (const std::string_view escaped : base::split(pointer.substr(1), '/')) {
        std::string& step = steps.emplace_back();
        for (std::size_t i = 0; i < escaped.size(); ++i) {
            if (escaped[i] == '~' && i + 1 < escaped.size()) {
                ++i;
                step += escaped[i] == '1' ? '/' : '~';
            } else {
                step += escaped[i];
            }
        }
    }
    return steps;
}

bool are_nested(std::string_view pointer, std::string_view other) {
    if (pointer.size() > other.size()) {
        std::swap(pointer, other);
    }
    return other.starts_with(pointer) &&
           (other.size() == pointer.size() || other[pointer.size()] == '/');
}

} // namespace spec
