#include "parser/recent_keys.hpp"

#include <bit>

namespace oomwhy {

namespace {

constexpr std::size_t kSlotsForEach = 4;

}  // namespace

RecentKeys::RecentKeys(std::size_t most) : slots_(std::bit_ceil(most * kSlotsForEach)), order_(most) {}

std::size_t RecentKeys::home(std::uint64_t key) const { return (key ^ (key >> 32U)) & (slots_.size() - 1); }

// Where the key is, or the free slot where it would be.
std::size_t RecentKeys::slot_of(std::uint64_t key) const {
  std::size_t slot = home(key);
  while (slots_[slot] != 0 && slots_[slot] != key) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool RecentKeys::insert(std::uint64_t key) {
  key = key != 0 ? key : 1;
  if (slots_[slot_of(key)] == key) return false;
  if (order_[next_] != 0) erase(order_[next_]);
  slots_[slot_of(key)] = key;
  order_[next_] = key;
  next_ = next_ + 1 < order_.size() ? next_ + 1 : 0;
  return true;
}

// What stands behind moves up, unless that would put it before its home.
void RecentKeys::erase(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(key);
  for (std::size_t next = (hole + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::size_t from_home = (next - home(slots_[next])) & mask;
    if (from_home < ((next - hole) & mask)) continue;
    slots_[hole] = slots_[next];
    hole = next;
  }
  slots_[hole] = 0;
}

}  // namespace oomwhy
