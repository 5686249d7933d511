// C1 and C3 to C6: what the task table says about who used the memory. (C2 needs earlier runs: report/history.)
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/format.hpp"
#include "report/rules.hpp"
#include "report/suspects.hpp"

namespace oomwhy {
namespace {

constexpr double kDominant = 0.5;        // C1: of the charged memory
constexpr double kTwice = 2.0;           // C1: over the second
constexpr double kSharedRepeated = 1.5;  // C6: sum over the rows / what there is

constexpr double kLikeRss = 0.90;      // C5: the smaller row / the larger
constexpr double kLikeVirtual = 0.95;  // C5: the same of total_vm
constexpr double kMostOfOne = 0.5;     // C5: of the larger row, counted twice
constexpr double kWorthTelling = 0.1;  // C5: of the charged memory; a pair of small ones explains nothing

bool are_within(std::uint64_t a, std::uint64_t b, double least) {
  return static_cast<double>(std::min(a, b)) >= least * static_cast<double>(std::max(a, b));
}

std::string size_of(const Suspect& suspect) {
  const Bytes size = suspect.group.rss + suspect.group.swap;
  return (suspect.group.upper_bound ? "at most " : "") + format_size(size);
}

std::string count_of(const Suspect& suspect) {
  return suspect.group.count() <= 1 ? suspect.comm : fmt::format("{} x {}", suspect.group.count(), suspect.comm);
}

Holding held_by(const Scene& scene, const Suspect& suspect) {
  return Holding{.kind = CauseKind::Processes,
                 .size = suspect.size,
                 .name = suspect.comm,
                 .suspect = static_cast<std::size_t>(&suspect - scene.suspects.data())};
}

Origin table_line(const Scene& scene, const Suspect& suspect) {
  const Task& largest =
      *std::max_element(scene.event.tasks.begin(), scene.event.tasks.end(), [&](const Task& a, const Task& b) {
        const bool a_in = a.comm == suspect.comm, b_in = b.comm == suspect.comm;
        return a_in != b_in ? b_in : resident(scene.event, a) < resident(scene.event, b);
      });
  return scene.at(largest.origin_line);
}

std::optional<Finding> c1_one_group_dominates(const Scene& scene) {
  if (scene.event.tasks.empty() || !scene.charged) {
    return std::nullopt;
  }
  const Suspect& top = scene.suspects.front();
  const Bytes second = scene.suspects.size() > 1 ? scene.suspects[1].size : Bytes{};
  if (top.share < kDominant || ratio(second, top.size) * kTwice > 1.0) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("{} held {}, {}, and nothing else came near it.", count_of(top),
                                                  size_of(top), format_part(top.share, "the memory")),
                              .origin = table_line(scene, top)},
                 .confidence = Confidence::High,
                 .holding = held_by(scene, top)};
}

std::optional<Finding> c3_swarm(const Scene& scene) {
  for (const Suspect& suspect : scene.suspects) {
    if (scene.charged && is_swarm(scene.event, suspect.group, *scene.charged)) {
      return Finding{
          .evidence = {.rule = {},
                       .text = fmt::format("{} processes of the name {} held {} together, the largest only {}.",
                                           suspect.group.count(), suspect.comm, size_of(suspect),
                                           format_size(suspect.group.largest)),
                       .origin = table_line(scene, suspect)},
          .confidence = Confidence::High,
          .holding = held_by(scene, suspect)};
    }
  }
  return std::nullopt;
}

const Suspect* larger_than(const Scene& scene, const Suspect& victims) {
  const Bytes size = victims.group.rss + victims.group.swap;
  for (const Suspect& other : scene.suspects) {
    if (&other != &victims && other.group.rss + other.group.swap > size) {
      return &other;
    }
  }
  return nullptr;
}

std::optional<Finding> c4_victim_is_not_the_main_user(const Scene& scene) {
  const Victim* victim = chosen_victim(scene.event);
  const Suspect* victims = victim == nullptr ? nullptr : suspect_of(scene, victim->pid);
  if (victims == nullptr || victims->share >= kDominant) {
    return std::nullopt;
  }
  const Suspect* other = larger_than(scene, *victims);
  if (other == nullptr) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("{} held more than the victim's {}: {} against {}.", count_of(*other),
                                                  victims->comm, size_of(*other), size_of(*victims)),
                              .origin = table_line(scene, *other)},
                 .confidence = Confidence::High,
                 .holding = held_by(scene, *other)};
}

