// The checks of validate.hpp by topic. Each looks at one thing and reports what it finds.
#pragma once

#include "oci-spec/finding.hpp"
#include "oci-spec/spec.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace spec {

/// Where a check puts its findings, and where in the document it looks. A pointer is made of that
/// only when there is a finding.
class Report {
  public:
    /// `loading` is what was found before; both are borrowed.
    Report(Findings& findings, const Findings& loading)
        : findings_(&findings), loading_(&loading) {}

    /// Whether everything at and around that place was read without an error. A check that
    /// compares with another member asks for it: what could not be read has a default value.
    [[nodiscard]] bool was_read(std::string_view pointer) const;
    [[nodiscard]] bool was_read() const { return loading_->empty() || was_read(pointer()); }

    /// The report on something below: a member name or an index for each step. Names are borrowed.
    template <class... Steps>
    [[nodiscard]] Report in(const Steps&... steps) const {
        Report report = *this;
        (report.add(steps), ...);
        return report;
    }
    /// The pointer to something below.
    template <class... Steps>
    [[nodiscard]] std::string at(const Steps&... steps) const {
        return in(steps...).pointer();
    }

    void error(std::string pointer, std::string message, std::string hint = {}) const {
        findings_->error(std::move(pointer), std::move(message), std::move(hint));
    }
    void warning(std::string pointer, std::string message, std::string hint = {}) const {
        findings_->warning(std::move(pointer), std::move(message), std::move(hint));
    }
    /// The key of a map is wrong.
    void wrong_key(std::string pointer, std::string message, std::string hint = {}) const;
    /// A member that has to be there is not.
    void missing(std::string pointer, std::string message, std::string hint = {}) const;

  private:
    using Step = std::variant<std::string_view, std::size_t>;

    void add(std::string_view name) { steps_[count_++] = name; }
    void add(std::integral auto index) { steps_[count_++] = static_cast<std::size_t>(index); }
    [[nodiscard]] std::string pointer() const;

    Findings* findings_;
    const Findings* loading_;
    std::array<Step, 8> steps_; ///< deeper than any member of the specification
    std::size_t count_ = 0;
};

template <class Subject>
using Check = void (*)(const Subject&, const Report&);

template <class Subject>
void run(std::span<const Check<Subject>> checks, const Subject& subject, const Report& report) {
    for (const Check<Subject> check : checks) {
        check(subject, report);
    }
}

std::span<const Check<Spec>> general_checks();
std::span<const Check<Process>> process_checks();
std::span<const Check<Spec>> user_checks(); ///< of the process, in its user namespace
std::span<const Check<Spec>> mount_checks();
std::span<const Check<Spec>> namespace_checks();
std::span<const Check<Spec>> device_checks();
std::span<const Check<Spec>> path_checks();
std::span<const Check<Spec>> sysctl_checks();
std::span<const Check<Resources>> resources_checks();
/// For resources that nothing was set before: in config.json, not in an update.
std::span<const Check<Resources>> first_resources_checks();
std::span<const Check<Spec>> seccomp_checks();
std::span<const Check<Spec>> platform_checks();

// --- shared by the topics -----------------------------------------------------------------------

/// The entry of that type, new or joined; nullptr if the container shares the runtime's.
const Namespace* find_namespace(const Spec& spec, NamespaceType type);
/// Whether the container certainly shares the runtime's namespace of that type.
bool lacks_namespace(const Spec& spec, NamespaceType type, const Report& report);
/// Whether the container gets a namespace of that type of its own, made for it.
bool has_new_namespace(const Spec& spec, NamespaceType type);

/// One mount of a container that `spec` configures.
void check_mount(const Spec& spec, const Mount& mount, const Report& report);

bool is_absolute(std::string_view path);
/// Whether the kernel takes it as the name of a network device (net/core/dev.c).
bool is_interface_name(std::string_view name);
/// Size 0, overlaps, overflow and too many lines.
void check_mappings(const std::vector<IdMapping>& mappings, const Report& report);
/// `env` entries without "=".
void check_environment(const std::vector<std::string>& env, const Report& report);

} // namespace spec
