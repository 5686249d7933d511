// include/linux/gfp.h of the kernels that printed masks as bare numbers, 2.6.15 to 4.5, and of 4.6 to 4.9, whose bits
// are the same. Newer kernels always print names; a mask of theirs without any has lost them and is left alone.
#include "parser/gfp.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>

#include "parser/scan.hpp"

namespace oomwhy {
namespace {

using namespace grammar;  // the cursor

struct Flag {
  std::uint32_t bits;
  std::string_view name;
};

// The same bits from 2.6.15 to 4.9; a kernel names a set by its longest macros first.
constexpr std::array<Flag, 16> common_flags = {{{0x01, "__GFP_DMA"},
                                                {0x02, "__GFP_HIGHMEM"},
                                                {0x04, "__GFP_DMA32"},
                                                {0x20, "__GFP_HIGH"},
                                                {0x40, "__GFP_IO"},
                                                {0x80, "__GFP_FS"},
                                                {0x100, "__GFP_COLD"},
                                                {0x200, "__GFP_NOWARN"},
                                                {0x400, "__GFP_REPEAT"},
                                                {0x800, "__GFP_NOFAIL"},
                                                {0x1000, "__GFP_NORETRY"},
                                                {0x4000, "__GFP_COMP"},
                                                {0x8000, "__GFP_ZERO"},
                                                {0x10000, "__GFP_NOMEMALLOC"},
                                                {0x20000, "__GFP_HARDWALL"},
                                                {0x40000, "__GFP_THISNODE"}}};
constexpr std::array<Flag, 2> first_flags = {{{0x10, "__GFP_WAIT"}, {0x2000, "__GFP_NO_GROW"}}};
constexpr std::array<Flag, 3> mobility_flags = {
    {{0x10, "__GFP_WAIT"}, {0x80000, "__GFP_RECLAIMABLE"}, {0x100000, "__GFP_MOVABLE"}}};
constexpr std::array<Flag, 8> low_movable_flags = {{{0x08, "__GFP_MOVABLE"},
                                                    {0x10, "__GFP_WAIT"},
                                                    {0x2000, "__GFP_MEMALLOC"},
                                                    {0x80000, "__GFP_RECLAIMABLE"},
                                                    {0x200000, "__GFP_NOTRACK"},
                                                    {0x400000, "__GFP_NO_KSWAPD"},
                                                    {0x800000, "__GFP_OTHER_NODE"},
                                                    {0x1000000, "__GFP_WRITE"}}};
constexpr std::array<Flag, 9> direct_reclaim_flags = {{{0x08, "__GFP_MOVABLE"},
                                                       {0x10, "__GFP_RECLAIMABLE"},
                                                       {0x2000, "__GFP_MEMALLOC"},
                                                       {0x80000, "__GFP_ATOMIC"},
                                                       {0x200000, "__GFP_NOTRACK"},
                                                       {0x400000, "__GFP_DIRECT_RECLAIM"},
                                                       {0x800000, "__GFP_OTHER_NODE"},
                                                       {0x1000000, "__GFP_WRITE"},
                                                       {0x2000000, "__GFP_KSWAPD_RECLAIM"}}};

constexpr std::array<Flag, 5> first_macros = {
    {{0x200d2, "GFP_HIGHUSER"}, {0x200d0, "GFP_USER"}, {0xd0, "GFP_KERNEL"}, {0x50, "GFP_NOFS"}, {0x10, "GFP_NOIO"}}};
constexpr std::array<Flag, 7> mobility_macros = {{{0x1200d2, "GFP_HIGHUSER_MOVABLE"},
                                                  {0x200d2, "GFP_HIGHUSER"},
                                                  {0x200d0, "GFP_USER"},
                                                  {0x800d0, "GFP_TEMPORARY"},
                                                  {0xd0, "GFP_KERNEL"},
                                                  {0x50, "GFP_NOFS"},
                                                  {0x10, "GFP_NOIO"}}};
constexpr std::array<Flag, 7> low_movable_macros = {{{0x200da, "GFP_HIGHUSER_MOVABLE"},
                                                     {0x200d2, "GFP_HIGHUSER"},
                                                     {0x200d0, "GFP_USER"},
                                                     {0x800d0, "GFP_TEMPORARY"},
                                                     {0xd0, "GFP_KERNEL"},
                                                     {0x50, "GFP_NOFS"},
                                                     {0x10, "GFP_NOIO"}}};
constexpr std::array<Flag, 7> direct_reclaim_macros = {{{0x24200ca, "GFP_HIGHUSER_MOVABLE"},
                                                        {0x24200c2, "GFP_HIGHUSER"},
                                                        {0x24200c0, "GFP_USER"},
                                                        {0x24000d0, "GFP_TEMPORARY"},
                                                        {0x24000c0, "GFP_KERNEL"},
                                                        {0x2400040, "GFP_NOFS"},
                                                        {0x2400000, "GFP_NOIO"}}};

// (major << 16) + (minor << 8) + patch, so that 2.6.31 lies between 2.6.30 and 3.0.
constexpr std::uint32_t version(std::uint32_t major, std::uint32_t minor, std::uint32_t patch) {
  return (major << 16) + (minor << 8) + patch;
}

struct Era {
  std::uint32_t first, end;  // kernel versions; `end` is the next era's first
  std::span<const Flag> macros;
  std::span<const Flag> flags;  // besides common_flags
  std::uint32_t reclaim;        // without this bit an allocation never comes to the OOM killer
  std::uint32_t unclear;        // bits whose meaning changed inside the era, or differs between vendors
};
constexpr std::array<Era, 7> eras = {{
    {version(2, 6, 0), version(2, 6, 23), first_macros, first_flags, 0x10, 0},
    {version(2, 6, 23), version(2, 6, 31), mobility_macros, mobility_flags, 0x10, 0},
    {version(2, 6, 31), version(4, 4, 0), low_movable_macros, low_movable_flags, 0x10, 0x100000},
    {version(4, 4, 0), version(4, 10, 0), direct_reclaim_macros, direct_reclaim_flags, 0x400000, 0x100000},
    // Masks that may be theirs are not certain: none of their bits has a name here.
    {version(4, 10, 0), version(4, 18, 0), {}, {}, 0x400000, 0x1ffffff},
    {version(4, 18, 0), version(5, 2, 0), {}, {}, 0x200000, 0x7fffff},
    {version(5, 2, 0), version(255, 0, 0), {}, {}, 0x400, 0xfffffff},
}};

void take(std::span<const Flag> table, std::uint32_t& bits, std::vector<std::string>& names, bool only_first) {
  for (const Flag& flag : table) {
    if ((bits & flag.bits) != flag.bits) continue;
    names.emplace_back(flag.name);
    bits &= ~flag.bits;
    if (only_first) return;
  }
}

// Whether a kernel of this era can have printed the mask for an OOM, and what it means there: empty where unclear.
std::optional<std::vector<std::string>> decode_in(const Era& era, std::uint32_t mask) {
  if ((mask & era.reclaim) == 0) return std::nullopt;
  std::vector<std::string> names;
  std::uint32_t bits = mask;
  if (!era.flags.empty()) {
    take(era.macros, bits, names, true);
    take(common_flags, bits, names, false);
    take(era.flags, bits, names, false);
  }
  if (bits == 0) return names;
  if ((bits & ~era.unclear) != 0) return std::nullopt;
  return std::vector<std::string>{};
}

std::optional<std::uint32_t> read_mask(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint32_t mask = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return mask;
}

// "2.6.32-642.el6.x86_64", "4.4.0-210-generic", "3.10.0+".
std::optional<std::uint32_t> read_version(std::string_view release) {
  std::array<std::uint32_t, 3> parts{};
  Scan scan(release);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && !scan.literal(".")) break;
    const auto part = scan.number<std::uint8_t>();  // no part of these kernels' versions is larger
    if (!part && i < 2) return std::nullopt;
    parts[i] = part.value_or(0);
  }
  return version(parts[0], parts[1], parts[2]);
}

bool is_possible(const Era& era, std::optional<std::uint32_t> kernel) {
  return !kernel || (*kernel >= era.first && *kernel < era.end);
}

}  // namespace

std::vector<std::string> split_gfp_flags(std::string_view printed) {
  std::vector<std::string> flags;
  while (!printed.empty()) {
    const std::size_t bar = printed.find('|');
    const std::string_view flag = trim(printed.substr(0, bar));
    if (!flag.empty()) flags.emplace_back(flag);
    printed = bar == std::string_view::npos ? std::string_view{} : printed.substr(bar + 1);
  }
  return flags;
}

std::vector<std::string> decode_gfp_mask(std::string_view mask, std::string_view release) {
  const auto value = read_mask(mask);
  const auto kernel = read_version(release);
  if (!value || (!release.empty() && !kernel)) return {};
  std::optional<std::vector<std::string>> agreed;
  for (const Era& era : eras) {
    if (!is_possible(era, kernel)) continue;
    auto names = decode_in(era, *value);
    if (!names) continue;
    if (names->empty() || (agreed && *agreed != *names)) return {};
    agreed = std::move(names);
  }
  return agreed.value_or(std::vector<std::string>{});
}

}  // namespace oomwhy
