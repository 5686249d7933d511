#include "report/main_user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/candidate.hpp"
#include "report/format.hpp"
#include "report/suspects.hpp"
#include "report/unit_of_cause.hpp"

namespace oomwhy {
namespace {

constexpr double kPeer = 0.5;  // of the largest: below it a group is no rival

Bytes as_printed(const Suspect& suspect) { return suspect.group.rss + suspect.group.swap; }

bool is_peer(const Suspect& suspect, const Suspect& top) {
  return ratio(suspect.size, top.size) >= kPeer || as_printed(suspect) >= as_printed(top);
}

// The kernel picks the largest single process: that it died says nothing about a pool of small ones next to it. Where
// both hold comparable amounts, the pool that was started later is what changed.
const Suspect* younger_pool(const Scene& scene, const Suspect& top) {
  if (many_alike(top)) {
    return nullptr;
  }
  for (const Suspect& suspect : scene.suspects) {
    if (&suspect != &top && many_alike(suspect) && is_peer(suspect, top) && suspect.median_pid > top.median_pid) {
      return &suspect;
    }
  }
  return nullptr;
}

}  // namespace

bool is_unusual(const Scene& scene, const Suspect& suspect, const History& history) {
  const UnitOfCause unit = unit_of(scene, suspect);
  const EarlierRuns* earlier = unit.name ? earlier_runs(history, *unit.name) : nullptr;
  return earlier != nullptr && earlier->highest.count > 0 && suspect.share >= kWorthNaming &&
         suspect.size.count >= saturating_multiply(earlier->highest.count, 2);
}

std::optional<Finding> c2_unusual(const Scene& scene, const Suspect& suspect, const History& history) {
  if (!is_unusual(scene, suspect, history)) {
    return std::nullopt;
  }
  const std::string unit = unit_of(scene, suspect).name.value_or("");
  const EarlierRuns& earlier = history.runs.at(unit);
  return Finding{
      .evidence = {.rule = std::string(RuleId("C2")),
                   .text = fmt::format("{} held {}; its {} earlier runs peaked at {} at most.", unit,
                                       format_size(suspect.size), earlier.count, format_size(earlier.highest)),
                   .origin = scene.at(scene.event.lines.task_table)},
      .confidence = Confidence::Medium,
      .holding = std::nullopt};
}

const Suspect* main_user(const Scene& scene, const History& history) {
  if (scene.suspects.empty()) {
    return nullptr;
  }
  const Suspect& top = scene.suspects.front();
  for (const Suspect& suspect : scene.suspects) {
    if (is_peer(suspect, top) && is_unusual(scene, suspect, history)) {
      return &suspect;
    }
  }
  const Suspect* pool = younger_pool(scene, top);
  return pool != nullptr ? pool : &top;
}

}  // namespace oomwhy
