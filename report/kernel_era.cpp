#include "report/kernel_era.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace oomwhy {
namespace {

constexpr KernelVersion kEver{std::numeric_limits<unsigned>::max(), 0, 0};

// Kernels before 5.3 scanned a memcg's tasks through the cgroup tree but printed them in the order of the task list.
constexpr ScoringEra leaders_first(ScoringEra era) {
  era.floor = ScoreFloor::One;
  era.tie = TieRule::FirstLeader;
  era.memcg_tie = TieRule::FirstLeader;
  era.memcg_order = MemcgOrder::TreeOrder;
  return era;
}

constexpr ScoringEra first_wins(ScoringEra era) {
  era.floor = ScoreFloor::One;
  era.tie = TieRule::First;
  era.memcg_tie = TieRule::First;
  era.memcg_order = MemcgOrder::TreeOrder;
  return era;
}

constexpr ScoringEra sacrificing(ScoringEra era, RootBonus bonus) {
  era.child = ChildRule::Sacrificed;
  era.root_bonus = bonus;
  return era;
}

constexpr ScoringEra floored(ScoringEra era) {
  era.floor = ScoreFloor::One;
  return era;
}

constexpr ScoringEra counted_by(CounterError counters, ScoringEra era) {
  era.counters = counters;
  return era;
}

constexpr ScoringEra scored_in(ScoreForm form, PageTableTerm page_tables, ScoringEra era) {
  era.form = form;
  era.page_tables = page_tables;
  return era;
}

// 4.7 and 4.8: the host scan took the last of equals while the memcg scan still took the first leader.
constexpr ScoringEra last_on_the_host(ScoringEra era) {
  era.tie = TieRule::Last;
  return era;
}

constexpr auto kMainline = Vendor::Mainline;
constexpr auto kThreePercent = RootBonus::ThreePercent;
constexpr auto kThirty = RootBonus::ThirtyPoints;
constexpr auto kPgtables = TableKind::PgtablesBytes;
constexpr auto kSplit = TableKind::SplitRss;
constexpr auto kNrPtes = TableKind::NrPtes;
constexpr auto kNrPmds = TableKind::NrPmds;
constexpr auto kBothAdjs = TableKind::BothAdjs;
constexpr auto kAdj = TableKind::Adj;

// mm/oom_kill.c through the years, newest first so that the likeliest of several candidates leads. Ranges overlap where
// stable branches or a vendor took a change at an unknown patch: both rows are candidates then.
constexpr std::array kEras{
    // Exact per-CPU sums: get_mm_rss_sum().
    counted_by(CounterError::Exact, {"7.0 and later", kMainline, {7, 0, 0}, kEver, kSplit, kSplit}),
    // rss_stat became percpu counters that are read approximately.
    counted_by(CounterError::PerCpu, {"6.2 to 6.19", kMainline, {6, 2, 0}, {7, 0, 0}, kPgtables, kSplit}),
    // 9066e5cfb73c took the floor away: "make the calculation of oom badness more accurate".
    ScoringEra{"5.9 to 6.1", kMainline, {5, 9, 0}, {6, 2, 0}, kPgtables, kPgtables},
    floored({"5.3 to 5.8", kMainline, {5, 3, 0}, {5, 9, 0}, kPgtables, kPgtables}),
    // 5.4 stable took 9066e5cfb73c too, at the latest with 5.4.291.
    ScoringEra{"later 5.4 stable", kMainline, {5, 4, 0}, {5, 5, 0}, kPgtables, kPgtables},
    // bbbe480 ended the sacrifice of a child.
    leaders_first({"5.1 and 5.2", kMainline, {5, 1, 0}, {5, 3, 0}, kPgtables, kPgtables}),
    floored({"RHEL 8.3 and later", Vendor::El8, {4, 18, 148}, {4, 19, 0}, kPgtables, kPgtables}),
    // Whether a later RHEL 8 took 9066e5cfb73c was read in no source.
    ScoringEra{"RHEL 8.4 and later", Vendor::El8, {4, 18, 241}, {4, 19, 0}, kPgtables, kPgtables},
    leaders_first({"RHEL 8.0 to 8.2", Vendor::El8, {4, 18, 0}, {4, 18, 240}, kPgtables, kPgtables}),
    // d46078b ended the root bonus, in 4.17 or 4.18.
    sacrificing(leaders_first({"4.17 to 5.0", kMainline, {4, 17, 0}, {5, 1, 0}, kPgtables, kPgtables}),
                RootBonus::None),
    sacrificing(leaders_first({"4.9 to 4.17", kMainline, {4, 9, 0}, {4, 18, 0}, kNrPmds, kPgtables}), kThreePercent),
    sacrificing(last_on_the_host(leaders_first({"4.7 and 4.8", kMainline, {4, 7, 0}, {4, 9, 0}, kNrPmds, kNrPmds})),
                kThreePercent),
    sacrificing(first_wins({"RHEL 7", Vendor::El7, {3, 10, 0}, {3, 11, 0}, kNrPtes, kNrPtes}), kThreePercent),
    sacrificing(leaders_first({"3.14 to 4.6", kMainline, {3, 14, 0}, {4, 7, 0}, kNrPtes, kNrPmds}), kThreePercent),
    // 778c14affaf3 of 3.14 went into the stable branches of 3.10 to 3.13.
    sacrificing(first_wins({"3.10 to 3.13 stable", kMainline, {3, 10, 0}, {3, 14, 0}, kNrPtes, kNrPtes}),
                kThreePercent),
    sacrificing(first_wins({"3.5 to 3.13", kMainline, {3, 5, 0}, {3, 14, 0}, kBothAdjs, kNrPtes}), kThirty),
    scored_in(ScoreForm::Permille, PageTableTerm::Counted,
              sacrificing(first_wins({"RHEL 6", Vendor::El6, {2, 6, 32}, {2, 6, 33}, kBothAdjs, kBothAdjs}), kThirty)),
    // f755a042d82 counts page tables.
    scored_in(
        ScoreForm::Permille, PageTableTerm::Counted,
        sacrificing(first_wins({"2.6.39 to 3.4", kMainline, {2, 6, 39}, {3, 5, 0}, kBothAdjs, kBothAdjs}), kThirty)),
    scored_in(ScoreForm::Permille, PageTableTerm::NotCounted,
              sacrificing(first_wins({"2.6.36 to 2.6.38", kMainline, {2, 6, 36}, {2, 6, 39}, kBothAdjs, kBothAdjs}),
                          kThirty)),
    scored_in(
        ScoreForm::Heuristic, PageTableTerm::NotCounted,
        sacrificing(first_wins({"2.6.35 and earlier", kMainline, {0, 0, 0}, {2, 6, 36}, kAdj, kAdj}), RootBonus::None)),
    scored_in(ScoreForm::Heuristic, PageTableTerm::NotCounted,
              sacrificing(first_wins({"RHEL 5", Vendor::El5, {2, 6, 18}, {2, 6, 19}, kAdj, kAdj}), RootBonus::None)),
};

struct VersionRange {
  KernelVersion from{0, 0, 0};
  KernelVersion until = kEver;
  void at_least(KernelVersion version) { from = std::max(from, version); }
  void before(KernelVersion version) { until = std::min(until, version); }
};

bool has_column(const TaskTableLayout& layout, TaskColumn column) {
  return std::find(layout.columns.begin(), layout.columns.end(), column) != layout.columns.end();
}

void narrow_by_memory(const OomEvent& event, VersionRange& range) {
  if (!event.memory) return;
  if (event.memory->unstable) range.before({5, 8, 0});
  if (event.memory->kernel_misc_reclaimable) range.at_least({5, 15, 0});
  if (event.memory->sec_pagetables) range.at_least({6, 1, 0});
  if (!event.zones.empty() && event.zones.front().boost) range.at_least({5, 16, 0});
}

// What the lines say about the version; each of these was never printed outside the range by mainline.
VersionRange range_of_lines(const OomEvent& event) {
  VersionRange range;
  if (event.lines.constraint) range.at_least({5, 0, 0});
  if (event.memcg && event.memcg->swap) range.at_least({5, 3, 0});
  if (event.chosen) range.before({5, 1, 0});
  for (const Victim& victim : event.victims) {
    if (victim.score) range.before({5, 1, 0});
    if (victim.pgtables && victim.oom_score_adj) range.at_least({5, 4, 0});
  }
  narrow_by_memory(event, range);
  return range;
}

bool table_fits(const ScoringEra& era, std::optional<TableKind> kind) {
  return !kind || (era.oldest_table <= *kind && *kind <= era.newest_table);
}

// RHEL 8.3 took lines of 5.3; no RHEL kernel of these took any of a later one.
bool look_fits(const ScoringEra& era, const VersionRange& range) {
  switch (era.vendor) {
    case Vendor::Mainline:
      return era.from < range.until && range.from < era.until;
    case Vendor::El5:
    case Vendor::El6:
    case Vendor::El7:
      return range.from < KernelVersion{4, 6, 0};
    case Vendor::El8:
      return range.from < KernelVersion{5, 4, 0};
  }
  return false;
}

// 5.4.291 was read and has the later rules; where between 5.4.0 and there they came is not known.
bool is_before_backport(const ScoringEra& era, const KernelRelease& release) {
  return era.vendor == Vendor::Mainline && era.from == KernelVersion{5, 3, 0} &&
         release.version >= KernelVersion{5, 4, 291} && release.version < KernelVersion{5, 5, 0};
}

std::vector<ScoringEra> eras_of_release(const KernelRelease& release, std::optional<TableKind> kind) {
  std::vector<ScoringEra> fitting;
  for (const ScoringEra& era : kEras) {
    const bool in_range = era.from <= release.version && release.version < era.until;
    if (era.vendor == release.vendor && in_range && table_fits(era, kind) && !is_before_backport(era, release)) {
      fitting.push_back(era);
    }
  }
  return fitting;
}

}  // namespace

