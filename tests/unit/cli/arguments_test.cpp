// The command line: options, positional arguments, what belongs to somebody else, and what verbs
// make of wrong ones. No verb here gets as far as a container.
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/command_line.hpp"
#include "runtime/cli/durations.hpp"
#include "runtime/cli/sizes.hpp"
#include "runtime/cli/verbs.hpp"
#include "tests/temp_dir.hpp"

#include <algorithm>
#include <csignal>

using cli::Arguments;
using cli::Order;
using tests::error_text;
using tests::value;

namespace {

using Words = std::vector<std::string>;

/// A verb with one option of each kind.
struct Verb {
    explicit Verb(Order order = Order::mixed) : arguments("verb [options] ID", "Does it.", order) {
        arguments.flag("all,a", all, "all of them");
        arguments.value("name,n", name, "a name");
        arguments.value("maybe", maybe, "perhaps");
        arguments.value("count", count, "how many");
        arguments.list("env,e", env, "a variable");
        arguments.ignored_flag("old-flag");
        arguments.ignored_value("old-value");
    }
    base::Result<bool> parse(const Words& words) { return arguments.parse(words); }

    bool all = false;
    std::string name = "default";
    std::optional<std::string> maybe;
    unsigned count = 3;
    Words env;
    Arguments arguments;
};

/// What a verb says to these words, with an empty state directory.
std::string verb_error(std::string_view name, const Words& words) {
    const tests::TempDir place;
    const cli::Globals globals{.store = runtime::StateStore(place.at("root"))};
    const auto verb = std::ranges::find(cli::verbs(), name, &cli::Verb::name);
    REQUIRE(verb != cli::verbs().end());
    cli::Invocation invocation{.globals = globals, .arguments = words};
    sigset_t before;
    REQUIRE(::sigprocmask(SIG_SETMASK, nullptr, &before) == 0);
    const auto code = verb->run(invocation);
    ::sigprocmask(SIG_SETMASK, &before, nullptr); // `exec` and `run` hold signals back
    CHECK_FALSE(place.has("root"));
    return code ? "no error" : code.error().text();
}

} // namespace

TEST_CASE("what is not given keeps its value", "[arguments]") {
    Verb verb;
    CHECK(value(verb.parse({})));
    CHECK_FALSE(verb.all);
    CHECK(verb.name == "default");
    CHECK_FALSE(verb.maybe);
    CHECK(verb.count == 3);
    CHECK(verb.env.empty());
    CHECK(verb.arguments.positional().empty());
}

TEST_CASE("values are taken in every form that callers use", "[arguments]") {
    struct Row {
        Words words;
        std::string name;
    };
    const Row row = GENERATE(values<Row>({
        {{"--name", "x"}, "x"},
        {{"--name=x"}, "x"},
        {{"--name="}, ""},
        {{"-n", "x"}, "x"},
        {{"-nx"}, "x"},
        {{"--name", "-1"}, "-1"},
        {{"--name=-1"}, "-1"},
        {{"--name", "a=b"}, "a=b"},
        {{"--name", "with blank"}, "with blank"},
        {{"--name", "--all=true"}, "--all=true"},
        {{"--name", "--"}, "--"},
        {{"--name", "all"}, "all"}, // an option's name is a value like any other
    }));
    Verb verb(GENERATE(Order::mixed, Order::options_first));
    CHECK(value(verb.parse(row.words)));
    CHECK(verb.name == row.name);
    CHECK_FALSE(verb.all);
    CHECK(verb.arguments.positional().empty());
}

TEST_CASE("flags are given alone, or as true and false", "[arguments]") {
    struct Row {
        Words words;
        bool all;
    };
    const Row row = GENERATE(values<Row>({
        {{"--all"}, true},
        {{"-a"}, true},
        {{"--all=true"}, true},
        {{"--all=false"}, false},
        {{"--old-flag", "--old-value", "x"}, false},
        {{"--old-flag=false", "--old-value=y", "-a"}, true},
    }));
    Verb verb;
    CHECK(value(verb.parse(row.words)));
    CHECK(verb.all == row.all);
    CHECK(verb.arguments.positional().empty());
}

TEST_CASE("lists grow, numbers are whole, optional values are known to be given", "[arguments]") {
    Verb verb;
    CHECK(value(verb.parse({"-e", "A=1", "--env=B=2", "-eC=3", "--count", "7", "--maybe", ""})));
    CHECK(verb.env == Words{"A=1", "B=2", "C=3"});
    CHECK(verb.count == 7);
    CHECK(verb.maybe == "");
}

