#include "report/total_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "report/kernel_release.hpp"
#include "report/managed_pages.hpp"

namespace oomwhy {
namespace {

constexpr std::uint64_t kMostPages = std::uint64_t{1} << 48;

Pages bounded(Pages pages) { return std::min(pages, Pages{kMostPages}); }

Certainty weaker(Certainty a, Certainty b) { return std::max(a, b); }

struct Swap {
  Pages pages;
  Certainty certainty = Certainty::Derived;
};

// "Total swap" of the whole system. A kernel without swap support prints no such line.
Swap total_swap(const OomEvent& event) {
  if (!event.memory || !event.memory->swap_total) return {Pages{0}, Certainty::Assumed};
  const Pages pages = bounded(to_pages(*event.memory->swap_total, event.page_size));
  return {pages, pages.count == 0 ? Certainty::Derived : weaker(Certainty::Derived, event.page_size.certainty)};
}

std::optional<AllowedMemory> allowed_of_host(const OomEvent& event, Certainty constraint) {
  const auto managed = managed_pages(event);
  if (!managed) return std::nullopt;
  const Swap swap = total_swap(event);
  const Certainty certainty = weaker(weaker(managed->certainty, swap.certainty), constraint);
  return AllowedMemory{{managed->pages + swap.pages, weaker(certainty, Certainty::Derived),
                        fmt::format("{} + swap {} pages", managed->derivation, swap.pages.count)},
                       std::nullopt};
}

// "0,2-3" contains 3. A text that cannot be read contains everything: the kernel itself lists only the allowed zones.
bool names_node(std::string_view nodes, std::uint32_t wanted) {
  if (nodes.empty() || nodes.front() < '0' || nodes.front() > '9') return true;
  const char* at = nodes.data();
  const char* const end = nodes.data() + nodes.size();
  while (at < end) {
    std::uint32_t first = 0;
    auto parsed = std::from_chars(at, end, first);
    if (parsed.ec != std::errc{}) return false;
    std::uint32_t last = first;
    if (parsed.ptr < end && *parsed.ptr == '-') parsed = std::from_chars(parsed.ptr + 1, end, last);
    if (first <= wanted && wanted <= last) return true;
    at = parsed.ptr < end ? parsed.ptr + 1 : end;
  }
  return false;
}

Pages present_pages(const OomEvent& event, std::string_view nodes) {
  Pages sum;
  for (const ZoneMemory& zone : event.zones) {
    if (!zone.present || (zone.node && !names_node(nodes, *zone.node))) continue;
    sum += to_pages(*zone.present, event.page_size);
  }
  return bounded(sum);
}

// Before 5.4 the kernel summed the spanned pages of the nodes, which no report prints; holes make them more.
bool sums_spanned_pages(const OomEvent& event) {
  const auto release = parse_release(event.kernel.release.value_or(""));
  return !release || release->version < KernelVersion{5, 4, 0};
}

std::optional<AllowedMemory> allowed_of_nodes(const OomEvent& event, Constraint constraint) {
  const bool policy = constraint == Constraint::MemoryPolicy && event.nodemask;
  const std::string nodes = (policy ? event.nodemask : event.mems_allowed).value_or("");
  const Pages present = present_pages(event, nodes);
  if (present.count == 0) return std::nullopt;
  const Swap swap = total_swap(event);
  Certainty certainty = weaker(swap.certainty, event.page_size.certainty);
  if (sums_spanned_pages(event)) certainty = Certainty::Assumed;
  return AllowedMemory{
      {present + swap.pages, weaker(certainty, Certainty::Derived),
       fmt::format("present {} of the allowed nodes + swap {} pages", present.count, swap.pages.count)},
      std::nullopt};
}

// What a cgroup may swap, as far as its report tells: it prints a limit but not how much swap there is.
struct SwapShare {
  Pages pages;  // the most that is known
  bool exact = false;
  std::string why;  // what was taken for it
};

SwapShare share_of_total(Pages allowed, Pages total) {
  const Pages pages = std::min(allowed, total);
  return {pages, true, fmt::format("swap {}", pages.count)};
}

// `used` of `allowed` pages: absent `allowed` is unlimited.
SwapShare swap_share(std::optional<Pages> allowed, Pages used, const OomEvent& event) {
  const bool total_known = event.memory && event.memory->swap_total;
  if (allowed && allowed->count == 0) return {Pages{0}, true, "no swap allowed"};
  if (total_known) return share_of_total(allowed.value_or(Pages{kMostPages}), total_swap(event).pages);
  if (!allowed) return {used, false, fmt::format("swap {} in use, its limit and size unknown", used.count)};
  // Swap that is used up to its limit exists up to its limit.
  if (used >= *allowed) return {*allowed, true, fmt::format("swap limit {}", allowed->count)};
  return {*allowed, false, fmt::format("swap limit {}, or less where the host has less", allowed->count)};
}

Pages difference(Pages a, Pages b) { return Pages{a.count > b.count ? a.count - b.count : 0}; }

SwapShare swap_of_memcg(const OomEvent& event, Pages limit) {
  const MemcgReport& memcg = *event.memcg;
  const auto pages = [&](Kibibytes size) { return bounded(to_pages(size, event.page_size)); };
  if (memcg.swap) {
    const auto allowed = memcg.swap->limit ? std::optional(pages(*memcg.swap->limit)) : std::nullopt;
    return swap_share(allowed, pages(memcg.swap->usage), event);
  }
  if (memcg.memsw) {
    const auto allowed =
        memcg.memsw->limit ? std::optional(difference(pages(*memcg.memsw->limit), limit)) : std::nullopt;
    return swap_share(allowed, difference(pages(memcg.memsw->usage), pages(memcg.memory->usage)), event);
  }
  return {Pages{0}, false, "its swap not printed"};
}

std::optional<AllowedMemory> allowed_of_memcg(const OomEvent& event) {
  if (!event.memcg || !event.memcg->memory || !event.memcg->memory->limit) return std::nullopt;
  const Pages limit = bounded(to_pages(*event.memcg->memory->limit, event.page_size));
  const SwapShare swap = swap_of_memcg(event, limit);
  // mm/memcontrol.c: `?: 1`.
  const Pages pages = std::max(limit + swap.pages, Pages{1});
  const Certainty certainty = swap.exact ? weaker(Certainty::Derived, event.page_size.certainty) : Certainty::Assumed;
  AllowedMemory allowed{{pages, certainty, fmt::format("limit {} pages, {}", limit.count, swap.why)}, std::nullopt};
  if (!swap.exact && swap.pages.count != 0) allowed.at_least = std::max(limit, Pages{1});
  return allowed;
}

bool lists_all_zones(const OomEvent& event) {
  const auto managed = managed_pages(event);
  const auto of_zones = managed_pages_of_zones(event);
  return managed && of_zones && managed->pages <= *of_zones;
}

}  // namespace

ConstraintReading read_constraint(const OomEvent& event) {
  if (event.constraint) return {*event.constraint, Certainty::Stated};
  switch (event.message) {
    case KillMessage::MemoryCgroup:
      return {Constraint::Memcg, Certainty::Stated};
    case KillMessage::MempolicyBind:
      return {Constraint::MemoryPolicy, Certainty::Stated};
    case KillMessage::Cpuset:
      return {Constraint::Cpuset, Certainty::Stated};
    case KillMessage::OutOfMemory:
    case KillMessage::AllocatingTask:
      return {Constraint::None, lists_all_zones(event) ? Certainty::Derived : Certainty::Assumed};
    case KillMessage::None:
      break;
  }
  if (event.memcg) return {Constraint::Memcg, Certainty::Derived};
  return {Constraint::None, lists_all_zones(event) ? Certainty::Derived : Certainty::Assumed};
}

std::optional<AllowedMemory> allowed_memory(const OomEvent& event) {
  const ConstraintReading reading = read_constraint(event);
  switch (reading.constraint) {
    case Constraint::None:
      return allowed_of_host(event, reading.certainty);
    case Constraint::Memcg:
      return allowed_of_memcg(event);
    case Constraint::Cpuset:
    case Constraint::MemoryPolicy:
      return allowed_of_nodes(event, reading.constraint);
  }
  return std::nullopt;
}

}  // namespace oomwhy
