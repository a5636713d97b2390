// The words of the specification, each exactly once: the loader, the printers and the features
// document read them here.
#pragma once

#include "oci-spec/spec.hpp"
#include "oci-spec/words.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace spec {

/// The specification that is implemented; any 1.x document is accepted.
constexpr std::string_view kOciVersion = "1.3.0";
constexpr std::string_view kOciVersionLeast = "1.0.0";

template <>
std::span<const Word<NamespaceType>> words<NamespaceType>();
template <>
std::span<const Word<Propagation>> words<Propagation>();
template <>
std::span<const Word<SchedulerPolicy>> words<SchedulerPolicy>();
template <>
std::span<const Word<SchedulerFlag>> words<SchedulerFlag>();
template <>
std::span<const Word<IoPriorityClass>> words<IoPriorityClass>();
template <>
std::span<const Word<DeviceType>> words<DeviceType>();
template <>
std::span<const Word<DeviceRuleType>> words<DeviceRuleType>();
template <>
std::span<const Word<SeccompAction>> words<SeccompAction>();
template <>
std::span<const Word<SeccompOperator>> words<SeccompOperator>();
template <>
std::span<const Word<SeccompFlag>> words<SeccompFlag>();
template <>
std::span<const Word<PersonalityDomain>> words<PersonalityDomain>();
template <>
std::span<const Word<MemoryPolicyMode>> words<MemoryPolicyMode>();
template <>
std::span<const Word<MemoryPolicyFlag>> words<MemoryPolicyFlag>();

/// The names of libseccomp 2.6.0: "SCMP_ARCH_X86_64".
std::span<const std::string_view> seccomp_architectures();

/// "CAP_CHOWN", ...: the index is the kernel's number.
std::span<const std::string_view> capability_names();
std::optional<int> capability_number(std::string_view name);

/// "RLIMIT_NOFILE", ... with the kernel's numbers for setrlimit(2).
std::span<const Word<int>> rlimits();
std::optional<int> rlimit_number(std::string_view name);

/// "monotonic" and "boottime" with their numbers for clock_gettime(2).
std::span<const Word<int>> clocks();

/// The kinds of hooks with their lists, in the order in which the lifecycle runs them.
using HookList = std::vector<Hook> Hooks::*;
std::span<const Word<HookList>> hook_kinds();

} // namespace spec
