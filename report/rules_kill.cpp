// K3, K4 and V1 to V3: why this process died and not another, and whether it did die.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "report/rules.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kCounterPages = 64;  // drift of one rss counter before 6.2 (kernel-formats: 3.1)

std::optional<Finding> k3_victim_did_not_die(const Scene& scene) {
  const auto& victims = scene.event.victims;
  const auto stuck =
      std::find_if(victims.begin(), victims.end(), [](const Victim& victim) { return victim.reaped == false; });
  if (stuck == victims.end()) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("The kernel could not take back the memory of {} (PID {}): it hung in the "
                                       "kernel or shared its memory.",
                                       stuck->comm, stuck->pid),
                   .origin = scene.at(scene.event.lines.reaper_failure)}};
}

// Tasks that were exiting already are named, but not killed again.
std::size_t killed_by(const OomEvent& event) {
  return static_cast<std::size_t>(std::count_if(event.victims.begin(), event.victims.end(),
                                                [](const Victim& victim) { return !victim.already_exiting; }));
}

std::optional<Finding> k4_group_kill(const Scene& scene) {
  if (!scene.event.group_kill_path) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("The kernel killed the whole cgroup {} ({} processes): memory.oom.group is "
                                       "set (OOMPolicy=kill, or Kubernetes).",
                                       *scene.event.group_kill_path, killed_by(scene.event)),
                   .origin = scene.at(scene.event.lines.group_kill)}};
}

std::optional<Finding> v1_victim_was_offered(const Scene& scene) {
  const Victim* victim = chosen_victim(scene.event);
  if (victim == nullptr) {
    return std::nullopt;
  }
  const Task* task = find_task(scene.event, victim->pid);
  const std::optional<int> adj = victim->oom_score_adj || task == nullptr ? victim->oom_score_adj : task->oom_score_adj;
  if (adj.value_or(0) <= 0) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("{} had oom_score_adj {}: somebody marked it as one to kill first.",
                                                  victim->comm, *adj),
                              .origin = scene.at(scene.event.lines.kill)}};
}

std::vector<Task> without_adjustments(const OomEvent& event) {
  std::vector<Task> tasks = event.tasks;
  for (Task& task : tasks) {
    if (task.oom_score_adj) {
      task.oom_score_adj = 0;
    }
  }
  return tasks;
}

std::optional<Finding> v2_adjustment_changed_the_choice(const Scene& scene) {
  const std::optional<std::uint32_t>& predicted = scene.analysis.scoring.choice.predicted_pid;
  const bool adjusted = std::any_of(scene.event.tasks.begin(), scene.event.tasks.end(),
                                    [](const Task& task) { return task.oom_score_adj.value_or(0) != 0; });
  if (!predicted || !adjusted) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> otherwise =
      score(scene.event, without_adjustments(scene.event)).choice.predicted_pid;
  const Task* other = otherwise && otherwise != predicted ? find_task(scene.event, *otherwise) : nullptr;
  if (other == nullptr) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("Without any oom_score_adj the kernel would have chosen {} (PID {}), which "
                                       "stands at {}.",
                                       other->comm, other->pid, other->oom_score_adj.value_or(0)),
                   .origin = scene.at(other->origin_line)}};
}

std::string in_pages(std::int64_t count) {
  return count == 0 ? "not a page" : count == 1 ? "1 page" : fmt::format("{} pages", count);
}

std::optional<Finding> v3_toss_up(const Scene& scene) {
  const Choice& choice = scene.analysis.scoring.choice;
  if (!choice.margin_points || !choice.runner_up_pid || std::abs(*choice.margin_points) > kCounterPages) {
    return std::nullopt;
  }
  const Task* other = find_task(scene.event, *choice.runner_up_pid);
  if (other == nullptr) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format(
                       "{} (PID {}) was {} behind, within the counters' error: it could as well have been killed.",
                       other->comm, other->pid, in_pages(*choice.margin_points)),
                   .origin = scene.at(other->origin_line)}};
}

constexpr std::array<NamedRule, 5> kRules = {{{"K3", k3_victim_did_not_die},
                                              {"K4", k4_group_kill},
                                              {"V1", v1_victim_was_offered},
                                              {"V2", v2_adjustment_changed_the_choice},
                                              {"V3", v3_toss_up}}};

}  // namespace

std::span<const NamedRule> kill_rules() { return kRules; }

}  // namespace oomwhy
