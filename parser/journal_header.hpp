// What a journal file begins with: struct Header of systemd's journal-def.h, of which these stand at the same place in
// every version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/little_endian.hpp"

namespace oomwhy {

struct JournalHeader {
  // In bytes from the begin of the file.
  static constexpr std::size_t kIncompatibleFlags = 12, kSeqnumId = 72, kFieldTable = 120, kFieldTableSize = 128;
  static constexpr std::size_t kHeadRealtime = 184, kTailRealtime = 192;
  static constexpr std::size_t kSize = 208;  // of all versions at least

  // HEADER_INCOMPATIBLE_*: XZ 1, LZ4 2, KEYED_HASH 4, ZSTD 8, COMPACT 16 (systemd 252). The library refuses other bits.
  static constexpr std::uint32_t kKnownFlags = 0x1f;
  static constexpr std::uint32_t kCompact = 16;

  // `header`: its first 16 bytes and more.
  static std::uint32_t flags(std::string_view header) {
    return little_endian<std::uint32_t>(header.data() + kIncompatibleFlags);
  }
  static bool has_known_layout(std::string_view header) { return (flags(header) & ~kKnownFlags) == 0; }
};

}  // namespace oomwhy