TEST_CASE("options may stand behind the id, unless the rest is somebody else's", "[arguments]") {
    Verb mixed;
    CHECK(value(mixed.parse({"id", "--all", "TERM"})));
    CHECK(mixed.all);
    CHECK(mixed.arguments.positional() == Words{"id", "TERM"});

    Verb first(Order::options_first);
    CHECK(value(first.parse({"-n", "x", "id", "ls", "--all", "-l", "--", "--name=y"})));
    CHECK_FALSE(first.all);
    CHECK(first.name == "x");
    CHECK(first.arguments.positional() == Words{"id", "ls", "--all", "-l", "--", "--name=y"});
}

TEST_CASE("what belongs to somebody else arrives unchanged", "[arguments]") {
    Verb verb(Order::options_first);
    const Words program = {"id", "prog", "--all=true", "--all=false", "--old-flag=true", "-a", ""};
    CHECK(value(verb.parse(program)));
    CHECK(verb.arguments.positional() == program);
    CHECK_FALSE(verb.all);

    Verb separated;
    CHECK(value(separated.parse({"--all=true", "--", "id", "--all=false", "--name"})));
    CHECK(separated.all);
    CHECK(separated.arguments.positional() == Words{"id", "--all=false", "--name"});
}

TEST_CASE("behind two dashes nothing is an option", "[arguments]") {
    const Order order = GENERATE(Order::mixed, Order::options_first);
    Verb verb(order);
    CHECK(value(verb.parse({"-a", "--", "-x", "--unknown", "--"})));
    CHECK(verb.all);
    CHECK(verb.arguments.positional() == Words{"-x", "--unknown", "--"});
}

TEST_CASE("a single dash and negative numbers are arguments", "[arguments]") {
    Verb verb;
    CHECK(value(verb.parse({"-"})));
    CHECK(verb.arguments.positional() == Words{"-"});
}

TEST_CASE("a wrong option is named", "[arguments]") {
    struct Row {
        Words words;
        std::string named;
    };
    const Row row = GENERATE(values<Row>({
        {{"--unknown"}, "--unknown"},
        {{"--unknown=1"}, "--unknown"},
        {{"-z"}, "-z"},
        {{"--nam", "x"}, "--nam"}, // no guessing: a new option must not change old calls
        {{"--name"}, "--name"},
        {{"--count", "x"}, "--count"},
        {{"--all=maybe"}, "--all"},
        {{"--name", "a", "--name", "b"}, "--name"},
    }));
    Verb verb;
    const auto parsed = verb.parse(row.words);
    REQUIRE_FALSE(parsed);
    CHECK(error_text(parsed).find(row.named) != std::string::npos);
    CHECK(parsed.error().failure().hint == "usage: oci-rt verb [options] ID");
}

TEST_CASE("a verb that wants one id takes exactly one", "[arguments]") {
    Verb none;
    CHECK(value(none.parse({"-a"})));
    CHECK(error_text(none.arguments.only_id()) == "the id of a container is missing");
    Verb one;
    CHECK(value(one.parse({"id"})));
    CHECK(value(one.arguments.only_id()) == "id");
    Verb two;
    CHECK(value(two.parse({"id", "more"})));
    CHECK(error_text(two.arguments.only_id()) == "one argument too many: \"more\"");
}

TEST_CASE("help names every option but the ignored ones", "[arguments]") {
    const Verb verb;
    const std::string help = verb.arguments.help();
    CHECK(help.starts_with("usage: oci-rt verb [options] ID\n\nDoes it.\n"));
    for (const char* name : {"--all", "--name", "--maybe", "--count", "--env", "--help"}) {
        CHECK(help.find(name) != std::string::npos);
    }
    CHECK(help.find("old-") == std::string::npos);
}

TEST_CASE("sizes are whole numbers, with a unit or without", "[arguments]") {
    struct Row {
        std::string text;
        std::int64_t size;
    };
    const Row row = GENERATE(values<Row>({
        {"0", 0},
        {"1048576", 1048576},
        {"-1", -1},
        {"50M", 50LL << 20},
        {"50m", 50LL << 20},
        {"1b", 1},
        {"4K", 4096},
        {"2g", 2LL << 30},
        {"1T", 1LL << 40},
        {"9223372036854775807", 9223372036854775807LL},
        {"8388607T", 8388607LL << 40},
    }));
    INFO(row.text);
    CHECK(cli::size_of<std::int64_t>(row.text) == row.size);
    const auto wrong = GENERATE(as<std::string>{}, "", "M", "5.5M", "50 M", "50X", "M50", "-1M",
                                "8388608T", "9223372036854775808", "0x10", "50MB", "1e3");
    INFO(wrong);
    CHECK_FALSE(cli::size_of<std::int64_t>(wrong));
    CHECK_FALSE(cli::size_of<std::uint64_t>("-1"));
    CHECK_FALSE(cli::size_of<std::uint16_t>("64k"));
    CHECK(cli::size_of<std::uint16_t>("63k") == 64512);
}

