// Refused allocations, gathered and told.
#include "report/refused_allocations.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "report/json_read.hpp"
#include "report/renderer.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kStart = 1'763'431'361'000'000;  // 2025-11-18T02:02:41Z

UserlandEvent refused(std::int64_t seconds, AllocationRefused what, std::string text = "fork: Cannot allocate memory") {
  UserlandEvent event;
  event.fact = std::move(what);
  event.time.realtime_us = kStart + seconds * 1'000'000;
  event.host = "db-07";
  event.text = std::move(text);
  return event;
}

Document told(const std::vector<UserlandEvent>& words) {
  RefusedAllocations refused;
  for (const UserlandEvent& word : words) refused.take(word);
  Document document;
  document.inputs.resize(1);
  document.inputs[0].kind = "journal";
  document.inputs[0].lines = 1;
  document.refused_allocations = refused.finish();
  return document;
}

}  // namespace

TEST_CASE("a program that is refused memory again and again is told once, with a count") {
  const AllocationRefused api{.program = "api", .pid = 4711, .unit = "api.service"};
  const Document document = told({refused(9, {.program = "xz", .by = RefusedBy::Overcommit, .size = Bytes{1U << 30U}}),
                                  refused(0, api), refused(5, api), refused(3, api),
                                  refused(4, {.program = "api", .by = RefusedBy::OwnLimit, .unit = "api.service"})});
  REQUIRE(document.refused_allocations.size() == 3);
  CHECK(document.refused_allocations[0].what().unit == "api.service");
  CHECK(document.refused_allocations[0].count == 3);
  CHECK(document.refused_allocations[0].last.realtime_us == kStart + 5'000'000);
  CHECK(document.refused_allocations[1].what().by == RefusedBy::OwnLimit);
  CHECK(document.refused_allocations[2].what().program == "xz");
}

TEST_CASE("ten thousand programs that are refused memory take no more room than some hundred") {
  RefusedAllocations gathered;
  for (int i = 0; i < 10'000; ++i) gathered.take(refused(i, {.program = std::to_string(i)}));
  const auto all = gathered.finish();
  CHECK(all.size() < 1000);
  std::uint64_t count = 0;
  for (const RefusedAllocation& one : all) count += one.count;
  CHECK(count == 10'000);
}

TEST_CASE("the answer no says that an allocation was refused, by whom as far as that is proven, and quotes the line") {
  const Document document =
      told({refused(0, {.program = "api", .pid = 4711, .unit = "api.service"}),
            refused(1, {.program = "xz", .by = RefusedBy::Overcommit, .pid = 3450, .size = Bytes{1U << 30U}}, "__vm"),
            refused(2, {.program = "top",
                        .by = RefusedBy::DataLimit,
                        .pid = 7,
                        .size = Bytes{4U << 20U},
                        .limit = Bytes{1U << 20U}}),
            refused(3, {.program = "java", .by = RefusedBy::OwnLimit})});
  const std::string text = render_nothing(document, {.width = 400, .utc = true}, "api.service");
  INFO(text);
  CHECK(text.starts_with("No OOM kill of api.service found, but an allocation was refused.\n"));
  CHECK(
      text.find("2025-11-18 02:02:41 UTC  api[4711] of api.service: it was refused memory (ENOMEM), by its own words: "
                "which limit did that (overcommit, a ulimit), they do not prove: \"fork: Cannot allocate memory\"\n") !=
      std::string::npos);
  CHECK(text.find("xz[3450] (unit not known): the kernel's overcommit accounting refused 1.0 GiB "
                  "(vm.overcommit_memory=2, or one request beyond RAM and swap): \"__vm\"\n") != std::string::npos);
  CHECK(text.find("would have come to 4.0 MiB, its ulimit (RLIMIT_DATA, LimitDATA=) is 1.0 MiB") != std::string::npos);
  CHECK(text.find("java (unit not known): its own runtime refused it memory: a heap's limit") != std::string::npos);
}

TEST_CASE("what a mapper said of refused allocations is read back") {
  const Document document = told({refused(0, {.program = "top",
                                              .by = RefusedBy::DataLimit,
                                              .pid = 7,
                                              .size = Bytes{4096},
                                              .limit = Bytes{2048},
                                              .unit = "a.service"})});
  std::string lines = render_json_lines(document);
  RunReader reader;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    CHECK(reader.feed(std::string_view(lines).substr(at, end - at)));
    at = end + 1;
  }
  const auto runs = reader.finish();
  REQUIRE(runs.size() == 1);
  REQUIRE(runs[0].refused_allocations.size() == 1);
  const RefusedAllocation& read = runs[0].refused_allocations[0];
  CHECK(read.what().by == RefusedBy::DataLimit);
  CHECK(read.what().pid == 7U);
  CHECK(read.what().size == Bytes{4096});
  CHECK(read.what().limit == Bytes{2048});
  CHECK(read.what().unit == "a.service");
  CHECK(read.first.host == "db-07");
  CHECK(read.first.time.realtime_us == kStart);
}
