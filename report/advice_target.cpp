#include "report/advice_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/cgroup_path.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kUnitNameMax = 255;  // UNIT_NAME_MAX
constexpr std::array<std::string_view, 11> kUnitTypes = {".service", ".socket",    ".target", ".device",
                                                         ".mount",   ".automount", ".swap",   ".timer",
                                                         ".path",    ".slice",     ".scope"};

bool is_unit_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() > suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

constexpr std::string_view kTransient =
    "a scope is transient: set it where it is started (systemd-run -p, the container runtime) or on the slice above it";

bool is_managed_by_runtime(const CgroupIdentity& identity) {
  const bool host_service = identity.unit && ends_with(*identity.unit, ".service") && !identity.inside;
  return identity.container.has_value() && !host_service;
}

const OomEvent* telling(const Incident& incident) {
  return incident.telling_event < incident.events.size() ? &incident.events[incident.telling_event].event : nullptr;
}

std::optional<std::string> victims_path(const OomEvent& event) {
  const Victim* victim = chosen_victim(event);
  if (victim != nullptr && victim->cgroup) {
    return victim->cgroup;
  }
  return event.memcg ? event.memcg->victim : std::nullopt;
}

Target merely_assumed(Target target) {
  if (target.certainty == Certainty::Assumed && target.gate.empty()) {
    target.gate = "the unit is inferred from name and uid only";
  }
  return target;
}

// A user's own manager has its own units: PID 1 does not know them.
Target of_user(const CgroupIdentity& identity, Target target) {
  if (identity.user) {
    target.gate = fmt::format(
        "a unit of user {}'s own manager: it goes to ~/.config/systemd/user, with systemctl --user", *identity.user);
  }
  return target;
}

}  // namespace

bool is_valid_unit_name(std::string_view name) {
  if (name.size() > kUnitNameMax || name.empty() || name.front() == '@' || name.front() == '.' ||
      !std::all_of(name.begin(), name.end(), is_unit_character)) {
    return false;
  }
  return std::any_of(kUnitTypes.begin(), kUnitTypes.end(),
                     [&](std::string_view type) { return ends_with(name, type); });
}

std::string shell_word(std::string_view word) {
  const bool plain =
      !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c != '\\' && is_unit_character(c); });
  if (plain) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

Target target_of_unit(const std::string& unit, Certainty certainty) {
  Target target;
  if (!is_valid_unit_name(unit)) {
    target.gate = "the name in the log is no valid unit name";
    return target;
  }
  target.name = unit;
  target.kind = ends_with(unit, ".slice") ? TargetKind::Slice : TargetKind::Unit;
  target.certainty = certainty;
  if (ends_with(unit, ".scope")) {
    target.gate = kTransient;
  }
  return merely_assumed(target);
}

Target target_of_path(std::string_view cgroup, Certainty certainty) {
  const CgroupIdentity identity = identify_cgroup(cgroup);
  if (identity.pod) {
    return merely_assumed({*identity.pod, TargetKind::Pod, certainty, {}});
  }
  if (is_managed_by_runtime(identity)) {
    return merely_assumed({identity.container->substr(0, 64), TargetKind::Container, certainty, {}});
  }
  if (identity.unit) {
    return of_user(identity, target_of_unit(*identity.unit, certainty));
  }
  if (identity.slice) {
    return target_of_unit(*identity.slice, certainty);
  }
  return {
      {}, TargetKind::Unit, std::nullopt, "the cgroup in the log is no systemd unit and no container that is known"};
}

Target unknown_target(std::uint32_t pid) {
  return {
      {},
      TargetKind::Unit,
      std::nullopt,
      fmt::format("its unit is not in the log; find it with: systemctl status {0}   (while it runs), or: journalctl -b "
                  "_PID={0} -o verbose | grep -m1 _SYSTEMD_UNIT=",
                  pid)};
}

const AnalysedEvent* struck_event(const Incident& incident) {
  std::size_t first_victim = 0;
  for (const AnalysedEvent& analysed : incident.events) {
    const std::size_t count = analysed.event.victims.size();
    // An event that was left out for its size has no table to replay a kill on.
    if (count > 0 && first_victim < incident.victims.size() && !analysed.event.tasks.empty() &&
        incident.victims[first_victim].is_cause == std::optional<bool>(false)) {
      return &analysed;
    }
    first_victim += count;
  }
  return incident.telling_event < incident.events.size() ? &incident.events[incident.telling_event] : nullptr;
}

Target victim_target(const Incident& incident) {
  const AnalysedEvent* struck = struck_event(incident);
  const OomEvent* event = struck != nullptr ? &struck->event : nullptr;
  const std::optional<std::string> path = event != nullptr ? victims_path(*event) : std::nullopt;
  if (path) {
    return target_of_path(*path, Certainty::Stated);
  }
  const Victim* victim = event != nullptr ? chosen_victim(*event) : nullptr;
  return victim != nullptr ? unknown_target(victim->pid) : Target{};
}

Target loop_target(const Incident& incident) {
  if (incident.loop_of.empty() || incident.loop_of.front() != '/') {
    return {};
  }
  return target_of_path(incident.loop_of, Certainty::Stated);
}

std::optional<Unnamed> unnamed_target(const Incident& incident, const Advice& advice) {
  const AnalysedEvent* struck = struck_event(incident);
  const Victim* victim = struck != nullptr ? chosen_victim(struck->event) : nullptr;
  const auto matches = [&](const Target& target) {
    return advice.target.empty() && target.name.empty() && !target.gate.empty() && advice.gate.starts_with(target.gate);
  };
  if (const Target cause = cause_target(incident); incident.cause.name && matches(cause)) {
    return Unnamed{"the unit of " + *incident.cause.name, cause.gate};
  }
  if (const Target own = victim_target(incident); victim != nullptr && matches(own)) {
    return Unnamed{"the unit of " + victim->comm, own.gate};
  }
  return std::nullopt;
}

Target cause_target(const Incident& incident) {
  const OomEvent* event = telling(incident);
  if (event == nullptr) {
    return {};
  }
  const Cause& cause = incident.cause;
  const std::optional<std::string> path = victims_path(*event);
  const bool limited = incident.scope == Scope::Cgroup && event->memcg && event->memcg->limiting;
  if (limited && (event->memcg->limiting == path || identify_cgroup(*event->memcg->limiting).unit)) {
    return target_of_path(*event->memcg->limiting, Certainty::Stated);
  }
  if (!cause.unit || !cause.unit_certainty) {
    return unknown_target(cause.pids.empty() ? 0 : cause.pids.front());
  }
  if (path && identify_cgroup(*path).unit == cause.unit) {
    return target_of_path(*path, *cause.unit_certainty);
  }
  return target_of_unit(*cause.unit, *cause.unit_certainty);
}

}  // namespace oomwhy
