#include "report/advice_bias.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "report/advice_site.hpp"
#include "report/format.hpp"
#include "report/pid_set.hpp"
#include "report/scene.hpp"
#include "report/suspects.hpp"
#include "report/what_if.hpp"

namespace oomwhy {
namespace {

constexpr int kLeastMargin = 20;
constexpr std::uint64_t kCounterPages = 64;  // drift of one rss counter (kernel-formats: 3.1)
constexpr double kNextToNothing = 0.05;      // of the capacity: what one kill should at least free
constexpr double kMostOfIt = 0.5;

std::uint64_t unit_of_adj(const AnalysedEvent& analysed) {
  const auto& total = analysed.analysis.scoring.totalpages;
  return total ? total->unit() : 0;
}

int adj_now(const OomEvent& event, const std::vector<std::uint32_t>& pids) {
  const Task* task = pids.empty() ? nullptr : find_task(event, pids.front());
  return task != nullptr ? task->oom_score_adj.value_or(0) : 0;
}

std::string consequence(const Scene& scene, const WhatIf& result) {
  if (!result.replay || !result.replay->after_comm) {
    return {};
  }
  const Bytes freed = or_zero(result.replay->freed);
  std::string text = fmt::format("then {} (PID {}) dies and frees {}", *result.replay->after_comm,
                                 *result.replay->after_pid, format_size(freed));
  if (result.warnings.empty() && scene.share_of_capacity(freed).value_or(1.0) < kNextToNothing) {
    text += ", next to nothing, and then the next one";
  }
  return text;
}

// What the site says against the one that would die then.
std::string against_next_victim(const Scene& scene, const WhatIf& result, const Site& site) {
  const Task* task =
      result.replay && result.replay->after_pid ? find_task(scene.event, *result.replay->after_pid) : nullptr;
  return task != nullptr && task->unit ? against_death_of(*task->unit, site) : "";
}

Advice make(const Scene& scene, const Target& target, int flips_at, int value, const WhatIf& result, const Site& site) {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = target.name;
  advice.target_kind = target.kind;
  advice.target_certainty = target.certainty;
  advice.setting = "OOMScoreAdjust";
  advice.value = fmt::format("{}", value);
  advice.flips_at = flips_at;
  advice.source = "mm/oom_kill.c: one point is totalpages/1000 pages; replayed on the task table of this event";
  advice.replay = result.replay;
  advice.gate = target.gate;
  if (target.kind == TargetKind::Pod) {
    advice.gate = "the kubelet derives it from the QoS class: set resources.requests.memory instead";
  }
  if (!result.replay || !result.replay->after_pid) {
    advice.gate = "nothing would be left that the kernel may kill";
  } else if (advice.gate.empty()) {
    advice.gate = against_next_victim(scene, result, site);
  }
  advice.proposed = advice.gate.empty();
  advice.reason = consequence(scene, result);
  for (const std::string& warning : result.warnings) {
    advice.reason += (advice.reason.empty() ? "" : ". ") + warning;
  }
  return advice;
}

std::string arithmetic(int now, int flips_at, int value, std::uint64_t unit) {
  return fmt::format("now {}, flips at {} (one point is {} pages), with a margin and outward to 10: {}", now, flips_at,
                     unit, value);
}

std::optional<Advice> offer_cause(const Incident& incident, const Scene& scene, std::uint64_t unit,
                                  const Target& target, const Site& site) {
  const std::vector<std::uint32_t>& pids = incident.cause.pids;
  const std::optional<int> flips_at = adj_that_offers(scene.event, pids);
  if (!flips_at) {
    return std::nullopt;
  }
  const int now = adj_now(scene.event, pids);
  const int value = with_margin(now, *flips_at, unit);
  Advice advice = make(scene, target, *flips_at, value, replay_adj(scene.event, pids, value), site);
  advice.reason = "offers the cause in place of the victim: " + advice.reason;
  advice.arithmetic = arithmetic(now, *flips_at, value, unit);
  return advice;
}

std::vector<std::uint32_t> pids_of(const Scene& scene, const Suspect& suspect) {
  std::vector<std::uint32_t> pids;
  for (const std::size_t index : suspect.group.tasks) {
    pids.push_back(scene.event.tasks[index].pid);
  }
  return pids;
}

Bytes freed_by_all(const OomEvent& event, const PidSet& pids) {
  Bytes sum;
  for (const Task& task : event.tasks) {
    if (pids.contains(task.pid)) {
      sum += freed_by(event, task);
    }
  }
  return sum;
}

// Sparing hands the kill to others. Where most of the cause is taken only after the victim, the shortage goes on until
// the victim's turn has come.
std::string only_delays(const Incident& incident, const OomEvent& event, const std::vector<std::uint32_t>& pids,
                        int value) {
  const std::optional<std::vector<std::uint32_t>> taken = taken_before(event, pids, value);
  if (!taken || incident.cause.pids.empty() || !incident.cause.name) {
    return {};
  }
  const PidSet before(*taken);
  std::vector<std::uint32_t> of_cause;
  std::copy_if(incident.cause.pids.begin(), incident.cause.pids.end(), std::back_inserter(of_cause),
               [&](std::uint32_t pid) { return before.contains(pid); });
  const Bytes held = freed_by_all(event, PidSet(incident.cause.pids));
  if (held == Bytes{} || ratio(freed_by_all(event, PidSet(of_cause)), held) >= kMostOfIt) {
    return {};
  }
  return fmt::format("it only delays: {} is taken after it, and the {} that are taken before free at most {} together",
                     *incident.cause.name, taken->size(), format_size(freed_by_all(event, before)));
}

std::optional<Advice> spare_victim(const Incident& incident, const Scene& scene, std::uint64_t unit,
                                   const Target& target, const Site& site) {
  const Victim* victim = chosen_victim(scene.event);
  const Suspect* group = victim != nullptr ? suspect_of(scene, victim->pid) : nullptr;
  if (group == nullptr) {
    return std::nullopt;
  }
  const std::vector<std::uint32_t> pids = pids_of(scene, *group);
  const std::optional<int> flips_at = adj_that_spares(scene.event, pids);
  if (!flips_at) {
    return std::nullopt;
  }
  const int now = adj_now(scene.event, {victim->pid});
  const int value = with_margin(now, *flips_at, unit);
  Advice advice = make(scene, target, *flips_at, value, replay_adj(scene.event, pids, value), site);
  advice.reason = "spares the victim, frees nothing: " + advice.reason;
  if (advice.gate.empty()) {
    advice.gate = only_delays(incident, scene.event, pids, value);
    advice.proposed = advice.gate.empty();
  }
  advice.arithmetic = arithmetic(now, *flips_at, value, unit);
  return advice;
}

// Whether it is not told that somebody else died for the cause's doing.
bool is_cause(const Incident& incident, const OomEvent& event) {
  const Victim* victim = chosen_victim(event);
  const auto entry = std::find_if(incident.victims.begin(), incident.victims.end(), [&](const IncidentVictim& known) {
    return victim != nullptr && known.victim == *victim;
  });
  return entry == incident.victims.end() || entry->is_cause != std::optional<bool>(false);
}

Advice never_exempt(const Target& victim) {
  Advice advice;
  advice.action = AdviceAction::None;
  advice.target = victim.name;
  advice.target_kind = victim.kind;
  advice.target_certainty = victim.certainty;
  advice.setting = "OOMScoreAdjust";
  advice.value = "-1000";
  advice.proposed = false;
  advice.reason = "it frees nothing, is inherited by children, and a host with nothing left to kill panics";
  advice.gate = advice.reason;
  advice.source = "mm/oom_kill.c: out_of_memory()";
  return advice;
}

}  // namespace

int with_margin(int now, int flips_at, std::uint64_t pages_per_point) {
  const int error = pages_per_point == 0 ? 0 : static_cast<int>(kCounterPages / pages_per_point) + 1;
  const int margin = std::max({kLeastMargin, error, std::abs(flips_at - now) / 10});
  const bool up = flips_at > now;
  const int wanted = up ? flips_at + margin : flips_at - margin;
  const int outward = (std::abs(wanted) + 9) / 10 * 10;
  const int inward = std::abs(wanted) / 10 * 10;
  if (up) {
    return std::min(wanted >= 0 ? outward : -inward, 1000);
  }
  return std::max(wanted <= 0 ? -outward : inward, -999);
}

std::vector<Advice> bias_choice(const Incident& incident, const Target& cause, const Target& victim, const Site& site) {
  std::vector<Advice> advice;
  const AnalysedEvent* struck = struck_event(incident);
  if (struck == nullptr || is_cause(incident, struck->event)) {
    return advice;
  }
  const Scene scene = set_scene(struck->event, struck->analysis);
  const std::uint64_t unit = unit_of_adj(*struck);
  if (std::optional<Advice> offer = offer_cause(incident, scene, unit, before_offer(cause, site), site)) {
    advice.push_back(std::move(*offer));
  }
  if (std::optional<Advice> spare = spare_victim(incident, scene, unit, victim, site)) {
    advice.push_back(std::move(*spare));
    advice.push_back(never_exempt(victim));
  }
  return advice;
}

}  // namespace oomwhy