TEST_CASE("verbs refuse wrong arguments before they touch anything", "[cli]") {
    struct Row {
        std::string_view verb;
        Words words;
        std::string error;
    };
    const Row row = GENERATE(values<Row>({
        {"create", {}, "the id of a container is missing"},
        {"create", {"a", "b"}, "one argument too many: \"b\""},
        {"create", {"--bundle", "/nowhere", "a/b"}, "invalid id \"a/b\""},
        {"run", {}, "the id of a container is missing"},
        {"start", {"../x"}, "invalid id \"../x\""},
        {"state", {}, "the id of a container is missing"},
        {"delete", {"--force", "a b"}, "invalid id \"a b\""},
        {"kill", {}, "an id, and at most one signal, is wanted"},
        {"kill", {"a", "TERM", "more"}, "an id, and at most one signal, is wanted"},
        {"kill", {"a", "NOSUCH"}, "unknown signal \"NOSUCH\""},
        {"exec", {}, "the id of a container is missing"},
        {"exec", {"a"}, "a program to execute is missing"},
        {"exec", {"-g", "x", "a", "ls"}, "invalid group id \"x\""},
        {"exec", {"--cgroup", "../x", "a", "ls"}, "--cgroup: \"/../x\" has the component \"..\""},
        {"events", {}, "the id of a container is missing"},
        {"events", {"--interval", "0s", "a"}, "invalid value \"0s\" for --interval"},
        {"events", {"--interval", "5", "a"}, "invalid value \"5\" for --interval"},
        {"list", {"--format", "xml"}, "unknown format \"xml\""},
        {"ps", {}, "the id of a container is missing"},
        {"update", {"--memory", "50X", "a"}, "invalid value \"50X\" for --memory"},
        {"update", {"--cpu-share", "-1", "a"}, "invalid value \"-1\" for --cpu-share"},
        {"update", {"--blkio-weight", "70000", "a"}, "invalid value \"70000\" for --blkio-weight"},
    }));
    INFO(row.verb);
    CHECK(verb_error(row.verb, row.words) == row.error);
}

TEST_CASE("verbs tell of containers that do not exist", "[cli]") {
    const auto verb = GENERATE(as<std::string>{}, "start", "state", "kill", "delete", "pause",
                               "resume", "ps", "update", "events");
    INFO(verb);
    CHECK(verb_error(verb, {"nobody"}) ==
          "container \"nobody\" does not exist: No such file or directory (ENOENT)");
    CHECK(verb_error("exec", {"nobody", "ls"}) ==
          "container \"nobody\" does not exist: No such file or directory (ENOENT)");
    CHECK(verb_error("delete", {"--force", "nobody"}) == "no error");
}

TEST_CASE("durations are written as for runc", "[cli]") {
    using std::chrono::milliseconds;
    struct Row {
        std::string text;
        std::optional<milliseconds> duration;
    };
    const Row row = GENERATE(values<Row>({
        {"5s", milliseconds(5000)},
        {"500ms", milliseconds(500)},
        {"1m30s", milliseconds(90'000)},
        {"1.5s", milliseconds(1500)},
        {".5s", std::nullopt},
        {"0.25h", milliseconds(900'000)},
        {"50us", milliseconds(1)},
        {"1ns", milliseconds(1)},
        {"8759h", milliseconds(8759LL * 3'600'000)},
        {"8761h", std::nullopt},
        {"99999999999999999999s", std::nullopt},
        {"0s", std::nullopt},
        {"", std::nullopt},
        {"5", std::nullopt},
        {"s", std::nullopt},
        {"-5s", std::nullopt},
        {"5 s", std::nullopt},
        {"5d", std::nullopt},
        {"1.2.3s", std::nullopt},
    }));
    INFO(row.text);
    CHECK(cli::duration_of(row.text) == row.duration);
}

TEST_CASE("the verbs are sorted, and none is named twice", "[cli]") {
    CHECK(std::ranges::is_sorted(cli::verbs(), {}, &cli::Verb::name));
    CHECK(std::ranges::adjacent_find(cli::verbs(), {}, &cli::Verb::name) == cli::verbs().end());
}
