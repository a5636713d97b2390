// Plans of processes, the conversation's scripts, names of sysctls, and the plan as bytes.
#include "oci-spec/validate.hpp"
#include "runtime/init_plan.hpp"
#include "runtime/lifecycle.hpp"
#include "runtime/plan.hpp"
#include "tests/hosts.hpp"
#include "tests/results.hpp"
#include "tests/unit/oci-spec/complete.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <algorithm>
#include <csignal>

using runtime::Message;
using runtime::Script;
using runtime::ScriptFacts;
using runtime::Side;
using tests::error_text;
using tests::value;

namespace {

using Names = std::vector<std::string>;

bool has(const Script& script, Message message) {
    return std::ranges::find(script, message) != script.end();
}

/// Every combination of what a conversation depends on.
std::vector<ScriptFacts> all_script_facts() {
    std::vector<ScriptFacts> all;
    for (unsigned bits = 0; bits < 32; ++bits) {
        for (const std::uint32_t packets : {0U, 1U, 3U}) {
            all.push_back({.relay = (bits & 1U) != 0,
                           .new_user_namespace = (bits & 2U) != 0,
                           .source_packets = packets,
                           .hooks_before_pivot = (bits & 4U) != 0,
                           .terminal = (bits & 8U) != 0,
                           .notifies = (bits & 16U) != 0});
        }
    }
    return all;
}

constexpr runtime::CapabilityMask kKill = 1U << 5U;
constexpr runtime::CapabilityMask kChown = 1U << 0U;
constexpr runtime::CapabilityMask kNetRaw = 1U << 13U;

spec::Process process_with(spec::Capabilities capabilities) {
    return {.args = {"sh"}, .cwd = "/", .capabilities = std::move(capabilities)};
}

/// All that this version applies, in one configuration.
spec::Spec everything() {
    const Edited document = edited(
        kComplete,
        {{"/process/execCPUAffinity", ""}, {"/linux/seccomp", ""}, {"/linux/resources", ""}});
    spec::Loaded<spec::Spec> loaded = spec::checked_spec(document.text);
    for (const spec::Finding& finding : loaded.findings) {
        FAIL(finding.pointer << ": " << finding.message);
    }
    return std::move(loaded.value);
}

runtime::Plan plan_of_everything() {
    const seccomp::Program filter{.filter = {{.code = 6, .jt = 1, .jf = 2, .k = 0x7fff0000}},
                                  .flags = 2};
    return value(runtime::plan_of(everything(), hosts::labelling(),
                                  {.id = "everything",
                                   .bundle = "/bundle",
                                   .keyring = "_ses.everything.1",
                                   .preserve_fds = 2,
                                   .inherited_fds = 2},
                                  filter));
}

} // namespace

TEST_CASE("every conversation begins with the plan and ends with the release", "[script]") {
    for (const ScriptFacts& facts : all_script_facts()) {
        const Script script = runtime::script_of(facts);
        const bool mapped_first = facts.new_user_namespace && !facts.relay;
        REQUIRE(script.size() >= 3);
        CHECK(script.front() == (mapped_first ? Message::mapped : Message::begin));
        CHECK(script.back() == Message::release);
        CHECK(script[script.size() - 2] == Message::ready);
        CHECK_FALSE(has(script, Message::failed));
        CHECK_FALSE(has(script, Message::log));
    }
}

TEST_CASE("a turn is in the script exactly if there is a reason for it", "[script]") {
    for (const ScriptFacts& facts : all_script_facts()) {
        const Script script = runtime::script_of(facts);
        const auto count = [&](Message message) { return std::ranges::count(script, message); };
        CHECK(count(Message::begin) == 1);
        CHECK(count(Message::mapped) == (facts.new_user_namespace ? 1 : 0));
        CHECK(count(Message::sibling) == (facts.relay ? 1 : 0));
        CHECK(count(Message::sources) == facts.source_packets);
        CHECK(count(Message::mounted) == (facts.hooks_before_pivot ? 1 : 0));
        CHECK(count(Message::hooked) == (facts.hooks_before_pivot ? 1 : 0));
        CHECK(count(Message::console) == (facts.terminal ? 1 : 0));
        CHECK(count(Message::listener) == (facts.notifies ? 1 : 0));
    }
}

TEST_CASE("every turn is taken in the order of the drawing", "[script]") {
    // Where a relay speaks, the maps can only be written behind it: they are its sibling's.
    const Script relayed = runtime::script_of({.relay = true,
                                               .new_user_namespace = true,
                                               .source_packets = 2,
                                               .hooks_before_pivot = true,
                                               .terminal = true,
                                               .notifies = true});
    CHECK(relayed == Script{Message::begin, Message::sibling, Message::mapped, Message::sources,
                            Message::sources, Message::mounted, Message::hooked, Message::console,
                            Message::listener, Message::ready, Message::release});
    const Script direct = runtime::script_of({.new_user_namespace = true});
    CHECK(direct == Script{Message::mapped, Message::begin, Message::ready, Message::release});
}

