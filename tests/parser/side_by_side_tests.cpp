#include "parser/side_by_side.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

namespace oomwhy {
namespace {

TEST_CASE("each thing is worked on once by any number of threads") {
  for (const std::size_t threads : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t count : {0U, 1U, 5U, 1000U}) {
      CAPTURE(threads, count);
      std::vector<int> times(count);
      side_by_side(count, threads, [&](std::size_t i) { ++times[i]; });
      CHECK(times == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("what the work throws reaches the caller, and ends it") {
  for (const std::size_t threads : {1U, 4U}) {
    CAPTURE(threads);
    std::atomic<int> begun{0};
    const auto fail = [&](std::size_t) {
      ++begun;
      throw std::runtime_error("no");
    };
    CHECK_THROWS_AS(side_by_side(1000, threads, fail), std::runtime_error);
    CHECK(begun <= static_cast<int>(threads));
  }
}

}  // namespace
}  // namespace oomwhy
