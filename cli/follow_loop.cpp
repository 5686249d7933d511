#include "cli/follow_loop.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

// When what was heard of is to be shown.
class Pending {
 public:
  explicit Pending(const FollowTimes& times) : times_(times) {}

  void hear(std::int64_t now_us) {
    if (!first_us_) first_us_ = now_us;
    last_us_ = now_us;
  }
  void clear() { first_us_.reset(); }
  bool any() const { return first_us_.has_value(); }
  // Absent: nothing is pending. 0: now.
  std::optional<std::int64_t> due_in_us(std::int64_t now_us) const {
    if (!first_us_) return std::nullopt;
    return std::max<std::int64_t>(std::min(last_us_ + times_.quiet_us, *first_us_ + times_.longest_us) - now_us, 0);
  }

 private:
  const FollowTimes& times_;
  std::optional<std::int64_t> first_us_;
  std::int64_t last_us_ = 0;
};

std::optional<std::int64_t> shorter(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

bool follow(GrowingLog& log, const FollowHost& host, const std::function<bool(Inputs)>& show,
            const FollowTimes& times) {
  Pending pending(times);
  while (true) {
    const auto news = log.take(host.now_us());
    if (news != GrowingLog::News::Nothing) pending.hear(host.now_us());
    const auto due = pending.due_in_us(host.now_us());
    if (due == 0 || news == GrowingLog::News::Full) {
      pending.clear();
      if (!show(log.read())) return false;
      continue;
    }
    if (host.wait(log.awaited(), shorter(due, log.patience_us())) == FollowHost::Wake::Stopped) break;
  }
  if (log.take(host.now_us()) != GrowingLog::News::Nothing) pending.hear(host.now_us());
  return !pending.any() || show(log.read());
}

}  // namespace oomwhy