TEST_CASE("each question gets its answer: nobody waits for two peers at once", "[script]") {
    // The parent answers each word of the child that needs one before the child speaks again.
    for (const ScriptFacts& facts : all_script_facts()) {
        const Script script = runtime::script_of(facts);
        for (std::size_t i = 0; i < script.size(); ++i) {
            if (script[i] == Message::mounted) {
                REQUIRE(i + 1 < script.size());
                CHECK(script[i + 1] == Message::hooked);
            }
            if (script[i] == Message::sibling && facts.new_user_namespace) {
                CHECK(script[i + 1] == Message::mapped);
            }
        }
        CHECK(sender_of(script.front()) == Side::parent);
        CHECK(sender_of(script.back()) == Side::parent);
    }
}

TEST_CASE("every message has a name of its own", "[script]") {
    std::vector<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Message::log); ++i) {
        names.push_back(name_of(static_cast<Message>(i)));
    }
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
    CHECK(std::ranges::find(names, "unknown") == names.end());
    CHECK(name_of(static_cast<Message>(200)) == "unknown");
    CHECK(sender_of(static_cast<Message>(200)) == Side::child);
}

TEST_CASE("a sysctl is named in either form", "[plan]") {
    struct Row {
        std::string name;
        std::string path;
    };
    const Row row = GENERATE(values<Row>({
        {"net.ipv4.ip_forward", "net/ipv4/ip_forward"},
        {"net/ipv4/ip_forward", "net/ipv4/ip_forward"},
        {"kernel.shmmax", "kernel/shmmax"},
        {"net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding"},
        {"net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding"},
        {"single", "single"},
        {"", ""},
    }));
    CHECK(runtime::sysctl_path(row.name) == row.path);
}

TEST_CASE("signals are taken by number and by name", "[plan]") {
    struct Row {
        std::string text;
        int number;
    };
    const Row row = GENERATE(values<Row>({{"TERM", SIGTERM},
                                          {"SIGTERM", SIGTERM},
                                          {"15", 15},
                                          {"0", 0},
                                          {"KILL", SIGKILL},
                                          {"HUP", SIGHUP},
                                          {"SIGUSR1", SIGUSR1},
                                          {"CHLD", SIGCHLD},
                                          {"SYS", SIGSYS},
                                          {"RTMIN", SIGRTMIN},
                                          {"SIGRTMIN+3", SIGRTMIN + 3},
                                          {"RTMAX", SIGRTMAX},
                                          {"RTMAX-2", SIGRTMAX - 2},
                                          {"64", 64}}));
    INFO(row.text);
    CHECK(value(runtime::signal_number(row.text)) == row.number);
    const auto wrong = GENERATE(as<std::string>{}, "", "SIG", "NOSUCH", "-9", "65", "1000", "15x",
                                "term", "RTMIN+99", "RTMAX-99", "RTMAX--1", "SIGSIGTERM", "9.0");
    CHECK(error_text(runtime::signal_number(wrong)) ==
          base::cat("unknown signal ", base::quoted(wrong)));
}

TEST_CASE("capabilities are granted as far as the runtime has them", "[capabilities]") {
    const runtime::GrantableCapabilities grantable{.bounding = kKill | kChown, .permitted = kKill};
    const auto resolved = runtime::resolve({.bounding = {"CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"},
                                            .effective = {"CAP_KILL", "CAP_NET_RAW"},
                                            .inheritable = {"CAP_KILL"},
                                            .permitted = {"CAP_KILL", "CAP_NET_RAW"},
                                            .ambient = {"CAP_KILL"}},
                                           grantable);
    CHECK(resolved.sets.bounding == (kKill | kChown));
    CHECK(resolved.sets.permitted == kKill);
    CHECK(resolved.sets.effective == kKill);
    CHECK(resolved.sets.inheritable == kKill);
    CHECK(resolved.sets.ambient == kKill);
    CHECK(resolved.warnings ==
          Names{"CAP_NET_RAW cannot be granted: the runtime does not have it"});
}

TEST_CASE("effective and ambient capabilities keep the kernel's rules", "[capabilities]") {
    const runtime::GrantableCapabilities all{hosts::kAllCapabilities, hosts::kAllCapabilities};
    const auto resolved = runtime::resolve({.effective = {"CAP_KILL", "CAP_CHOWN"},
                                            .inheritable = {"CAP_KILL"},
                                            .permitted = {"CAP_KILL", "CAP_NET_RAW"},
                                            .ambient = {"CAP_KILL", "CAP_NET_RAW", "CAP_CHOWN"}},
                                           all);
    CHECK(resolved.sets.effective == kKill);
    CHECK(resolved.sets.permitted == (kKill | kNetRaw));
    CHECK(resolved.sets.ambient == kKill);
    CHECK(resolved.warnings ==
          Names{"CAP_CHOWN cannot be effective: it is not permitted",
                "CAP_CHOWN cannot be ambient: it is not permitted and inheritable",
                "CAP_NET_RAW cannot be ambient: it is not permitted and inheritable"});
}

