// Which kernel scored: the rules of mm/oom_kill.c that left no mark on the report's lines (root bonus, floor, tie
// order, sacrifice of a child) and the kernels that had them. A printed release names them; without one, everything
// that the lines allow is a candidate.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "parser/event.hpp"
#include "report/kernel_release.hpp"

namespace oomwhy {

// What a score is counted in.
enum class ScoreForm {
  Heuristic,  // <= 2.6.35: virtual size, run time, niceness; cannot be worked out from a report
  Permille,   // 2.6.36 to 3.4: a thousandth of the memory allowed, 0 to 1000
  PageCount,  // 3.5 on
};
// What a task with CAP_SYS_ADMIN is spared. No report prints capabilities: uid 0 makes it likely, no more.
enum class RootBonus { None, ThirtyPoints, ThreePercent };
enum class ScoreFloor { One, None };              // None: scores below zero are told apart, 5.9 on
enum class TieRule { First, FirstLeader, Last };  // which of several equal scores is taken, in scan order
enum class MemcgOrder {
  TreeOrder,
  TableOrder
};  // how a memcg's tasks are scanned: as the table lists them from 5.3 on
enum class CounterError { PerThread, PerCpu, Exact };  // why rss as printed may not be rss as chosen by
enum class ChildRule { Sacrificed, Spared };           // whether a child may die in place of the chosen task, <= 5.0
enum class PageTableTerm { NotCounted, Counted };

// The task tables by their columns, oldest first (kernel-formats: T1, T2, T3, T4, T5 and T6, T7).
enum class TableKind { Adj, BothAdjs, NrPtes, NrPmds, PgtablesBytes, SplitRss };

struct ScoringEra {
  std::string_view kernels;  // in words, for explanations
  Vendor vendor = Vendor::Mainline;
  KernelVersion from, until;  // until: the first version that is no longer of the era
  TableKind oldest_table = TableKind::Adj, newest_table = TableKind::SplitRss;
  ScoreForm form = ScoreForm::PageCount;
  PageTableTerm page_tables = PageTableTerm::Counted;
  RootBonus root_bonus = RootBonus::None;
  ScoreFloor floor = ScoreFloor::None;
  TieRule tie = TieRule::Last;
  TieRule memcg_tie = TieRule::Last;
  MemcgOrder memcg_order = MemcgOrder::TableOrder;
  ChildRule child = ChildRule::Spared;
  CounterError counters = CounterError::PerThread;
};

// The eras that fit the report, the likeliest first; never empty unless the lines contradict each other. By the printed
// release where there is one and the table's columns do not contradict it, else by what the lines look like.
std::vector<ScoringEra> fitting_eras(const OomEvent& event);

// The kind of a table by its columns; absent where they are unknown.
std::optional<TableKind> table_kind(const TaskTableLayout& layout);

}  // namespace oomwhy
