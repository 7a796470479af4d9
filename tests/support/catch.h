#pragma once

// The only place that names Catch2's header, so that the tests build with version 2 and with 3.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
