// C15 to C17: whether there was swap, and why what there was did not help.
#include <fmt/format.h>

#include <array>

#include "report/format.hpp"
#include "report/rules.hpp"

namespace oomwhy {
namespace {

constexpr double kExhausted = 0.02;  // C16: free of total
constexpr double kUnused = 0.10;     // C17: free of total

// A cgroup's report does not print the host's swap.
bool prints_swap(const Scene& scene) {
  return scene.event.memory && scene.event.memory->swap_total && scene.event.memory->swap_free;
}

double free_share(const Scene& scene) {
  const SystemMemory& memory = *scene.event.memory;
  return ratio(to_bytes(*memory.swap_free), to_bytes(*memory.swap_total));
}

std::optional<Finding> c15_no_swap(const Scene& scene) {
  if (!prints_swap(scene) || scene.event.memory->swap_total->count != 0) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = "No swap is configured: nothing stands between full and dead.",
                              .origin = scene.at(scene.event.lines.swap_total)}};
}

std::optional<Finding> c16_swap_exhausted(const Scene& scene) {
  if (!prints_swap(scene) || scene.event.memory->swap_total->count == 0 || free_share(scene) >= kExhausted) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("Swap was exhausted too: {} of {} were left.",
                                                  format_size(to_bytes(*scene.event.memory->swap_free)),
                                                  format_size(to_bytes(*scene.event.memory->swap_total))),
                              .origin = scene.at(scene.event.lines.swap_total)}};
}

std::optional<Finding> c17_swap_not_usable(const Scene& scene) {
  if (!prints_swap(scene) || scene.scope != Scope::Host || scene.event.trigger.manual ||
      scene.event.memory->swap_total->count == 0 || free_share(scene) <= kUnused) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("{} of swap was free but did not help: what was needed could not be "
                                       "swapped (locked or kernel memory, a cgroup's swap limit, slow swap).",
                                       format_size(to_bytes(*scene.event.memory->swap_free))),
                   .origin = scene.at(scene.event.lines.swap_total)},
      .confidence = Confidence::Medium};
}

constexpr std::array<NamedRule, 3> kRules = {
    {{"C15", c15_no_swap}, {"C16", c16_swap_exhausted}, {"C17", c17_swap_not_usable}}};

}  // namespace

std::span<const NamedRule> swap_rules() { return kRules; }

}  // namespace oomwhy
