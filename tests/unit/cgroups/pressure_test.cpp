#include "cgroups/pressure.hpp"
#include "tests/catch.hpp"

TEST_CASE("pressure is read as the kernel writes it", "[cgroups][events]") {
    const auto pressure =
        cgroups::pressure_of("some avg10=0.05 avg60=1.20 avg300=100.00 total=4711\n"
                             "full avg10=0.00 avg60=0.00 avg300=0.00 total=12\n");
    REQUIRE(pressure);
    CHECK(pressure->some.average10 == 5);
    CHECK(pressure->some.average60 == 120);
    CHECK(pressure->some.average300 == 10'000);
    CHECK(pressure->some.total == 4711);
    CHECK(pressure->full.total == 12);
}

TEST_CASE("before Linux 5.13 cpu.pressure has one line", "[cgroups][events]") {
    const auto pressure = cgroups::pressure_of("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
    REQUIRE(pressure);
    CHECK(pressure->some.total == 7);
    CHECK(pressure->full.total == 0);
}

TEST_CASE("what is no pressure is none", "[cgroups][events]") {
    CHECK_FALSE(cgroups::pressure_of(""));
    CHECK_FALSE(cgroups::pressure_of("nonsense\n"));
    CHECK(cgroups::pressure_of("some avg10 = total=x\n"));
}
