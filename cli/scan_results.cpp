#include "cli/scan_results.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "report/append.hpp"
#include "report/format.hpp"

namespace oomwhy {
namespace {

// Every id by which an incident may be met again.
std::vector<std::string> ids_of(const Incident& incident) {
  std::vector<std::string> ids = incident.event_ids;
  if (std::find(ids.begin(), ids.end(), incident.id) == ids.end()) ids.push_back(incident.id);
  return ids;
}

// Which of two copies says more: kern.log has the kernel's report alone, syslog the service manager's words as well.
bool says_more(const Incident& a, const Incident& b) {
  if (a.events_total != b.events_total) return a.events_total > b.events_total;
  return a.userland.size() > b.userland.size();
}

std::optional<std::int64_t> start_of(const Incident& incident) {
  return incident.started ? incident.started->realtime_us : std::nullopt;
}

class Summing {
 public:
  Summing(const ScanState& before, std::int64_t now_us)
      : before_(before), now_us_(now_us), done_(before.done.begin(), before.done.end()) {
    outcome_.next = before;
    outcome_.next.finished_us = now_us;
  }

  void add(const SourceTask& task, SourceResult result) {
    ScanSummary& summary = outcome_.summary;
    Document& document = result.document;
    take_hosts_word(document, result.source);
    for (std::size_t i = 0; i < document.incidents.size(); ++i) {
      add_incident(std::move(document.incidents[i]), result.open[i], result.source.host);
    }
    for (OtherKill& kill : document.other_kills) {
      if (kill.host.empty()) kill.host = result.source.host;
      summary.other_kills.push_back(kill);
      outcome_.document.other_kills.push_back(std::move(kill));
    }
    append(outcome_.document.refused_allocations, std::move(document.refused_allocations));
    for (const BlindSpot& spot : document.coverage.blind_spots) {
      summary.blind_spots.emplace_back(result.source.host, spot);
    }
    add_coverage(document.coverage);
    for (InputSummary& input : document.inputs) outcome_.document.inputs.push_back(std::move(input));
    for (std::string& note : result.notes) summary.notes.push_back(std::move(note));
    outcome_.next.totals.missed_kernel_messages += result.missed_messages;
    outcome_.unreadable += result.source.failed ? 1 : 0;
    outcome_.incomplete = outcome_.incomplete || result.source.failed || result.source.silent_since_us;
    summary.sources.push_back(std::move(result.source));
    outcome_.next.sources[task.name] = std::move(result.next);
  }

  ScanOutcome finish() {
    sort_incidents();
    outcome_.shown = outcome_.next.totals;
    for (const ScanIncident& found : outcome_.summary.incidents) commit(found);
    for (const ScanIncident& found : outcome_.summary.incidents) {
      if (!found.open) oomwhy::add(outcome_.next.totals, found.incident);
      oomwhy::add(outcome_.shown, found.incident);
    }
    forget_the_oldest(outcome_.next);
    const Coverage& coverage = outcome_.document.coverage;
    outcome_.summary.from_us = before_.finished_us > 0 ? std::optional(before_.finished_us)
                               : coverage.from         ? coverage.from->realtime_us
                                                       : std::nullopt;
    outcome_.summary.to_us = before_.finished_us > 0 ? std::optional(now_us_)
                             : coverage.to           ? coverage.to->realtime_us
                                                     : std::nullopt;
    return std::move(outcome_);
  }

 private:
  // Two logs of one host hold the same kill; what an earlier run told for good is not told again.
  void add_incident(Incident incident, bool open, const std::string& source_host) {
    const std::vector<std::string> ids = ids_of(incident);
    if (std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return done_.contains(id); })) return;
    const std::string host = incident.host.empty() ? source_host : incident.host;
    for (ScanIncident& known : outcome_.summary.incidents) {
      const std::vector<std::string> others = ids_of(known.incident);
      const bool same = known.host == host && std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
                          return std::find(others.begin(), others.end(), id) != others.end();
                        });
      if (!same) continue;
      known.open = known.open || open;
      if (says_more(incident, known.incident)) known.incident = std::move(incident);
      return;
    }
    if (incident.host.empty()) incident.host = host;
    outcome_.summary.incidents.push_back({std::move(incident), host, open, std::nullopt});
  }

  // The log's own word for its host goes before that of its file's name.
  static void take_hosts_word(const Document& document, ScanSource& source) {
    std::set<std::string> hosts;
    for (const Incident& incident : document.incidents) hosts.insert(incident.host);
    hosts.erase("");
    if (hosts.size() == 1) source.host = *hosts.begin();
  }

  void add_coverage(const Coverage& coverage) {
    Coverage& all = outcome_.document.coverage;
    all.complete = all.complete && coverage.complete;
    const auto clock = [](const std::optional<Time>& time) { return time ? time->realtime_us : std::nullopt; };
    if (clock(coverage.from) && (!clock(all.from) || *clock(coverage.from) < *clock(all.from)))
      all.from = coverage.from;
    if (clock(coverage.to) && (!clock(all.to) || *clock(coverage.to) > *clock(all.to))) all.to = coverage.to;
    all.blind_spots.insert(all.blind_spots.end(), coverage.blind_spots.begin(), coverage.blind_spots.end());
  }

  void sort_incidents() {
    auto& incidents = outcome_.summary.incidents;
    std::stable_sort(incidents.begin(), incidents.end(), [](const ScanIncident& a, const ScanIncident& b) {
      const auto key = [](const ScanIncident& one) {
        const auto start = start_of(one.incident);
        return std::pair(!start.has_value(), start.value_or(0));
      };
      return key(a) < key(b);
    });
    for (ScanIncident& found : incidents) {
      const auto known = before_.known.find(trouble_of(found));
      if (known != before_.known.end()) found.known_since_us = known->second.first_us;
    }
  }

  static std::string trouble_of(const ScanIncident& found) {
    return to_utf8(found.host) + "|" + signature_of(found.incident);
  }

  // An open incident is told again: only then it is done.
  void commit(const ScanIncident& found) {
    if (found.open) return;
    for (const std::string& id : ids_of(found.incident)) {
      if (done_.insert(id).second) outcome_.next.done.push_back(id);
    }
    const std::int64_t time = start_of(found.incident).value_or(now_us_);
    auto [known, fresh] = outcome_.next.known.try_emplace(trouble_of(found), KnownTrouble{time, time, 0});
    known->second.first_us = std::min(known->second.first_us, time);
    known->second.last_us = std::max(known->second.last_us, time);
    ++known->second.count;
  }

  const ScanState& before_;
  std::int64_t now_us_;
  std::set<std::string> done_;
  ScanOutcome outcome_;
};

}  // namespace

ScanOutcome sum_up(const std::vector<SourceTask>& tasks, std::vector<SourceResult> results, const ScanState& before,
                   std::int64_t now_us) {
  Summing summing(before, now_us);
  for (std::size_t i = 0; i < results.size(); ++i) summing.add(tasks[i], std::move(results[i]));
  return summing.finish();
}

}  // namespace oomwhy
