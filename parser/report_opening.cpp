#include "parser/report_opening.hpp"

#include <type_traits>

namespace oomwhy {

namespace {

template <typename T, typename... Kinds>
constexpr bool is_one_of = (std::is_same_v<T, Kinds> || ...);

// Not a stack line, a statistic or a slab row alone: they are everywhere, or say nothing without their beginning.
template <typename T>
constexpr bool opens =
    is_one_of<T, Invocation, CpusetLine, TriggerIdentity, MemcgKilledTask, MemcgLimitReached, MemcgUsage,
              MemcgStatsHeader, MemInfoStart, SystemCounters, NodeCounters, ZoneCounters, BuddyList, Hugepages,
              SystemTotalLine, TaskTableTitle, TaskTableHeader, TaskRow, ConstraintSummary, KillIntent, Killed,
              SharingMm, GroupKill, AlreadyExiting, WouldHaveKilled, NoKillable>;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r#>*/-[](){}<";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r]>*/-)}") - first + 1);
}

}  // namespace

bool opens_report(const Fact& fact) {
  if (const auto* panic = std::get_if<Panic>(&fact)) return panic->reason != PanicReason::Other;
  return std::visit([](const auto& kind) { return opens<std::decay_t<decltype(kind)>>; }, fact);
}

bool is_elision(std::string_view text) {
  if (text.size() > 40) return false;
  std::string_view word = trim(text);
  if (word == "snip" || word == "cut" || word == "\xe2\x80\xa6") return true;
  return word.size() >= 3 && word.find_first_not_of('.') == std::string_view::npos;
}

bool is_hidden_record(std::string_view text) {
  constexpr std::string_view kWords = " blob data]";
  if (text.size() < 14 || text.size() > 40 || text.front() != '[' || !text.ends_with(kWords)) return false;
  const char unit = text[text.size() - kWords.size() - 1];  // "79B", "1.2K"
  return text[1] >= '0' && text[1] <= '9' && std::string_view("BKMG").find(unit) != std::string_view::npos;
}

}  // namespace oomwhy
