// What the probe told: its lines, found among whatever else the container's output holds.
#pragma once

#include "conformance/harness/bundle.hpp"
#include "conformance/harness/watch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

class Report {
  public:
    Report() = default;
    explicit Report(std::string_view output);

    [[nodiscard]] const std::vector<Json>& lines() const& { return lines_; }
    /// One part of what the probe saw ("caps"). Throws Failed if it did not get to that.
    [[nodiscard]] const Json& seen(std::string_view sight) const&;
    /// The line of a step, and of its first word if `on` is given. Throws Failed if there is none.
    [[nodiscard]] const Json& step(std::string_view name, std::string_view on = "") const&;
    /// The uppermost mount at `path`; Failed if nothing is mounted there.
    [[nodiscard]] const Json& mount_at(std::string_view path) const&;
    [[nodiscard]] bool has_mount_at(std::string_view path) const;

    // Of a report that is gone with the expression, these give copies.
    [[nodiscard]] std::vector<Json> lines() && { return std::move(lines_); }
    [[nodiscard]] Json seen(std::string_view sight) && { return std::as_const(*this).seen(sight); }
    [[nodiscard]] Json step(std::string_view name, std::string_view on = "") && {
        return std::as_const(*this).step(name, on);
    }
    [[nodiscard]] Json mount_at(std::string_view path) && {
        return std::as_const(*this).mount_at(path);
    }

    /// Whether the step was reached.
    [[nodiscard]] bool has(std::string_view name, std::string_view on = "") const;
    /// The name of the errno with which a step failed; "" if it succeeded.
    [[nodiscard]] std::string error(std::string_view name, std::string_view on = "") const;

    Exit exit; ///< of the container's process

  private:
    [[nodiscard]] const Json* find(std::string_view name, std::string_view on) const;
    std::vector<Json> lines_;
};

/// Whether a JSON array has this element.
bool holds(const Json& array, const Json& element);

} // namespace conformance
