#include "report/managed_pages.hpp"

#include <fmt/format.h>

#include "report/kernel_release.hpp"

namespace oomwhy {
namespace {

constexpr std::uint64_t kMostPages = std::uint64_t{1} << 48;  // more than any machine: keeps later sums in range

std::uint64_t bounded(Pages pages) { return pages.count < kMostPages ? pages.count : kMostPages; }

bool is_between(const OomEvent& event, KernelVersion from, KernelVersion until) {
  const auto release = parse_release(event.kernel.release.value_or(""));
  return release && release->vendor == Vendor::Mainline && from <= release->version && release->version < until;
}

ManagedPages ram_without(std::uint64_t ram, std::uint64_t reserved, std::string derivation) {
  return {Pages{ram > reserved ? ram - reserved : 0}, Certainty::Derived, std::move(derivation)};
}

}  // namespace

std::optional<Pages> managed_pages_of_zones(const OomEvent& event) {
  Pages sum;
  for (const ZoneMemory& zone : event.zones) {
    if (!zone.managed) return std::nullopt;
    sum += to_pages(*zone.managed, event.page_size);
  }
  if (event.zones.empty()) return std::nullopt;
  return Pages{bounded(sum)};
}

std::optional<ManagedPages> managed_pages(const OomEvent& event) {
  if (!event.memory) return std::nullopt;
  const SystemMemory& memory = *event.memory;
  if (!memory.ram || !memory.reserved || memory.ram->count <= memory.reserved->count) return std::nullopt;
  const bool broken_reserve = is_between(event, {3, 12, 0}, {3, 17, 0});
  if (broken_reserve) {
    const auto of_zones = managed_pages_of_zones(event);
    if (!of_zones || !has_all_zones(event)) return std::nullopt;
    return ManagedPages{*of_zones, Certainty::Derived, fmt::format("zones' managed {}", of_zones->count)};
  }
  const std::uint64_t ram = bounded(*memory.ram);
  const std::uint64_t reserved = bounded(*memory.reserved);
  if (memory.cma_reserved && is_between(event, {3, 19, 0}, {4, 2, 0})) {
    const std::uint64_t cma = bounded(*memory.cma_reserved);
    return ram_without(ram, reserved + cma, fmt::format("RAM {} - reserved {} - cma reserved {}", ram, reserved, cma));
  }
  return ram_without(ram, reserved, fmt::format("RAM {} - reserved {}", ram, reserved));
}

bool has_all_zones(const OomEvent& event) {
  if (!event.memory || !event.memory->ram || event.zones.empty()) return false;
  Pages present;
  for (const ZoneMemory& zone : event.zones) {
    if (!zone.present) return false;
    present += to_pages(*zone.present, event.page_size);
  }
  return present == *event.memory->ram;
}

}  // namespace oomwhy
