// The JSON tree, syntax errors, positions, pointers, the writer.
#include "oci-spec/cursor.hpp"
#include "oci-spec/json_tree.hpp"
#include "oci-spec/json_writer.hpp"
#include "oci-spec/pointer.hpp"
#include "oci-spec/utf8.hpp"
#include "tests/catch.hpp"
#include "tests/unit/oci-spec/complete.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <limits>

using spec::JsonKind;
using spec::JsonNode;
using spec::Part;
using spec::Position;

namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

struct Sample {
    std::string name;
    std::vector<int> numbers;
};

void load(const spec::Cursor& at, Sample& sample) {
    spec::ObjectReader object(at);
    object.required("name", sample.name);
    object.optional("numbers", sample.numbers);
}

} // namespace

TEST_CASE("a tree keeps order, kinds, numbers and duplicate keys") {
    const auto tree = spec::parse_json(
        R"({"b": [1, -2, 1.50, 18446744073709551615], "a": true, "b": null, "c\u00e9\ud83d\ude00": "x\n\"\\"})");
    REQUIRE(tree.findings.empty());
    const JsonNode& root = tree.value.root();
    CHECK(root.kind == JsonKind::object);
    CHECK(root.count == 4);

    std::vector<const JsonNode*> members;
    for (const JsonNode& member : children(root)) {
        members.push_back(&member);
    }
    REQUIRE(members.size() == 4);
    CHECK(members[0]->key == "b");
    CHECK(members[0]->repeat == 0);
    CHECK(members[1]->key == "a");
    CHECK(members[1]->boolean);
    CHECK(members[2]->key == "b");
    CHECK(members[2]->repeat == 1);
    CHECK(members[2]->kind == JsonKind::null);
    CHECK(members[3]->key == "cé😀");
    CHECK(members[3]->text == "x\n\"\\");

    std::vector<const JsonNode*> numbers;
    for (const JsonNode& element : children(*members[0])) {
        numbers.push_back(&element);
    }
    REQUIRE(numbers.size() == 4);
    CHECK(numbers[0]->whole == 1);
    CHECK(numbers[1]->negative == -2);
    CHECK(numbers[2]->kind == JsonKind::fractional);
    CHECK(numbers[2]->text == "1.50");
    CHECK(numbers[3]->whole == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("whole numbers beyond 64 bits are kept as written") {
    const auto tree = spec::parse_json(R"([18446744073709551616, -9223372036854775809, -0, 1e2])");
    std::vector<std::string> found;
    for (const JsonNode& element : children(tree.value.root())) {
        found.push_back(element.kind == JsonKind::fractional ? std::string(element.text)
                                                             : base::cat(element.whole));
    }
    CHECK(found ==
          std::vector<std::string>{"18446744073709551616", "-9223372036854775809", "0", "1e2"});
}

TEST_CASE("duplicates are found among few keys and among many") {
    for (const int count : {3, 16, 17, 400}) {
        std::string text = "{";
        for (int i = 0; i < count; ++i) {
            text += base::cat("\"k", i, "\": 0, ");
        }
        text += R"("k1": [1, {"k1": 2}], "k1": 3})";
        const auto tree = spec::parse_json(text);
        std::vector<std::uint32_t> repeats;
        std::size_t others = 0;
        for (const JsonNode& member : children(tree.value.root())) {
            if (member.key == "k1") {
                repeats.push_back(member.repeat);
            } else {
                others += member.repeat;
            }
        }
        CAPTURE(count);
        CHECK(repeats == std::vector<std::uint32_t>{0, 1, 2});
        CHECK(others == 0);
    }
}

TEST_CASE("nesting is bounded, and the place where it goes too deep is named") {
    CHECK(spec::parse_json(nested(spec::kMostJsonDepth)).findings.empty());
    const std::string text = R"({"a": [1, )" + nested(spec::kMostJsonDepth - 1) + "]}";
    const auto tree = spec::parse_json(text);
    REQUIRE(tree.findings.size() == 1);
    const spec::Finding& finding = *tree.findings.begin();
    CHECK(finding.message == "arrays and objects are nested more than 64 deep");
    CHECK(finding.pointer.empty());
    CHECK(finding.position == Position{1, 11 + spec::kMostJsonDepth - 2});
    CHECK(tree.value.root().kind == JsonKind::null);
}

TEST_CASE("documents that are too large are refused") {
    const auto long_one = spec::parse_json(std::string(spec::kMostJsonBytes + 1, ' '));
    REQUIRE(long_one.findings.has_errors());
    CHECK(long_one.findings.begin()->message.find("bytes, the most is") != std::string::npos);

    std::string many = "[0";
    for (std::size_t i = 0; i < spec::kMostJsonValues; ++i) {
        many += ",0";
    }
    const auto crowded = spec::parse_json(many + "]");
    REQUIRE(crowded.findings.has_errors());
    CHECK(crowded.findings.begin()->message.find("values") != std::string::npos);
}

TEST_CASE("a syntax error says where it is, what it is and how to mend it") {
    struct Case {
        std::string text;
        Position position;
        std::string message, hint;
    };
    const std::vector<Case> cases = {
        {"", {1, 1}, "the document is empty", ""},
        {" \n ", {1, 1}, "the document is empty", ""},
        {"{\n  \"a\": 1,\n}",
         {3, 1},
         "not valid JSON: unexpected '}', expected a string",
         "JSON allows no comma behind the last member: remove it"},
        {"[1, ]",
         {1, 5},
         "not valid JSON: unexpected ']', expected a value",
         "JSON allows no comma behind the last member: remove it"},
        {"{\n  \"a\": 1\n  \"b\": 2\n}",
         {3, 3},
         "not valid JSON: unexpected a string, expected '}'",
         "a comma is missing before it"},
        {"[{} {}]",
         {1, 5},
         "not valid JSON: unexpected '{', expected ']'",
         "a comma is missing before it"},
        {"{\"a\": 1",
         {1, 8},
         "not valid JSON: unexpected the end of the document, expected '}'",
         "the document is cut off, or a bracket is not closed"},
        {"{\n\"a\": 1\n",
         {3, 1},
         "not valid JSON: unexpected the end of the document, expected '}'",
         "the document is cut off, or a bracket is not closed"},
        {"{a: 1}", {1, 2}, "not valid JSON: invalid literal, expected a string", ""},
        {"{'a': 1}",
         {1, 2},
         "not valid JSON: invalid literal, expected a string",
         "strings stand in double quotes"},
        {"{\"a\": True}",
         {1, 7},
         "not valid JSON: invalid literal",
         "JSON writes true, false and null in small letters"},
        {"{\"a\" 1}", {1, 6}, "not valid JSON: unexpected number literal, expected ':'", ""},
        {"// hello\n{}", {1, 1}, "not valid JSON: invalid literal", "JSON has no comments"},
        {"{\n  # hello\n}",
         {2, 3},
         "not valid JSON: invalid literal, expected a string",
         "JSON has no comments"},
        {"{} {}", {1, 4}, "not valid JSON: unexpected '{', expected the end of the document", ""},
        {"{\"a\": \"b\n\"}",
         {1, 9},
         "not valid JSON: invalid string: control character U+000A (LF) must be escaped to \\u000A "
         "or \\n",
         ""},
        {"{\"é\": \"\xff\"}", {1, 8}, "not valid JSON: invalid string: ill-formed UTF-8 byte", ""},
        {"{\"a\": \"b",
         {1, 9},
         "not valid JSON: invalid string: missing closing quote",
         "the document is cut off, or a bracket is not closed"},
        {"[true'x']",
         {1, 6},
         "not valid JSON: invalid literal, expected ']'",
         "strings stand in double quotes"},
        {"[tru, 1]", {1, 2}, "not valid JSON: invalid literal", ""},
        {"{true: 1}", {1, 2}, "not valid JSON: unexpected true literal, expected a string", ""},
        {"{\"a\": 1 -12}", {1, 9}, "not valid JSON: unexpected number literal, expected '}'", ""},
        {"[01]", {1, 2}, "not valid JSON: unexpected number literal, expected ']'", ""},
        {"[-]", {1, 2}, "not valid JSON: invalid number; expected digit after '-'", ""},
        {"[1e999]", {1, 2}, "not valid JSON: number overflow parsing '1e999'", ""},
        {"\xEF\xBB\xBF{\"a\" 1}",
         {1, 6},
         "not valid JSON: unexpected number literal, expected ':'",
         ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const auto tree = spec::parse_json(c.text);
        REQUIRE(tree.findings.size() == 1);
        const spec::Finding& finding = *tree.findings.begin();
        REQUIRE(finding.position.has_value());
        CHECK(finding.position->line == c.position.line);
        CHECK(finding.position->column == c.position.column);
        CHECK(finding.message == c.message);
        CHECK(finding.hint == c.hint);
        CHECK(finding.pointer.empty());
    }
}

TEST_CASE("each value and each key of a document is located where it was printed") {
    const Edited document = edited(kComplete, {});
    CHECK(document.values.size() > 300);
    for (const auto& [pointer, position] : document.values) {
        CAPTURE(pointer);
        REQUIRE(spec::locate(document.text, pointer) == position);
    }
    for (const auto& [pointer, position] : document.keys) {
        CAPTURE(pointer);
        REQUIRE(spec::locate(document.text, pointer, Part::key) == position);
    }
}

TEST_CASE("places are located behind escapes, odd keys, comments in strings and duplicates") {
    const std::string text =
        "{\"a/b\": {\"m~n\": 1},\n \"\\u0041\\\"\\n\": [\"}]\\\"\", {\"x\": 2}],\n"
        " \"d\": 1, \"d\": 2,\t\"d\": 3, \"\": 4, \"é\": 5, \"z\": 6}";
    CHECK(spec::locate(text, "") == Position{1, 1});
    CHECK(spec::locate(text, "/a~1b/m~0n") == Position{1, 17});
    CHECK(spec::locate(text, "/A\"\n/1/x") == Position{2, 31});
    CHECK(spec::locate(text, "/d") == Position{3, 7});
    CHECK(spec::locate(text, "/d", Part::duplicate, 1) == Position{3, 10});
    CHECK(spec::locate(text, "/d", Part::duplicate, 2) == Position{3, 18});
    CHECK(spec::locate(text, "/") == Position{3, 30});
    CHECK(spec::locate(text, "/z", Part::key) == Position{3, 41}); // é is one column
    CHECK(spec::locate(text, "/none", Part::missing) == Position{1, 1});
    CHECK(spec::locate(text, "/a~1b/none", Part::missing) == Position{1, 9});
    CHECK(spec::locate(text, "/a~1b/none/below", Part::missing) == Position{1, 9});
    CHECK_FALSE(spec::locate(text, "/none").has_value());
    CHECK_FALSE(spec::locate(text, "/d", Part::duplicate, 3).has_value());
    CHECK_FALSE(spec::locate(text, "/a~1b/m~0n/x").has_value());
    CHECK_FALSE(spec::locate(text, "/A\"\n/2").has_value());
    CHECK_FALSE(spec::locate(text, "/A\"\n/x").has_value());
    CHECK_FALSE(spec::locate("", "").has_value());
    CHECK_FALSE(spec::locate("{\"a\"", "/a").has_value());
    CHECK_FALSE(spec::locate("[[1, 2", "/1").has_value());
}

TEST_CASE("pointers are made and taken apart with their escapes") {
    CHECK(spec::below("", "a/b", 3, "~", "") == "/a~1b/3/~0/");
    CHECK(spec::steps_of("/a~1b/3/~0/") == std::vector<std::string>{"a/b", "3", "~", ""});
    CHECK(spec::steps_of("").empty());
    CHECK(spec::are_nested("/a", "/a/b"));
    CHECK(spec::are_nested("/a/b", "/a"));
    CHECK(spec::are_nested("", "/a"));
    CHECK_FALSE(spec::are_nested("/a", "/ab"));
}

TEST_CASE("a finding is printed with its place in one line") {
    const spec::Document document{.name = "config.json", .bytes = "{\n  \"a\\nb\": 1\n}"};
    spec::Finding finding{.pointer = "/a\nb", .message = "bad", .hint = "mend it"};
    CHECK(text_of(finding, document) == "bad (config.json:2:11 /a\\nb): mend it");
    finding = {.pointer = "", .message = "bad"};
    CHECK(text_of(finding, document) == "bad (config.json:1:1)");
    finding = {.pointer = "/not/there", .message = "bad"};
    CHECK(text_of(finding, document) == "bad (config.json /not/there)");
    CHECK(spec::place_of("/a\nb", document) == "config.json:2:11 /a\\nb");
    CHECK(spec::place_of("/not/there", document) == "config.json:1:1 /not/there");
}

TEST_CASE("all errors become one error, the first with the others behind it") {
    spec::Findings findings;
    findings.warning("/w", "only a warning");
    findings.error("/a", "first", "do this");
    findings.error("/b", "second");
    const base::Error error =
        error_of(findings, {.name = "config.json", .bytes = R"({"a": 1, "b": 2})"});
    CHECK(error.text() == "first (config.json:1:7 /a)");
    CHECK(error.failure().hint == "do this");
    CHECK(error.failure().pointer == "/a");
    REQUIRE(error.others().size() == 1);
    CHECK(error.others()[0].text() == "second (config.json:1:15 /b)");
}

TEST_CASE("other documents are read by the same cursor") {
    const auto good = spec::load_document<Sample>(R"({"name": "a", "numbers": [1, -2]})");
    CHECK(good.findings.empty());
    CHECK(good.value.numbers == std::vector<int>{1, -2});
    const auto bad = spec::load_document<Sample>(R"({"nam": "a", "numbers": [1, 2.5]})");
    std::vector<std::string> texts;
    for (const spec::Finding& finding : bad.findings) {
        texts.push_back(finding.pointer + ": " + finding.message);
    }
    CHECK(texts ==
          std::vector<std::string>{"/name: \"name\" is missing",
                                   "/numbers/1: \"numbers\"[1] must be a whole number, not 2.5",
                                   "/nam: unknown key \"nam\", ignored"});
}

TEST_CASE("the writer escapes what JSON demands and replaces what is not UTF-8") {
    struct Case {
        std::string text, json;
    };
    const std::vector<Case> cases = {
        {"plain", "\"plain\""},
        {"\"\\/", "\"\\\"\\\\/\""},
        {std::string("\0\x1f\n\t\x7f", 5), "\"\\u0000\\u001f\\n\\t\x7f\""},
        {"é😀", "\"é😀\""},
        {"a\xff"
         "b",
         "\"a\uFFFDb\""},
        {"\xc3", "\"\uFFFD\""},                               // cut off
        {"\xc0\xaf", "\"\uFFFD\uFFFD\""},                     // overlong
        {"\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""},           // a surrogate
        {"\xf4\x90\x80\x80", "\"\uFFFD\uFFFD\uFFFD\uFFFD\""}, // beyond Unicode
    };
    for (const Case& c : cases) {
        spec::JsonWriter json;
        json.value(c.text);
        const std::string written = std::move(json).take();
        CHECK(written == c.json);
        CHECK(spec::parse_json(written).findings.empty());
    }
}

TEST_CASE("the writer prints compactly or indented, in the order of the calls") {
    const auto write = [](spec::JsonWriter json) {
        json.begin_object();
        json.member("z", true).member("a", -1).member("m", 18446744073709551615U);
        json.member("none", std::optional<int>{}).member("some", std::optional<int>{3});
        json.key("empty").begin_object().end_object();
        json.member("list", std::vector<std::string>{"x", "y"});
        json.member("map", std::map<std::string, std::string>{{"k", "v"}});
        json.key("nothing").null();
        json.key("lists").begin_array().begin_array().end_array().value(1).end_array();
        json.end_object();
        return std::move(json).take();
    };
    CHECK(write(spec::JsonWriter()) ==
          R"({"z":true,"a":-1,"m":18446744073709551615,"some":3,"empty":{},"list":["x","y"],)"
          R"("map":{"k":"v"},"nothing":null,"lists":[[],1]})");
    CHECK(write(spec::JsonWriter(spec::JsonWriter::Form::indented, "\t")) ==
          "{\n\t\"z\": true,\n\t\"a\": -1,\n\t\"m\": 18446744073709551615,\n\t\"some\": 3,\n"
          "\t\"empty\": {},\n\t\"list\": [\n\t\t\"x\",\n\t\t\"y\"\n\t],\n\t\"map\": {\n"
          "\t\t\"k\": \"v\"\n\t},\n\t\"nothing\": null,\n\t\"lists\": [\n\t\t[],\n\t\t1\n\t]\n}");
}
