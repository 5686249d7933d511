#include "report/advice_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/advice_site.hpp"
#include "report/format.hpp"
#include "report/rules.hpp"
#include "report/sane_size.hpp"
#include "report/scene.hpp"
#include "report/what_if.hpp"

namespace oomwhy {
namespace {

constexpr Bytes kMiB{1ULL << 20U};
constexpr Bytes kSmallestLimit{64ULL << 20U};  // one step: below it there is nothing sane to propose
constexpr Bytes kReserveOfLarge{1ULL << 30U};  // what a host needs beside its work, where 10 % are less
constexpr Bytes kLarge{8ULL << 30U};           // from here on a GiB is at most an eighth
constexpr std::size_t kEnoughRuns = 3;         // fewer peaks do not tell what is usual

const OomEvent& telling(const Incident& incident) { return incident.events[incident.telling_event].event; }

std::string_view memory_setting(const Target& target) {
  switch (target.kind) {
    case TargetKind::Container:
      return "--memory";
    case TargetKind::Pod:
      return "resources.limits.memory";
    case TargetKind::Unit:
    case TargetKind::Slice:
    case TargetKind::Process:
    case TargetKind::Kernel:
      return "MemoryMax";
  }
  return "MemoryMax";
}

std::string spell(const Target& target, Bytes size) {
  return target.kind == TargetKind::Pod ? spell_kubernetes(size) : spell_systemd(size);
}

Advice on(const Target& target, std::string_view setting, std::string value) {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = target.name;
  advice.target_kind = target.kind;
  advice.target_certainty = target.certainty;
  advice.setting = std::string(setting);
  advice.value = std::move(value);
  return advice;
}

void hold_back(Advice& advice, const Target& target, std::string gate) {
  advice.proposed = false;
  advice.gate = target.gate.empty() ? std::move(gate) : target.gate + "; " + gate;
}

// --- a host out of memory -----------------------------------------------------------------------------------------

Bytes reserve_of(Bytes managed, const Site& site) {
  if (site.headroom_percent) return {managed.count / 100 * *site.headroom_percent};
  const Bytes tenth{managed.count / 10};
  return managed < kLarge ? tenth : std::max(tenth, kReserveOfLarge);
}

// What there is to give: what the cause had, and what nobody had, without a reserve.
struct Budget {
  Bytes whole, others, reserve, limit;
};

std::optional<Budget> budget_for(const Incident& incident, const Site& site) {
  const AnalysedEvent& analysed = incident.events[incident.telling_event];
  const std::optional<Bytes> whole = set_scene(analysed.event, analysed.analysis).capacity;
  if (!whole || !incident.cause.held) {
    return std::nullopt;
  }
  const Bytes cause = less(*incident.cause.held, or_zero(incident.cause.swap));
  Budget budget{.whole = *whole, .others = less(*whole, cause), .reserve = reserve_of(*whole, site), .limit = {}};
  const Bytes left = less(*whole, budget.others + budget.reserve);
  if (left < kSmallestLimit) {
    return std::nullopt;
  }
  budget.limit = round_down(left);
  return budget;
}

std::string_view what_is_shared(const Incident& incident) {
  switch (incident.scope) {
    case Scope::Cgroup:
      return "limit above it";
    case Scope::Cpuset:
    case Scope::MemoryPolicy:
      return "on its nodes";
    case Scope::Host:
    case Scope::Unknown:
      return "managed";
  }
  return "managed";
}

// What the unit used while nothing was wrong.
struct UsualNeed {
  std::size_t runs;
  Bytes peak, limit;  // the limit: the peak and a margin
};

std::optional<UsualNeed> usual_need(const Incident& incident, const Target& target, const History& history) {
  const EarlierRuns* earlier = earlier_runs(history, target.name);
  // Every round of a loop ended at the wrong size.
  if (incident.loop || earlier == nullptr || earlier->count < kEnoughRuns) return std::nullopt;
  const Bytes peak = earlier->highest;
  return UsualNeed{earlier->count, peak, round_up({saturating_add(peak.count, peak.count / 100 * 15)})};
}

Advice limit_of_cause(const Incident& incident, const Target& target, Bytes limit) {
  Advice advice = on(target, memory_setting(target), spell(target, limit));
  advice.reason =
      fmt::format("{} would be killed inside its own limit before the {} is short",
                  incident.cause.name.value_or("the cause"), incident.scope == Scope::Cgroup ? "slice" : "host");
  advice.replay = replay_limit(telling(incident), incident.cause.pids, limit, std::nullopt).replay;
  return advice;
}

Advice limit_by_need(const Incident& incident, const Target& target, const UsualNeed& need, const Budget& budget) {
  Advice advice = limit_of_cause(incident, target, need.limit);
  advice.arithmetic =
      fmt::format("{} highest peak of {} earlier runs x 1.15, rounded up to {}; up to {} could be given",
                  format_size(need.peak), need.runs, advice.value, spell(target, budget.limit));
  advice.source = "MEMORY_PEAK of earlier runs in this journal; margin of 15 % as in Kubernetes' VPA";
  advice.gate = target.gate;
  advice.proposed = advice.gate.empty();
  return advice;
}

Advice limit_by_budget(const Incident& incident, const Target& target, const Budget& budget, const Site& site,
                       std::string gate) {
  Advice advice = limit_of_cause(incident, target, budget.limit);
  advice.arithmetic =
      fmt::format("{} {} - {} everything else - {} reserve{} = {}, rounded down to {}", format_size(budget.whole),
                  what_is_shared(incident), format_size(budget.others), format_size(budget.reserve),
                  site.headroom_percent ? fmt::format(" (Headroom={}%)", *site.headroom_percent) : "",
                  format_size(less(budget.whole, budget.others + budget.reserve)), advice.value);
  advice.source = "host budget (as Kubernetes' system-reserved); sizes from the task table of this event";
  hold_back(advice, target, std::move(gate));
  return advice;
}

std::string against_budget(const std::optional<UsualNeed>& need) {
  return need ? fmt::format("{} earlier runs needed up to {}: with this limit it would not get through them",
                            need->runs, format_size(need->peak))
              : "its size at the kill is inflated by what went wrong; compare it with what it normally needs "
                "(memory.peak, MEMORY_PEAK of earlier runs) first";
}

Advice memory_high(const Target& target, Bytes limit, Bytes swap) {
  const Bytes high{limit.count / 10 * 9};
  Advice advice = on(target, "MemoryHigh", fmt::format("{}M", high.count / kMiB.count));
  advice.reason = "throttles the growth before the limit, so that it can be seen";
  advice.arithmetic = fmt::format("0.9 x MemoryMax {}", spell_systemd(limit));
  advice.source = "systemd.resource-control(5); factor 0.9 as in Kubernetes' MemoryQoS";
  hold_back(advice, target,
            swap.count == 0 ? "there is no swap: anonymous memory over MemoryHigh is throttled without end (livelock)"
                            : "only with something that ends a stall: WatchdogSec=, systemd-oomd");
  return advice;
}

Advice memory_swap_max(const Target& target, Bytes swap) {
  const Bytes quarter{std::max(swap.count / 4, kMiB.count)};
  Advice advice = on(target, "MemorySwapMax", fmt::format("{}M", quarter.count / kMiB.count));
  advice.reason = "keeps it from filling the swap of all others";
  advice.arithmetic = fmt::format("a quarter of {} swap", format_size(swap));
  advice.source = "systemd.resource-control(5)";
  hold_back(advice, target, "only together with MemoryMax");
  return advice;
}

// --- a limit that was hit -----------------------------------------------------------------------------------------

std::optional<Bytes> limit_of(const OomEvent& event) {
  if (!event.memcg || !event.memcg->memory || !event.memcg->memory->limit) {
    return std::nullopt;
  }
  return to_bytes(*event.memcg->memory->limit);
}

constexpr std::uint64_t kLeastBump = 100ULL << 20U;

Bytes next_limit(Bytes limit) {
  const std::uint64_t by_factor = saturating_add(limit.count, limit.count / 5);
  return round_up(Bytes{std::max(by_factor, saturating_add(limit.count, kLeastBump))});
}

}  // namespace

std::vector<Advice> contain_cause(const Incident& incident, const Target& cause, const Background& background) {
  const Target target = before_limit(cause, background.site);
  const std::optional<Budget> budget = budget_for(incident, background.site);
  if (!budget) {
    return {};
  }
  const std::optional<UsualNeed> need = usual_need(incident, target, background.history);
  const bool fits = need && need->limit <= budget->limit;
  std::vector<Advice> advice = {
      fits ? limit_by_need(incident, target, *need, *budget)
           : limit_by_budget(incident, target, *budget, background.site, against_budget(need))};
  if ((target.kind != TargetKind::Unit && target.kind != TargetKind::Slice) || target.name.empty()) {
    return advice;
  }
  const auto& memory = telling(incident).memory;
  const Bytes swap = memory && memory->swap_total ? to_bytes(*memory->swap_total) : Bytes{};
  if (swap.count > 0) {
    advice.push_back(memory_swap_max(target, swap));
  }
  advice.push_back(memory_high(target, fits ? need->limit : budget->limit, swap));
  return advice;
}

std::vector<Advice> raise_limit(const Incident& incident, const Target& target) {
  const OomEvent& event = telling(incident);
  const std::optional<Bytes> limit = limit_of(event);
  if (!limit) {
    return {};
  }
  const Bytes next = next_limit(*limit);
  Advice advice = on(target, memory_setting(target), spell(target, next));
  advice.reason = incident.loop ? "the limit may be below what a start needs" : "the limit may be below what it needs";
  advice.arithmetic =
      fmt::format("max(1.2 x {0}, {0} + 100 MiB), rounded up to {1}", format_size(*limit), advice.value);
  advice.source = "VPA's OOM bump-up (1.2, 100 MiB)";
  hold_back(
      advice, target,
      fmt::format("the need is censored at {}: try it once, and watch memory.peak; if it fills that too, it leaks",
                  format_size(*limit)));
  return {advice};
}

}  // namespace oomwhy
