// C18 to C20: plain exhaustion, or free memory that the request could not use: in pieces too small, or in a zone that
// it may not take from.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "report/format.hpp"
#include "report/rules.hpp"

namespace oomwhy {
namespace {

constexpr int kCostlyOrder = 3;                   // mm/page_alloc.c: above it the killer is not called
constexpr Bytes kRichZone{64ULL << 20U};          // C20: what the other zone must have over its high mark
constexpr std::string_view kUsableTypes = "UME";  // free_blocks of types H, C, I are not for everyone

// Zones from the bottom up, as the kernel numbers them; a request may take from its own zone and those below.
int height(std::string_view zone) {
  constexpr std::array<std::string_view, 5> kZones = {"DMA", "DMA32", "Normal", "HighMem", "Movable"};
  const auto found = std::find(kZones.begin(), kZones.end(), zone);
  return static_cast<int>(found - kZones.begin());
}

bool any_flag(const Trigger& trigger, std::string_view part) {
  return std::any_of(trigger.gfp_flags.begin(), trigger.gfp_flags.end(),
                     [&](const std::string& flag) { return flag.find(part) != std::string::npos; });
}

// gfp_zone(): DMA and DMA32 by name, HIGHMEM and HIGHUSER up to HighMem and Movable, anything else up to Normal. Absent
// where the flags are not known.
std::optional<int> highest_zone(const Trigger& trigger) {
  if (trigger.gfp_flags.empty()) {
    return std::nullopt;
  }
  if (any_flag(trigger, "DMA32")) {
    return height("DMA32");
  }
  if (any_flag(trigger, "GFP_DMA")) {
    return height("DMA");
  }
  return any_flag(trigger, "HIGH") || any_flag(trigger, "MOVABLE") ? height("Movable") : height("Normal");
}

bool is_eligible(const ZoneMemory& zone, int highest) { return height(zone.zone) <= highest; }

// lowmem_reserve keeps low zones for requests that can use nothing else; the entry is that of the request's zone.
Bytes reserve_against(const OomEvent& event, const ZoneMemory& zone, int highest) {
  if (height(zone.zone) >= highest || zone.lowmem_reserve_pages.empty()) {
    return {};
  }
  const std::size_t index = std::min(static_cast<std::size_t>(highest), zone.lowmem_reserve_pages.size() - 1);
  return to_bytes(Pages{zone.lowmem_reserve_pages[index]}, event.page_size);
}

bool is_below_min(const OomEvent& event, const ZoneMemory& zone, int highest) {
  return zone.free && zone.min && to_bytes(*zone.free) <= to_bytes(*zone.min) + reserve_against(event, zone, highest);
}

bool is_populated(const ZoneMemory& zone) { return !zone.managed || zone.managed->count > 0; }

bool has_usable_block(const ZoneMemory& zone, std::uint32_t order) {
  return std::any_of(zone.free_blocks.begin(), zone.free_blocks.end(), [&](const FreeBlocks& blocks) {
    return blocks.order >= order && blocks.count > 0 &&
           (blocks.types.empty() || blocks.types.find_first_of(kUsableTypes) != std::string::npos);
  });
}

// Zones of the request that hold enough free memory for it, and whether any of them has it in one piece.
struct FreeButBroken {
  Bytes free;
  const ZoneMemory* zone = nullptr;  // the first with enough
  bool any_block = false;
};

FreeButBroken look_for_blocks(const Scene& scene, std::uint32_t order, int highest) {
  FreeButBroken found;
  for (const ZoneMemory& zone : scene.event.zones) {
    if (!is_eligible(zone, highest) || zone.free_blocks.empty()) {
      continue;
    }
    found.any_block = found.any_block || has_usable_block(zone, order);
    if (zone.free && zone.low &&
        to_bytes(*zone.free) > to_bytes(*zone.low) + reserve_against(scene.event, zone, highest)) {
      found.zone = found.zone == nullptr ? &zone : found.zone;
      found.free += to_bytes(*zone.free);
    }
  }
  return found;
}

std::optional<Finding> c18_fragmentation(const Scene& scene) {
  const std::optional<int> order = scene.event.trigger.order;
  if (scene.in_cgroup() || !order || *order < 1 || *order > kCostlyOrder) {
    return std::nullopt;
  }
  const int highest = highest_zone(scene.event.trigger).value_or(height("Movable"));
  const FreeButBroken found = look_for_blocks(scene, static_cast<std::uint32_t>(*order), highest);
  if (found.zone == nullptr || found.any_block) {
    return std::nullopt;
  }
  const Bytes needed = to_bytes(Pages{1ULL << static_cast<unsigned>(*order)}, scene.event.page_size);
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("{} in one piece was asked for; {} was free, but only in smaller pieces.",
                                       format_size(needed), format_size(found.free)),
                   .origin = scene.at(found.zone->origin_line)},
      .confidence = Confidence::High,
      .holding = Holding{.kind = CauseKind::Fragmentation, .size = found.free, .name = "free memory in pieces"}};
}

