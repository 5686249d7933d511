#include "report/row_score.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

constexpr int kUnkillable = -1000;
// Above any machine's: the products below stay inside 64 bits for whatever a damaged or forged row holds.
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 48;

std::int64_t signed_pages(std::uint64_t pages) { return static_cast<std::int64_t>(std::min(pages, kMostPages)); }

// Page tables as every era counts the columns that its table has; absent where a column is missing that was counted.
std::optional<std::int64_t> page_table_pages(const Task& task, const Reading& reading) {
  if (reading.era.page_tables == PageTableTerm::NotCounted) return 0;
  if (task.pgtables) return signed_pages(to_pages(*task.pgtables, reading.page_size).count);
  if (!task.nr_ptes) return std::nullopt;
  const Pages levels = *task.nr_ptes + task.nr_pmds.value_or(Pages{}) + task.nr_puds.value_or(Pages{});
  return signed_pages(levels.count);
}

std::optional<std::int64_t> swap_pages(const Task& task, const Reading& reading) {
  if (task.swapents) return signed_pages(task.swapents->count);
  return reading.no_swap ? std::optional<std::int64_t>{0} : std::nullopt;
}

std::optional<std::int64_t> pages_held(const Task& task, const Reading& reading) {
  const auto page_tables = page_table_pages(task, reading);
  const auto swap = swap_pages(task, reading);
  if (!task.rss || !page_tables || !swap) return std::nullopt;
  return signed_pages(task.rss->count) + *page_tables + *swap;
}

bool gets_bonus(const Task& task, const Reading& reading) {
  return reading.root == RootReading::Capable && reading.era.root_bonus != RootBonus::None && task.uid == 0;
}

RowScore score_in_permille(std::int64_t held, std::int64_t adj, bool bonus, std::int64_t total) {
  const std::int64_t base = held * 1000 / total - (bonus ? 30 : 0);
  return {base, std::clamp<std::int64_t>(base + adj, 1, 1000)};
}

RowScore score_in_pages(std::int64_t held, std::int64_t adj, bool bonus, const Reading& reading) {
  const std::int64_t unit = reading.totalpages ? static_cast<std::int64_t>(*reading.totalpages / 1000) : 0;
  const bool thirty = reading.era.root_bonus == RootBonus::ThirtyPoints;
  std::int64_t base = held;
  if (bonus && !thirty) base -= held * 3 / 100;
  if (bonus && thirty) adj -= 30;
  if (adj != 0 && !reading.totalpages) return {base, std::nullopt};
  std::int64_t points = base + adj * unit;
  if (reading.era.floor == ScoreFloor::One) points = std::max<std::int64_t>(points, 1);
  return {base, points};
}

bool replaces(const Task& best, std::int64_t points, std::int64_t best_points, TieRule tie) {
  if (points != best_points) return points > best_points;
  switch (tie) {
    case TieRule::First:
      return false;
    case TieRule::FirstLeader:
      return best.tgid && *best.tgid != best.pid;
    case TieRule::Last:
      return true;
  }
  return false;
}

}  // namespace

RowScore score_row(const Task& task, const Reading& reading) {
  const auto held = pages_held(task, reading);
  if (!held || !task.oom_score_adj) return {};
  const std::int64_t adj = std::clamp(*task.oom_score_adj, -1000, 1000);
  const bool bonus = gets_bonus(task, reading);
  switch (reading.era.form) {
    case ScoreForm::Heuristic:
      return {};
    case ScoreForm::Permille:
      if (!reading.totalpages || *reading.totalpages == 0) return {};
      return score_in_permille(*held, adj, bonus, signed_pages(*reading.totalpages));
    case ScoreForm::PageCount:
      return score_in_pages(*held, adj, bonus, reading);
  }
  return {};
}

std::optional<std::int64_t> permille_of(std::optional<std::int64_t> points, const Reading& reading) {
  if (!points || reading.era.form == ScoreForm::Permille) return points;
  if (!reading.totalpages || *reading.totalpages == 0) return std::nullopt;
  return *points * 1000 / signed_pages(*reading.totalpages);
}

Ranking rank(const std::vector<Task>& tasks, const Reading& reading, const std::vector<bool>& excluded) {
  Ranking ranking;
  for (std::size_t row = 0; row < tasks.size(); ++row) {
    if (tasks[row].oom_score_adj == kUnkillable || (!excluded.empty() && excluded[row])) continue;
    const auto points = score_row(tasks[row], reading).points;
    if (!points) {
      ranking.complete = false;
      continue;
    }
    const Ranking::Entry entry{row, *points};
    auto& first = ranking.first;
    auto& second = ranking.second;
    if (!first || replaces(tasks[first->row], entry.points, first->points, reading.tie)) {
      second = first;
      first = entry;
    } else if (!second || replaces(tasks[second->row], entry.points, second->points, reading.tie)) {
      second = entry;
    }
  }
  return ranking;
}

}  // namespace oomwhy
