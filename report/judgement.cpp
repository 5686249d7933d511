#include "report/judgement.hpp"

#include <algorithm>
#include <utility>

#include "report/advice.hpp"
#include "report/cause.hpp"
#include "report/sentences.hpp"

namespace oomwhy {
namespace {

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

// What the tables that the cause was read from said when they were left out; null: they are there.
const EventFindings* read_off_before(const Incident& incident) {
  if (incident.telling_event >= incident.events.size()) {
    return nullptr;
  }
  const EventFindings* findings = incident.events[incident.telling_event].findings.get();
  return findings != nullptr && !findings->summary.empty() ? findings : nullptr;
}

}  // namespace

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
  const EventFindings* before = read_off_before(incident);
  incident.summary = before != nullptr ? before->summary : summarise(incident);
  incident.advice = before != nullptr ? before->advice : advise(incident, background);
  incident.timeline = kernel_timeline(incident);
}

}  // namespace oomwhy
