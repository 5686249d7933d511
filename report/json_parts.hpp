// The parts of the JSON document, one function for each kind of value of the contract. Private to the JSON renderer:
// the library's type is in these signatures. Include <nlohmann/json.hpp> first: here it is only declared.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"
#include "report/json_flat.hpp"
#include "report/spelling.hpp"

namespace oomwhy::json {

// Keys keep the order in which they are set, which is the contract's.
using Json = nlohmann::ordered_json;

// Values (json_values.cpp). Absent is null.
Json text(std::string_view raw);            // valid UTF-8, never null
Json text_or_null(const std::string& raw);  // "" is what the log did not say: null
Json text_or_null(const std::optional<std::string>& raw);
Json size_or_null(const std::optional<Bytes>& size);
Json size_or_null(const std::optional<Kibibytes>& size);
Json size_or_null(const std::optional<Pages>& size, PageSize page);
Json time(const Time& time);
Json time_or_null(const std::optional<Time>& time);
Json origin_or_null(const Origin& origin);  // null: neither source nor line is known
// What the kernel printed as %d, unsigned again.
std::optional<std::int64_t> unsigned_uid(const std::optional<std::int64_t>& uid);
Json uid_or_null(const std::optional<std::int64_t>& uid);
// `key` as text; where its bytes are not valid UTF-8, also `key`_bytes in base64.
void set_name(Json& object, const std::string& key, const std::optional<std::string>& raw);
std::string base64(std::string_view raw);

template <typename Number>
Json number_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}
template <typename Enum>
Json spelling_or_null(const std::optional<Enum>& value) {
  return value ? Json(spell(*value)) : Json(nullptr);
}
template <typename List, typename Make>
Json array_of(const List& list, Make make) {
  Json array = Json::array();
  for (const auto& item : list) array.push_back(make(item));
  return array;
}

// What the incident knows of its victims: unit, and whether one is the cause.
class VictimIndex {
 public:
  explicit VictimIndex(const std::vector<IncidentVictim>& victims);
  // The incident's entry for this victim of one of its events, else one that says no more than the event.
  IncidentVictim find(const Victim& victim) const;

 private:
  std::vector<const IncidentVictim*> sorted_;
};

// The rows of a task table by process.
class RowIndex {
 public:
  explicit RowIndex(const OomEvent& event);
  const Task* find(const Victim& victim) const;  // null: no such row

 private:
  std::vector<const Task*> sorted_;
};

// One event (json_event.cpp, json_memory.cpp, json_tasks.cpp): what stands before its tasks, these and their groups as
// text, and what stands behind them.
Json event_before_tasks(const AnalysedEvent& event);
void append_tasks(const AnalysedEvent& event, const LineBreaks& breaks, std::string& out);
void append_groups(const AnalysedEvent& event, const LineBreaks& breaks, std::string& out);
Json event_after_groups(const AnalysedEvent& event, const VictimIndex& victims);
Json memory_or_null(const OomEvent& event);
Json memcg_or_null(const OomEvent& event);
Json zones_or_null(const OomEvent& event);
Json hugepages_or_null(const OomEvent& event);
Json slabs_or_null(const OomEvent& event);
Json allocations_or_null(const OomEvent& event);
Json victim(const IncidentVictim& victim, const Task* row);  // `row`: of the task table; null: none

// What other programs said (json_userland.cpp).
Json userland_event(const UserlandEvent& event);
Json other_kills(const Document& document);
Json refused_allocations(const Document& document);

// One incident (json_incident.cpp): everything that stands before its events, and behind them.
Json incident_before_events(const Incident& incident);
Json incident_after_events(const Incident& incident);

// The run (json_run.cpp).
Json tool();
Json inputs(const Document& document);
Json coverage(const Coverage& coverage);
Json diagnostics(const Document& document);
std::uint64_t diagnostics_omitted(const Document& document);

// Text that people can read and compare: what holds only plain values stands on one line (json_layout.cpp).
std::string readable(const Json& value, std::size_t indent);
std::string compact(const Json& value);
std::string escaped(const Json& value);  // the same, token by token through the library: the slow way

}  // namespace oomwhy::json
