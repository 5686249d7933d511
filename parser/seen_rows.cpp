#include "parser/seen_rows.hpp"

#include <utility>

namespace oomwhy {

// Where the PID is, or the free slot where it would be.
std::size_t SeenRows::slot_of(std::uint32_t pid) const {
  // 2^32 divided by the golden ratio: neighbouring PIDs, and those a power of two apart, go to different places.
  const std::uint32_t mixed = pid * 0x9e3779b9U;
  std::size_t slot = (mixed ^ (mixed >> 15U)) & (slots_.size() - 1);
  while (slots_[slot].used && slots_[slot].pid != pid) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::optional<std::uint64_t> SeenRows::find(std::uint32_t pid) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(pid)];
  return slot.used ? std::optional(slot.hash) : std::nullopt;
}

void SeenRows::insert(std::uint32_t pid, std::uint64_t hash) {
  if ((count_ + 1) * 2 > slots_.size()) grow();
  Slot& slot = slots_[slot_of(pid)];
  if (slot.used) return;
  slot = {hash, pid, true};
  ++count_;
}

void SeenRows::grow() {
  constexpr std::size_t kFirst = 128;
  const auto old = std::exchange(slots_, {});
  slots_.resize(old.empty() ? kFirst : old.size() * 2);
  for (const Slot& slot : old) {
    if (slot.used) slots_[slot_of(slot.pid)] = slot;
  }
}

}  // namespace oomwhy
