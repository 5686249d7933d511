#include "report/suspects.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "report/process_rows.hpp"

namespace oomwhy {
namespace {

// From here on the kernel practically never chooses a task (systemd-oomd's and dockerd's kind of value).
constexpr int kProtectedAdj = -900;

Bytes pages(const OomEvent& event, const std::optional<Pages>& count) {
  return count ? to_bytes(*count, event.page_size) : Bytes{};
}

bool has_anon_columns(const OomEvent& event) {
  return !event.tasks.empty() && std::all_of(event.tasks.begin(), event.tasks.end(),
                                             [](const Task& task) { return task.rss_anon.has_value(); });
}

// A row's memory as far as it can be the task's own.
Bytes own_memory(const OomEvent& event, const Task& task) {
  return task.rss_anon ? pages(event, task.rss_anon) : resident(event, task);
}

// Shared memory is on the anonymous lists too; what processes map of it is in `mapped`.
std::optional<Bytes> existing_on_host(const OomEvent& event, bool with_mapped) {
  const SystemMemory& memory = *event.memory;
  // Where one of them is lost, the rows would seem to share what is only not counted.
  if (!memory.active_anon || !memory.inactive_anon || !memory.unevictable || (with_mapped && !memory.mapped)) {
    return std::nullopt;
  }
  const Bytes listed = pages(event, memory.active_anon) + pages(event, memory.inactive_anon) +
                       pages(event, memory.isolated_anon) + pages(event, memory.unevictable);
  return less(listed, pages(event, memory.shmem)) + (with_mapped ? pages(event, memory.mapped) : Bytes{});
}

// What a task maps of files may be charged to another cgroup: then there is nothing to hold its rss against.
std::optional<Bytes> existing_in_cgroup(const OomEvent& event, bool with_mapped) {
  const auto anon = std::find_if(event.memcg->stats.begin(), event.memcg->stats.end(),
                                 [](const MemcgStatEntry& entry) { return entry.is_bytes && entry.key == "anon"; });
  if (with_mapped || anon == event.memcg->stats.end()) {
    return std::nullopt;
  }
  return Bytes{anon->value};
}

using GroupKey = std::pair<std::string_view, std::int64_t>;  // a view of a row's name

void add_task(const OomEvent& event, std::size_t index, Suspect& suspect) {
  const Task& task = event.tasks[index];
  Group& group = suspect.group;
  group.tasks.push_back(index);
  group.rss += resident(event, task);
  group.anon += task.rss_anon ? pages(event, task.rss_anon) : resident(event, task);
  group.swap += swapped(event, task);
  group.largest = std::max(group.largest, resident(event, task));
  group.anon_known = group.anon_known && task.rss_anon.has_value();
}

Suspect empty_suspect(const Task& task) {
  Suspect suspect;
  suspect.comm = task.comm;
  suspect.group.by = GroupBy::Name;
  suspect.group.name = task.comm;
  suspect.group.uid = task.uid;
  suspect.group.anon_known = true;
  return suspect;
}

std::vector<Suspect> group_by_name(const OomEvent& event) {
  std::map<GroupKey, std::size_t> place;
  std::vector<Suspect> suspects;
  for (const std::size_t i : process_rows(event)) {
    const Task& task = event.tasks[i];
    const auto [entry, is_new] = place.try_emplace({task.comm, task.uid.value_or(-1)}, suspects.size());
    if (is_new) {
      suspects.push_back(empty_suspect(task));
    }
    add_task(event, i, suspects[entry->second]);
  }
  return suspects;
}

// Memory that is mapped by several rows counts once: the largest row's part stands for the group's.
Bytes shared_once(const OomEvent& event, const Group& group) {
  Bytes most;
  for (const std::size_t index : group.tasks) {
    most = std::max(most, pages(event, event.tasks[index].rss_shmem));
  }
  return most;
}

Bytes own_memory_of(const OomEvent& event, const Group& group) {
  Bytes sum;
  for (const std::size_t index : group.tasks) {
    sum += own_memory(event, event.tasks[index]);
  }
  return sum;
}

Bytes largest_own_memory(const OomEvent& event, const Group& group) {
  Bytes largest;
  for (const std::size_t index : group.tasks) {
    largest = std::max(largest, own_memory(event, event.tasks[index]));
  }
  return largest;
}

Bytes own_memory_of_pools(const OomEvent& event, const std::vector<Suspect>& suspects) {
  Bytes sum;
  for (const Suspect& suspect : suspects) {
    if (suspect.group.count() > 1) {
      sum += own_memory_of(event, suspect.group);
    }
  }
  return sum;
}

// What is counted twice is taken from the groups of several rows, in proportion, but never below their largest row.
Bytes comparable_size(const Scene& scene, const Suspect& suspect, Bytes pools) {
  const Group& group = suspect.group;
  const Bytes own = own_memory_of(scene.event, group);
  Bytes size = own;
  if (group.count() > 1) {
    const double part = ratio(own, pools) * static_cast<double>(or_zero(scene.shared_twice).count);
    size = std::max(less(own, Bytes{static_cast<std::uint64_t>(part)}), largest_own_memory(scene.event, group));
  }
  return size + (group.anon_known ? shared_once(scene.event, group) : Bytes{}) + group.swap;
}

bool is_protected(const OomEvent& event, const Group& group) {
  return std::all_of(group.tasks.begin(), group.tasks.end(),
                     [&](std::size_t index) { return event.tasks[index].oom_score_adj.value_or(0) <= kProtectedAdj; });
}

bool holds_chosen(const OomEvent& event, const Group& group) {
  const Victim* victim = chosen_victim(event);
  return victim != nullptr && std::any_of(group.tasks.begin(), group.tasks.end(),
                                          [&](std::size_t index) { return event.tasks[index].pid == victim->pid; });
}

std::uint32_t middle_pid(const OomEvent& event, const Group& group) {
  std::vector<std::uint32_t> pids;
  for (const std::size_t index : group.tasks) {
    pids.push_back(event.tasks[index].pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids[pids.size() / 2];
}

// Without a task table the kill line is all there is: the victim, and nobody to hold it against.
std::vector<Suspect> victim_alone(const Scene& scene) {
  const Victim* victim = chosen_victim(scene.event);
  if (victim == nullptr) {
    return {};
  }
  Suspect suspect;
  suspect.comm = victim->comm;
  suspect.group.name = victim->comm;
  for (const auto& part : {victim->anon_rss, victim->file_rss, victim->shmem_rss}) {
    suspect.group.rss += part ? to_bytes(*part) : Bytes{};
  }
  suspect.group.largest = suspect.group.rss;
  suspect.size = suspect.group.rss;
  suspect.share = ratio(suspect.size, or_zero(scene.charged));
  suspect.holds_victim = true;
  suspect.median_pid = victim->pid;
  return {suspect};
}

void weigh(const Scene& scene, Suspect& suspect, Bytes pools) {
  suspect.size = comparable_size(scene, suspect, pools);
  suspect.share = ratio(suspect.size, or_zero(scene.charged));
  suspect.group.upper_bound = suspect.group.count() > 1 && suspect.size < suspect.group.rss + suspect.group.swap;
  suspect.all_protected = is_protected(scene.event, suspect.group);
  suspect.holds_victim = holds_chosen(scene.event, suspect.group);
  suspect.median_pid = middle_pid(scene.event, suspect.group);
}

}  // namespace

std::optional<Bytes> counted_twice(const OomEvent& event) {
  const bool with_mapped = !has_anon_columns(event);
  std::optional<Bytes> there;
  if (event.memory) {
    there = existing_on_host(event, with_mapped);
  } else if (event.memcg) {
    there = existing_in_cgroup(event, with_mapped);
  }
  if (!there) {
    return std::nullopt;
  }
  Bytes rows;
  for (const Task& task : event.tasks) {
    rows += own_memory(event, task);
  }
  return less(rows, *there);
}

std::vector<Suspect> find_suspects(const Scene& scene) {
  if (scene.event.tasks.empty()) {
    return victim_alone(scene);
  }
  std::vector<Suspect> suspects = group_by_name(scene.event);
  const Bytes pools = own_memory_of_pools(scene.event, suspects);
  for (Suspect& suspect : suspects) {
    weigh(scene, suspect, pools);
  }
  std::stable_sort(suspects.begin(), suspects.end(),
                   [](const Suspect& a, const Suspect& b) { return a.size > b.size; });
  return suspects;
}

bool many_alike(const Suspect& suspect) {
  return suspect.group.count() >= 5 && suspect.group.largest.count <= suspect.group.rss.count / 4;
}

const Suspect* suspect_of(const Scene& scene, std::uint32_t pid) {
  for (const Suspect& suspect : scene.suspects) {
    for (const std::size_t index : suspect.group.tasks) {
      if (scene.event.tasks[index].pid == pid) {
        return &suspect;
      }
    }
  }
  return nullptr;
}

}  // namespace oomwhy
