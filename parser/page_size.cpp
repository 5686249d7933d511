#include "parser/page_size.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace oomwhy {

namespace {

constexpr std::uint64_t kSmallest = 4096;
constexpr std::uint64_t kLargest = 262144;

// The power of two that bytes / pages is, if it is one within `tolerance`.
std::optional<std::uint64_t> page_of(std::uint64_t kb, std::uint64_t pages, double tolerance) {
  if (pages == 0 || kb == 0) return std::nullopt;
  const double ratio = static_cast<double>(kb) * 1024.0 / static_cast<double>(pages);
  for (std::uint64_t size = kSmallest; size <= kLargest; size *= 2) {
    if (std::abs(ratio - static_cast<double>(size)) <= tolerance * static_cast<double>(size)) return size;
  }
  return std::nullopt;
}

struct Pair {
  std::optional<Pages> SystemMemory::*pages;
  std::optional<Kibibytes> NodeMemory::*kb;
};

// Counters that both lines print. Not shmem, which some kernels print in the wrong place.
constexpr std::array<Pair, 7> kPairs = {{
    {&SystemMemory::active_anon, &NodeMemory::active_anon},
    {&SystemMemory::inactive_anon, &NodeMemory::inactive_anon},
    {&SystemMemory::active_file, &NodeMemory::active_file},
    {&SystemMemory::inactive_file, &NodeMemory::inactive_file},
    {&SystemMemory::unevictable, &NodeMemory::unevictable},
    {&SystemMemory::mapped, &NodeMemory::mapped},
    {&SystemMemory::dirty, &NodeMemory::dirty},
}};

// Nodes outside the task's memory policy are not printed, so the sums may be too small by any factor: two counters at
// the least must agree, and none that is large enough to tell may differ. The exceptions are the lists that age between
// the two lines (seen with the multi-gen LRU): they are left out where they agree with nothing.
std::optional<std::uint64_t> from_nodes(const OomEvent& event) {
  if (!event.memory || event.nodes.empty()) return std::nullopt;
  std::array<int, 7> votes{};  // by size: 4 KiB to 256 KiB
  for (const Pair& pair : kPairs) {
    const auto& pages = *event.memory.*pair.pages;
    std::uint64_t kb = 0;
    for (const NodeMemory& node : event.nodes) kb = saturating_add(kb, (node.*pair.kb).value_or(Kibibytes{}).count);
    constexpr std::uint64_t kTooFewToTell = 8;
    if (!pages || pages->count < kTooFewToTell) continue;
    if (const auto size = page_of(kb, pages->count, 0.01)) {
      ++votes[static_cast<std::size_t>(std::countr_zero(*size) - std::countr_zero(kSmallest))];
    }
  }
  std::optional<std::uint64_t> best;
  int most = 1;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (votes[i] == most && best) return std::nullopt;
    if (votes[i] <= most) continue;
    most = votes[i];
    best = kSmallest << i;
  }
  return best;
}

const Task* row_of(const OomEvent& event, std::uint32_t pid) {
  for (const Task& task : event.tasks) {
    if (task.pid == pid) return &task;
  }
  return nullptr;
}

// Between its row and its kill a victim may have grown a little.
std::optional<std::uint64_t> from_victims(const OomEvent& event) {
  std::size_t looked_at = 0;
  for (const Victim& victim : event.victims) {
    if (++looked_at > 16) break;
    const Task* row = victim.total_vm ? row_of(event, victim.pid) : nullptr;
    if (row == nullptr || !row->total_vm) continue;
    if (const auto size = page_of(victim.total_vm->count, row->total_vm->count, 0.05)) return size;
  }
  return std::nullopt;
}

// PAGE_COUNTER_MAX * PAGE_SIZE in kB, 64-bit kernels from 3.19 on.
std::optional<std::uint64_t> from_unlimited(std::uint64_t kb) {
  switch (kb) {
    case 9007199254740988U:
      return 4096;
    case 9007199254740984U:
      return 8192;
    case 9007199254740976U:
      return 16384;
    case 9007199254740928U:
      return 65536;
    default:
      return std::nullopt;
  }
}

}  // namespace

PageSize find_page_size(const OomEvent& event, std::optional<std::uint64_t> buddy_page_bytes,
                        std::optional<std::uint64_t> unlimited_kb) {
  if (buddy_page_bytes) return {*buddy_page_bytes, Certainty::Stated};
  if (const auto size = from_nodes(event)) return {*size, Certainty::Derived};
  if (const auto size = from_victims(event)) return {*size, Certainty::Derived};
  if (unlimited_kb) {
    if (const auto size = from_unlimited(*unlimited_kb)) return {*size, Certainty::Derived};
  }
  return {};
}

}  // namespace oomwhy
