// Which incident is the nearest to a moment, found without looking at all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/analysis.hpp"
#include "report/clock_set.hpp"
#include "report/machine_keys.hpp"

namespace oomwhy {

// How far the time lies outside the incident, in microseconds; 0: within it. Absent: it cannot be told.
std::optional<std::int64_t> distance(const Incident& incident, const Time& time);

Machine machine_of(const Incident& incident);
Machine machine_of(const UserlandEvent& event);

// Time is cut into buckets as long as the reach; an incident stands in each bucket from where it can be reached.
class NearbyIncidents {
 public:
  // Nothing farther than `reach` microseconds from an incident is near it.
  explicit NearbyIncidents(std::int64_t reach) : reach_(reach) {}

  // `index`: its place among the incidents that find() gets; once more where it goes on for longer now. What it is
  // about is the caller's own number.
  void add(std::uint64_t subject, const Incident& incident, std::uint32_t index);

  // The place of the nearest one; of two equally near ones, the first. Absent: none is near.
  std::optional<std::uint32_t> find(std::uint64_t subject, const std::vector<Incident>& incidents,
                                    const UserlandEvent& event);

  // How many pairs of an incident and an event were held against each other so far.
  std::uint64_t compared() const { return compared_; }

 private:
  struct Key {
    std::uint64_t subject = 0;
    MachineKey machine = 0;
    std::size_t clock = 0;
    std::int64_t bucket = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Best {
    std::int64_t distance = 0;
    std::optional<std::uint32_t> index;
  };
  using Indices = std::vector<std::uint32_t>;  // ascending

  bool file(const Key& key, std::uint32_t index);  // false: it was there
  void look_at(const Key& key, const std::vector<Incident>& incidents, const UserlandEvent& event, Best& best);

  std::int64_t reach_;
  MachineKeys machines_;
  std::unordered_map<Key, Indices, KeyHash> buckets_;
  std::uint64_t compared_ = 0;
};

}  // namespace oomwhy
