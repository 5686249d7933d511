#include "report/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "report/format.hpp"
#include "report/suspects.hpp"
#include "report/unit_of_cause.hpp"

namespace oomwhy {
namespace {

constexpr double kPeer = 0.5;                // of the largest: below it a group is no rival
constexpr double kRival = 0.7;               // of the cause: then size alone does not decide
constexpr double kTwice = 2.0;               // over the second: the main user
constexpr double kClearlyLarger = 1.5;       // over the second: then size alone is worth a "medium"
constexpr double kWorthNaming = 0.2;         // of the charged memory: below it nobody is named
constexpr double kDominant = 0.5;            // of the charged memory
constexpr double kLockedPart = 0.5;          // of a group's memory: then that it is locked is what matters
constexpr double kBeyondRivals = 2.0 / 3.0;  // of the charged memory: what is left cannot be kPeer of it

// What is put forward as the cause.
struct Candidate {
  CauseKind kind = CauseKind::Unknown;
  Bytes size;
  std::optional<std::string> name;
  const Suspect* suspect = nullptr;
  Confidence confidence = Confidence::None;
  std::string why;
  std::vector<std::string_view> rules;  // that speak for it
};

// --- which processes ----------------------------------------------------------------------------------------------

Bytes as_printed(const Suspect& suspect) { return suspect.group.rss + suspect.group.swap; }

bool is_peer(const Suspect& suspect, const Suspect& top) {
  return ratio(suspect.size, top.size) >= kPeer || as_printed(suspect) >= as_printed(top);
}

// The kernel picks the largest single process: that it died says nothing about a pool of small ones next to it. Where
// both hold comparable amounts, the pool that was started later is what changed.
const Suspect* younger_pool(const Scene& scene, const Suspect& top) {
  if (many_alike(top)) {
    return nullptr;
  }
  for (const Suspect& suspect : scene.suspects) {
    if (&suspect != &top && many_alike(suspect) && is_peer(suspect, top) && suspect.median_pid > top.median_pid) {
      return &suspect;
    }
  }
  return nullptr;
}

Bytes highest_peak(const History& history, const std::string& unit) {
  const auto found = history.peaks.find(unit);
  if (found == history.peaks.end() || found->second.empty()) {
    return {};
  }
  return *std::max_element(found->second.begin(), found->second.end());
}

// C2: the unit is known, and it never used half as much before.
bool is_unusual(const Scene& scene, const Suspect& suspect, const History& history) {
  const UnitOfCause unit = unit_of(scene, suspect);
  const Bytes peak = unit.name ? highest_peak(history, *unit.name) : Bytes{};
  return peak.count > 0 && suspect.share >= kWorthNaming && suspect.size.count >= saturating_multiply(peak.count, 2);
}

std::optional<Finding> c2_unusual(const Scene& scene, const Suspect& suspect, const History& history) {
  if (!is_unusual(scene, suspect, history)) {
    return std::nullopt;
  }
  const std::string unit = unit_of(scene, suspect).name.value_or("");
  return Finding{.evidence = {.rule = std::string(RuleId("C2")),
                              .text = fmt::format("{} held {}; its {} earlier runs peaked at {} at most.", unit,
                                                  format_size(suspect.size), history.peaks.at(unit).size(),
                                                  format_size(highest_peak(history, unit))),
                              .origin = scene.at(scene.event.lines.task_table)},
                 .confidence = Confidence::Medium,
                 .holding = std::nullopt};
}

const Suspect* main_user(const Scene& scene, const History& history) {
  if (scene.suspects.empty()) {
    return nullptr;
  }
  const Suspect& top = scene.suspects.front();
  for (const Suspect& suspect : scene.suspects) {
    if (is_peer(suspect, top) && is_unusual(scene, suspect, history)) {
      return &suspect;
    }
  }
  const Suspect* pool = younger_pool(scene, top);
  return pool != nullptr ? pool : &top;
}

// --- how sure -----------------------------------------------------------------------------------------------------

bool speaks_for(const Finding* finding, const Scene& scene, const Suspect& suspect) {
  return finding != nullptr && finding->holding && finding->holding->suspect &&
         &scene.suspects[*finding->holding->suspect] == &suspect;
}

double lead(const Scene& scene, const Suspect& suspect) {
  Bytes second;
  for (const Suspect& other : scene.suspects) {
    if (&other != &suspect) {
      second = std::max(second, other.size);
    }
  }
  return second.count == 0 ? kClearlyLarger : ratio(suspect.size, second);
}

void be(Candidate& candidate, Confidence confidence, std::string why) {
  candidate.confidence = confidence;
  candidate.why = std::move(why);
}

// A pool of workers that is comparable to the large processes around it, and younger than all of them.
bool is_pool_started_later(const Scene& scene, const Suspect& pool) {
  if (!many_alike(pool)) {
    return false;
  }
  bool has_rival = false;
  for (const Suspect& other : scene.suspects) {
    if (&other == &pool || ratio(other.size, pool.size) < kPeer) {
      continue;
    }
    if (other.median_pid > pool.median_pid) {
      return false;
    }
    has_rival = true;
  }
  return has_rival;
}

void judge_by_sizes(const Scene& scene, const Suspect& suspect, Candidate& candidate) {
  if (scene.event.tasks.empty()) {
    if (suspect.share >= kDominant) {
      return be(candidate, Confidence::Medium,
                fmt::format("there is no task table, but the victim alone held {}",
                            format_part(suspect.share, "the memory")));
    }
    return be(candidate, Confidence::Low, "there is no task table: who held the rest is not in the report");
  }
  const double over_second = lead(scene, suspect);
  if (over_second >= kClearlyLarger && suspect.share >= kWorthNaming) {
    return be(candidate, Confidence::Medium,
              "it is the largest by far, but holds less than half of the memory and swap in use");
  }
  if (is_pool_started_later(scene, suspect)) {
    return be(candidate, Confidence::Medium,
              "it is a pool of processes that were started after the others of its size");
  }
  be(candidate, Confidence::Low, "others hold nearly as much, and one report cannot show which of them grew");
}

void judge_by_rules(const Scene& scene, const std::vector<Finding>& findings, const Suspect& suspect,
                    Candidate& candidate) {
  const bool c1 = speaks_for(find(findings, "C1"), scene, suspect);
  const bool c3 = speaks_for(find(findings, "C3"), scene, suspect);
  const bool c4 = speaks_for(find(findings, "C4"), scene, suspect);
  for (const auto& [fires, rule] : {std::pair(c1, "C1"), std::pair(c3, "C3"), std::pair(c4, "C4")}) {
    if (fires) {
      candidate.rules.emplace_back(rule);
    }
  }
  const bool rival_pool = c1 && !c3 && find(findings, "C3") != nullptr;
  if (c1 && !rival_pool) {
    return be(candidate, Confidence::High,
              fmt::format("it held {} and nothing else came near it", format_part(suspect.share, "the memory")));
  }
  if (c1) {
    return be(candidate, Confidence::Medium,
              "it held most of the memory, but a pool of many small processes held much too");
  }
  if (c3 && c4 && suspect.size >= scene.suspects.front().size) {
    return be(candidate, Confidence::High, "many processes of one name together held more than any other group");
  }
  if (c4 && lead(scene, suspect) >= kTwice) {
    return be(candidate, Confidence::High, "it held twice as much as any other group, the victim's included");
  }
  if (c3 && lead(scene, suspect) >= 1.0) {
    return be(candidate, Confidence::Medium, "many processes of one name together held more than any other group");
  }
  judge_by_sizes(scene, suspect, candidate);
}

// --- candidates ---------------------------------------------------------------------------------------------------

// The unit ran into its own limit: that it is the one to look at is certain, whatever inside of it is largest.
void judge_own_limit(const Scene& scene, const std::vector<Finding>& findings, Candidate& candidate) {
  if (find(findings, "S2") == nullptr) {
    return;
  }
  candidate.rules.emplace_back("S2");
  be(candidate, scene.event.tasks.empty() ? Confidence::Medium : Confidence::High, "the limit that was hit is its own");
}

Candidate processes(const Scene& scene, const std::vector<Finding>& findings, const History& history) {
  Candidate candidate;
  const Suspect* suspect = main_user(scene, history);
  if (suspect == nullptr) {
    return candidate;
  }
  candidate.kind = CauseKind::Processes;
  candidate.size = suspect->size;
  candidate.name = suspect->comm;
  candidate.suspect = suspect;
  judge_by_rules(scene, findings, *suspect, candidate);
  if (is_unusual(scene, *suspect, history)) {
    const bool agrees = find(findings, "C3") != nullptr || find(findings, "C4") != nullptr;
    candidate.rules.emplace_back("C2");
    be(candidate, agrees ? Confidence::High : std::max(candidate.confidence, Confidence::Medium),
       "it holds more than twice of what its earlier runs ever needed");
  }
  judge_own_limit(scene, findings, candidate);
  return candidate;
}

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
  Candidate candidate = processes(scene, findings, history);
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

// --- the cause as a value -----------------------------------------------------------------------------------------

double share_of_allowed(const Scene& scene, const Suspect& suspect) {
  const Scoring& scoring = scene.analysis.scoring;
  double points = 0;
  for (const std::size_t index : suspect.group.tasks) {
    if (index < scoring.scores.size() && scoring.scores[index].base) {
      points += static_cast<double>(*scoring.scores[index].base);
    }
  }
  return points / static_cast<double>(scoring.totalpages->pages.count);
}

void describe_processes(const Scene& scene, const Suspect& suspect, Cause& cause) {
  const Group& group = suspect.group;
  for (const std::size_t index : group.tasks) {
    cause.pids.push_back(scene.event.tasks[index].pid);
  }
  if (group.tasks.empty() && suspect.holds_victim) {
    cause.pids.push_back(chosen_victim(scene.event)->pid);
  }
  cause.process_count = cause.pids.size();
  cause.rss = group.rss;
  cause.anon = group.anon_known ? std::optional<Bytes>(group.anon) : std::nullopt;
  cause.swap = group.swap;
  cause.largest = group.largest;
  cause.upper_bound = group.upper_bound;
  cause.share_of_ram = scene.share_of_capacity(group.rss);
  if (const auto& total = scene.analysis.scoring.totalpages; total && total->pages.count > 0 && !group.tasks.empty()) {
    cause.share_of_allowed = share_of_allowed(scene, suspect);
  }
  const UnitOfCause unit = unit_of(scene, suspect);
  cause.unit = unit.name;
  cause.unit_certainty = unit.certainty;
}

Cause describe(const Scene& scene, const Candidate& candidate) {
  Cause cause;
  cause.kind = candidate.kind;
  cause.name = candidate.name;
  cause.confidence = candidate.confidence;
  cause.why_this_confidence = candidate.why;
  if (candidate.size.count > 0) {
    cause.held = candidate.size;
    cause.share_of_ram = scene.share_of_capacity(candidate.size);
  }
  if (candidate.suspect != nullptr) {
    describe_processes(scene, *candidate.suspect, cause);
  } else if (scene.in_cgroup()) {
    cause.unit = limited_unit(scene.event);
    cause.unit_certainty = cause.unit ? std::optional<Certainty>(Certainty::Stated) : std::nullopt;
  }
  return cause;
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

void sort_evidence(std::vector<Finding> findings, const Candidate& candidate, EventVerdict& verdict) {
  for (Finding& finding : findings) {
    const bool speaks =
        std::find(candidate.rules.begin(), candidate.rules.end(), finding.evidence.rule) != candidate.rules.end();
    (speaks ? verdict.cause.evidence : verdict.context).push_back(std::move(finding.evidence));
  }
}

}  // namespace

EventVerdict rank(const Scene& scene, const History& history) {
  std::vector<Finding> findings = apply_rules(scene);
  Candidate candidate = decide(scene, findings, history);
  cap_by_grade(scene, candidate);
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
