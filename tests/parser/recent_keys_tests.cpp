#include "parser/recent_keys.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <random>

using namespace oomwhy;

TEST_CASE("a number is known while it is one of the last that were put in") {
  RecentKeys keys(3);
  CHECK(keys.insert(0));
  CHECK(keys.insert(16));
  CHECK(keys.insert(32));
  CHECK_FALSE(keys.insert(0));
  CHECK(keys.insert(48));  // and 0 is forgotten
  CHECK_FALSE(keys.insert(16));
  CHECK(keys.insert(0));
}

TEST_CASE("recent numbers that share a place are told apart") {
  constexpr std::size_t kMost = 8;
  RecentKeys keys(kMost);
  std::deque<std::uint64_t> last;
  std::mt19937 random(6);
  std::size_t wrong = 0;
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t key = 1 + random() % 3 + 32 * (random() % 6);  // three places of 32, six numbers for each
    const bool fresh = std::find(last.begin(), last.end(), key) == last.end();
    wrong += keys.insert(key) == fresh ? 0 : 1;
    if (fresh) last.push_back(key);
    if (last.size() > kMost) last.pop_front();
  }
  CHECK(wrong == 0);
}