// Where other rows leave room for the pair's memory, that all rows together exceed what exists by most of one of them
// tells the same.
bool may_share_all(const Scene& scene, const Suspect& suspect) {
  const Group& group = suspect.group;
  if (group.count() != 2 || !scene.shared_twice) {
    return false;
  }
  const Task& a = scene.event.tasks[group.tasks[0]];
  const Task& b = scene.event.tasks[group.tasks[1]];
  const double alike = ratio(std::min(resident(scene.event, a), resident(scene.event, b)), group.largest);
  return alike >= kLikeRss && a.total_vm && b.total_vm &&
         are_within(a.total_vm->count, b.total_vm->count, kLikeVirtual) &&
         ratio(*scene.shared_twice, group.largest) >= kMostOfOne;
}

std::optional<Finding> c5_fork_pair(const Scene& scene) {
  for (const Suspect& suspect : scene.suspects) {
    if (ratio(suspect.group.rss, or_zero(scene.charged)) < kWorthTelling) {
      continue;
    }
    if (is_fork_pair(scene.event, suspect.group) || may_share_all(scene, suspect)) {
      return Finding{.evidence = {.rule = {},
                                  .text = fmt::format("Two {} rows of nearly one size share their pages (fork, "
                                                      "copy-on-write): only what was written since the fork is extra.",
                                                      suspect.comm),
                                  .origin = table_line(scene, suspect)}};
    }
  }
  return std::nullopt;
}

std::optional<Bytes> sum_of_shmem_columns(const OomEvent& event) {
  std::optional<Bytes> sum;
  for (const Task& task : event.tasks) {
    if (task.rss_shmem) {
      sum = or_zero(sum) + to_bytes(*task.rss_shmem, event.page_size);
    }
  }
  return sum;
}

Origin shmem_line(const Scene& scene) {
  const MemcgStatEntry* of_cgroup = scene.stat_entry("shmem");
  const bool on_host = scene.event.memory.has_value() || of_cgroup == nullptr;
  return on_host ? scene.at(scene.event.lines.shmem) : scene.at(of_cgroup->origin_line);
}

// Before 6.8 the table has no column of its own for shared memory: there the rows' sum is held against what can be
// resident at all.
std::optional<Finding> c6_shared_counted_repeatedly(const Scene& scene) {
  const std::optional<Bytes> columns = sum_of_shmem_columns(scene.event);
  const std::optional<Bytes> shmem =
      scene.event.memory ? scene.counter(scene.event.memory->shmem) : scene.stat("shmem");
  if (columns && shmem) {
    if (shmem->count == 0 || ratio(*columns, *shmem) <= kSharedRepeated) {
      return std::nullopt;
    }
    return Finding{.evidence = {.rule = {},
                                .text = fmt::format("The rows' shared memory adds up to {}, but there is only {}: the "
                                                    "same pages stand in many rows.",
                                                    format_size(*columns), format_size(*shmem)),
                                .origin = shmem_line(scene)}};
  }
  if (!scene.shared_twice || !scene.capacity || ratio(*scene.shared_twice, *scene.capacity) < kSharedRepeated - 1.0) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("The rows add up to {} more than can be resident: shared pages stand "
                                                  "in many rows.",
                                                  format_size(*scene.shared_twice)),
                              .origin = scene.at(scene.event.lines.task_table)}};
}

constexpr std::array<NamedRule, 5> kRules = {{{"C1", c1_one_group_dominates},
                                              {"C3", c3_swarm},
                                              {"C4", c4_victim_is_not_the_main_user},
                                              {"C5", c5_fork_pair},
                                              {"C6", c6_shared_counted_repeatedly}}};

}  // namespace

std::span<const NamedRule> process_rules() { return kRules; }

Finding c26_held_so_much(const Scene& scene, const Suspect& suspect) {
  const bool has_table = !scene.event.tasks.empty();
  std::string text = fmt::format("{} held {}", count_of(suspect), size_of(suspect));
  if (scene.charged) {
    text += fmt::format(", {}", format_part(suspect.share, "the memory"));
  }
  text += has_table ? "." : ", says the kill line; there is no task table.";
  return Finding{.evidence = {.rule = std::string(RuleId("C26")),
                              .text = text,
                              .origin = has_table ? table_line(scene, suspect) : scene.at(scene.event.lines.kill)},
                 .confidence = Confidence::Low,
                 .holding = held_by(scene, suspect)};
}

}  // namespace oomwhy
