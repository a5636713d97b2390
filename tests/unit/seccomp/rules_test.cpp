#include "profiles.hpp"
#include "seccomp/rules_plan.hpp"
#include "tests/catch.hpp"

using namespace profiles;
using seccomp::Rules;
using seccomp::rules_of;
using spec::SeccompAction;
using spec::SeccompOperator;

TEST_CASE("each name of each entry is a rule, in order", "[seccomp]") {
    const spec::Seccomp profile =
        refusing({entry({"read", "write"}, SeccompAction::allow), errno_entry({"mount"}, 19)});
    const auto rules = rules_of(profile);
    REQUIRE(rules);
    CHECK((*rules).otherwise == errno_answer(EPERM));
    REQUIRE((*rules).rules.size() == 3);
    CHECK((*rules).rules[0].name == "read");
    CHECK((*rules).rules[1].name == "write");
    CHECK((*rules).rules[1].answer == SECCOMP_RET_ALLOW);
    CHECK((*rules).rules[2].name == "mount");
    CHECK((*rules).rules[2].answer == errno_answer(19));
    CHECK((*rules).rules[2].entry == 1);
}

TEST_CASE("each action of the specification is an answer", "[seccomp]") {
    struct Row {
        SeccompAction action;
        std::uint32_t answer;
    };
    const Row row = GENERATE(values<Row>({{SeccompAction::kill, SECCOMP_RET_KILL_THREAD},
                                          {SeccompAction::kill_thread, SECCOMP_RET_KILL_THREAD},
                                          {SeccompAction::kill_process, SECCOMP_RET_KILL_PROCESS},
                                          {SeccompAction::trap, SECCOMP_RET_TRAP},
                                          {SeccompAction::errno_return, errno_answer(EPERM)},
                                          {SeccompAction::trace, SECCOMP_RET_TRACE | EPERM},
                                          {SeccompAction::allow, SECCOMP_RET_ALLOW},
                                          {SeccompAction::log, SECCOMP_RET_LOG},
                                          {SeccompAction::notify, SECCOMP_RET_USER_NOTIF}}));
    const auto rules = rules_of({.default_action = row.action, .listener_path = "/agent"});
    REQUIRE(rules);
    CHECK((*rules).otherwise == row.answer);
}

TEST_CASE("an entry that says what the default says makes no rule, but its names are known",
          "[seccomp]") {
    const spec::Seccomp profile =
        refusing({errno_entry({"mount"}, EPERM), errno_entry({"umount2"}, EACCES)});
    const auto rules = rules_of(profile);
    REQUIRE(rules);
    REQUIRE((*rules).rules.size() == 1);
    CHECK((*rules).rules[0].name == "umount2");
    CHECK((*rules).names == std::vector<std::string_view>{"mount", "umount2"});
}

TEST_CASE("conditions on different arguments belong together", "[seccomp]") {
    const spec::Seccomp profile = refusing(
        {entry({"socket"}, SeccompAction::allow, {{.index = 0, .value = 1}, {.index = 1}})});
    const auto rules = rules_of(profile);
    REQUIRE(rules);
    REQUIRE((*rules).rules.size() == 1);
    CHECK((*rules).rules[0].conditions.size() == 2);
}

TEST_CASE("two conditions on one argument: any of the entry's conditions is enough", "[seccomp]") {
    const spec::Seccomp profile = refusing(
        {entry({"personality"}, SeccompAction::allow,
               {{.index = 0, .value = 0}, {.index = 1, .value = 4}, {.index = 0, .value = 8}})});
    const auto rules = rules_of(profile);
    REQUIRE(rules);
    REQUIRE((*rules).rules.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE((*rules).rules[i].conditions.size() == 1);
        CHECK((*rules).rules[i].conditions[0].value == i * 4);
    }
}

TEST_CASE("an errno where there is none, or out of range, is refused with its place", "[seccomp]") {
    struct Row {
        SeccompAction action;
        std::uint32_t code;
        bool good;
    };
    const Row row = GENERATE(values<Row>({{SeccompAction::errno_return, 0, true},
                                          {SeccompAction::errno_return, 4095, true},
                                          {SeccompAction::errno_return, 4096, false},
                                          {SeccompAction::trace, 65535, true},
                                          {SeccompAction::trace, 65536, false},
                                          {SeccompAction::allow, 1, false},
                                          {SeccompAction::kill, 1, false},
                                          {SeccompAction::kill_process, 1, false},
                                          {SeccompAction::kill_thread, 1, false},
                                          {SeccompAction::trap, 1, false},
                                          {SeccompAction::log, 1, false},
                                          {SeccompAction::notify, 1, false}}));
    spec::Seccomp profile{
        .default_action = row.action, .default_errno_ret = row.code, .listener_path = "/agent"};
    const auto as_default = rules_of(profile);
    CHECK(static_cast<bool>(as_default) == row.good);
    if (!as_default) {
        CHECK(as_default.error().failure().pointer == "/linux/seccomp/defaultErrnoRet");
    }
    profile = {.default_action = SeccompAction::errno_return, .listener_path = "/agent"};
    profile.default_errno_ret = 77;
    profile.syscalls = {{.names = {"read"}, .action = row.action, .errno_ret = row.code}};
    const auto as_rule = rules_of(profile);
    CHECK(static_cast<bool>(as_rule) == row.good);
    if (!as_rule) {
        CHECK(as_rule.error().failure().pointer == "/linux/seccomp/syscalls/0/errnoRet");
    }
}

TEST_CASE("a seventh argument is refused with its place", "[seccomp]") {
    const auto rules =
        rules_of(refusing({entry({"read"}, SeccompAction::allow),
                           entry({"write"}, SeccompAction::allow, {{.index = 5}, {.index = 6}})}));
    REQUIRE_FALSE(rules);
    CHECK(rules.error().failure().pointer == "/linux/seccomp/syscalls/1/args/1/index");
}

TEST_CASE("NOTIFY without a listenerPath is refused with its place", "[seccomp]") {
    const auto in_rule = rules_of(permitting({entry({"read"}, SeccompAction::notify)}));
    REQUIRE_FALSE(in_rule);
    CHECK(in_rule.error().failure().pointer == "/linux/seccomp/syscalls/0/action");
    const auto as_default = rules_of({.default_action = SeccompAction::notify});
    REQUIRE_FALSE(as_default);
    CHECK(as_default.error().failure().pointer == "/linux/seccomp/defaultAction");
}
