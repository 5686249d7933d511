#include "report/reading_off.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "report/cause.hpp"
#include "report/folding.hpp"
#include "report/incident.hpp"
#include "report/judgement.hpp"
#include "report/retention.hpp"
#include "report/rules_incident.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kStories = 8;  // different causes

using Findings = std::shared_ptr<const EventFindings>;

std::vector<std::uint32_t> pids_of(const std::vector<Task>& tasks) {
  std::vector<std::uint32_t> pids;
  pids.reserve(tasks.size());
  for (const Task& task : tasks) pids.push_back(task.pid);
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<Findings> read_off(Incident& incident, const History& history) {
  const std::vector<bool> restarted = find_restarts(incident.events);
  std::vector<Findings> findings;
  findings.reserve(incident.events.size());
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    AnalysedEvent& event = incident.events[i];
    event.restarted = restarted[i];
    findings.push_back(
        event.findings ? event.findings
                       : std::make_shared<const EventFindings>(EventFindings{.verdict = *judge_event(event, history),
                                                                             .victims = victims_of(event),
                                                                             .pids = pids_of(event.event.tasks)}));
  }
  return findings;
}

// What several events that name the same cause are counted by; its evidence is quoted of one of them only.
Findings without_evidence(const EventFindings& findings) {
  const Cause& cause = findings.verdict.cause;
  EventFindings bare{.victims = findings.victims, .pids = findings.pids};
  bare.verdict.victim_is_cause = findings.verdict.victim_is_cause;
  bare.verdict.cause = {.kind = cause.kind,
                        .name = cause.name,
                        .unit = cause.unit,
                        .unit_certainty = cause.unit_certainty,
                        .confidence = cause.confidence};
  return std::make_shared<const EventFindings>(std::move(bare));
}

std::vector<std::size_t> first_of_each_cause(const std::vector<Findings>& findings) {
  std::set<std::tuple<CauseKind, std::string, std::string, Confidence>> seen;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Cause& cause = findings[i]->verdict.cause;
    if (seen.emplace(cause.kind, cause.name.value_or(""), cause.unit.value_or(""), cause.confidence).second) {
      indices.push_back(i);
    }
  }
  return indices;
}

std::vector<std::size_t> by_worth(const Incident& incident, const std::vector<Findings>& findings) {
  const auto& events = incident.events;
  const auto lighter = [](const AnalysedEvent& a, const AnalysedEvent& b) { return weight(a) < weight(b); };
  const auto largest = std::max_element(events.begin(), events.end(), lighter) - events.begin();
  std::vector<std::size_t> order = {find_cause(incident).telling_event, events.size() - 1, 0,
                                    static_cast<std::size_t>(largest)};
  const std::vector<std::size_t> stories = first_of_each_cause(findings);
  order.insert(order.end(), stories.begin(),
               stories.begin() + static_cast<std::ptrdiff_t>(std::min(stories.size(), kStories)));
  return order;
}

enum class EvidenceKept { Yes, No };

void leave_out(AnalysedEvent& event, const Findings& findings, EvidenceKept kept) {
  if (event.omitted) return;
  event.findings = kept == EvidenceKept::Yes ? findings : without_evidence(*findings);
  oomwhy::leave_out(event);
}

}  // namespace

void leave_middle_out(Incident& incident, const Background& background, std::uint64_t budget) {
  if (weight(incident) <= budget) return;
  const std::vector<Findings> findings = read_off(incident, background.history);
  std::vector<bool> stays(incident.events.size(), false);
  std::uint64_t spent = 0;
  const std::vector<std::size_t> worthy = by_worth(incident, findings);
  for (const std::size_t i : worthy) {
    const std::uint64_t more = stays[i] ? 0 : weight(incident.events[i]);
    if (spent != 0 && spent + more > budget) continue;
    stays[i] = true;
    spent += more;
  }
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    const std::uint64_t more = weight(incident.events[i]);
    if (!stays[i] && spent + more <= budget) {
      stays[i] = true;
      spent += more;
    }
    if (stays[i]) continue;
    const bool worth = std::find(worthy.begin(), worthy.end(), i) != worthy.end();
    leave_out(incident.events[i], findings[i], worth ? EvidenceKept::Yes : EvidenceKept::No);
  }
}

void leave_all_out(Incident& incident, const Background& background) {
  std::vector<Findings> findings = read_off(incident, background.history);
  judge(incident, background);
  if (incident.telling_event < findings.size()) {
    EventFindings telling = *findings[incident.telling_event];
    telling.summary = incident.summary;
    telling.advice = incident.advice;
    findings[incident.telling_event] = std::make_shared<const EventFindings>(std::move(telling));
  }
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    leave_out(incident.events[i], findings[i], i == incident.telling_event ? EvidenceKept::Yes : EvidenceKept::No);
  }
}

void count_middle(Incident& incident, const Background& background, std::size_t at_ends) {
  if (incident.events.size() <= 2 * at_ends) return;
  const std::vector<Findings> findings = read_off(incident, background.history);
  fold(incident, findings, by_worth(incident, findings), at_ends);
}

}  // namespace oomwhy
