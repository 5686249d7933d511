#include "report/analysis.hpp"

#include <algorithm>
#include <utility>

#include "report/advice.hpp"
#include "report/cause.hpp"
#include "report/event_id.hpp"
#include "report/incident.hpp"
#include "report/other_kills.hpp"
#include "report/recent_victims.hpp"
#include "report/retention.hpp"
#include "report/sentences.hpp"
#include "report/userland_incidents.hpp"
#include "report/userland_verdict.hpp"

namespace oomwhy {
namespace {

bool hides_kills(BlindSpotKind kind) {
  switch (kind) {
    case BlindSpotKind::RecordsLost:
    case BlindSpotKind::Unreadable:
    case BlindSpotKind::Damaged:
    case BlindSpotKind::RingOverrun:
    case BlindSpotKind::Gap:
    case BlindSpotKind::LevelFiltered:
      return true;
    case BlindSpotKind::RecordsSuppressed:
    case BlindSpotKind::NotKernelTransport:
    case BlindSpotKind::Container:
    case BlindSpotKind::NoJournal:
    case BlindSpotKind::VolatileStorage:
    case BlindSpotKind::UnknownFormat:
    case BlindSpotKind::Clock:
      return false;
  }
  return false;
}

std::optional<std::int64_t> clock_of(const std::optional<Time>& time) {
  if (!time) {
    return std::nullopt;
  }
  return time->realtime_us ? time->realtime_us : time->wall_us;
}

// The interval is that of the inputs that know the time; without one, the first input's own.
void widen(Coverage& coverage, const InputSummary& input) {
  const auto from = clock_of(input.first), to = clock_of(input.last);
  if (!coverage.from || (from && (!clock_of(coverage.from) || *from < *clock_of(coverage.from)))) {
    coverage.from = input.first;
  }
  if (!coverage.to || (to && (!clock_of(coverage.to) || *to > *clock_of(coverage.to)))) {
    coverage.to = input.last;
  }
}

Coverage cover(const std::vector<InputSummary>& inputs) {
  Coverage coverage;
  for (const InputSummary& input : inputs) {
    widen(coverage, input);
    coverage.complete = coverage.complete && !input.error;
    for (const BlindSpot& spot : input.blind_spots) {
      coverage.complete = coverage.complete && !hides_kills(spot.kind);
      if (std::find(coverage.blind_spots.begin(), coverage.blind_spots.end(), spot) == coverage.blind_spots.end()) {
        coverage.blind_spots.push_back(spot);
      }
    }
  }
  return coverage;
}

bool lists_any(const OomEvent& event, const std::vector<std::uint32_t>& pids) {
  return std::any_of(event.tasks.begin(), event.tasks.end(),
                     [&](const Task& task) { return std::find(pids.begin(), pids.end(), task.pid) != pids.end(); });
}

// A task that an event before had killed and that is still in the table was passed over as dying. Only the last kills
// can still be listed.
void score_in_context(Incident& incident) {
  constexpr std::size_t kRecent = 64;
  std::vector<std::uint32_t> recent;
  for (AnalysedEvent& analysed : incident.events) {
    if (!recent.empty() && lists_any(analysed.event, recent)) {
      analysed.analysis.scoring = score(analysed.event, ScoringContext{recent});
    }
    for (const Victim& victim : analysed.event.victims) {
      recent.push_back(victim.pid);
    }
    if (recent.size() > kRecent) {
      recent.erase(recent.begin(), recent.end() - kRecent);
    }
  }
}

void judge(Incident& incident, const Background& background) {
  score_in_context(incident);
  Verdict verdict = find_cause(incident, background.history);
  incident.cause = std::move(verdict.cause);
  incident.victim_is_cause = verdict.victim_is_cause;
  incident.loop = verdict.loop_of.has_value();
  incident.loop_of = verdict.loop_of.value_or("");
  incident.telling_event = verdict.telling_event;
  for (std::size_t i = 0; i < incident.victims.size() && i < verdict.victims_are_cause.size(); ++i) {
    incident.victims[i].is_cause = verdict.victims_are_cause[i];
  }
  std::vector<Evidence>& evidence = incident.cause.evidence;
  evidence.insert(evidence.end(), verdict.findings.begin(), verdict.findings.end());
  incident.summary = summarise(incident);
  incident.advice = advise(incident, background);
  incident.timeline = kernel_timeline(incident);
}

}  // namespace

EventAnalysis analyse(const OomEvent& event) { return analyse(event, ScoringContext{}); }

EventAnalysis analyse(const OomEvent& event, const ScoringContext& context) {
  return {
      .id = event_id(event), .scoring = score(event, context), .ledger = account(event), .groups = group_tasks(event)};
}

Document analyse(std::vector<InputSummary> inputs, std::vector<OomEvent> events, const Background& background,
                 const std::vector<UserlandEvent>& userland) {
  Document document;
  document.coverage = cover(inputs);
  document.inputs = std::move(inputs);
  std::vector<AnalysedEvent> analysed;
  analysed.reserve(events.size());
  RecentVictims recent;
  for (OomEvent& event : events) {
    EventAnalysis analysis = analyse(event, recent.before(event));
    recent.remember(event);
    analysed.push_back({.event = std::move(event), .analysis = std::move(analysis)});
  }
  document.incidents = cluster(std::move(analysed));
  const UserlandWords words(userland);
  for (Incident& incident : document.incidents) {
    judge(incident, {with_earlier_runs(background.history, incident, words), background.site});
  }
  join_userland(document.incidents, words);
  document.other_kills = find_other_kills(document.incidents, words);
  for (Incident& incident : document.incidents) {
    if (incident.events.empty()) judge_without_report(incident);
    for (std::string& sentence : fate_sentences(incident)) incident.summary.push_back(std::move(sentence));
    keep_within(incident);
  }
  return document;
}

}  // namespace oomwhy
