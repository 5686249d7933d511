#include "parser/report_order.hpp"

#include <type_traits>

namespace oomwhy {

namespace {

template <typename Fact, typename... Kinds>
constexpr bool is_one_of = (std::is_same_v<Fact, Kinds> || ...);

template <typename T>
constexpr std::optional<Block> block_of_kind() {
  if constexpr (is_one_of<T, Invocation, CpusetLine, TriggerIdentity, HardwareName, StackLine>) return Block::Header;
  if constexpr (is_one_of<T, MemcgKilledTask, MemcgLimitReached, MemcgUsage, MemcgStatsHeader, MemcgStat>) {
    return Block::Memcg;
  }
  if constexpr (is_one_of<T, MemInfoStart, SystemCounters, NodeCounters, ZoneCounters, LowmemReserve, BuddyList,
                          Hugepages, SystemTotalLine, MemInfoOther>) {
    return Block::Memory;
  }
  if constexpr (is_one_of<T, SlabTableStart, SlabRow, AllocationTableStart, AllocationRow, CgroupProtection>) {
    return Block::Tables;
  }
  if constexpr (is_one_of<T, TaskTableTitle, TaskTableHeader, TaskRow>) return Block::TaskTable;
  if constexpr (is_one_of<T, ConstraintSummary>) return Block::Constraint;
  if constexpr (is_one_of<T, KillIntent, Killed, SharingMm, GroupKill, AlreadyExiting, WouldHaveKilled, MmPinned,
                          NoKillable, Panic>) {
    return Block::Ending;
  }
  return std::nullopt;
}

// The line kinds in printed order.
template <typename T>
constexpr int step_of_kind() {
  if constexpr (is_one_of<T, Invocation>) return 0;
  if constexpr (is_one_of<T, CpusetLine>) return 1;
  if constexpr (is_one_of<T, TriggerIdentity>) return 2;
  if constexpr (is_one_of<T, HardwareName>) return 3;
  if constexpr (is_one_of<T, StackLine>) return 4;
  if constexpr (is_one_of<T, MemcgKilledTask, MemcgLimitReached>) return 5;
  if constexpr (is_one_of<T, MemcgUsage>) return 6;
  if constexpr (is_one_of<T, MemcgStatsHeader>) return 7;
  if constexpr (is_one_of<T, MemcgStat>) return 8;
  if constexpr (is_one_of<T, MemInfoStart>) return 9;
  if constexpr (is_one_of<T, MemInfoOther>) return 10;
  if constexpr (is_one_of<T, SystemCounters>) return 11;
  if constexpr (is_one_of<T, NodeCounters>) return 12;
  if constexpr (is_one_of<T, ZoneCounters, LowmemReserve>) return 13;
  if constexpr (is_one_of<T, BuddyList>) return 14;
  if constexpr (is_one_of<T, Hugepages>) return 15;
  if constexpr (is_one_of<T, SystemTotalLine>) return 16;
  if constexpr (is_one_of<T, SlabTableStart, AllocationTableStart, SlabRow, AllocationRow, CgroupProtection>) return 17;
  if constexpr (is_one_of<T, TaskTableTitle>) return 18;
  if constexpr (is_one_of<T, TaskTableHeader>) return 19;
  if constexpr (is_one_of<T, TaskRow>) return 20;
  if constexpr (is_one_of<T, ConstraintSummary>) return 21;
  if constexpr (is_one_of<T, KillIntent>) return 22;
  return 23;
}

}  // namespace

std::optional<Block> block_of(const Fact& fact) {
  return std::visit([](const auto& kind) { return block_of_kind<std::decay_t<decltype(kind)>>(); }, fact);
}

int step_of(const Fact& fact) {
  return std::visit([](const auto& kind) { return step_of_kind<std::decay_t<decltype(kind)>>(); }, fact);
}

int blocks_between(Block from, Block to) { return static_cast<int>(to) - static_cast<int>(from); }

}  // namespace oomwhy
