// The place of one run, and the rows that are done in it.
#pragma once

#include "conformance/harness/case.hpp"
#include "conformance/harness/suite.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace conformance {

/// Where everything of a run lies: a tmpfs in namespaces of this process's own. Fast, with devices
/// and setuid allowed wherever it is, and gone with the last process of the run.
class Workshop {
  public:
    /// With `keep` it is an ordinary directory that stays.
    explicit Workshop(bool keep);
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop();

    [[nodiscard]] fs::path root() const { return directory_ / "state"; }
    [[nodiscard]] fs::path probe() const { return directory_ / "probe"; }
    [[nodiscard]] fs::path null_device() const { return directory_ / "null"; }
    /// The place of one row.
    [[nodiscard]] Place place(const std::string& name) const;

  private:
    std::string tag_;
    fs::path directory_;
    bool keep_;
    std::optional<Mount> mount_;
};

/// Runs `rows` one after the other in namespaces of their own, and gives each outcome to
/// `on_outcome`. Throws Interrupted and Broken.
void work(const Options& options, const std::vector<const Row*>& rows,
          const std::function<void(const Outcome&)>& on_outcome);

} // namespace conformance
