// A log that is cut at either end, line by line: what is still said was said of the whole, and what is concluded is the
// same, weaker or absent.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

constexpr const char* kReports[] = {
    "host-swarm-kills-database", "host-protected-leak", "host-swap-full",           "host-tmpfs",
    "host-no-task-dump",         "host-sysrq",          "cgroup-unit-limit",        "cgroup-oom-group",
    "cgroup-nested-limit",       "cpuset-node",         "mempolicy-bind",           "cgroup-nested-limit-5.10",
    "era-3.10-el7-two-nodes",    "era-4.4-child",       "era-6.12-uid-in-cpu-line", "era-5.10-arm64-64k-pages",
};

// What is printed by the kernel; the rest of an event is worked out from it.
constexpr const char* kFacts[] = {"kernel", "trigger", "constraint", "outcome", "memcg",
                                  "memory", "zones",   "tasks",      "victims"};
// Members of facts that are worked out.
constexpr const char* kConclusions[] = {"points",         "permille", "eligible", "why_not", "unit",
                                        "unit_certainty", "is_cause", "role",     "reaped"};

bool is_absent(const json& value) {
  return value.is_null() || value == "unknown" || (value.is_structured() && value.empty());
}

// Rows, victims and zones are the same ones by their names, not by their places.
const json* same_element(const json& array, const json& element) {
  for (const json& candidate : array) {
    if (!element.is_object()) {
      if (candidate == element) return &candidate;
      continue;
    }
    bool same = true;
    for (const char* key : {"pid", "node", "zone", "order"}) {
      if (element.contains(key)) same = same && candidate.contains(key) && candidate[key] == element[key];
    }
    if (same) return &candidate;
  }
  return nullptr;
}

// The first thing that `cut` says and `whole` does not; empty: none.
std::string unsaid(const json& cut, const json& whole, const std::string& path) {
  if (is_absent(cut)) return {};
  if (cut.is_object() && whole.is_object()) {
    for (const auto& [key, value] : cut.items()) {
      if (std::find(std::begin(kConclusions), std::end(kConclusions), key) != std::end(kConclusions)) continue;
      if (auto found = unsaid(value, whole.value(key, json()), path + "/" + key); !found.empty()) return found;
    }
    return {};
  }
  if (cut.is_array() && whole.is_array()) {
    for (const json& element : cut) {
      const json* same = same_element(whole, element);
      if (same == nullptr) return path + " has " + element.dump();
      if (auto found = unsaid(element, *same, path); !found.empty()) return found;
    }
    return {};
  }
  return cut == whole ? std::string{} : path + ": " + cut.dump() + " where the whole says " + whole.dump();
}

int strength(const json& confidence) {
  constexpr const char* kOrder[] = {"none", "low", "medium", "high"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), confidence) - std::begin(kOrder));
}

bool same_or_absent(const json& cut, const json& whole) { return is_absent(cut) || cut == whole; }

std::string stronger_conclusion(const json& cut, const json& whole) {
  const json& event = cut["events"][0];
  const json& whole_event = whole["events"][0];
  if (event["completeness"]["grade"] < whole_event["completeness"]["grade"]) return "a better grade";
  if (!same_or_absent(cut["cause"]["kind"], whole["cause"]["kind"])) return "cause " + cut["cause"].dump();
  if (!same_or_absent(cut["cause"]["name"], whole["cause"]["name"])) return "cause " + cut["cause"].dump();
  if (strength(cut["cause"]["confidence"]) > strength(whole["cause"]["confidence"])) return "a surer cause";
  if (!same_or_absent(cut["victim_is_cause"], whole["victim_is_cause"])) return "victim_is_cause";
  for (const char* key : {"predicted_pid", "agrees"}) {
    if (!same_or_absent(event["choice"][key], whole_event["choice"][key])) return std::string("choice: ") + key;
  }
  return {};
}

// Byte figures that rest on an assumed page size are marked so, and may be wrong.
void drop_assumed(json& incident) {
  json& event = incident["events"][0];
  if (event["page_size_certainty"] != "assumed") return;
  for (const char* key : {"memory", "zones", "tasks"}) event[key] = nullptr;
}

std::string first_fault(const json& cut, const json& whole) {
  for (const char* key : kFacts) {
    auto found = unsaid(cut["events"][0][key], whole["events"][0][key], key);
    if (!found.empty()) return found;
  }
  return stronger_conclusion(cut, whole);
}

// A log that ends with "Kill process N (x) score S or sacrifice child" says that N was to die; that a child died in its
// place is on the next line.
json with_intended_victim(json whole, const OomEvent& event) {
  if (!event.chosen) return whole;
  json intended = whole["victims"][0];
  for (auto& [key, value] : intended.items()) value = nullptr;
  intended["pid"] = event.chosen->pid;
  intended["comm"] = event.chosen->comm;
  intended["already_exiting"] = false;
  for (const json& row : whole["events"][0]["tasks"]) {
    if (row["pid"] == event.chosen->pid) intended["uid"] = row["uid"];
  }
  intended["score"] = event.chosen->score ? json(*event.chosen->score) : json();
  whole["events"][0]["victims"].push_back(intended);
  return whole;
}

std::string joined(const std::vector<std::string>& lines, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) text += lines[i] + "\n";
  return text;
}

// Behind a lost "Tasks in /a are going to be killed" every kill line stands for itself.
std::size_t most_events(const OomEvent& whole) { return whole.group_kill_path ? whole.victims.size() : 1; }

void check_cut(const std::string& text, const json& whole, std::size_t most) {
  const auto events = events_of_text(text);
  CHECK(events.size() <= most);
  for (const OomEvent& event : events) {
    json incident = without_spelling(incident_of(event));
    drop_assumed(incident);
    const std::string fault = first_fault(incident, whole);
    INFO(fault);
    CHECK(fault.empty());
  }
}

TEST_CASE("what is left of a cut report claims nothing that the whole does not", "[cut]") {
  for (const char* name : kReports) {
    const auto lines = lines_of(file_bytes(std::filesystem::path(OOMWHY_TESTDATA) / name / "input.dmesg.txt"));
    const auto all = events_of_text(joined(lines, 0, lines.size()));
    INFO(name);
    REQUIRE(all.size() == 1);
    const json whole = with_intended_victim(without_spelling(incident_of(all[0])), all[0]);
    for (std::size_t cut = 1; cut < lines.size(); ++cut) {
      INFO("the lines before line " << cut + 1 << ": " << lines[cut]);
      check_cut(joined(lines, 0, cut), whole, most_events(all[0]));
    }
    for (std::size_t cut = 1; cut < lines.size(); ++cut) {
      INFO("from line " << cut + 1 << " on: " << lines[cut]);
      check_cut(joined(lines, cut, lines.size()), whole, most_events(all[0]));
    }
  }
}

}  // namespace
}  // namespace oomwhy
