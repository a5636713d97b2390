// Ranges of ids in a mount option.
#include "oci-spec/id_map_option.hpp"
#include "runtime/base/text.hpp"
#include "tests/results.hpp"

#include <string>

using spec::IdMapping;
using tests::error_text;
using tests::value;

namespace {

/// "first shown size, ..." of the uids, resolved; the container has 0-9 at 100 and 10-19 at 500.
std::string resolved(const std::string& uids) {
    const std::vector<IdMapping> container = {{0, 100, 10}, {10, 500, 10}};
    const spec::IdMapOption option = value(spec::id_map_option("uids=" + uids + ";gids=0-0-1"));
    std::string text;
    for (const IdMapping& mapping : value(spec::absolute(option.uids, container))) {
        text += base::cat(text.empty() ? "" : ", ", mapping.container_id, " ", mapping.host_id, " ",
                          mapping.size);
    }
    return text;
}

} // namespace

TEST_CASE("ranges of ids become mappings", "[id_map_option]") {
    CHECK(resolved("0-1000-10") == "0 1000 10");
    CHECK(resolved("0-1000-10#20-50-5") == "0 1000 10, 20 50 5");
    CHECK(resolved("0-4294967294-1") == "0 4294967294 1");
}

TEST_CASE("relative ranges count in the container, over all of its mappings", "[id_map_option]") {
    CHECK(resolved("@0-0-10") == "0 100 10");
    CHECK(resolved("@7-3-2") == "7 103 2");
    CHECK(resolved("@0-8-4") == "0 108 2, 2 500 2");
    CHECK(resolved("@0-0-1#5-5-1") == "0 100 1, 5 5 1");
    const spec::IdMapOption beyond = value(spec::id_map_option("uids=@0-15-10;gids=0-0-1"));
    CHECK(error_text(spec::absolute(beyond.uids, std::vector<IdMapping>{{0, 100, 20}}))
              .find("no id 20") != std::string::npos);
}

TEST_CASE("what is no list of ranges is refused with the part that is wrong", "[id_map_option]") {
    struct Row {
        std::string text;
        std::string message;
    };
    const Row row = GENERATE(values<Row>({
        {"", "neither"},
        {"uids=0-0-1", "\"gids\" is missing"},
        {"gids=0-0-1", "\"uids\" is missing"},
        {"uids=0-0-1;gids=0-0-1;", "neither"},
        {"uids=0-0-1;uids=0-0-1;gids=0-0-1", "twice"},
        {"uids=;gids=0-0-1", "no range"},
        {"uids=0-0;gids=0-0-1", "\"0-0\" is no range"},
        {"uids=0-0-1-2;gids=0-0-1", "no range"},
        {"uids=0-0-1#;gids=0-0-1", "no range"},
        {"uids=a-0-1;gids=0-0-1", "\"a\" in \"a-0-1\" is no id"},
        {"uids=0-@0-1;gids=0-0-1", "no id"},
        {"uids=0-0-0;gids=0-0-1", "size of \"0-0-0\""},
        {"uids=0-4294967295-1;gids=0-0-1", "beyond the last id"},
        {"uids=4294967295-0-1;gids=0-0-1", "beyond the last id"},
        {"uids=0-4294967296-1;gids=0-0-1", "no id"},
        {"UIDS=0-0-1;gids=0-0-1", "neither"},
    }));
    INFO(row.text);
    CHECK(error_text(spec::id_map_option(row.text)).find(row.message) != std::string::npos);
}
