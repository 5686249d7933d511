#include "report/process_judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "report/format.hpp"
#include "report/main_user.hpp"
#include "report/suspects.hpp"

namespace oomwhy {
namespace {

constexpr double kRivalPool = 0.5;      // of the pool's size: then it matters which of them is older
constexpr double kTwice = 2.0;          // over the second: the main user
constexpr double kClearlyLarger = 1.5;  // over the second: then size alone is worth a "medium"

double lead(const Scene& scene, const Suspect& suspect) {
  Bytes second;
  for (const Suspect& other : scene.suspects) {
    if (&other != &suspect) {
      second = std::max(second, other.size);
    }
  }
  return second.count == 0 ? kClearlyLarger : ratio(suspect.size, second);
}

// A pool of workers that is comparable to the large processes around it, and younger than all of them.
bool is_pool_started_later(const Scene& scene, const Suspect& pool) {
  if (!many_alike(pool)) {
    return false;
  }
  bool has_rival = false;
  for (const Suspect& other : scene.suspects) {
    if (&other == &pool || ratio(other.size, pool.size) < kRivalPool) {
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
              suspect.share >= kDominant ? "it holds most of the memory, but another holds more than half as much"
                                         : "it is the largest by far, but holds less than half of the memory in use");
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

// The unit ran into its own limit: that it is the one to look at is certain, whatever inside of it is largest.
void judge_own_limit(const Scene& scene, const std::vector<Finding>& findings, Candidate& candidate) {
  if (find(findings, "S2") == nullptr) {
    return;
  }
  candidate.rules.emplace_back("S2");
  be(candidate, scene.event.tasks.empty() ? Confidence::Medium : Confidence::High, "the limit that was hit is its own");
}

}  // namespace

bool speaks_for(const Finding* finding, const Scene& scene, const Suspect& suspect) {
  return finding != nullptr && finding->holding && finding->holding->suspect &&
         &scene.suspects[*finding->holding->suspect] == &suspect;
}

Candidate judge_processes(const Scene& scene, const std::vector<Finding>& findings, const History& history) {
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

}  // namespace oomwhy
