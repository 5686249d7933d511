// All spellings of one log tell one story: what each may lose is in testdata/spellings.json, everything else is equal
// to what the complete kernel log says, the events' ids included.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/data/capture_folder.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

struct Spelling {
  std::string file;
  bool loses_records = false, loses_odd_names = false, loses_record_tails = false;
};

json spelling_table() { return json::parse(file_bytes(std::string(OOMWHY_TESTDATA) + "/spellings.json")); }

std::vector<Spelling> spellings() {
  std::vector<Spelling> all;
  const json table = spelling_table();
  for (const json& row : table["spellings"]) {
    const auto loses = row["loses"].get<std::vector<std::string>>();
    const auto has = [&](const char* what) { return std::find(loses.begin(), loses.end(), what) != loses.end(); };
    all.push_back({row["file"], has("records"), has("odd_names"), has("record_tails")});
  }
  return all;
}

struct Told {
  std::string id;
  json incident;
};

std::vector<Told> told_by(const std::filesystem::path& file) {
  std::vector<Told> told;
  for (const OomEvent& event : events_of_file(file.string())) {
    json incident = without_spelling(incident_of(event));
    told.push_back({incident["id"], std::move(incident)});
  }
  return told;
}

bool is_whole(const Told& told) {
  const auto& grade = told.incident["events"][0]["completeness"]["grade"];
  return grade == "A" || grade == "B";
}

// The first place where two values differ, for a message that can be read.
std::string first_difference(const json& left, const json& right, const std::string& path = "") {
  if (left == right) return {};
  if (left.is_object() && right.is_object()) {
    for (const auto& [key, value] : left.items()) {
      if (!right.contains(key)) return path + "/" + key + " is missing";
      if (const auto found = first_difference(value, right[key], path + "/" + key); !found.empty()) return found;
    }
  }
  if (left.is_array() && right.is_array() && left.size() == right.size()) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (auto found = first_difference(left[i], right[i], path + "/" + std::to_string(i)); !found.empty())
        return found;
    }
  }
  return path + ": " + left.dump().substr(0, 200) + " against " + right.dump().substr(0, 200);
}

// The last keys of a memory.stat that was cut, taken away from the whole one too.
json with_stats_of(json incident, const json& cut) {
  json& memcg = incident["events"][0]["memcg"];
  const json& cut_memcg = cut["events"][0]["memcg"];
  if (!memcg.is_object() || !cut_memcg.is_object() || !memcg["stats"].is_object()) return incident;
  json kept = json::object();
  for (const auto& [key, value] : memcg["stats"].items()) {
    if (cut_memcg["stats"].contains(key)) kept[key] = value;
  }
  memcg["stats"] = std::move(kept);
  return incident;
}

// Names that some spelling changes: control characters, backslashes, bytes that are not ASCII, blanks at the end.
bool has_odd_name(const json& incident) {
  const auto odd = [](const json& named) {
    if (!named["comm"].is_string()) return false;
    const auto comm = named["comm"].get<std::string>();
    return comm.empty() || comm.back() == ' ' || comm.front() == ' ' ||
           std::any_of(comm.begin(), comm.end(), [](char c) { return c < ' ' || c > '~' || c == '\\'; });
  };
  const json& event = incident["events"][0];
  if (odd(event["trigger"])) return true;
  const json& tasks = event["tasks"];
  return std::any_of(event["victims"].begin(), event["victims"].end(), odd) ||
         (tasks.is_array() && std::any_of(tasks.begin(), tasks.end(), odd));
}

void compare(const std::vector<Told>& whole, const std::vector<Told>& here, const Spelling& spelling) {
  std::map<std::string, const Told*> by_id;
  for (const Told& told : whole) by_id[told.id] = &told;
  std::size_t common = 0;
  for (const Told& told : here) {
    const auto same = by_id.find(told.id);
    const bool may_differ = spelling.loses_odd_names && has_odd_name(told.incident);
    if (same == by_id.end()) {
      INFO("an event that the complete log does not have: " << told.incident["events"][0]["victims"].dump());
      CHECK(((spelling.loses_records && !is_whole(told)) || may_differ));
      continue;
    }
    ++common;
    if (spelling.loses_records && !is_whole(told)) continue;
    if (may_differ || (spelling.loses_odd_names && has_odd_name(same->second->incident))) continue;
    const json& complete = same->second->incident;
    const json wanted = spelling.loses_record_tails ? with_stats_of(complete, told.incident) : complete;
    INFO(told.id << " of " << told.incident["events"][0]["victims"].dump().substr(0, 200));
    CHECK(first_difference(wanted, told.incident) == "");
  }
  if (!spelling.loses_records && !spelling.loses_odd_names) CHECK(common == whole.size());
}

TEST_CASE("all spellings of a capture tell the same story", "[captures]") {
  const auto table = spellings();
  for (const auto& folder : captures({"6.1/01", "6.1/04b", "6.1/05", "5.10/04c", "6.1/09b", "6.1/11"})) {
    const UnpackedCapture capture(folder);
    const std::string reference = spelling_table()["reference"];
    if (!capture.has(reference)) continue;
    const auto whole = told_by(capture.path(reference));
    for (const Spelling& spelling : table) {
      if (spelling.file == reference || !capture.has(spelling.file)) continue;
      INFO(capture.name() << "/" << spelling.file);
      const auto here = told_by(capture.path(spelling.file));
      CHECK(here.empty() == whole.empty());
      compare(whole, here, spelling);
    }
  }
}

TEST_CASE("a capture without a kernel kill yields none in any spelling", "[captures]") {
  for (const auto& folder : captures({"6.1/90", "6.1/12a", "6.1/12b", "6.1/12c", "5.10/12b"})) {
    const UnpackedCapture capture(folder);
    const json derived = capture.truth("derived.json");
    if (!derived["kernel_kills"].empty() || !derived["invoked"].empty()) continue;
    if (folder.filename().string().starts_with("09c")) continue;  // a panic: its report is on the console only
    for (const Spelling& spelling : spellings()) {
      if (!capture.has(spelling.file)) continue;
      INFO(capture.name() << "/" << spelling.file);
      CHECK(events_of_file(capture.path(spelling.file).string()).empty());
    }
  }
}

}  // namespace
}  // namespace oomwhy
