// Paths as mountinfo writes them.
#include "runtime/base/mountinfo.hpp"
#include "tests/catch.hpp"

TEST_CASE("paths of mountinfo have their blanks again", "[mountinfo]") {
    CHECK(base::unescaped("/a\\040b\\011c\\134d") == "/a b\tc\\d");
    CHECK(base::unescaped("/as it\\is") == "/as it\\is");
    CHECK(base::unescaped("/cut\\04") == "/cut\\04");
    CHECK(base::unescaped("/none\\999").size() == 9);
    CHECK(base::unescaped("").empty());
}
