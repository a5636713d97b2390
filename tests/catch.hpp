// Catch2, version 2 (one header, Debian 12) or 3 (Debian 13). Tests use what both have.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
