#include "parser/boot_tracker.hpp"

#include <algorithm>
#include <cstdlib>

namespace oomwhy {

namespace {

constexpr std::int64_t kSecond = 1000000;
constexpr std::size_t kMostHosts = 1024;

std::optional<std::int64_t> wall_of(const Stamp& stamp) {
  return stamp.realtime_us ? stamp.realtime_us : stamp.wall_us;
}

}  // namespace

// A line without a host goes on with the host of the line before. A host that is new to the file starts with the clock
// of the one before: it may be the same one, renamed while it boots.
void BootTracker::turn_to(std::string_view host) {
  if (host.empty() || host == current_name_) return;
  current_name_ = std::string(host);
  const auto found = hosts_.find(host);
  if (found != hosts_.end()) {
    current_ = &found->second;
  } else if (hosts_.size() < kMostHosts) {
    Host added = *current_;
    current_ = &hosts_.emplace(current_name_, std::move(added)).first->second;
  }
}

BootTracker::Change BootTracker::observe(const LogLine& line) {
  turn_to(line.host);
  Host& host = *current_;
  if (!line.boot_id.empty() && line.boot_id != host.boot_id) {
    const bool other = !host.boot_id.empty();
    host.boot_id = std::string(line.boot_id);
    if (other) start_boot(line, false);
    if (other) return Change::OtherBoot;
  }
  ++host.lines;
  if (!line.stamp.uptime_us) return Change::None;
  const std::int64_t uptime = *line.stamp.uptime_us;
  const auto wall = wall_of(line.stamp);
  const bool back = host.uptime_us && uptime + 2 * kSecond < *host.uptime_us;
  // Out of order, but of the same boot: the host came up at the same moment. (The wall clock of a log may lag.)
  const bool same_epoch = wall && host.epoch_us && std::abs(*wall - uptime - *host.epoch_us) < 120 * kSecond;
  if (back && !same_epoch && line.boot_id.empty()) return Change::ClockBack;
  host.uptime_us = uptime;
  host.longest_us = std::max(host.longest_us, uptime);
  if (wall) host.epoch_us = *wall - uptime;
  return Change::None;
}

bool BootTracker::start_boot(const LogLine& line, bool by_banner) {
  Host& host = *current_;
  constexpr std::uint64_t kCopiesWithin = 16;
  // The first banner of a source starts its first boot; one right behind another is its copy.
  const bool ran = host.longest_us > kSecond || host.reported || (host.banner && host.lines > kCopiesWithin);
  if (by_banner && !ran) {
    host.banner = true;
    return false;
  }
  host.index = count_++;
  host.uptime_us = line.stamp.uptime_us;
  host.longest_us = 0;
  host.lines = 0;
  host.banner = by_banner;
  host.reported = false;
  host.epoch_us.reset();
  return true;
}

void BootTracker::rejoin(std::uint32_t index) {
  if (current_->index + 1 == count_ && count_ > 1) --count_;
  current_->index = index;
}

}  // namespace oomwhy
