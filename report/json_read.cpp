#include "report/json_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "report/append.hpp"
#include "report/json_parts.hpp"
#include "report/spelling.hpp"

namespace oomwhy {
namespace {

using json::Json;

constexpr std::string_view kSchema = "oomwhy/1";

// --- values: absent where the line does not have them, or has another type ----------------------------------------

const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : kNull;
}

std::optional<std::string> text_of(const Json& value) {
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}
std::string text_or_empty(const Json& value) { return text_of(value).value_or(""); }

std::optional<std::uint64_t> number_of(const Json& value) {
  return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}
std::optional<Bytes> size_of(const Json& value) {
  const auto number = number_of(value);
  return number ? std::optional(Bytes{*number}) : std::nullopt;
}
std::optional<Kibibytes> kibibytes_of(const Json& value) {
  const auto number = number_of(value);
  return number ? std::optional(Kibibytes{*number / 1024}) : std::nullopt;
}
std::optional<double> share_of(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}
std::optional<bool> truth_of(const Json& value) {
  return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

// The enumerator of that spelling, among the first `count`.
template <typename Enum>
std::optional<Enum> named(const Json& value, int count) {
  const auto text = text_of(value);
  for (int i = 0; text && i < count; ++i) {
    if (spell(static_cast<Enum>(i)) == *text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::optional<Certainty> certainty_of(const Json& value) { return named<Certainty>(value, 3); }

template <typename Take>
void each(const Json& array, Take take) {
  if (!array.is_array()) return;
  for (const Json& item : array) take(item);
}

// "2025-11-18T02:02:41.204Z"
std::optional<std::int64_t> realtime_of(const Json& value) {
  const auto text = text_of(value);
  std::tm parts{};
  int seconds_end = 0;
  if (!text || std::sscanf(text->c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                           &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &seconds_end) != 6) {
    return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::int64_t fraction = 0;
  std::int64_t unit = 100'000;
  for (std::size_t i = static_cast<std::size_t>(seconds_end) + 1; i < text->size() && unit > 0; ++i, unit /= 10) {
    if ((*text)[i] < '0' || (*text)[i] > '9') break;
    fraction += ((*text)[i] - '0') * unit;
  }
  return std::int64_t{::timegm(&parts)} * 1'000'000 + fraction;
}

std::optional<Time> time_of(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  Time time;
  time.realtime_us = realtime_of(member(value, "realtime"));
  time.wall_us = time.realtime_us;
  if (const auto uptime = share_of(member(value, "uptime_seconds"))) {
    constexpr double kMost = 9e12;
    if (*uptime >= 0 && *uptime < kMost) time.uptime_us = static_cast<std::int64_t>(*uptime * 1e6);
  }
  time.as_printed = text_or_empty(member(value, "as_printed"));
  time.clock = named<Clock>(member(value, "clock"), 4).value_or(Clock::Printk);
  time.certainty = certainty_of(member(value, "certainty")).value_or(Certainty::Assumed);
  return time;
}

Origin origin_of(const Json& value) {
  return {text_or_empty(member(value, "source")), number_of(member(value, "line")).value_or(0),
          text_or_empty(member(value, "cursor"))};
}

// --- an incident --------------------------------------------------------------------------------------------------

IncidentVictim victim_of(const Json& value) {
  IncidentVictim entry;
  Victim& victim = entry.victim;
  victim.pid = static_cast<std::uint32_t>(number_of(member(value, "pid")).value_or(0));
  victim.comm = text_or_empty(member(value, "comm"));
  if (const auto uid = number_of(member(value, "uid"))) victim.uid = static_cast<std::uint32_t>(*uid);
  victim.cgroup = text_of(member(value, "cgroup"));
  victim.total_vm = kibibytes_of(member(value, "total_vm_bytes"));
  victim.anon_rss = kibibytes_of(member(value, "anon_rss_bytes"));
  victim.file_rss = kibibytes_of(member(value, "file_rss_bytes"));
  victim.shmem_rss = kibibytes_of(member(value, "shmem_rss_bytes"));
  victim.rss = size_of(member(value, "rss_bytes"));
  victim.pgtables = kibibytes_of(member(value, "pgtables_bytes"));
  victim.role = named<VictimRole>(member(value, "role"), 4).value_or(VictimRole::Chosen);
  victim.reaped = truth_of(member(value, "reaped"));
  const std::optional<bool> exiting = truth_of(member(value, "already_exiting"));
  victim.exit_in_doubt = !exiting && value.contains("already_exiting");
  victim.already_exiting = exiting.value_or(victim.exit_in_doubt);
  entry.unit = text_of(member(value, "unit"));
  entry.unit_certainty = certainty_of(member(value, "unit_certainty"));
  entry.is_cause = truth_of(member(value, "is_cause"));
  return entry;
}

Cause cause_of(const Json& value) {
  Cause cause;
  cause.kind =
      named<CauseKind>(member(value, "kind"), static_cast<int>(CauseKind::Unknown) + 1).value_or(CauseKind::Unknown);
  cause.name = text_of(member(value, "name"));
  cause.unit = text_of(member(value, "unit"));
  cause.unit_certainty = certainty_of(member(value, "unit_certainty"));
  if (const auto count = number_of(member(value, "process_count"))) cause.process_count = *count;
  cause.held = size_of(member(value, "held_bytes"));
  cause.rss = size_of(member(value, "rss_bytes"));
  cause.anon = size_of(member(value, "anon_bytes"));
  cause.swap = size_of(member(value, "swap_bytes"));
  cause.largest = size_of(member(value, "largest_bytes"));
  cause.upper_bound = truth_of(member(value, "upper_bound")).value_or(false);
  cause.share_of_ram = share_of(member(value, "share_of_ram"));
  cause.share_of_allowed = share_of(member(value, "share_of_allowed"));
  cause.confidence = named<Confidence>(member(value, "confidence"), 4).value_or(Confidence::None);
  cause.why_this_confidence = text_or_empty(member(value, "why_this_confidence"));
  each(member(value, "evidence"), [&](const Json& one) {
    cause.evidence.push_back(
        {text_or_empty(member(one, "rule")), text_or_empty(member(one, "text")), origin_of(member(one, "origin"))});
  });
  return cause;
}

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  each(array, [&](const Json& one) {
    if (auto text = text_of(one)) texts.push_back(std::move(*text));
  });
  return texts;
}

Incident incident_of(const Json& line) {
  Incident incident;
  incident.id = text_or_empty(member(line, "id"));
  incident.event_ids = texts_of(member(line, "event_ids"));
  incident.started = time_of(member(line, "started"));
  incident.ended = time_of(member(line, "ended"));
  incident.host = text_or_empty(member(line, "host"));
  incident.boot_id = text_or_empty(member(line, "boot_id"));
  incident.scope = named<Scope>(member(line, "scope"), 5).value_or(Scope::Unknown);
  incident.killers = texts_of(member(line, "killers"));
  incident.loop = truth_of(member(line, "loop")).value_or(false);
  incident.summary = texts_of(member(line, "summary"));
  each(member(line, "victims"), [&](const Json& one) { incident.victims.push_back(victim_of(one)); });
  incident.victims_total = number_of(member(line, "victims_total")).value_or(incident.victims.size());
  incident.events_total = number_of(member(line, "events_total")).value_or(0);
  incident.cause = cause_of(member(line, "cause"));
  incident.victim_is_cause = truth_of(member(line, "victim_is_cause"));
  each(member(line, "exclusions"), [&](const Json& one) {
    incident.exclusions.push_back(
        {text_or_empty(member(one, "what")), text_or_empty(member(one, "text")), origin_of(member(one, "origin"))});
  });
  each(member(line, "timeline"), [&](const Json& one) {
    incident.timeline.push_back({time_of(member(one, "time")).value_or(Time{}), text_or_empty(member(one, "source")),
                                 text_or_empty(member(one, "text"))});
  });
  return incident;
}

OtherKill other_kill_of(const Json& value) {
  return {text_or_empty(member(value, "unit")), time_of(member(value, "time")).value_or(Time{}),
          text_or_empty(member(value, "host")), text_or_empty(member(value, "sender")),
          text_or_empty(member(value, "text")), origin_of(member(value, "origin"))};
}

RefusedBy refused_by_of(const Json& value) {
  return named<RefusedBy>(value, static_cast<int>(RefusedBy::OwnLimit) + 1).value_or(RefusedBy::Unknown);
}

std::optional<std::uint32_t> pid_of(const Json& value) {
  const auto pid = number_of(value);
  return pid && *pid <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*pid)) : std::nullopt;
}

RefusedAllocation refused_of(const Json& value) {
  AllocationRefused what{.program = text_or_empty(member(value, "program")),
                         .by = refused_by_of(member(value, "refused_by")),
                         .pid = pid_of(member(value, "pid")),
                         .size = size_of(member(value, "size_bytes")),
                         .limit = size_of(member(value, "limit_bytes")),
                         .unit = text_or_empty(member(value, "unit"))};
  RefusedAllocation refused;
  refused.first.fact = std::move(what);
  refused.first.time = time_of(member(value, "time")).value_or(Time{});
  refused.first.origin = origin_of(member(value, "origin"));
  refused.first.host = text_or_empty(member(value, "host"));
  refused.first.text = text_or_empty(member(value, "text"));
  refused.last = time_of(member(value, "last")).value_or(refused.first.time);
  refused.count = number_of(member(value, "count")).value_or(1);
  return refused;
}

void take_coverage(const Json& line, RunRead& run) {
  run.coverage.complete = truth_of(member(line, "complete")).value_or(false);
  run.coverage.from = time_of(member(line, "from"));
  run.coverage.to = time_of(member(line, "to"));
  each(member(line, "blind_spots"), [&](const Json& one) {
    const auto kind = named<BlindSpotKind>(member(one, "kind"), static_cast<int>(BlindSpotKind::Clock) + 1);
    if (kind) run.coverage.blind_spots.push_back({*kind, text_or_empty(member(one, "detail"))});
  });
  each(member(line, "other_kills"), [&](const Json& one) { run.other_kills.push_back(other_kill_of(one)); });
  each(member(line, "refused_allocations"),
       [&](const Json& one) { run.refused_allocations.push_back(refused_of(one)); });
}

void take_begin(const Json& line, RunRead& run) {
  run.host = text_or_empty(member(line, "host"));
  each(member(line, "inputs"), [&](const Json& one) {
    run.lines += number_of(member(one, "lines")).value_or(0);
    run.bytes += number_of(member(one, "bytes")).value_or(0);
  });
}

// --- merging ------------------------------------------------------------------------------------------------------

std::optional<std::int64_t> clock_of(const std::optional<Time>& time) {
  return time ? time->realtime_us : std::nullopt;
}

void widen(Coverage& all, const Coverage& one) {
  all.complete = all.complete && one.complete;
  if (clock_of(one.from) && (!clock_of(all.from) || *clock_of(one.from) < *clock_of(all.from))) all.from = one.from;
  if (clock_of(one.to) && (!clock_of(all.to) || *clock_of(one.to) > *clock_of(all.to))) all.to = one.to;
  for (const BlindSpot& spot : one.blind_spots) {
    if (std::find(all.blind_spots.begin(), all.blind_spots.end(), spot) == all.blind_spots.end()) {
      all.blind_spots.push_back(spot);
    }
  }
}

InputSummary summary_of(const RunRead& run, const std::string& source) {
  InputSummary summary;
  summary.source = run.host.empty() ? source : run.host;
  summary.kind = "json_lines";
  summary.first = run.coverage.from;
  summary.last = run.coverage.to;
  summary.lines = run.lines;
  summary.bytes = run.bytes;
  if (!run.ended) {
    summary.error = Error{source,
                          fmt::format("the run of {} has no end: it was cut short",
                                      run.host.empty() ? "a host without a name" : run.host),
                          "run it again on that host"};
    summary.blind_spots.push_back({BlindSpotKind::Damaged, summary.error->why});
  }
  return summary;
}

// A later line of one incident says more: its run saw more of it.
void add_once(std::vector<Incident>& incidents, std::map<std::string, std::size_t>& index, Incident incident) {
  const std::string key = incident.host + "\n" + incident.id;
  const auto [known, fresh] = index.emplace(key, incidents.size());
  if (fresh) {
    incidents.push_back(std::move(incident));
  } else if (incident.events_total >= incidents[known->second].events_total) {
    incidents[known->second] = std::move(incident);
  }
}

}  // namespace

bool are_typed_lines(std::string_view head) { return head.starts_with("{\"type\":\"begin\",\"schema\":\"oomwhy/"); }

RunRead& RunReader::current() {
  // Lines before any "begin" are a run, too, whose beginning is lost.
  if (runs_.empty()) runs_.emplace_back();
  return runs_.back();
}

bool RunReader::feed(std::string_view line) {
  const Json value = Json::parse(line, nullptr, false);
  if (text_or_empty(member(value, "schema")) != kSchema) return false;
  const std::string type = text_or_empty(member(value, "type"));
  if (type == "begin") {
    runs_.emplace_back();
    take_begin(value, runs_.back());
  } else if (type == "incident") {
    current().incidents.push_back(incident_of(value));
  } else if (type == "coverage") {
    take_coverage(value, current());
  } else if (type == "end") {
    current().ended = true;
  }
  return true;
}

std::vector<RunRead> RunReader::finish() { return std::move(runs_); }

void merge_runs(Document& document, std::vector<RunRead> runs, const std::string& source) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < document.incidents.size(); ++i) {
    index.emplace(document.incidents[i].host + "\n" + document.incidents[i].id, i);
  }
  for (RunRead& run : runs) {
    InputSummary summary = summary_of(run, source);
    run.coverage.complete = run.coverage.complete && run.ended;
    run.coverage.blind_spots.insert(run.coverage.blind_spots.end(), summary.blind_spots.begin(),
                                    summary.blind_spots.end());
    widen(document.coverage, run.coverage);
    document.inputs.push_back(std::move(summary));
    for (Incident& incident : run.incidents) add_once(document.incidents, index, std::move(incident));
    append(document.other_kills, std::move(run.other_kills));
    append(document.refused_allocations, std::move(run.refused_allocations));
  }
  std::stable_sort(document.incidents.begin(), document.incidents.end(), [](const Incident& a, const Incident& b) {
    const auto key = [](const Incident& one) {
      return std::pair(!clock_of(one.started).has_value(), clock_of(one.started).value_or(0));
    };
    return key(a) < key(b);
  });
}

}  // namespace oomwhy
