#include "oci-spec/validate.hpp"

#include "oci-spec/checks.hpp"
#include "oci-spec/load.hpp"
#include "oci-spec/pointer.hpp"

#include <algorithm>

namespace spec {

namespace {

void check_process(const Spec& spec, const Report& report) {
    if (spec.process) {
        run(process_checks(), *spec.process, report.in("process"));
    }
}

void check_resources(const Spec& spec, const Report& report) {
    if (spec.linux.resources) {
        const Report resources = report.in("linux", "resources");
        run(resources_checks(), *spec.linux.resources, resources);
        run(first_resources_checks(), *spec.linux.resources, resources);
    }
}

constexpr Check<Spec> kParts[] = {check_process, check_resources};

/// The order of the findings.
constexpr std::span<const Check<Spec>> (*kTopics[])() = {
    general_checks, user_checks,   mount_checks,   namespace_checks, device_checks,
    path_checks,    sysctl_checks, seccomp_checks, platform_checks,
};

void run_all(const Spec& spec, const Report& report) {
    run<Spec>(kParts, spec, report);
    for (const auto& topic : kTopics) {
        run(topic(), spec, report);
    }
}

void run_all(const Process& process, const Report& report) {
    run(process_checks(), process, report);
}

void run_all(const Resources& resources, const Report& report) {
    run(resources_checks(), resources, report);
}

void run_all(const MountDocument& document, const Spec& container, const Report& report) {
    for (std::size_t i = 0; i < document.mounts.size(); ++i) {
        check_mount(container, document.mounts[i], document.is_list ? report.in(i) : report);
    }
}

template <class Subject>
Findings findings_in(const Subject& subject) {
    const Findings loading;
    Findings findings;
    run_all(subject, Report(findings, loading));
    return findings;
}

/// Adds what validating finds where loading found no error.
template <class Subject, class... Surroundings>
Loaded<Subject> checked(Loaded<Subject> loaded, const Surroundings&... surroundings) {
    Findings all;
    Findings more;
    const Report report(all, loaded.findings);
    run_all(loaded.value, surroundings..., report);
    for (const Finding& finding : all) {
        if (report.was_read(finding.pointer)) {
            more.add(finding);
        }
    }
    loaded.findings.append(std::move(more));
    return loaded;
}

} // namespace

bool Report::was_read(std::string_view pointer) const {
    return std::ranges::none_of(*loading_, [pointer](const Finding& finding) {
        return finding.severity == Severity::error && are_nested(finding.pointer, pointer);
    });
}

std::string Report::pointer() const {
    std::string pointer;
    for (const Step& step : std::span(steps_).first(count_)) {
        std::visit([&pointer](const auto& part) { pointer = below(pointer, part); }, step);
    }
    return pointer;
}

void Report::wrong_key(std::string pointer, std::string message, std::string hint) const {
    findings_->add({.pointer = std::move(pointer),
                    .message = std::move(message),
                    .hint = std::move(hint),
                    .part = Part::key});
}

void Report::missing(std::string pointer, std::string message, std::string hint) const {
    findings_->add({.pointer = std::move(pointer),
                    .message = std::move(message),
                    .hint = std::move(hint),
                    .part = Part::missing});
}

Findings validate(const Spec& spec) {
    return findings_in(spec);
}
Findings validate(const Process& process) {
    return findings_in(process);
}
Findings validate(const Resources& resources) {
    return findings_in(resources);
}

// A syntax error has the pointer "", around everything: then nothing is added.
Loaded<Spec> checked_spec(std::string_view bytes) {
    return checked(load_spec(bytes));
}
Loaded<Process> checked_process(std::string_view bytes) {
    return checked(load_process(bytes));
}
Loaded<Resources> checked_resources(std::string_view bytes) {
    return checked(load_resources(bytes));
}
Loaded<MountDocument> checked_mounts(std::string_view bytes, const Spec& container) {
    return checked(load_mounts(bytes), container);
}

} // namespace spec