TEST_CASE("unknown names of capabilities are left to the check that knows their place",
          "[capabilities]") {
    const runtime::GrantableCapabilities all{hosts::kAllCapabilities, hosts::kAllCapabilities};
    const auto resolved = runtime::resolve({.bounding = {"CAP_NO_SUCH", "KILL", "cap_kill"}}, all);
    CHECK(resolved.sets.bounding == 0);
    CHECK(resolved.warnings.empty());
}

TEST_CASE("in a user namespace all that the kernel has can be granted", "[capabilities]") {
    runtime::HostFacts facts = hosts::mixed();
    facts.own = {.bounding = kKill, .permitted = kKill};
    const spec::Process process =
        process_with({.bounding = {"CAP_NET_RAW"}, .permitted = {"CAP_NET_RAW"}});
    const auto inside =
        value(process_plan_of(process, facts, {.user_namespace = true}, std::nullopt));
    CHECK(inside.plan.capabilities.bounding == kNetRaw);
    CHECK(inside.warnings.empty());
    const auto outside = value(process_plan_of(process, facts, {}, std::nullopt));
    CHECK(outside.plan.capabilities.bounding == 0);
    CHECK(outside.warnings.size() == 1);
    const auto none = value(process_plan_of({.args = {"sh"}, .cwd = "/"}, facts, {}, std::nullopt));
    CHECK(none.plan.capabilities.bounding == 0);
}

TEST_CASE("where setgroups is denied groups are an error, and none are no reason to call it",
          "[plan]") {
    const runtime::HostFacts facts = hosts::of_user();
    spec::Process process = process_with({});
    CHECK_FALSE(value(process_plan_of(process, facts, {.may_set_groups = false}, std::nullopt))
                    .plan.set_groups);
    CHECK(value(process_plan_of(process, facts, {}, std::nullopt)).plan.set_groups);
    process.user.additional_gids = {5};
    CHECK(error_text(process_plan_of(process, facts, {.may_set_groups = false}, std::nullopt)) ==
          "the groups cannot be set: setgroups(2) is denied in this user namespace "
          "(/process/user/additionalGids)");
    // The caller's groups can be kept all the same.
    CHECK_FALSE(value(process_plan_of(process, facts,
                                      {.keep_groups = true, .may_set_groups = false}, std::nullopt))
                    .plan.set_groups);
}

TEST_CASE("sockets that were activated go on to the program", "[plan]") {
    runtime::HostFacts facts = hosts::mixed();
    facts.activated_sockets = 2;
    facts.activated_names = "http:admin";
    const auto planned =
        value(process_plan_of({.args = {"sh"}, .env = {"A=1"}, .cwd = "/"}, facts,
                              {.preserve_fds = 1, .inherited_fds = 3}, std::nullopt));
    CHECK(planned.plan.preserved_fds == 3);
    CHECK(planned.plan.socket_activation);
    CHECK(planned.plan.env == Names{"A=1", "LISTEN_FDS=2", "LISTEN_FDNAMES=http:admin"});
    const auto plain =
        value(process_plan_of({.args = {"sh"}, .cwd = "/"}, hosts::mixed(), {}, std::nullopt));
    CHECK(plain.plan.env.empty());
    CHECK_FALSE(plain.plan.socket_activation);
}

TEST_CASE("a process keeps all that its configuration says", "[plan]") {
    const runtime::ProcessPlan process = plan_of_everything().init.process.value();
    CHECK(process.args == Names{"sh", "-c", "true"});
    CHECK(process.env == Names{"PATH=/bin", "TERM=xterm"});
    CHECK(process.uid == 1);
    CHECK(process.gid == 1);
    CHECK(process.groups == std::vector<std::uint32_t>{5, 6});
    CHECK(process.umask == 077U);
    CHECK(process.no_new_privileges);
    CHECK(process.terminal);
    REQUIRE(process.console_size);
    CHECK(process.console_size->height == 25);
    CHECK(process.console_size->width == 80);
    CHECK(process.preserved_fds == 2);
    CHECK(process.session_keyring == "_ses.everything.1");
    CHECK(process.apparmor_profile == "profile");
    CHECK(process.selinux_label == "system_u:system_r:svirt_lxc_net_t:s0:c124,c675");
    CHECK(process.personality == 0U);
    REQUIRE(process.memory_policy);
    CHECK(process.memory_policy->nodes == "0-1");
    CHECK(process.filter.size() == 1);
    CHECK(process.filter_flags == 2);
}

