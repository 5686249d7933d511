#include "report/unit_of_cause.hpp"

#include <map>

#include "report/cgroup_path.hpp"

namespace oomwhy {
namespace {

constexpr double kNearlyAll = 0.8;  // of the memory of the tasks with a known unit: then the group is that unit's

struct Known {
  Bytes size;
  std::size_t derived = 0;
};

UnitOfCause known_to_the_journal(const Scene& scene, const Suspect& suspect) {
  std::map<std::string, Known> units;
  Bytes sum;
  for (const std::size_t index : suspect.group.tasks) {
    const Task& task = scene.event.tasks[index];
    if (!task.unit) {
      continue;
    }
    Known& known = units[*task.unit];
    known.size += resident(scene.event, task) + swapped(scene.event, task);
    known.derived += task.unit_certainty == Certainty::Derived ? 1 : 0;
    sum += resident(scene.event, task) + swapped(scene.event, task);
  }
  for (const auto& [name, known] : units) {
    if (ratio(known.size, sum) >= kNearlyAll) {
      const bool mostly = known.derived * 2 > suspect.group.count();
      return {name, mostly ? Certainty::Derived : Certainty::Assumed};
    }
  }
  return {};
}

UnitOfCause unit_of_the_victim(const Scene& scene, const Suspect& suspect) {
  const Victim* victim = chosen_victim(scene.event);
  if (!suspect.holds_victim || victim == nullptr) {
    return {};
  }
  const std::optional<std::string> path =
      victim->cgroup || !scene.event.memcg ? victim->cgroup : scene.event.memcg->victim;
  const std::optional<std::string> unit = path ? identify_cgroup(*path).unit : std::nullopt;
  if (!unit) {
    return {};
  }
  return {unit, suspect.group.count() > 1 ? Certainty::Assumed : Certainty::Stated};
}

}  // namespace

std::optional<std::string> limited_unit(const OomEvent& event) {
  if (!event.memcg || !event.memcg->limiting) {
    return std::nullopt;
  }
  const CgroupIdentity limit = identify_cgroup(*event.memcg->limiting);
  return limit.unit;
}

UnitOfCause unit_of(const Scene& scene, const Suspect& suspect) {
  if (const std::optional<std::string> limit = limited_unit(scene.event); scene.in_cgroup() && limit) {
    return {limit, Certainty::Stated};
  }
  UnitOfCause known = known_to_the_journal(scene, suspect);
  if (known.name && known.certainty == Certainty::Derived) {
    return known;
  }
  const UnitOfCause victims = unit_of_the_victim(scene, suspect);
  return victims.name ? victims : known;
}

}  // namespace oomwhy
