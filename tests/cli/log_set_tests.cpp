#include "cli/log_set.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

using Files = std::vector<std::string>;

Files only_set(const Files& files) {
  const auto sets = find_log_sets(files);
  REQUIRE(sets.size() == 1);
  return sets.front().members;
}

}  // namespace

TEST_CASE("numbered files are one log, the highest number first") {
  CHECK(only_set({"v/kern.log", "v/kern.log.1", "v/kern.log.10.gz", "v/kern.log.2.gz"}) ==
        Files{"v/kern.log.10.gz", "v/kern.log.2.gz", "v/kern.log.1", "v/kern.log"});
}

TEST_CASE("dated files are one log, the oldest date first") {
  CHECK(only_set({"messages", "messages-20251118", "messages-20251111.xz", "messages-20251118.zst"}) ==
        Files{"messages-20251111.xz", "messages-20251118", "messages-20251118.zst", "messages"});
  CHECK(only_set({"a.log-2025111803.gz", "a.log-2025111802.gz"}) ==
        Files{"a.log-2025111802.gz", "a.log-2025111803.gz"});
}

TEST_CASE("a log that only has rotated files is named after itself") {
  const auto sets = find_log_sets({"v/kern.log.1"});
  REQUIRE(sets.size() == 1);
  CHECK(sets.front().name == "v/kern.log");
}

TEST_CASE("logs of different names and folders are different logs") {
  CHECK(find_log_sets({"a/kern.log", "b/kern.log", "a/syslog", "a/host-7", "a/host-8", "a/db12.log"}).size() == 6);
}

TEST_CASE("a file that is named twice is read once") { CHECK(only_set({"kern.log", "kern.log"}) == Files{"kern.log"}); }