struct EligibleZones {
  std::size_t count = 0, below_min = 0;
  const ZoneMemory* fullest = nullptr;  // the highest one below its mark
};

EligibleZones look_at_zones(const OomEvent& event, int highest) {
  EligibleZones found;
  for (const ZoneMemory& zone : event.zones) {
    if (!is_eligible(zone, highest) || !is_populated(zone) || !zone.free || !zone.min) {
      continue;
    }
    ++found.count;
    if (is_below_min(event, zone, highest)) {
      ++found.below_min;
      found.fullest = &zone;
    }
  }
  return found;
}

std::optional<Finding> c19_plain_exhaustion(const Scene& scene) {
  if (scene.in_cgroup() || scene.event.trigger.order.value_or(-1) != 0) {
    return std::nullopt;
  }
  const int highest = highest_zone(scene.event.trigger).value_or(height("Movable"));
  const EligibleZones zones = look_at_zones(scene.event, highest);
  if (zones.count == 0 || zones.below_min < zones.count) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("Memory was really used up: zone {} had {} kB free, its minimum is {} kB.",
                                       zones.fullest->zone, zones.fullest->free->count, zones.fullest->min->count),
                   .origin = scene.at(zones.fullest->origin_line)}};
}

const ZoneMemory* rich_zone_out_of_reach(const OomEvent& event, int highest) {
  for (const ZoneMemory& zone : event.zones) {
    if (!is_eligible(zone, highest) && zone.free && zone.high &&
        to_bytes(*zone.free) > to_bytes(*zone.high) + kRichZone) {
      return &zone;
    }
  }
  return nullptr;
}

std::optional<Finding> c20_low_zone(const Scene& scene) {
  const std::optional<int> highest = highest_zone(scene.event.trigger);
  if (scene.scope != Scope::Host || scene.event.trigger.order.value_or(-1) != 0 || !highest) {
    return std::nullopt;
  }
  const EligibleZones zones = look_at_zones(scene.event, *highest);
  const ZoneMemory* rich = rich_zone_out_of_reach(scene.event, *highest);
  if (zones.count == 0 || zones.below_min < zones.count || rich == nullptr) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("Only zone {} and those below it could be used, and they were full; {} free "
                                       "in zone {} did not help.",
                                       zones.fullest->zone, format_size(to_bytes(*rich->free)), rich->zone),
                   .origin = scene.at(zones.fullest->origin_line)},
      .confidence = Confidence::High,
      .holding = Holding{
          .kind = CauseKind::Zone,
          .size =
              or_zero(zones.fullest->managed ? std::optional<Bytes>(to_bytes(*zones.fullest->managed)) : std::nullopt),
          .name = "zone " + zones.fullest->zone}};
}

constexpr std::array<NamedRule, 3> kRules = {
    {{"C18", c18_fragmentation}, {"C19", c19_plain_exhaustion}, {"C20", c20_low_zone}}};

}  // namespace

std::span<const NamedRule> zone_rules() { return kRules; }

}  // namespace oomwhy
