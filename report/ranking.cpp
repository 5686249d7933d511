#include "report/ranking.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "report/candidate.hpp"
#include "report/cause_description.hpp"
#include "report/main_user.hpp"
#include "report/process_judgement.hpp"

namespace oomwhy {
namespace {

constexpr double kRival = 0.7;               // of the cause: then size alone does not decide
constexpr double kLockedPart = 0.5;          // of a group's memory: then that it is locked is what matters
constexpr double kBeyondRivals = 2.0 / 3.0;  // of the charged memory: what is left cannot be half of it

const Finding* largest_holding_of_no_process(const std::vector<Finding>& findings) {
  const Finding* largest = nullptr;
  for (const Finding& finding : findings) {
    if (finding.holding && finding.holding->kind != CauseKind::Processes &&
        finding.holding->kind != CauseKind::Manual &&
        (largest == nullptr || finding.holding->size > largest->holding->size)) {
      largest = &finding;
    }
  }
  return largest;
}

std::string reason_of(const Finding& finding) {
  switch (finding.holding->kind) {
    case CauseKind::Manual:
      return "the report says so";
    case CauseKind::Fragmentation:
    case CauseKind::Zone:
      return "the free lists and watermarks say so";
    case CauseKind::Locked:
    case CauseKind::Processes:
    case CauseKind::Shmem:
    case CauseKind::Slab:
    case CauseKind::PageTables:
    case CauseKind::Hugepages:
    case CauseKind::Unaccounted:
    case CauseKind::Balloon:
    case CauseKind::Node:
    case CauseKind::Unknown:
      return "the kernel's own counters say so";
  }
  return {};
}

Candidate put_forward(const Scene& scene, const Finding& finding) {
  Candidate candidate;
  candidate.kind = finding.holding->kind;
  candidate.size = finding.holding->size;
  candidate.name = finding.holding->name;
  candidate.suspect = finding.holding->suspect ? &scene.suspects[*finding.holding->suspect] : nullptr;
  candidate.rules.emplace_back(finding.evidence.rule);
  candidate.confidence = finding.confidence;
  candidate.why = reason_of(finding);
  return candidate;
}

Candidate memory_of_no_process(const Scene& scene, const Finding& finding, Bytes rival) {
  Candidate candidate = put_forward(scene, finding);
  if (candidate.kind == CauseKind::Unaccounted) {
    be(candidate, Confidence::Medium, "that it is missing is certain, who holds it is not in the report");
  } else if (ratio(rival, candidate.size) >= kRival) {
    be(candidate, std::min(candidate.confidence, Confidence::Medium), "a group of processes holds nearly as much");
  }
  return candidate;
}

bool is_locked_memory_of(const Scene& scene, const Finding* locked, const Candidate& candidate) {
  return locked != nullptr && candidate.suspect != nullptr && speaks_for(locked, scene, *candidate.suspect) &&
         ratio(locked->holding->size, candidate.size) >= kLockedPart;
}

Candidate largest_holder(const Scene& scene, const std::vector<Finding>& findings, const History& history) {
  Candidate candidate = judge_processes(scene, findings, history);
  if (const Finding* locked = find(findings, "C12"); is_locked_memory_of(scene, locked, candidate)) {
    Candidate same = put_forward(scene, *locked);
    same.size = candidate.size;
    same.rules.insert(same.rules.end(), candidate.rules.begin(), candidate.rules.end());
    be(same, candidate.confidence, candidate.why);
    candidate = same;
  }
  const Bytes largest = scene.suspects.empty() ? Bytes{} : scene.suspects.front().size;
  const Finding* other = largest_holding_of_no_process(findings);
  if (other != nullptr && other->holding->size >= largest) {
    return memory_of_no_process(scene, *other, largest);
  }
  return candidate;
}

bool is_bound(const Scene& scene) { return scene.scope == Scope::Cpuset || scene.scope == Scope::MemoryPolicy; }

// The table does not say on which node a task's memory lies.
void judge_bound(const Scene& scene, Candidate& candidate) {
  if (!is_bound(scene) || candidate.kind != CauseKind::Processes) {
    return;
  }
  candidate.rules.emplace_back("S5");
  if (!scene.charged) {
    be(candidate, Confidence::Low, "how much memory the allowed nodes have is not in the report");
  } else if (candidate.suspect->share < kDominant) {
    candidate.kind = CauseKind::Node;
    be(candidate, Confidence::Low, "no group is large enough to have filled the allowed nodes alone");
  } else {
    be(candidate, std::min(candidate.confidence, Confidence::Medium),
       "it is large enough to fill the nodes it is bound to, but the table does not say where its memory lies");
  }
}

// Without its header a report may be one that somebody asked for by sysrq, with memory to spare.
bool may_be_manual(const Scene& scene, const std::vector<Finding>& findings) {
  const auto& missing = scene.event.completeness.missing;
  const bool headless = std::find(missing.begin(), missing.end(), ReportPart::Header) != missing.end();
  return headless && scene.scope == Scope::Host && find(findings, "C19") == nullptr;
}

// A row that is lost may be the largest, or a hundred of them the swarm that did it.
bool is_open_to_lost_rows(const Scene& scene, const Candidate& candidate) {
  const auto& missing = scene.event.completeness.missing;
  const bool rows_lost = std::find(missing.begin(), missing.end(), ReportPart::TaskRows) != missing.end();
  return rows_lost && candidate.suspect != nullptr && candidate.suspect->share < kBeyondRivals;
}

Candidate decide(const Scene& scene, const std::vector<Finding>& findings, const History& history) {
  for (const RuleId rule : {RuleId("S6"), RuleId("C18"), RuleId("C20")}) {
    if (const Finding* finding = find(findings, rule)) {
      return put_forward(scene, *finding);
    }
  }
  if (may_be_manual(scene, findings)) {
    Candidate nobody;
    be(nobody, Confidence::None,
       "no zone was short of memory, and the header that says who asked for the kill is lost");
    return nobody;
  }
  Candidate candidate = largest_holder(scene, findings, history);
  judge_bound(scene, candidate);
  if (is_open_to_lost_rows(scene, candidate)) {
    candidate = Candidate{};
    be(candidate, Confidence::None, "rows of the task table are lost: who held most is not in the report");
    return candidate;
  }
  const bool own_limit = find(findings, "S2") != nullptr;
  const bool too_small = candidate.suspect != nullptr && candidate.suspect->share < kWorthNaming && !own_limit;
  if (candidate.kind == CauseKind::Unknown && !candidate.name) {
    be(candidate, Confidence::None, "the report does not say who held the memory");
  } else if (candidate.kind == CauseKind::Processes && too_small) {
    candidate = Candidate{};
    be(candidate, Confidence::None, "no group of processes and no counter holds much of the memory");
  }
  return candidate;
}

// A report that is not whole proves little: the row that is missing may be the largest.
void cap_by_grade(const Scene& scene, Candidate& candidate) {
  if (scene.event.completeness.grade >= Grade::C && candidate.confidence > Confidence::Low &&
      candidate.kind != CauseKind::Manual) {
    be(candidate, Confidence::Low, "the report is not complete");
  }
}

std::optional<bool> is_victim_the_cause(const Scene& scene, const Candidate& candidate) {
  const Victim* victim = chosen_victim(scene.event);
  if (victim == nullptr || candidate.confidence < Confidence::Medium) {
    return std::nullopt;
  }
  if (candidate.suspect == nullptr) {
    return false;
  }
  return candidate.suspect->holds_victim || candidate.suspect->comm == victim->comm;
}

// A group is named, but none of the rules that name one speaks for it.
bool needs_naming(const Candidate& candidate) {
  constexpr std::array<std::string_view, 5> kNaming = {"C1", "C3", "C4", "C10", "C12"};
  return candidate.suspect != nullptr && std::none_of(kNaming.begin(), kNaming.end(), [&](std::string_view rule) {
           return std::find(candidate.rules.begin(), candidate.rules.end(), rule) != candidate.rules.end();
         });
}

// What was asked for by hand has no memory that ran out: what else the report counts explains nothing of it.
bool is_beside_the_point(const Finding& finding, const Candidate& candidate) {
  return candidate.kind == CauseKind::Manual && finding.evidence.rule.starts_with('C');
}

void sort_evidence(std::vector<Finding> findings, const Candidate& candidate, EventVerdict& verdict) {
  for (Finding& finding : findings) {
    const bool speaks =
        std::find(candidate.rules.begin(), candidate.rules.end(), finding.evidence.rule) != candidate.rules.end();
    if (!is_beside_the_point(finding, candidate)) {
      (speaks ? verdict.cause.evidence : verdict.context).push_back(std::move(finding.evidence));
    }
  }
}

}  // namespace

EventVerdict rank(const Scene& scene, const History& history) {
  std::vector<Finding> findings = apply_rules(scene);
  Candidate candidate = decide(scene, findings, history);
  cap_by_grade(scene, candidate);
  if (needs_naming(candidate)) {
    findings.push_back(c26_held_so_much(scene, *candidate.suspect));
    candidate.rules.emplace_back(RuleId("C26"));
  }
  if (candidate.suspect != nullptr) {
    if (std::optional<Finding> unusual = c2_unusual(scene, *candidate.suspect, history)) {
      findings.push_back(std::move(*unusual));
    }
  }
  EventVerdict verdict;
  verdict.cause = describe(scene, candidate);
  verdict.victim_is_cause = is_victim_the_cause(scene, candidate);
  if (candidate.suspect != nullptr) {
    verdict.suspect = static_cast<std::size_t>(candidate.suspect - scene.suspects.data());
  }
  sort_evidence(std::move(findings), candidate, verdict);
  return verdict;
}

}  // namespace oomwhy
