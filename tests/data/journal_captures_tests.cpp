// Real journals of real kills: they say what every other spelling of the same log says, and more only where named here.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "tests/data/capture_folder.hpp"
#include "tests/data/journal_reading.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

json read_with_program(const std::vector<std::string>& input) {
  std::vector<std::string> arguments = {"--all", "-o", "json"};
  arguments.insert(arguments.end(), input.begin(), input.end());
  return json::parse(run_program({.arguments = arguments}).output);
}

json read_journal_of(const UnpackedCapture& capture) {
  return read_with_program({"-D", capture.path("journal").string()});
}

// Only the journal knows who a PID was, and with that who belongs together; only a text has lines to count.
constexpr std::array<std::string_view, 5> kOnlyJournalKnows{"unit", "unit_certainty", "cmdline", "groups",
                                                            "foreign_lines"};
constexpr std::array<std::string_view, 5> kPlaceInTheText{"source", "line", "origin_line", "first_line", "last_line"};

void strip(json& value) {
  if (value.is_object()) {
    for (const std::string_view key : kOnlyJournalKnows) value.erase(std::string(key));
    for (const std::string_view key : kPlaceInTheText) value.erase(std::string(key));
  }
  if (value.is_structured()) {
    for (json& child : value) strip(child);
  }
}

json without_journal_only(json value) {
  strip(value);
  return value;
}

// What is told, not where it stands: "source" of a timeline's entry is a speaker, the same in all.
TEST_CASE("a journal and its export and JSON texts give the same incidents", "[captures]") {
  for (const auto& folder : captures({"6.1/01", "6.1/04b", "6.1/07b", "6.1/10a", "6.1/11", "6.1/12", "5.10/04b"})) {
    const UnpackedCapture capture(folder);
    const json journal = read_journal_of(capture);
    for (const char* form : {"journal-all-export.bin", "journal-all-json.jsonl"}) {
      if (!capture.has(form)) continue;
      INFO(capture.name() << " " << form);
      const json text = read_with_program({"-i", capture.path(form).string()});
      // By size first: a difference of whole incidents would be printed whole.
      REQUIRE(text["incidents"].size() == journal["incidents"].size());
      for (std::size_t i = 0; i < text["incidents"].size(); ++i) {
        const json difference =
            json::diff(without_journal_only(journal["incidents"][i]), without_journal_only(text["incidents"][i]));
        CHECK(difference == json::array());
      }
    }
  }
}

TEST_CASE("a journal, its short text and the kernel's own records give the same events", "[captures]") {
  // 07b is left out: there journald missed records that the ring buffer had.
  for (const auto& folder : captures({"6.1/01", "6.1/04a", "6.1/04b", "6.1/08a", "6.1/10a", "5.10/01"})) {
    const UnpackedCapture capture(folder);
    if (capture.name().find("07b") != std::string::npos || capture.name().find("11-") != std::string::npos) continue;
    const auto journal = kernel_events(read_journal_of(capture));
    for (const char* form : {"journal-all-short.txt", "kmsg-follow.raw"}) {
      if (!capture.has(form)) continue;
      INFO(capture.name() << " " << form);
      const auto text = kernel_events(read_with_program({"-i", capture.path(form).string()}));
      REQUIRE(text.size() == journal.size());
      for (std::size_t i = 0; i < text.size(); ++i) {
        CHECK(json::diff(without_journal_only(without_spelling(journal[i])),
                         without_journal_only(without_spelling(text[i]))) == json::array());
      }
    }
  }
}

// The cgroup of each process that the guest's recorder saw around the kills, as the names of its path.
std::set<std::string> cgroup_names(const UnpackedCapture& capture, std::uint32_t pid) {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(capture.path("truth"))) {
    if (!file.path().filename().string().starts_with("event-")) continue;
    const json sample = capture.truth(file.path().filename().string());
    const auto process = sample.is_discarded() ? json() : sample["procs"].value(std::to_string(pid), json());
    if (!process.contains("cgroup")) continue;
    std::string name;
    for (const char c : process["cgroup"].get<std::string>()) {
      if (c != '/' && c != '\n') {
        name += c;
        continue;
      }
      names.insert(name);
      name.clear();
    }
  }
  return names;
}

