#include "report/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "report/folding.hpp"
#include "report/format.hpp"
#include "report/scan_summary.hpp"
#include "report/scene.hpp"
#include "report/spelling.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kMostNames = 1000;  // kept from run to run
constexpr std::size_t kMostShown = 20;
constexpr const char* kOther = "other";

template <typename Key>
void count(std::map<Key, std::uint64_t>& counters, const Key& key, const Key& other, std::uint64_t more = 1) {
  if (more == 0) return;
  const bool room = counters.size() < kMostNames || counters.contains(key);
  counters[room ? key : other] += more;
}

// Backslash, quote and newline as the format wants them; control characters are made visible first.
std::string label(const std::string& raw) {
  std::string escaped;
  for (const char c : escape_terminal(raw)) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void head(std::string& text, const char* name, const char* type, const char* help) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void by_unit(std::string& text, const char* name, const char* help,
             const std::map<std::string, std::uint64_t>& counters) {
  head(text, name, "counter", help);
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counters.begin(), counters.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::uint64_t rest = 0;
  bool any_rest = false;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i >= kMostShown || sorted[i].first == kOther) {
      rest += sorted[i].second;
      any_rest = true;
      continue;
    }
    text += fmt::format("{}{{unit=\"{}\"}} {}\n", name, label(sorted[i].first), sorted[i].second);
  }
  if (any_rest) text += fmt::format("{}{{unit=\"{}\"}} {}\n", name, kOther, rest);
}

std::string seconds(std::int64_t microseconds) {
  return fmt::format("{:.3f}", static_cast<double>(microseconds) / 1e6);
}

bool any_incomplete(const Incident& incident) {
  return std::any_of(incident.events.begin(), incident.events.end(), [](const AnalysedEvent& event) {
    return is_incomplete(event.event) || (event.folded && event.folded->any_incomplete);
  });
}

}  // namespace

void add(ScanTotals& totals, const Incident& incident) {
  const std::string scope(spell(incident.scope));
  const std::string killer = incident.killers.empty() ? "unknown" : to_utf8(incident.killers.front());
  count(totals.incidents, {scope, killer}, {scope, kOther});
  for (const IncidentVictim& victim : incident.victims) {
    if (victim.victim.already_exiting) continue;
    count(totals.victim_kills, to_utf8(victim.unit.value_or("")), std::string(kOther));
  }
  for_each_folded(incident, [&](const FoldedReports& folded) {
    for (const auto& [kind, counts] : folded.victims) {
      count(totals.victim_kills, to_utf8(kind.unit.value_or("")), std::string(kOther), counts.all - counts.exiting);
    }
    const VictimCounts& others = folded.other_victims;
    count(totals.victim_kills, std::string(kOther), std::string(kOther), others.all - others.exiting);
  });
  count(totals.cause_incidents, to_utf8(incident.cause.unit.value_or("")), std::string(kOther));
  if (incident.started && incident.started->realtime_us) {
    std::int64_t& last = totals.last_incident_us[scope];
    last = std::max(last, *incident.started->realtime_us);
  }
  if (any_incomplete(incident)) ++totals.incomplete_reports;
}

std::uint64_t missed_messages(const BlindSpot& spot) {
  if (spot.kind != BlindSpotKind::RecordsLost) return 0;
  const std::size_t digit = spot.detail.find_first_of("0123456789");
  if (digit == std::string::npos) return 0;
  std::uint64_t number = 0;
  std::from_chars(spot.detail.data() + digit, spot.detail.data() + spot.detail.size(), number);
  return number;
}

std::string render_metrics(const ScanTotals& totals, const ScanHealth& health) {
  std::string text;
  head(text, "oomwhy_incidents_total", "counter", "OOM incidents found, by scope and killer.");
  for (const auto& [key, number] : totals.incidents) {
    text += fmt::format("oomwhy_incidents_total{{scope=\"{}\",killer=\"{}\"}} {}\n", label(key.first),
                        label(key.second), number);
  }
  by_unit(text, "oomwhy_victim_kills_total", "Processes killed, by the unit of the victim; empty: not known.",
          totals.victim_kills);
  by_unit(text, "oomwhy_cause_incidents_total", "OOM incidents, by the unit that caused them; empty: not known.",
          totals.cause_incidents);
  head(text, "oomwhy_last_incident_timestamp_seconds", "gauge", "When the latest incident began, by scope.");
  for (const auto& [scope, time] : totals.last_incident_us) {
    text += fmt::format("oomwhy_last_incident_timestamp_seconds{{scope=\"{}\"}} {}\n", label(scope), seconds(time));
  }
  head(text, "oomwhy_incomplete_reports_total", "counter", "Incidents with a report that is not whole.");
  text += fmt::format("oomwhy_incomplete_reports_total {}\n", totals.incomplete_reports);
  head(text, "oomwhy_journal_missed_kernel_messages_total", "counter", "Kernel messages that the journal missed.");
  text += fmt::format("oomwhy_journal_missed_kernel_messages_total {}\n", totals.missed_kernel_messages);
  head(text, "oomwhy_scan_last_success_timestamp_seconds", "gauge", "When the last scan ended.");
  text += fmt::format("oomwhy_scan_last_success_timestamp_seconds {}\n", seconds(health.finished_us));
  head(text, "oomwhy_scan_unreadable_sources", "gauge", "Sources that the last scan could not read, or only in part.");
  text += fmt::format("oomwhy_scan_unreadable_sources {}\n", health.unreadable_sources);
  return text;
}

}  // namespace oomwhy
