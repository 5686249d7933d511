#include "report/cause.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "report/folding.hpp"
#include "report/ranking.hpp"
#include "report/rules_incident.hpp"

namespace oomwhy {
namespace {

// The verdict on one event, and the event itself.
struct Judged {
  const AnalysedEvent* analysed = nullptr;
  std::shared_ptr<const EventVerdict> verdict;
};

std::vector<Judged> judge_each(const Incident& incident, const History& history) {
  std::vector<Judged> judged;
  judged.reserve(incident.events.size());
  for (const AnalysedEvent& analysed : incident.events) {
    judged.push_back({&analysed, judge_event(analysed, history)});
  }
  return judged;
}

// A host out of memory is the story even where cgroups hit their limits around it.
// A report that does not say what ran out comes last.
int breadth(const Judged& judged) {
  switch (scope_of(judged.analysed->event)) {
    case Scope::Unknown:
      return 0;
    case Scope::Cgroup:
      return 1;
    case Scope::Host:
    case Scope::Cpuset:
    case Scope::MemoryPolicy:
      return 2;
  }
  return 0;
}

bool same_cause(const Cause& a, const Cause& b) { return a.kind == b.kind && a.name == b.name && a.unit == b.unit; }

std::size_t support(const std::vector<Judged>& judged, const Cause& cause) {
  std::size_t votes = 0;
  for (const Judged& other : judged) {
    votes += same_cause(other.verdict->cause, cause) ? 1 : 0;
    if (!other.analysed->folded) continue;
    const auto counted = other.analysed->folded->causes.find({cause.kind, cause.name, cause.unit});
    votes += counted != other.analysed->folded->causes.end() ? counted->second : 0;
  }
  return votes;
}

// Host before cgroup, sure before unsure, what most events say before what one says, early before late. Only causes of
// the leading kind are counted, so that the count stays linear in the number of events.
const Judged* leading(const std::vector<Judged>& judged) {
  const Judged* best = nullptr;
  std::size_t best_support = 0;
  for (const Judged& candidate : judged) {
    const auto key = std::pair(breadth(candidate), candidate.verdict->cause.confidence);
    const auto best_key =
        best == nullptr ? std::pair(-1, Confidence::None) : std::pair(breadth(*best), best->verdict->cause.confidence);
    const bool says_the_same = best != nullptr && same_cause(candidate.verdict->cause, best->verdict->cause);
    if (key < best_key || (key == best_key && says_the_same)) {
      continue;
    }
    const std::size_t votes = support(judged, candidate.verdict->cause);
    if (best == nullptr || key > best_key || votes > best_support) {
      best = &candidate;
      best_support = votes;
    }
  }
  return best;
}

bool is_held_by_nobody(CauseKind kind) {
  switch (kind) {
    case CauseKind::Shmem:
    case CauseKind::Slab:
    case CauseKind::Hugepages:
    case CauseKind::Unaccounted:
    case CauseKind::Balloon:
      return true;
    case CauseKind::Processes:
    case CauseKind::PageTables:
    case CauseKind::Locked:
    case CauseKind::Fragmentation:
    case CauseKind::Zone:
    case CauseKind::Node:
    case CauseKind::Manual:
    case CauseKind::Unknown:
      return false;
  }
  return false;
}

// --- victims ------------------------------------------------------------------------------------------------------

bool names(const Cause& cause, const std::string& comm) {
  return (cause.kind == CauseKind::Processes || cause.kind == CauseKind::Locked || cause.kind == CauseKind::Node) &&
         cause.name == comm;
}

bool names_surely(const Cause& cause, const std::string& comm) {
  return cause.confidence >= Confidence::Medium && names(cause, comm);
}

// Of a bare kill line only the name can be held against the incident's cause; a mismatch then says nothing.
std::optional<bool> of_victim(const Judged& own, const Cause& cause, const Victim& victim, bool chosen) {
  if (chosen && own.verdict->victim_is_cause) {
    return own.verdict->victim_is_cause;
  }
  if (names_surely(cause, victim.comm)) {
    return true;
  }
  if (!chosen && own.verdict->victim_is_cause) {
    return names(own.verdict->cause, victim.comm);
  }
  return std::nullopt;
}

// What the chosen victims' answers have in common.
class CommonAnswer {
 public:
  void add(bool answer) {
    differ_ = differ_ || (common_ && common_ != answer);
    common_ = answer;
  }

  void add(const FoldedReports& folded, const Cause& cause) {
    for (const auto& [kind, counts] : folded.victims) {
      if (counts.guilty > 0 || (counts.unjudged > 0 && names_surely(cause, kind.comm))) add(true);
      if (counts.innocent > 0) add(false);
    }
    if (folded.other_victims.guilty > 0) add(true);
    if (folded.other_victims.innocent > 0) add(false);
  }

  std::optional<bool> get() const { return differ_ ? std::nullopt : common_; }

 private:
  std::optional<bool> common_;
  bool differ_ = false;
};

void judge_victims(const std::vector<Judged>& judged, Verdict& verdict) {
  CommonAnswer common;
  for (const Judged& own : judged) {
    bool chosen = true;
    for (const Victim& victim : own.analysed->event.victims) {
      const std::optional<bool> answer = of_victim(own, verdict.cause, victim, chosen);
      verdict.victims_are_cause.push_back(answer);
      if (chosen && answer) common.add(*answer);
      chosen = false;
    }
    if (own.analysed->folded) common.add(*own.analysed->folded, verdict.cause);
  }
  verdict.victim_is_cause = common.get();
}

void add_evidence(std::optional<Evidence> evidence, std::vector<Evidence>& list) {
  if (evidence) {
    list.push_back(std::move(*evidence));
  }
}

void judge_together(const Incident& incident, Verdict& verdict) {
  if (std::optional<RestartLoop> loop = k1_restart_loop(incident)) {
    verdict.loop_of = loop->what;
    verdict.findings.push_back(std::move(loop->evidence));
  }
  add_evidence(k2_killing_cannot_help(incident, is_held_by_nobody(verdict.cause.kind)), verdict.findings);
  if (!std::any_of(verdict.findings.begin(), verdict.findings.end(),
                   [](const Evidence& e) { return e.rule == "K3"; })) {
    add_evidence(k3_killed_twice(incident), verdict.findings);
  }
  if (verdict.cause.name && verdict.cause.kind == CauseKind::Processes) {
    add_evidence(g1_growth(incident, *verdict.cause.name), verdict.cause.evidence);
  }
  add_evidence(g2_gain_of_kills(incident), verdict.findings);
}

}  // namespace

std::shared_ptr<const EventVerdict> judge_event(const AnalysedEvent& analysed, const History& history) {
  if (analysed.findings) {
    return {analysed.findings, &analysed.findings->verdict};
  }
  return std::make_shared<const EventVerdict>(rank(set_scene(analysed.event, analysed.analysis), history));
}

Verdict find_cause(const Incident& incident, const History& history) {
  Verdict verdict;
  const std::vector<Judged> judged = judge_each(incident, history);
  const Judged* lead = leading(judged);
  if (lead == nullptr) {
    return verdict;
  }
  verdict.telling_event = static_cast<std::size_t>(lead - judged.data());
  verdict.cause = lead->verdict->cause;
  verdict.findings = lead->verdict->context;
  judge_victims(judged, verdict);
  judge_together(incident, verdict);
  return verdict;
}

}  // namespace oomwhy
