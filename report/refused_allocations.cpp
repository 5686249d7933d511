#include "report/refused_allocations.hpp"

#include <algorithm>

#include "report/moment.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kMost = 512;  // programs; what more of them say is counted without their names

}  // namespace

void RefusedAllocations::take(const UserlandEvent& word) {
  const auto* refused = std::get_if<AllocationRefused>(&word.fact);
  if (refused == nullptr) return;
  Key key{word.host, word.boot_id, refused->unit, refused->program, refused->by};
  UserlandEvent first = word;
  if (refused_.size() >= kMost && refused_.count(key) == 0) {
    key = {};
    first.fact = AllocationRefused{};
  }
  const auto [known, is_new] = refused_.try_emplace(key, RefusedAllocation{first, word.time, 1});
  if (is_new) return;
  ++known->second.count;
  known->second.last =
      std::max(known->second.last, word.time, [](const Time& a, const Time& b) { return place_of(a) < place_of(b); });
}

std::vector<RefusedAllocation> RefusedAllocations::finish() const {
  std::vector<RefusedAllocation> all;
  for (const auto& [key, refused] : refused_) all.push_back(refused);
  std::stable_sort(all.begin(), all.end(), [](const RefusedAllocation& a, const RefusedAllocation& b) {
    return place_of(a.first.time) < place_of(b.first.time);
  });
  return all;
}

}  // namespace oomwhy
