// What the two translators share: the collector of writes, warnings and all refusals, each with its
// place in the document; and the controllers whose files are alike in v1 and v2.
#pragma once

#include "cgroups/translate.hpp"
#include "runtime/base/text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cgroups {

constexpr std::int64_t kUnlimited = -1;

/// One more finding; all of them become one error.
void add_finding(std::optional<base::Error>& all, base::Error one);

class Collector {
  public:
    explicit Collector(const TranslationContext& context) : context_(context) {}

    [[nodiscard]] const TranslationContext& context() const { return context_; }
    /// The JSON pointer of a member: "/memory/limit" below the Resources.
    [[nodiscard]] std::string origin(std::string_view member) const {
        return base::cat(context_.pointer, member);
    }

    void write(Write write) { translation_.writes.push_back(std::move(write)); }
    void warn(std::string_view member, std::string text) {
        translation_.warnings.push_back({.text = std::move(text), .origin = origin(member)});
    }
    void refuse(std::string_view member, std::string text, std::string hint = {}) {
        add_finding(failure_,
                    base::Error(std::move(text)).at(origin(member)).hint(std::move(hint)));
    }

    /// What was gathered, or all refusals as one error.
    base::Result<Translation> result() && {
        if (failure_) {
            return *std::move(failure_);
        }
        return std::move(translation_);
    }

  private:
    const TranslationContext& context_;
    Translation translation_;
    std::optional<base::Error> failure_;
};

/// A name as a part of a JSON pointer (RFC 6901): "~" and "/" are escaped.
std::string pointer_part(std::string_view name);

/// "MAJOR:MINOR".
std::string device_number(std::int64_t major, std::int64_t minor);

/// True for values that mean "not set" when they are 0.
template <class Number>
bool is_set(const std::optional<Number>& value) {
    return value && *value != 0;
}

void translate_cpuset(Collector& out, const spec::CpuResources& cpu);
void translate_pids(Collector& out, const spec::PidsResources& pids);
/// `suffix`: what the names of the files end in, "limit_in_bytes" or "max".
void translate_hugetlb(Collector& out, const std::vector<spec::HugepageLimit>& limits,
                       std::string_view suffix);
void translate_rdma(Collector& out, const std::map<std::string, spec::RdmaLimit>& limits);

} // namespace cgroups
