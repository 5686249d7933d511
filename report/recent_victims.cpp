#include "report/recent_victims.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kDyingUs = 60'000'000;  // a task that takes longer to die is a story of its own
constexpr std::size_t kMostRemembered = 256;   // bounds the work for each event of a storm

bool is_long_ago(std::optional<std::int64_t> then_us, std::optional<std::int64_t> now_us) {
  return then_us && now_us && (*now_us - *then_us > kDyingUs || *now_us < *then_us);
}

}  // namespace

void RecentVictims::forget_other_boots(const OomEvent& event) {
  if (event.origin.source == source_ && event.boot_index == boot_index_) return;
  dying_.clear();
  source_ = event.origin.source;
  boot_index_ = event.boot_index;
}

ScoringContext RecentVictims::before(const OomEvent& event) {
  forget_other_boots(event);
  ScoringContext context;
  // A manual kill does not ask who is dying already (is_sysrq_oom()).
  if (event.trigger.manual) return context;
  for (const Dying& dying : dying_) {
    if (!is_long_ago(dying.uptime_us, event.time.uptime_us)) context.recent_victims.push_back(dying.pid);
  }
  return context;
}

void RecentVictims::remember(const OomEvent& event) {
  forget_other_boots(event);
  for (const Victim& victim : event.victims) dying_.push_back({victim.pid, event.time.uptime_us});
  while (dying_.size() > kMostRemembered) dying_.pop_front();
}

}  // namespace oomwhy
