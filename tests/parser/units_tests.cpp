#include "parser/units.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace oomwhy;

TEST_CASE("kilobytes of the kernel are 1024 bytes") { CHECK(to_bytes(Kibibytes{3}) == Bytes{3072}); }

TEST_CASE("a page of 64 KiB makes sixteen times as many bytes as one of 4 KiB") {
  CHECK(to_bytes(Pages{62}, PageSize{65536, Certainty::Derived}) == Bytes{4063232});  // 62 pages, printed as 3968kB
  CHECK(to_bytes(Pages{62}, PageSize{4096, Certainty::Stated}) == Bytes{253952});
}

TEST_CASE("sums and conversions of absurd numbers stop at the largest value") {
  constexpr auto top = std::numeric_limits<std::uint64_t>::max();
  CHECK((Bytes{top} + Bytes{1}).count == top);
  CHECK(to_bytes(Kibibytes{top}).count == top);
  CHECK(to_bytes(Pages{top}, PageSize{}).count == top);
}
