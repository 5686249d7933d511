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

// In the kernel's own word for it, and not worked out from the wording of others.
bool is_stated(const Scene& scene) { return scene.event.constraint && scene.event.lines.constraint; }

std::optional<Finding> s1_cgroup_limit(const Scene& scene) {
  if (!scene.in_cgroup()) {
    return std::nullopt;
  }
  const bool stated = is_stated(scene);
  std::string text = stated ? "A cgroup's memory limit was hit, not the host's (CONSTRAINT_MEMCG)"
                            : "The kernel's words are those of a cgroup's memory limit, not of a host out of memory";
  if (limiting(scene.event)) {
    text += fmt::format(": {}", *limiting(scene.event));
  }
  if (scene.capacity) {
    text += fmt::format(", {}", format_size(*scene.capacity));
  }
  return Finding{.evidence = {.rule = {}, .text = text + ".", .origin = scope_line(scene)},
                 .confidence = stated ? Confidence::High : Confidence::Medium};
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

// The end of the report is lost; what is left counts the host's memory, as the kernel does when the host is out of it.
// (Before 3.9 it did so for a cgroup's limit too, but then the cgroup's own figures stand there as well.)
Finding told_by_counters(const Scene& scene) {
  const std::optional<Bytes> ram = scene.counter(scene.event.memory->ram);
  const std::string whose = ram ? fmt::format(", {} of RAM", format_size(*ram)) : std::string();
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("The report counts the host's memory{}: it is not of a cgroup's "
                                                  "limit, but the line that says what ran out is lost.",
                                                  whose),
                              .origin = scene.at(ram ? scene.event.lines.pages_ram : scene.event.lines.mem_info)},
                 .confidence = Confidence::Low};
}

std::optional<Finding> s4_whole_host(const Scene& scene) {
  if (scene.scope != Scope::Host || scene.event.trigger.manual) {
    return std::nullopt;
  }
  const EvidenceLines& lines = scene.event.lines;
  if (is_stated(scene)) {
    return Finding{.evidence = {.rule = {},
                                .text = "The whole host was out of memory (CONSTRAINT_NONE); no cgroup limit was hit.",
                                .origin = scope_line(scene)}};
  }
  if (scene.event.message != KillMessage::None) {
    return Finding{.evidence = {.rule = {},
                                .text = "The kernel's words are those of a host out of memory, not of a cgroup limit.",
                                .origin = scene.at(lines.kill_intent ? lines.kill_intent : lines.kill)},
                   .confidence = Confidence::Medium};
  }
  return told_by_counters(scene);
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
                   .text = fmt::format("The kill was asked for by hand or by a tool ({}): memory need not have been "
                                       "short.",
                                       lines.sysrq ? "sysrq-f" : "the header's order is that of sysrq-f"),
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
                   .text = fmt::format("No process was left that the kernel may kill{}: the others are protected with "
                                       "-1000, or the memory is not in processes.",
                                       event.lines.no_killable ? "" : ", says the panic"),
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
