#include "cgroups/systemd/value.hpp"

#include "runtime/base/text.hpp"

namespace systemd {

namespace {

using base::cat;

struct Signature {
    std::string operator()(bool) const { return "b"; }
    std::string operator()(std::int32_t) const { return "i"; }
    std::string operator()(std::uint32_t) const { return "u"; }
    std::string operator()(std::uint64_t) const { return "t"; }
    std::string operator()(const std::string&) const { return "s"; }
    std::string operator()(const std::vector<std::string>&) const { return "as"; }
    std::string operator()(const std::vector<std::uint8_t>&) const { return "ay"; }
    std::string operator()(const std::vector<std::uint32_t>&) const { return "au"; }
    std::string operator()(const std::vector<std::pair<std::string, std::string>>&) const {
        return "a(ss)";
    }
    std::string operator()(const std::vector<std::pair<std::string, std::uint64_t>>&) const {
        return "a(st)";
    }
};

struct Text {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int32_t value) const { return cat(value); }
    std::string operator()(std::uint32_t value) const { return cat(value); }
    std::string operator()(std::uint64_t value) const {
        return value == kInfinity ? "infinity" : cat(value);
    }
    std::string operator()(const std::string& value) const { return base::quoted(value); }
    std::string operator()(const std::vector<std::uint8_t>& bytes) const {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string text;
        for (const std::uint8_t byte : bytes) {
            text += cat(kDigits[byte >> 4U], kDigits[byte & 15U]);
        }
        return text;
    }
    template <class First, class Second>
    std::string operator()(const std::pair<First, Second>& pair) const {
        return base::quoted(cat(pair.first, ' ', pair.second));
    }
    template <class One>
    std::string operator()(const std::vector<One>& list) const {
        std::vector<std::string> texts;
        texts.reserve(list.size());
        for (const One& one : list) {
            texts.push_back((*this)(one));
        }
        return cat('[', base::join(texts, ", "), ']');
    }
};

} // namespace

std::string signature_of(const Value& value) {
    return std::visit(Signature{}, value);
}

std::string text_of(const Value& value) {
    return std::visit(Text{}, value);
}

} // namespace systemd
