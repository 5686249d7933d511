#include "report/scene.hpp"

#include <algorithm>

#include "report/suspects.hpp"

namespace oomwhy {
namespace {

Bytes sum_of_zones(const OomEvent& event) {
  Bytes sum;
  for (const ZoneMemory& zone : event.zones) {
    if (zone.managed) {
      sum += to_bytes(*zone.managed);
    } else if (zone.present) {
      sum += to_bytes(*zone.present);
    }
  }
  return sum;
}

// A cgroup that may use as much as it likes of RAM can still run into the limit on RAM and swap together (cgroup v1).
const MemcgCounter* counter_that_hit_its_limit(const MemcgReport& memcg) {
  const auto is_full = [](const std::optional<MemcgCounter>& counter) {
    return counter && counter->limit && counter->usage >= *counter->limit;
  };
  if (!is_full(memcg.memory) && is_full(memcg.memsw)) {
    return &*memcg.memsw;
  }
  return memcg.memory ? &*memcg.memory : nullptr;
}

std::optional<Bytes> cgroup_capacity(const OomEvent& event) {
  if (!event.memcg) {
    return std::nullopt;
  }
  const MemcgCounter* counter = counter_that_hit_its_limit(*event.memcg);
  if (counter == nullptr) {
    return std::nullopt;
  }
  return to_bytes(counter->limit.value_or(counter->usage));
}

std::optional<Bytes> cgroup_swap_used(const OomEvent& event) {
  if (!event.memcg) {
    return std::nullopt;
  }
  if (event.memcg->swap) {
    return to_bytes(event.memcg->swap->usage);
  }
  if (event.memcg->memsw && event.memcg->memory) {
    return less(to_bytes(event.memcg->memsw->usage), to_bytes(event.memcg->memory->usage));
  }
  return std::nullopt;
}

std::optional<Bytes> host_swap_used(const OomEvent& event) {
  if (!event.memory || !event.memory->swap_total || !event.memory->swap_free) {
    return std::nullopt;
  }
  return less(to_bytes(*event.memory->swap_total), to_bytes(*event.memory->swap_free));
}

// A report that is bound to nodes prints only their zones, between these two lines.
std::optional<Bytes> allowed_memory(const OomEvent& event) {
  if (!event.lines.mem_info || !event.lines.pages_ram) {
    return std::nullopt;
  }
  const Bytes zones = sum_of_zones(event);
  return zones.count > 0 ? std::optional(zones) : managed_memory(event);
}

std::optional<Bytes> capacity_of(const OomEvent& event, Scope scope) {
  switch (scope) {
    case Scope::Cgroup:
      return cgroup_capacity(event);
    case Scope::Cpuset:
    case Scope::MemoryPolicy:
      return allowed_memory(event);
    case Scope::Host:
    case Scope::Unknown:
      return managed_memory(event);
  }
  return std::nullopt;
}

std::optional<Bytes> charged_memory(const OomEvent& event, const Scene& scene) {
  if (!scene.capacity) {
    return std::nullopt;
  }
  if (scene.in_cgroup() && event.memcg && event.memcg->memory) {
    return to_bytes(event.memcg->memory->usage) + or_zero(scene.swap_used);
  }
  return *scene.capacity + or_zero(scene.swap_used);
}

Scope scope_of_message(const OomEvent& event) {
  switch (event.message) {
    case KillMessage::MemoryCgroup:
      return Scope::Cgroup;
    case KillMessage::MempolicyBind:
      return Scope::MemoryPolicy;
    case KillMessage::Cpuset:
      return Scope::Cpuset;
    case KillMessage::OutOfMemory:
    case KillMessage::AllocatingTask:
      return Scope::Host;
    case KillMessage::None:
      break;
  }
  return event.memory ? Scope::Host : Scope::Unknown;
}

}  // namespace

Scope scope_of(const OomEvent& event) {
  if (!event.constraint) {
    return event.memcg && event.memcg->memory ? Scope::Cgroup : scope_of_message(event);
  }
  switch (*event.constraint) {
    case Constraint::None:
      return Scope::Host;
    case Constraint::Memcg:
      return Scope::Cgroup;
    case Constraint::Cpuset:
      return Scope::Cpuset;
    case Constraint::MemoryPolicy:
      return Scope::MemoryPolicy;
  }
  return Scope::Unknown;
}

Scope wider(Scope a, Scope b) {
  return a == Scope::Unknown || (a == Scope::Cgroup && b != Scope::Unknown) || b == Scope::Host ? b : a;
}

bool is_incomplete(const OomEvent& event) { return event.completeness.grade >= Grade::C; }

bool lacks_records(const OomEvent& event) {
  const auto misses = [&](ReportPart part) {
    const std::vector<ReportPart>& missing = event.completeness.missing;
    return std::find(missing.begin(), missing.end(), part) != missing.end();
  };
  return event.completeness.records_lost || (misses(ReportPart::Header) && !misses(ReportPart::Constraint));
}

Scene set_scene(const OomEvent& event, const EventAnalysis& analysis) {
  Scene scene{.event = event, .analysis = analysis};
  scene.scope = scope_of(event);
  scene.capacity = capacity_of(event, scene.scope);
  scene.swap_used = scene.in_cgroup() ? cgroup_swap_used(event) : host_swap_used(event);
  scene.charged = charged_memory(event, scene);
  scene.shared_twice = counted_twice(event);
  scene.suspects = find_suspects(scene);
  return scene;
}

Origin Scene::at(const std::optional<std::uint64_t>& line) const {
  Origin origin = event.origin;
  if (line) {
    origin.line = *line;
  }
  return origin;
}

std::optional<Bytes> Scene::counter(const std::optional<Pages>& pages) const {
  return pages ? std::optional<Bytes>(to_bytes(*pages, event.page_size)) : std::nullopt;
}

const MemcgStatEntry* Scene::stat_entry(std::string_view key) const {
  if (!event.memcg) {
    return nullptr;
  }
  const std::vector<MemcgStatEntry>& stats = event.memcg->stats;
  const auto found = std::find_if(stats.begin(), stats.end(),
                                  [&](const MemcgStatEntry& entry) { return entry.key == key && entry.is_bytes; });
  return found == stats.end() ? nullptr : &*found;
}

std::optional<Bytes> Scene::stat(std::string_view key) const {
  const MemcgStatEntry* entry = stat_entry(key);
  return entry == nullptr ? std::nullopt : std::optional<Bytes>(Bytes{entry->value});
}

std::optional<double> Scene::share_of_capacity(const std::optional<Bytes>& size) const {
  if (!size || !capacity || capacity->count == 0) {
    return std::nullopt;
  }
  return ratio(*size, *capacity);
}

const Victim* chosen_victim(const OomEvent& event) { return event.victims.empty() ? nullptr : &event.victims.front(); }

bool says_killed(const OomEvent& event) { return event.lines.kill.has_value(); }

const Task* find_task(const OomEvent& event, std::uint32_t pid) {
  const auto found = std::find_if(event.tasks.begin(), event.tasks.end(), [&](const Task& t) { return t.pid == pid; });
  return found == event.tasks.end() ? nullptr : &*found;
}

Bytes resident(const OomEvent& event, const Task& task) {
  return task.rss ? to_bytes(*task.rss, event.page_size) : Bytes{};
}

Bytes swapped(const OomEvent& event, const Task& task) {
  return task.swapents ? to_bytes(*task.swapents, event.page_size) : Bytes{};
}

}  // namespace oomwhy
