#include "parser/repeated_line.hpp"

#include <functional>
#include <string_view>

#include "parser/event_time.hpp"

namespace oomwhy {

namespace {

// Two hashes as one; the constant is 2^64 divided by the golden ratio.
std::uint64_t joined(std::uint64_t hash, std::uint64_t other) {
  const std::uint64_t mixed = (hash ^ other) * 0x9e3779b97f4a7c15U;
  return mixed ^ (mixed >> 32U);
}

// Printed several times in one report, word by word and in the same microsecond.
bool may_recur(const Fact& fact) {
  return std::holds_alternative<StackLine>(fact) || std::holds_alternative<LowmemReserve>(fact) ||
         std::holds_alternative<MemInfoOther>(fact) || std::holds_alternative<SlabTableStart>(fact);
}

// A journal stores a line once, so two of the same second are two.
bool is_of_journal(EnvelopeForm form) {
  return form == EnvelopeForm::JournalShort || form == EnvelopeForm::JournalVerbose ||
         form == EnvelopeForm::JournalExport || form == EnvelopeForm::JournalJson;
}

}  // namespace

std::optional<std::uint64_t> repeat_key(const LogLine& line, const Fact& fact) {
  if (may_recur(fact)) return std::nullopt;
  const std::hash<std::string_view> hash;
  // What a process says in the kernel's words is no copy of the kernel's line.
  const std::uint64_t text = joined(hash(line.text), line.transport == Transport::Userspace ? 1 : 0);
  if (line.stamp.uptime_us) return joined(text, static_cast<std::uint64_t>(*line.stamp.uptime_us));
  if (line.stamp.as_printed.empty() || (is_of_journal(line.form) && !is_exact(line.stamp))) return std::nullopt;
  return joined(joined(text, 0), hash(line.stamp.as_printed));
}

bool RecentLines::is_repeat(const LogLine& line, const Fact& fact) {
  if (!is_exact(line.stamp)) return false;
  const auto key = repeat_key(line, fact);
  return key && !seen_.insert(*key);
}

}  // namespace oomwhy
