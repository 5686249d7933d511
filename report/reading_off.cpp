#include "report/reading_off.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "report/cause.hpp"
#include "report/incident.hpp"
#include "report/judgement.hpp"
#include "report/retention.hpp"
#include "report/rules_incident.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kStories = 8;  // different causes, and different cgroups or names that were hit

std::vector<EventFindings> read_off(Incident& incident, const History& history) {
  const std::vector<bool> restarted = find_restarts(incident.events);
  std::vector<EventFindings> findings;
  findings.reserve(incident.events.size());
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    AnalysedEvent& event = incident.events[i];
    event.restarted = restarted[i];
    findings.push_back(event.findings
                           ? *event.findings
                           : EventFindings{.verdict = judge_event(event, history), .victims = victims_of(event)});
  }
  return findings;
}

// What several events that name the same cause are counted by; its evidence is quoted of one of them only.
void strip_evidence(EventVerdict& verdict) {
  Cause& cause = verdict.cause;
  cause = {.kind = cause.kind,
           .name = std::move(cause.name),
           .unit = std::move(cause.unit),
           .unit_certainty = cause.unit_certainty,
           .confidence = cause.confidence};
  verdict.context.clear();
}

// The last kill of each cgroup or name: only its table tells whether the next one hit new processes.
std::vector<std::size_t> last_hits(const std::vector<AnalysedEvent>& events) {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (const auto what = hit_of(events[i].event)) last[*what] = i;
  }
  std::vector<std::size_t> indices;
  indices.reserve(last.size());
  for (const auto& [what, index] : last) indices.push_back(index);
  std::sort(indices.rbegin(), indices.rend());
  return indices;
}

std::vector<std::size_t> first_of_each_cause(const std::vector<EventFindings>& findings) {
  std::set<std::tuple<CauseKind, std::string, std::string, Confidence>> seen;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Cause& cause = findings[i].verdict.cause;
    if (seen.emplace(cause.kind, cause.name.value_or(""), cause.unit.value_or(""), cause.confidence).second) {
      indices.push_back(i);
    }
  }
  return indices;
}

void append_some(std::vector<std::size_t>& order, const std::vector<std::size_t>& more) {
  order.insert(order.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(std::min(more.size(), kStories)));
}

std::vector<std::size_t> by_worth(const Incident& incident, const std::vector<EventFindings>& findings) {
  const auto& events = incident.events;
  const auto lighter = [](const AnalysedEvent& a, const AnalysedEvent& b) { return weight(a) < weight(b); };
  const auto largest = std::max_element(events.begin(), events.end(), lighter) - events.begin();
  std::vector<std::size_t> order = {find_cause(incident).telling_event, events.size() - 1, 0,
                                    static_cast<std::size_t>(largest)};
  append_some(order, first_of_each_cause(findings));
  append_some(order, last_hits(events));
  return order;
}

void leave_out(AnalysedEvent& event, EventFindings findings) {
  if (event.omitted) return;
  event.findings = std::make_shared<const EventFindings>(std::move(findings));
  oomwhy::leave_out(event);
}

}  // namespace

void leave_middle_out(Incident& incident, const Background& background, std::uint64_t budget) {
  if (weight(incident) <= budget) return;
  std::vector<EventFindings> findings = read_off(incident, background.history);
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
    if (std::find(worthy.begin(), worthy.end(), i) == worthy.end()) strip_evidence(findings[i].verdict);
    leave_out(incident.events[i], std::move(findings[i]));
  }
}

void leave_all_out(Incident& incident, const Background& background) {
  std::vector<EventFindings> findings = read_off(incident, background.history);
  judge(incident, background);
  if (incident.telling_event < findings.size()) {
    findings[incident.telling_event].summary = incident.summary;
    findings[incident.telling_event].advice = incident.advice;
  }
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    if (i != incident.telling_event) strip_evidence(findings[i].verdict);
    leave_out(incident.events[i], std::move(findings[i]));
  }
}

}  // namespace oomwhy
