// Ids that an ordinary user may map, and what it is told where it may not.
#include "namespaces/id_maps_plan.hpp"
#include "namespaces/refusals.hpp"
#include "namespaces/spawn_plan.hpp"
#include "runtime/base/text.hpp"
#include "tests/results.hpp"

#include <cerrno>

using namespaces::IdRange;
using namespaces::User;
using Mappings = std::vector<spec::IdMapping>;

namespace {

const User kAnna{.name = "anna", .uid = 1000};

std::string ranges_text(std::string_view file, const User& user) {
    std::string text;
    for (const IdRange& range : namespaces::subordinate_ids(file, user)) {
        text += base::cat(text.empty() ? "" : " ", range.first, "+", range.count);
    }
    return text;
}

} // namespace

TEST_CASE("an account is found by its number", "[id_maps]") {
    constexpr std::string_view kPasswd = "root:x:0:0::/root:/bin/sh\nbroken\nanna:x:1000:1000\n";
    CHECK(namespaces::account_of(1000, kPasswd) == "anna");
    CHECK(namespaces::account_of(100, kPasswd).empty());
}

TEST_CASE("subordinate ids are those of the user's name or number", "[id_maps]") {
    struct Row {
        std::string file;
        std::string ranges;
    };
    const Row row = GENERATE(values<Row>({
        {"anna:100000:65536\n", "100000+65536"},
        {"bert:1:2\nanna:100000:10\nanna:200000:20", "100000+10 200000+20"},
        {"1000:100000:10\n", "100000+10"},
        {"# anna:100000:10\n\nanna\nanna:x:10\nanna:100000:0\nanna:1:2:3\nannabel:1:2\n", ""},
        {"anna:100000:-1\nanna:4294967296:1\n", ""},
        {":100000:10\n", ""},
    }));
    INFO(row.file);
    CHECK(ranges_text(row.file, kAnna) == row.ranges);
    CHECK(ranges_text(":100000:10\n", {.name = "", .uid = 7}).empty());
}

TEST_CASE("the own group alone costs an ordinary user setgroups", "[id_maps]") {
    const Mappings own = {{0, 100, 1}};
    CHECK(namespaces::costs_setgroups(own, 1000, 100));
    CHECK_FALSE(namespaces::costs_setgroups(own, 0, 100));
    CHECK_FALSE(namespaces::costs_setgroups(own, 1000, 101));
    CHECK_FALSE(namespaces::costs_setgroups({{0, 100, 2}}, 1000, 100));
    CHECK_FALSE(namespaces::costs_setgroups({{0, 100, 1}, {1, 100000, 10}}, 1000, 100));
}

TEST_CASE("without mappings a user is the container's root, with its own further ids",
          "[id_maps]") {
    CHECK(namespaces::id_map_text(namespaces::mappings_onto(1000, {})) == "0 1000 1\n");
    CHECK(
        namespaces::id_map_text(namespaces::mappings_onto(1000, {{100000, 65536}, {300000, 10}})) ==
        "0 1000 1\n1 100000 65536\n65537 300000 10\n");
}

TEST_CASE("a mapping that is refused is answered with the line that allows it", "[id_maps]") {
    struct Row {
        Mappings mappings;
        std::vector<IdRange> ranges;
        std::string advice;
    };
    const std::string add = "add \"anna:100000:65536\" to /etc/subuid";
    const Row row = GENERATE_COPY(values<Row>({
        {{{0, 1000, 1}}, {}, ""},
        {{{0, 1000, 1}, {1, 100000, 65536}}, {{100000, 65536}}, ""},
        {{{0, 1000, 1}, {1, 100000, 65536}}, {}, add},
        {{{0, 100000, 65536}}, {{100000, 65535}}, add},
        {{{0, 100000, 65536}}, {{100000, 1000}, {101000, 64536}}, add},
        {{{0, 4294967294, 1}}, {{4294967290, 5}}, ""},
        {{{0, 0, 1}},
         {},
         "the own id of this user is 1000; hostID 0 belongs to somebody else, who must not be "
         "given away in /etc/subuid"},
    }));
    CHECK(namespaces::advice_on(row.mappings, 1000, row.ranges, kAnna, "/etc/subuid") ==
          row.advice);
    CHECK(namespaces::line_for({.name = "", .uid = 7}, {5, 6}, "/etc/subgid") ==
          "add \"7:5:6\" to /etc/subgid");
}

TEST_CASE("a user namespace that is refused is answered with the setting that forbids it",
          "[id_maps]") {
    struct Row {
        int code;
        namespaces::UserNamespaceSettings settings;
        std::string has;
    };
    const Row row = GENERATE(values<Row>({
        {ENOSPC, {.most = "0"}, "sysctl -w user.max_user_namespaces="},
        {ENOSPC, {.most = "7"}, "user.max_user_namespaces is 7"},
        {EPERM, {.unprivileged_clone = "0"}, "sysctl -w kernel.unprivileged_userns_clone=1"},
        {EPERM, {.unprivileged_clone = "1", .apparmor = "1"}, "AppArmor profile"},
        {EPERM, {.apparmor = "0"}, "chroot"},
        {EPERM, {}, "chroot"},
    }));
    CHECK(namespaces::advice_on_clone(row.code, row.settings).find(row.has) != std::string::npos);
    CHECK(namespaces::advice_on_clone(EAGAIN, row.settings).empty());
    CHECK(namespaces::advice_on_rights(ENOENT, {.apparmor = "1"}).empty());
    CHECK(namespaces::advice_on_rights(EACCES, {.apparmor = "0"}).empty());
    CHECK(namespaces::advice_on_rights(EACCES, {}).empty());
}
