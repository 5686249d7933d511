#include "report/cause_description.hpp"

#include "report/unit_of_cause.hpp"

namespace oomwhy {
namespace {

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

}  // namespace

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

}  // namespace oomwhy
