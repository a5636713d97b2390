// What `exec --cgroup` takes.
#include "cgroups/sub_groups.hpp"
#include "tests/catch.hpp"
#include "tests/results.hpp"

#include <vector>

using tests::error_text;
using tests::value;
using Words = std::vector<std::string>;

TEST_CASE("a sub-group is a path for all, or paths by controllers", "[cgroups][exec]") {
    struct Case {
        Words given;
        std::vector<std::pair<Words, std::string>> groups;
    };
    const std::vector<Case> cases = {
        {{}, {}},
        {{"sub"}, {{{}, "/sub"}}},
        {{"/sub/a"}, {{{}, "/sub/a"}}},
        {{"/"}, {{{}, ""}}},
        {{""}, {{{}, ""}}},
        {{"cpu:sub"}, {{{"cpu"}, "/sub"}}},
        {{"cpu,cpuacct:/sub", "name=systemd:x", "pids:"},
         {{{"cpu", "cpuacct"}, "/sub"}, {{"name=systemd"}, "/x"}, {{"pids"}, ""}}},
        {{"cpu:a:b"}, {{{"cpu"}, "/a:b"}}},
    };
    for (const Case& one : cases) {
        INFO(one.groups.size());
        const std::vector<cgroups::SubGroup> groups = value(cgroups::sub_groups_of(one.given));
        REQUIRE(groups.size() == one.groups.size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            CHECK(groups[i].controllers == one.groups[i].first);
            CHECK(groups[i].path == one.groups[i].second);
        }
    }
}

TEST_CASE("sub-groups that lead elsewhere or contradict each other are refused",
          "[cgroups][exec]") {
    struct Case {
        Words given;
        std::string error;
    };
    const std::vector<Case> cases = {
        {{"../x"}, "\"/../x\" has the component \"..\""},
        {{"cpu:a/../../x"}, "\"/a/../../x\" has the component \"..\""},
        {{"a//b"}, "\"/a//b\" has the component \"\""},
        {{"a", "b"}, "\"a\" names no controllers"},
        {{"cpu:a", "b"}, "\"b\" names no controllers"},
        {{"cpu:a", "memory,cpu:b"}, "the controller cpu is named twice"},
        {{":a"}, "a controller without a name in \":a\""},
        {{"cpu,:a"}, "a controller without a name in \"cpu,:a\""},
    };
    for (const Case& one : cases) {
        INFO(one.error);
        CHECK(error_text(cgroups::sub_groups_of(one.given)) == one.error);
    }
}
