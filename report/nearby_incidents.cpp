#include "report/nearby_incidents.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "report/moment.hpp"

namespace oomwhy {
namespace {

// An incident that lasts for more buckets than this (a month of ten minutes) is held against every event.
constexpr std::int64_t kMostBuckets = 4320;
constexpr std::size_t kEverywhere = kClocks;  // in place of a clock

// Whether every time is compared with the incident's beginning and end by one and the same clock.
bool uses_one_clock(const Time& begin, const Time& end) {
  for (ClockSet clocks = 1; clocks < kClockSets; ++clocks) {
    const auto at_begin = common_clock(clocks, clocks_of(begin));
    const auto at_end = common_clock(clocks, clocks_of(end));
    if (at_begin && at_end && *at_begin != *at_end) return false;
  }
  return true;
}

std::int64_t bucket_of(std::int64_t time, std::int64_t length) { return time / length - (time % length < 0 ? 1 : 0); }

struct Buckets {
  std::int64_t first = 0, last = 0;
};

Buckets buckets_on(std::size_t clock, const Time& begin, const Time& end, std::int64_t reach) {
  const std::int64_t from = *on_clock(begin, clock);
  const std::int64_t to = std::max(from, on_clock(end, clock).value_or(from));
  return {bucket_of(from, reach) - 1, bucket_of(to, reach) + 1};
}

}  // namespace

std::optional<std::int64_t> distance(const Incident& incident, const Time& time) {
  if (!incident.started) return std::nullopt;
  const auto since_start = microseconds_between(*incident.started, time);
  if (!since_start) return std::nullopt;
  if (*since_start < 0) return -*since_start;
  const auto since_end = microseconds_between(incident.ended.value_or(*incident.started), time);
  return since_end ? std::max<std::int64_t>(*since_end, 0) : since_start;
}

Machine machine_of(const Incident& incident) { return {incident.boot_id, incident.host}; }
Machine machine_of(const UserlandEvent& event) { return {event.boot_id, event.host}; }

std::size_t NearbyIncidents::KeyHash::operator()(const Key& key) const {
  const auto bucket = static_cast<std::uint64_t>(key.bucket);
  return std::hash<std::uint64_t>{}(mixed(mixed(mixed(key.subject, key.machine), bucket), key.clock));
}

bool NearbyIncidents::file(const Key& key, std::uint32_t index) {
  Indices& indices = buckets_[key];
  const auto place = std::lower_bound(indices.begin(), indices.end(), index);
  if (place != indices.end() && *place == index) return false;
  indices.insert(place, index);
  return true;
}

void NearbyIncidents::add(std::uint64_t subject, const Incident& incident, std::uint32_t index) {
  if (!incident.started) return;
  const Time& begin = *incident.started;
  const Time& end = incident.ended ? *incident.ended : begin;
  const bool one_clock = uses_one_clock(begin, end);
  for (const MachineKey machine : machines_.filed_under(machine_of(incident))) {
    for (std::size_t clock = 0; clock < kClocks; ++clock) {
      if (!on_clock(begin, clock)) continue;
      const Buckets buckets = buckets_on(clock, begin, end, reach_);
      if (!one_clock || buckets.last - buckets.first > kMostBuckets) {
        file({subject, machine, kEverywhere, 0}, index);
        continue;
      }
      // From the end: of an incident that goes on the buckets up to its old end are there.
      for (std::int64_t bucket = buckets.last; bucket >= buckets.first; --bucket) {
        if (!file({subject, machine, clock, bucket}, index)) break;
      }
    }
  }
}

void NearbyIncidents::look_at(const Key& key, const std::vector<Incident>& incidents, const UserlandEvent& event,
                              Best& best) {
  const auto found = buckets_.find(key);
  if (found == buckets_.end()) return;
  for (const std::uint32_t index : found->second) {
    ++compared_;
    const auto away = distance(incidents[index], event.time);
    if (!away || *away > reach_) continue;
    if (best.index && std::pair(best.distance, *best.index) <= std::pair(*away, index)) continue;
    best = {*away, index};
    if (*away == 0) return;  // the others here are no nearer and stand behind it
  }
}

std::optional<std::uint32_t> NearbyIncidents::find(std::uint64_t subject, const std::vector<Incident>& incidents,
                                                   const UserlandEvent& event) {
  Best best;
  for (const MachineKey machine : machines_.looked_up(machine_of(event))) {
    for (std::size_t clock = 0; clock < kClocks; ++clock) {
      const auto at = on_clock(event.time, clock);
      if (at) look_at({subject, machine, clock, bucket_of(*at, reach_)}, incidents, event, best);
    }
    look_at({subject, machine, kEverywhere, 0}, incidents, event, best);
  }
  return best.index;
}

}  // namespace oomwhy
