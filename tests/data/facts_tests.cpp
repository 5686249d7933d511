// Every spelling of every case in testdata/ has to say what a person read in the kernel's own words.
#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "parser/reader.hpp"
#include "report/analysis.hpp"
#include "report/renderer.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

// A fact's name and the place in the event's JSON where it has to be; kB in the facts are bytes there.
struct Place {
  const char* fact;
  const char* pointer;
  std::int64_t unit = 0;  // 0: as is
};

constexpr Place kEventPlaces[] = {
    {"grade", "/completeness/grade"},
    {"constraint", "/constraint"},
    {"outcome", "/outcome"},
    {"release", "/kernel/release"},
    {"page_size_bytes", "/page_size_bytes"},
    {"usage_kb", "/memcg/usage_bytes", 1024},
    {"limit_kb", "/memcg/limit_bytes", 1024},
    {"limiting", "/memcg/limiting"},
    {"task_memcg", "/victims/0/cgroup"},
    {"ram_kb", "/memory/ram_bytes", 1024},
    {"reserved_kb", "/memory/reserved_bytes", 1024},
    {"managed_kb", "/memory/managed_bytes", 1024},
    {"swap_total_kb", "/memory/swap_total_bytes", 1024},
    {"swap_free_kb", "/memory/swap_free_bytes", 1024},
};

constexpr Place kTriggerPlaces[] = {
    {"comm", "/trigger/comm"},         {"pid", "/trigger/pid"},     {"uid", "/trigger/uid"},
    {"gfp_mask", "/trigger/gfp_mask"}, {"order", "/trigger/order"}, {"oom_score_adj", "/trigger/oom_score_adj"},
    {"oom_adj", "/trigger/oom_adj"},
};

constexpr Place kVictimPlaces[] = {
    {"pid", "/pid"},
    {"comm", "/comm"},
    {"uid", "/uid"},
    {"total_vm_kb", "/total_vm_bytes", 1024},
    {"anon_kb", "/anon_rss_bytes", 1024},
    {"file_kb", "/file_rss_bytes", 1024},
    {"shmem_kb", "/shmem_rss_bytes", 1024},
    {"pgtables_kb", "/pgtables_bytes", 1024},
    {"oom_score_adj", "/oom_score_adj"},
    {"score", "/score"},
    {"comm_base64", "/comm_bytes"},
};

using Differences = std::vector<std::string>;

void expect(Differences& differences, const std::string& what, const json& want, const json& got) {
  if (want != got) differences.push_back(fmt::format("{}: {} where {} was expected", what, got.dump(), want.dump()));
}

template <std::size_t N>
void compare_places(Differences& differences, const Place (&places)[N], const json& facts, const json& said) {
  for (const Place& place : places) {
    if (!facts.contains(place.fact)) continue;
    json want = facts[place.fact];
    if (place.unit != 0) want = want.get<std::int64_t>() * place.unit;
    const json::json_pointer pointer(place.pointer);
    expect(differences, place.pointer, want, said.contains(pointer) ? said[pointer] : json());
  }
}

void compare_tasks(Differences& differences, const json& facts, const json& event) {
  const json& tasks = event["tasks"];
  expect(differences, "tasks", facts.value("tasks", 0), tasks.size());
  if (!facts.contains("tasks")) return;
  std::int64_t most = -1;
  std::set<std::int64_t> pids;
  for (const json& task : tasks) {
    const std::int64_t rss = task["rss_pages"].is_null() ? -1 : task["rss_pages"].get<std::int64_t>();
    if (rss > most) pids.clear();
    most = std::max(most, rss);
    if (rss == most) pids.insert(task["pid"].get<std::int64_t>());
  }
  expect(differences, "largest rss_pages", facts["top_task"]["rss_pages"], most);
  expect(differences, "pids of the largest", facts["top_task"]["pids"], pids);
}

// The chosen one stands first; the others of a group are told apart by pid.
void compare_victims(Differences& differences, const json& facts, const json& event) {
  const json wanted = facts.value("victims", json::array());
  const json& said = event["victims"];
  expect(differences, "number of victims", wanted.size(), said.size());
  if (!wanted.empty() && !said.empty()) expect(differences, "first victim", wanted[0]["pid"], said[0]["pid"]);
  for (const json& victim : wanted) {
    const auto same =
        std::find_if(said.begin(), said.end(), [&](const json& other) { return other["pid"] == victim["pid"]; });
    if (same == said.end()) {
      differences.push_back("no victim " + victim["pid"].dump());
    } else {
      compare_places(differences, kVictimPlaces, victim, *same);
    }
  }
}

void compare_event(Differences& differences, const json& facts, const json& event) {
  compare_places(differences, kEventPlaces, facts, event);
  compare_places(differences, kTriggerPlaces, facts.value("trigger", json::object()), event);
  compare_victims(differences, facts, event);
  if (event["omitted"].empty()) compare_tasks(differences, facts, event);
}

// Where the order of the events is nobody's (two reports at once), each is known by its victim's pid.
json fact_of(const json& expected, const json& event) {
  for (const json& fact : expected) {
    if (!event["victims"].empty() && fact["victims"][0]["pid"] == event["victims"][0]["pid"]) return fact;
  }
  return json::object();
}

json document_of(const std::filesystem::path& input) {
  std::vector<OomEvent> events;
  auto summaries = read_file(input.string(), {}, [&](OomEvent event) { events.push_back(std::move(event)); });
  return json::parse(render_json(analyse(std::move(summaries), std::move(events)), JsonEvents::Include));
}

Differences differences_of(const CaseFolder& folder, const std::filesystem::path& input) {
  const json& expected = expected_events(folder, input);
  const std::vector<json> events = kernel_events(document_of(input));
  Differences differences;
  expect(differences, "number of events", expected.size(), events.size());
  for (std::size_t i = 0; i < std::min(events.size(), expected.size()); ++i) {
    Differences of_event;
    const bool any_order = folder.facts.value("any_order", false);
    compare_event(of_event, any_order ? fact_of(expected, events[i]) : expected[i], events[i]);
    for (const std::string& difference : of_event) differences.push_back(fmt::format("event {}: {}", i, difference));
  }
  return differences;
}

TEST_CASE("every spelling of a case says what a person reads in it", "[facts]") {
  for (const CaseFolder& folder : all_cases()) {
    for (const auto& input : folder.inputs) {
      const Differences differences = differences_of(folder, input);
      INFO(folder.name << "/" << input.filename().string() << "\n  " << fmt::to_string(fmt::join(differences, "\n  ")));
      CHECK(differences.empty());
    }
  }
}

}  // namespace
}  // namespace oomwhy
