#include "parser/event_copies.hpp"

#include <array>
#include <bit>
#include <string_view>

namespace oomwhy {

namespace {

constexpr std::size_t kMostRemembered = 262144;  // entries of the index, about ten an event

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

// A stamp's clocks, the finest first: the first one that two stamps share tells whether they differ.
using Readings = std::array<std::optional<std::int64_t>, 3>;
Readings readings_of(const Time& time) { return {time.uptime_us, time.realtime_us, time.wall_us}; }

// Whether two stamps can be compared and differ.
std::optional<bool> differ(const Time& a, const Time& b) {
  const Readings first = readings_of(a), second = readings_of(b);
  for (std::size_t clock = 0; clock < first.size(); ++clock) {
    if (first[clock] && second[clock]) return *first[clock] != *second[clock];
  }
  return std::nullopt;
}

// --- the index: what are_copies() asks of two events, asked of all events before at once. A storm may hold thousands
// --- that share a key and nothing else.

// Clocks as bits of a number.
using ClockSet = std::uint64_t;
constexpr ClockSet kAllClocks = 7;
ClockSet clocks_of(const Readings& readings) {
  ClockSet set = 0;
  for (std::size_t clock = 0; clock < readings.size(); ++clock) set |= ClockSet{readings[clock].has_value()} << clock;
  return set;
}

enum class End : std::uint64_t { Begin = 1, End, Both };
enum class Kin : std::uint64_t { Kill = 1, HeadWithKill, HeadAlone };

std::uint64_t kin_of(Kin kin, std::uint64_t key) {
  return Hash().add(static_cast<std::uint64_t>(kin)).add(key).value();
}

// An event of the kin has a stamp of exactly these clocks at one end, and one of them reads so.
std::uint64_t entry(std::uint64_t kin, End end, ClockSet set, std::size_t clock, std::int64_t reading) {
  const std::uint64_t where = static_cast<std::uint64_t>(end) << 8U | set << 4U | clock;
  return Hash().add(kin ^ where).add(static_cast<std::uint64_t>(reading)).value();
}
// An event of the kin has stamps of exactly these clocks.
std::uint64_t entry(std::uint64_t kin, ClockSet begin, ClockSet end) {
  return Hash().add(kin ^ (static_cast<std::uint64_t>(End::Both) << 8U | begin << 4U | end)).value();
}

using Index = std::unordered_set<std::uint64_t>;

bool has_equal(const Index& index, std::uint64_t kin, End end, const Readings& readings) {
  const ClockSet own = clocks_of(readings);
  for (ClockSet set = 1; set <= kAllClocks; ++set) {
    if ((set & own) == 0) continue;
    const auto clock = static_cast<std::size_t>(std::countr_zero(set & own));
    if (index.contains(entry(kin, end, set, clock, *readings[clock]))) return true;
  }
  return false;
}

bool has_incomparable(const Index& index, std::uint64_t kin, ClockSet begin, ClockSet end) {
  for (ClockSet other_begin = 0; other_begin <= kAllClocks; ++other_begin) {
    for (ClockSet other_end = 0; other_end <= kAllClocks; ++other_end) {
      const bool comparable = (other_begin & begin) != 0 || (other_end & end) != 0;
      if (!comparable && index.contains(entry(kin, other_begin, other_end))) return true;
    }
  }
  return false;
}

bool has_copy(const Index& index, std::uint64_t kin, const CopyMark& mark) {
  // Nearly every kill is one of its own kin.
  if (!index.contains(kin)) return false;
  const Readings begin = readings_of(mark.begin), end = readings_of(mark.end);
  return has_equal(index, kin, End::Begin, begin) || has_equal(index, kin, End::End, end) ||
         has_incomparable(index, kin, clocks_of(begin), clocks_of(end));
}

void remember(Index& index, std::uint64_t kin, const CopyMark& mark) {
  const auto add_end = [&](End end, const Readings& readings) {
    for (std::size_t clock = 0; clock < readings.size(); ++clock) {
      if (readings[clock]) index.insert(entry(kin, end, clocks_of(readings), clock, *readings[clock]));
    }
  };
  const Readings begin = readings_of(mark.begin), end = readings_of(mark.end);
  add_end(End::Begin, begin);
  add_end(End::End, end);
  index.insert(entry(kin, clocks_of(begin), clocks_of(end)));
  index.insert(kin);
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

bool EventCopies::is_copy(const OomEvent& event) {
  const CopyMark mark = mark_of(event);
  const auto& [kill, head] = mark.keys;
  const bool known_kill = kill && has_copy(seen_, kin_of(Kin::Kill, *kill), mark);
  // Of two events with a head in common, one at least must lack its kill.
  const bool known_head = head && (has_copy(seen_, kin_of(Kin::HeadAlone, *head), mark) ||
                                   (!kill && has_copy(seen_, kin_of(Kin::HeadWithKill, *head), mark)));
  if (seen_.size() < kMostRemembered) {
    if (kill && !known_kill) remember(seen_, kin_of(Kin::Kill, *kill), mark);
    if (head && !known_head) remember(seen_, kin_of(kill ? Kin::HeadWithKill : Kin::HeadAlone, *head), mark);
  }
  return known_kill || known_head;
}

}  // namespace oomwhy
