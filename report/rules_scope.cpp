// S1 to S9: what ran out, and who asked for the kill.
#include <fmt/format.h>

#include <array>

#include "report/cgroup_path.hpp"
#include "report/format.hpp"
#include "report/rules.hpp"

namespace oomwhy {
namespace {

const std::optional<std::string>& no_path() {
  static const std::optional<std::string> kNone;
  return kNone;
}
const std::optional<std::string>& limiting(const OomEvent& event) {
  return event.memcg ? event.memcg->limiting : no_path();
}
const std::optional<std::string>& victims_cgroup(const OomEvent& event) {
  return event.memcg ? event.memcg->victim : no_path();
}

// The line that says it best: the constraint line, else the cgroup's counters, else the kill.
Origin scope_line(const Scene& scene) {
  const EvidenceLines& lines = scene.event.lines;
  if (lines.constraint) {
    return scene.at(lines.constraint);
  }
  return scene.at(scene.in_cgroup() && lines.memcg_usage ? lines.memcg_usage : lines.kill);
}

std::optional<Finding> s1_cgroup_limit(const Scene& scene) {
  if (!scene.in_cgroup()) {
    return std::nullopt;
  }
  std::string text = "A cgroup's memory limit was hit, not the host's";
  if (limiting(scene.event)) {
    text += fmt::format(": {}", *limiting(scene.event));
  }
  if (scene.capacity) {
    text += fmt::format(", {}", format_size(*scene.capacity));
  }
  return Finding{.evidence = {.rule = {}, .text = text + ".", .origin = scope_line(scene)}};
}

std::optional<Finding> s2_own_limit(const Scene& scene) {
  const auto& limit = limiting(scene.event);
  if (!scene.in_cgroup() || !limit || limit != victims_cgroup(scene.event)) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("The limit is the victim's own: {}.", *limit),
                              .origin = scope_line(scene)}};
}

std::optional<Finding> s3_ancestors_limit(const Scene& scene) {
  const auto& limit = limiting(scene.event);
  const auto& victim = victims_cgroup(scene.event);
  if (!scene.in_cgroup() || !limit || !victim || *limit == *victim || !contains_cgroup(*limit, *victim)) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("The limit is on {}, above the victim's cgroup {}.", *limit, *victim),
                              .origin = scope_line(scene)}};
}

std::optional<Finding> s4_whole_host(const Scene& scene) {
  if (scene.scope != Scope::Host || scene.event.trigger.manual) {
    return std::nullopt;
  }
  const bool stated = scene.event.constraint.has_value();
  return Finding{
      .evidence = {.rule = {},
                   .text = stated ? "The whole host was out of memory (CONSTRAINT_NONE); no cgroup limit was hit."
                                  : "The kernel's words are those of a host out of memory, not of a cgroup limit.",
                   .origin = scope_line(scene)},
      .confidence = stated ? Confidence::High : Confidence::Medium};
}

std::optional<Finding> s5_bound_to_nodes(const Scene& scene) {
  if (scene.scope != Scope::Cpuset && scene.scope != Scope::MemoryPolicy) {
    return std::nullopt;
  }
  const OomEvent& event = scene.event;
  const bool by_policy = scene.scope == Scope::MemoryPolicy;
  const std::optional<std::string>& nodes = by_policy ? event.nodemask : event.mems_allowed;
  std::string text = fmt::format("The request was bound to NUMA node {} by its {}", nodes.value_or("(not printed)"),
                                 by_policy ? "memory policy" : "cpuset");
  if (!by_policy && event.cpuset) {
    text += fmt::format(" {}", *event.cpuset);
  }
  return Finding{.evidence = {.rule = {}, .text = text + "; other nodes do not count.", .origin = scope_line(scene)}};
}

std::optional<Finding> s6_manual(const Scene& scene) {
  if (!scene.event.trigger.manual) {
    return std::nullopt;
  }
  const EvidenceLines& lines = scene.event.lines;
  return Finding{
      .evidence = {.rule = {},
                   .text = "The kill was asked for by hand or by a tool (sysrq-f): memory need not have been "
                           "short.",
                   .origin = scene.at(lines.sysrq ? lines.sysrq : lines.invocation)},
      .confidence = Confidence::High,
      .holding = Holding{.kind = CauseKind::Manual}};
}

std::optional<Finding> s7_allocating_task(const Scene& scene) {
  if (scene.event.message != KillMessage::AllocatingTask) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text =
                                  "vm.oom_kill_allocating_task=1: the kernel killed the task that was asking, whatever "
                                  "its size.",
                              .origin = scene.at(scene.event.lines.kill)}};
}

std::optional<Finding> s8_nothing_to_kill(const Scene& scene) {
  const OomEvent& event = scene.event;
  if (event.outcome != Outcome::NoKillable && event.outcome != Outcome::Deadlock) {
    return std::nullopt;
  }
  const auto& line = event.lines.no_killable ? event.lines.no_killable : event.lines.panic;
  return Finding{
      .evidence = {.rule = {},
                   .text = "No process was left that the kernel may kill: the others are protected with -1000, or "
                           "the memory is not in processes.",
                   .origin = scene.at(line)}};
}

std::optional<Finding> s9_panic_on_oom(const Scene& scene) {
  if (scene.event.panic != PanicReason::PanicOnOom) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = "vm.panic_on_oom is set: the kernel panicked and killed nobody.",
                              .origin = scene.at(scene.event.lines.panic)}};
}

constexpr std::array<NamedRule, 9> kRules = {{{"S1", s1_cgroup_limit},
                                              {"S2", s2_own_limit},
                                              {"S3", s3_ancestors_limit},
                                              {"S4", s4_whole_host},
                                              {"S5", s5_bound_to_nodes},
                                              {"S6", s6_manual},
                                              {"S7", s7_allocating_task},
                                              {"S8", s8_nothing_to_kill},
                                              {"S9", s9_panic_on_oom}}};

}  // namespace

std::span<const NamedRule> scope_rules() { return kRules; }

}  // namespace oomwhy
