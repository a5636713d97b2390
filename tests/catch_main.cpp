// The main function of the unit tests: the slow half of Catch2 2 is compiled here, once.
#define CATCH_CONFIG_RUNNER
#include "tests/catch.hpp"

int main(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}