TEST_CASE("a label that nothing on the host enforces is an error with its place", "[plan]") {
    struct Row {
        std::string pointer;
        void (*set)(spec::Spec&);
    };
    const Row row = GENERATE(values<Row>({
        {"/linux/mountLabel", [](spec::Spec& s) { s.linux.mount_label = "label"; }},
        {"/process/apparmorProfile", [](spec::Spec& s) { s.process->apparmor_profile = "p"; }},
        {"/process/selinuxLabel", [](spec::Spec& s) { s.process->selinux_label = "l"; }},
    }));
    spec::Spec config = everything();
    config.linux.mount_label.clear();
    config.process->apparmor_profile.clear();
    config.process->selinux_label.clear();
    row.set(config);
    const auto plan = runtime::plan_of(config, hosts::mixed(), {.id = "x", .bundle = "/b"}, {});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().failure().pointer == row.pointer);
    CHECK(runtime::plan_of(config, hosts::labelling(), {.id = "x", .bundle = "/b"}, {}));
}

TEST_CASE("unconfined is what every process is where there is no AppArmor", "[plan]") {
    const spec::Process process{.args = {"sh"}, .cwd = "/", .apparmor_profile = "unconfined"};
    const auto profile_on = [&](const runtime::HostFacts& facts) {
        return value(process_plan_of(process, facts, {}, std::nullopt)).plan.apparmor_profile;
    };
    CHECK(profile_on(hosts::mixed()).empty());
    CHECK(profile_on(hosts::labelling()) == "unconfined");
}

TEST_CASE("the caller's groups are kept if the annotation says so", "[plan]") {
    const auto asks = [](const std::string& value) {
        return runtime::keeps_groups({{"run.oci.keep_original_groups", value}});
    };
    CHECK(value(asks("1")));
    CHECK(value(asks("true")));
    CHECK_FALSE(value(asks("0")));
    CHECK_FALSE(value(asks("false")));
    CHECK_FALSE(value(runtime::keeps_groups({})));
    CHECK(error_text(asks("yes")) == "run.oci.keep_original_groups cannot be \"yes\" "
                                     "(/annotations/run.oci.keep_original_groups)");

    const spec::Process process{.user = {.additional_gids = {5}}, .args = {"sh"}, .cwd = "/"};
    const auto kept =
        value(process_plan_of(process, hosts::mixed(), {.keep_groups = true}, std::nullopt));
    CHECK_FALSE(kept.plan.set_groups);
    CHECK(kept.plan.groups.empty());
    CHECK(kept.warnings == Names{"additionalGids are not set: run.oci.keep_original_groups keeps "
                                 "the groups of the runtime's caller"});
    const auto set = value(process_plan_of(process, hosts::mixed(), {}, std::nullopt));
    CHECK(set.plan.set_groups);
    CHECK(set.plan.groups == std::vector<std::uint32_t>{5});
}

TEST_CASE("the plan arrives in stage 2 as it was made", "[plan]") {
    const runtime::Plan sent = plan_of_everything();
    const std::string bytes = encode(sent.init);
    runtime::Plan arrived = sent;
    arrived.init = value(runtime::decode_init_plan(bytes));
    CHECK(encode(arrived.init) == bytes);
    CHECK(describe(arrived) == describe(sent));
    CHECK(arrived.init.script == sent.init.script);
    CHECK(arrived.init.annotations == sent.init.annotations);
    CHECK(arrived.init.create_container_hooks.size() == 1);
    CHECK(arrived.init.start_container_hooks.size() == 1);
    CHECK(arrived.init.process->console_size->width == 80);
    CHECK(arrived.init.process->filter.front().k == 0x7fff0000);
    CHECK(encode(value(runtime::decode_init_plan(runtime::encode({})))) == runtime::encode({}));
}

TEST_CASE("a plan that is cut anywhere is none", "[plan]") {
    const std::string bytes = encode(plan_of_everything().init);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto plan = runtime::decode_init_plan(std::string_view(bytes).substr(0, size));
        REQUIRE_FALSE(plan);
        REQUIRE(plan.code() == EBADMSG);
    }
    CHECK(error_text(runtime::decode_init_plan(bytes + "x")) ==
          "the plan is damaged: Bad message (EBADMSG)");
}

TEST_CASE("a plan with bytes that lie is read within its bounds", "[plan]") {
    const std::string bytes = encode(plan_of_everything().init);
    std::size_t refused = 0;
    constexpr std::string_view kLies("\x00\x02\x7f\xff", 4);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string lying = bytes;
        lying[at] = kLies[at % kLies.size()];
        refused += runtime::decode_init_plan(lying) ? 0U : 1U;
    }
    CHECK(refused > 0);
}