std::optional<TableKind> table_kind(const TaskTableLayout& layout) {
  if (has_column(layout, TaskColumn::RssAnon)) return TableKind::SplitRss;
  if (has_column(layout, TaskColumn::PgtablesBytes)) return TableKind::PgtablesBytes;
  if (has_column(layout, TaskColumn::NrPmds)) return TableKind::NrPmds;
  if (has_column(layout, TaskColumn::NrPtes)) return TableKind::NrPtes;
  if (!has_column(layout, TaskColumn::OomAdj)) return std::nullopt;
  return has_column(layout, TaskColumn::OomScoreAdj) ? TableKind::BothAdjs : TableKind::Adj;
}

std::vector<ScoringEra> fitting_eras(const OomEvent& event) {
  const auto kind = table_kind(event.table_layout);
  if (const auto release = parse_release(event.kernel.release.value_or(""))) {
    auto fitting = eras_of_release(*release, kind);
    // A vendor that changed the table changed the score with it: its lines are the better witness.
    if (!fitting.empty()) return fitting;
  }
  std::vector<ScoringEra> fitting;
  const VersionRange range = range_of_lines(event);
  for (const ScoringEra& era : kEras) {
    if (table_fits(era, kind) && look_fits(era, range)) fitting.push_back(era);
  }
  return fitting;
}

}  // namespace oomwhy
