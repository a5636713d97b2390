// What a row's code works with: a bundle, containers, expectations. Clears up behind the row,
// whatever the runtime did.
#pragma once

#include "conformance/harness/container.hpp"
#include "conformance/harness/host.hpp"
#include "conformance/harness/row.hpp"
#include "conformance/harness/snapshot.hpp"

#include <list>
#include <string>
#include <vector>

namespace conformance {

/// The operation that has to fail at the latest. What stands in `process` need not be looked at
/// before start (runtime.md, "Create").
enum class Stage : unsigned char { create, start };

/// Where a row runs.
struct Place {
    fs::path directory; ///< its own, removed afterwards unless `keep`
    fs::path probe;     ///< the probe's file on the host
    std::string tag;    ///< in the names of all that this row makes
    bool keep = false;
};

class Case {
  public:
    Case(const Row& row, const Runtime& runtime, const Host& host, Place place);
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;
    ~Case();

    // --- the bundle ------------------------------------------------------------------------------
    Bundle& bundle() { return bundle_; }
    Json& config() { return bundle_.config; }
    Json& process() { return config()["process"]; }
    Json& linux_part() { return config()["linux"]; }
    [[nodiscard]] fs::path rootfs() const { return bundle_.rootfs(); }
    [[nodiscard]] const fs::path& directory() const { return place_.directory; }
    [[nodiscard]] const fs::path& probe() const { return place_.probe; }
    [[nodiscard]] const std::string& tag() const { return place_.tag; }
    /// The probe's script: script("see ids , exit 3").
    void script(std::string_view words);
    void mount(Json entry) { config()["mounts"].push_back(std::move(entry)); }
    /// Adds a namespace, or replaces the one of this type.
    void use_namespace(const std::string& type, const std::string& path = "");
    void drop_namespace(const std::string& type);
    /// A new user namespace that maps `size` ids from 0 to `host` on.
    void use_user_namespace(unsigned host = 100000, unsigned size = 65536);
    void give_capabilities(const std::vector<std::string>& names);

    // --- containers ------------------------------------------------------------------------------
    /// Writes config.json and makes a container object; nothing is called yet.
    Container& container();
    /// As container(), and create has to succeed.
    Container& created(const CreateOptions& options = {});
    /// As created(), and start has to succeed.
    Container& started(const CreateOptions& options = {});
    /// The whole life: create, start, the program's end, delete.
    Report run(const CreateOptions& options = {});
    /// The bundle as it is has to be an error, at `latest` in that operation, and a failing create
    /// has to leave nothing.
    void refused(Stage latest = Stage::create);
    /// For what the specification leaves open: notes whether it is accepted. A refusal has to
    /// leave nothing all the same.
    void observe();

    // --- the verdict -----------------------------------------------------------------------------
    void expect(bool holds, const std::string& otherwise);
    /// The call has to have failed in an orderly way; what it said is noted.
    void expect_refused(const Said& said);
    void same(const Json& seen, const Json& wanted, const std::string& what);
    /// Throws Skipped.
    static void needs(bool available, const std::string& otherwise);
    void note(const std::string& text) { notes_.push_back(text); }
    [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

    // --- the surroundings ------------------------------------------------------------------------
    [[nodiscard]] const Runtime& runtime() const { return runtime_; }
    [[nodiscard]] const Host& host() const { return host_; }
    [[nodiscard]] Snapshot snapshot() const;
    /// Every difference to an earlier snapshot is a finding. Ending processes get a moment.
    void expect_unchanged(const Snapshot& before);

  private:
    void expect_no_container(const Container& container, const Snapshot& before);
    void clear_up() noexcept;

    const Row& row_;
    const Runtime& runtime_;
    const Host& host_;
    Place place_;
    Bundle bundle_;
    std::list<Container> containers_;
    std::vector<std::string> findings_;
    std::vector<std::string> notes_;
};

/// Runs one row to its outcome.
Outcome run_row(const Row& row, const Runtime& runtime, const Host& host, Place place);

} // namespace conformance