TEST_CASE("every task is attributed to the unit whose cgroup the guest recorded, or to none", "[captures]") {
  std::size_t attributed = 0, unknown = 0;
  for (const auto& folder : captures({"6.1/01", "6.1/04c", "6.1/04f", "6.1/05", "6.1/07b", "5.10/03"})) {
    const UnpackedCapture capture(folder);
    const json document = read_journal_of(capture);
    std::set<std::pair<std::uint32_t, std::string>> seen;
    for (const json& event : kernel_events(document)) {
      for (const json& task : event["tasks"].is_null() ? json::array() : event["tasks"]) {
        if (task["unit"].is_null()) {
          ++unknown;
          continue;
        }
        const auto pid = task["pid"].get<std::uint32_t>();
        const auto unit = task["unit"].get<std::string>();
        if (!seen.insert({pid, unit}).second) continue;
        const auto names = cgroup_names(capture, pid);
        if (names.empty()) continue;  // began and ended between two samples
        INFO(capture.name() << " " << pid << " " << task["comm"] << " " << unit << " " << task["unit_certainty"]);
        CHECK(names.count(unit) == 1);
        ++attributed;
      }
    }
  }
  if (attributed + unknown > 0) CHECK(attributed >= 20);
}

// Read by hand in the captures' own lines and unit files.
TEST_CASE("a userspace killer is named with its rule and victim, and the kernel is not blamed", "[captures]") {
  struct Row {
    const char *scenario, *killer, *rule;
    std::string victim;  // a unit, or a name and PID
    const char* cgroup;
  };
  for (const Row& row : std::vector<Row>{
           {"6.1/12a", "systemd-oomd",
            "memory pressure for /batch.slice being 17.36% > 5.00% for > 2s with reclaim activity", "ml-train.service",
            "/batch.slice/ml-train.service"},
           {"6.1/12b", "earlyoom", "", "nightly-report[354]", ""},
           {"6.1/12c", "systemd-oomd",
            "memory used (474591232) / total (492797952) and swap used (84652032) / total (134213632) being more than "
            "60.00%",
            "etl-job.service", "/system.slice/etl-job.service"},
       }) {
    for (const auto& folder : captures({row.scenario})) {
      const UnpackedCapture capture(folder);
      if (!capture.name().starts_with("6.1") || capture.name().find(row.scenario + 4) == std::string::npos) continue;
      INFO(capture.name());
      const json document = read_journal_of(capture);
      REQUIRE(document["incidents"].size() == 1);
      const json& incident = document["incidents"][0];
      CHECK(incident["killers"] == json::array({row.killer}));
      CHECK(kernel_events(document).empty());
      const json& victim = incident["victims"][0];
      const std::string name = victim["unit"].is_string()
                                   ? victim["unit"].get<std::string>()
                                   : victim["comm"].get<std::string>() + "[" + victim["pid"].dump() + "]";
      CHECK(name == row.victim);
      if (*row.cgroup != '\0') CHECK(victim["cgroup"] == row.cgroup);
      const bool has_rule = std::any_of(incident["events"].begin(), incident["events"].end(), [&](const json& event) {
        return event["kind"] == "userspace_kill" && (*row.rule == '\0' || event["rule"] == row.rule);
      });
      CHECK(has_rule);
      CHECK(incident["summary"].dump().find("The kernel killed") == std::string::npos);
    }
  }
}

TEST_CASE("who sent SIGKILL to units that no OOM killer took is named out of a real journal", "[captures]") {
  for (const auto& folder : captures({"6.1/90"})) {
    const UnpackedCapture capture(folder);
    if (capture.name().find("90-not-an-oom") == std::string::npos) continue;
    const json document = read_journal_of(capture);
    CHECK(document["incidents"].empty());
    REQUIRE(document["other_kills"].size() == 2);
    CHECK(document["other_kills"][0]["unit"] == "api-server.service");
    CHECK(document["other_kills"][0]["sender"] == "client request");
    CHECK(document["other_kills"][1]["unit"] == "slowstop.service");
    CHECK(document["other_kills"][1]["sender"] == "stop timeout");
  }
}

}  // namespace
}  // namespace oomwhy
