// Errors: what each layer adds, and how they read in the end.
#include "runtime/base/errno_name.hpp"
#include "runtime/base/sys.hpp"
#include "tests/results.hpp"
#include "tests/temp_dir.hpp"

using base::Error;
using base::Failure;
using base::Result;

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return Error(base::cat(number, " is odd"));
    }
    return number / 2;
}

Result<int> quarter(int number) {
    TRY_ASSIGN(const int once, half(number).in("halve"));
    TRY_ASSIGN(const int twice, half(once).in("halve again"));
    return twice;
}

Result<> check_quarter(int number) {
    TRY(quarter(number).at("/number"));
    return base::done();
}

} // namespace

TEST_CASE("an error reads from the outermost fact to the system call", "[result]") {
    Error error = Error::system(ENOENT, "openat(3, \"x\")");
    error = std::move(error).in("open the gate").in("create").at("/a/b");
    CHECK(error.text() == "create: open the gate (/a/b): openat(3, \"x\"): "
                          "No such file or directory (ENOENT)");
    CHECK(error.code() == ENOENT);
}

TEST_CASE("an error shows only what it has", "[result]") {
    struct Row {
        Failure failure;
        std::string text;
    };
    const Row row = GENERATE(values<Row>({
        {{.facts = {"what"}}, "what"},
        {{.facts = {"what"}, .pointer = "/p"}, "what (/p)"},
        {{.facts = {"what"}, .pointer = "/p", .place = "config.json:1:2 /p"},
         "what (config.json:1:2 /p)"},
        {{.pointer = "/p"}, "(/p)"},
        {{.call = "call()", .code = EPERM}, "call(): Operation not permitted (EPERM)"},
        {{.facts = {"what"}, .code = EPERM}, "what: Operation not permitted (EPERM)"},
        {{.facts = {"what"}, .call = "call()"}, "what: call()"},
        {{.facts = {"what"}, .hint = "do this"}, "what"},
        {{.code = 4711}, "Unknown error (errno 4711)"},
        {{}, ""},
    }));
    CHECK(Error(row.failure).text() == row.text);
}

TEST_CASE("the innermost place and hint are kept, since they know most", "[result]") {
    Result<> result = Error("inner").at("/inner").hint("inner advice");
    result = std::move(result).in("outer").at("/outer").hint("outer advice");
    CHECK(result.error().failure().pointer == "/inner");
    CHECK(result.error().failure().hint == "inner advice");
    CHECK(result.error().failure().facts == std::vector<std::string>{"outer", "inner"});
}

TEST_CASE("facts, places and hints do nothing to a success", "[result]") {
    bool called = false;
    Result<int> result = Result<int>(7)
                             .in([&] {
                                 called = true;
                                 return std::string("fact");
                             })
                             .in("fact")
                             .at("/p")
                             .hint("advice");
    CHECK_FALSE(called);
    REQUIRE(result);
    CHECK(*result == 7);
    CHECK(result.code() == 0);
}

TEST_CASE("a fact that costs something is made when there is a failure", "[result]") {
    int calls = 0;
    const Result<int> result = half(1).in([&] {
        ++calls;
        return std::string("made");
    });
    CHECK(calls == 1);
    CHECK(result.error().text() == "made: 1 is odd");
}

TEST_CASE("further findings stand beside the first with all they have", "[result]") {
    Error error = Error("first").at("/1").also(Error("second").at("/2").hint("advice"));
    error = Error(std::move(error)).in("outer").also(Error("third"));
    CHECK(error.text() == "outer: first (/1)");
    REQUIRE(error.others().size() == 2);
    CHECK(error.others()[0].text() == "second (/2)");
    CHECK(error.others()[0].failure().hint == "advice");
    CHECK(error.others()[1].text() == "third");
}

TEST_CASE("TRY hands the error on, or goes on with the value", "[result]") {
    CHECK(tests::value(quarter(12)) == 3);
    CHECK(tests::error_text(quarter(7)) == "halve: 7 is odd");
    CHECK(tests::error_text(quarter(6)) == "halve again: 3 is odd");
    CHECK(check_quarter(12));
    CHECK(tests::error_text(check_quarter(6)) == "halve again: 3 is odd (/number)");
}

TEST_CASE("a failed call is told with its arguments", "[result]") {
    const tests::TempDir place;
    const base::Fd file =
        tests::value(base::sys::open(place.fd(), "f", O_CREAT | O_RDWR | O_EXCL, 0600));
    errno = EINVAL;
    const Error error = base::call_failed("name", file, base::FdRef::cwd(), "text \"q\"", -5,
                                          base::Hex{31}, base::Octal{0755}, base::Word{"O_PATH"});
    CHECK(error.text() == base::cat("name(", file.number(), " \"", place.path(),
                                    "/f\", cwd, \"text \\\"q\\\"\", -5, 0x1f, 0755, O_PATH): "
                                    "Invalid argument (EINVAL)"));
}

TEST_CASE("a descriptor that is none is told by its number", "[result]") {
    CHECK(base::describe(base::FdRef(-1)) == "-1");
}
