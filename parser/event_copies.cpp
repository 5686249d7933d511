#include "parser/event_copies.hpp"

#include <string_view>

namespace oomwhy {

namespace {

constexpr std::size_t kMostRemembered = 65536;

class Hash {
 public:
  Hash& add(std::string_view text) {
    for (const char byte : text) mix(static_cast<unsigned char>(byte));
    return add(static_cast<std::uint64_t>(text.size()));
  }
  Hash& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) mix(static_cast<unsigned char>(number >> shift));
    return *this;
  }
  template <typename Unit>
  Hash& add(const std::optional<Quantity<Unit>>& quantity) {
    return add(quantity ? quantity->count + 1 : 0);
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211U; }
  std::uint64_t value_ = 1469598103934665603U;
};

std::optional<std::uint64_t> kill_key(const OomEvent& event) {
  for (const Victim& victim : event.victims) {
    if (!victim.total_vm) continue;
    Hash hash;
    hash.add(victim.pid).add(victim.comm).add(victim.total_vm).add(victim.anon_rss).add(victim.file_rss);
    return hash.add(victim.shmem_rss).value();
  }
  return std::nullopt;
}

bool is_exact(const Time& time) {
  const auto wall = time.realtime_us ? time.realtime_us : time.wall_us;
  return time.uptime_us || (wall && *wall % 1000000 != 0);
}

// One task may run out of memory twice in a second; what it found then differs, or a finer stamp does.
std::optional<std::uint64_t> head_key(const OomEvent& event) {
  const bool has_memory = event.memory && event.memory->free;
  const bool has_usage = event.memcg && event.memcg->memory;
  if (!event.lines.invocation || (!has_memory && !has_usage && !is_exact(event.time))) return std::nullopt;
  Hash hash;
  hash.add(event.trigger.comm.value_or("")).add(event.trigger.gfp_mask.value_or(""));
  hash.add(event.time.as_printed);
  if (is_exact(event.time)) return hash.value();
  if (has_memory) hash.add(event.memory->free).add(event.memory->active_anon).add(event.memory->active);
  if (has_usage) hash.add(event.memcg->memory->usage.count).add(event.memcg->memory->failcnt);
  return hash.add(event.trigger.pid.value_or(0)).value();
}

// Whether two stamps can be compared and differ.
std::optional<bool> differ(const Time& a, const Time& b) {
  if (a.uptime_us && b.uptime_us) return *a.uptime_us != *b.uptime_us;
  if (a.realtime_us && b.realtime_us) return *a.realtime_us != *b.realtime_us;
  if (a.wall_us && b.wall_us) return *a.wall_us != *b.wall_us;
  return std::nullopt;
}

}  // namespace

CopyKeys copy_keys(const OomEvent& event) { return {kill_key(event), head_key(event)}; }

CopyMark mark_of(const OomEvent& event) { return {copy_keys(event), event.time, event.ended.value_or(event.time)}; }

bool are_copies(const CopyMark& a, const CopyMark& b) {
  const bool same_kill = a.keys.kill && a.keys.kill == b.keys.kill;
  const bool same_head = a.keys.head && a.keys.head == b.keys.head;
  if (!same_kill && !(same_head && (!a.keys.kill || !b.keys.kill))) return false;
  // Copies may be cut at one end, so one end that agrees is enough.
  const auto begins = differ(a.begin, b.begin);
  const auto ends = differ(a.end, b.end);
  if (!begins && !ends) return true;
  return !begins.value_or(true) || !ends.value_or(true);
}

bool EventCopies::find(const std::optional<std::uint64_t>& key, const CopyMark& mark) const {
  if (!key) return false;
  const auto [from, to] = seen_.equal_range(*key);
  for (auto it = from; it != to; ++it) {
    if (are_copies(it->second, mark)) return true;
  }
  return false;
}

bool EventCopies::is_copy(const OomEvent& event) {
  const CopyMark mark = mark_of(event);
  const bool known = find(mark.keys.kill, mark) || find(mark.keys.head, mark);
  if (seen_.size() >= kMostRemembered) return known;
  if (mark.keys.kill && !find(mark.keys.kill, mark)) seen_.emplace(*mark.keys.kill, mark);
  if (mark.keys.head && !find(mark.keys.head, mark)) seen_.emplace(*mark.keys.head, mark);
  return known;
}

}  // namespace oomwhy
