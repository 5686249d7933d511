#include "parser/repeated_line.hpp"

#include <string_view>

#include "parser/event_time.hpp"

namespace oomwhy {

namespace {

std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return hash;
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
  const std::uint64_t hash = hash_on(1469598103934665603U, line.text);
  if (line.stamp.uptime_us) return (hash ^ static_cast<std::uint64_t>(*line.stamp.uptime_us)) * 1099511628211U;
  if (line.stamp.as_printed.empty() || (is_of_journal(line.form) && !is_exact(line.stamp))) return std::nullopt;
  return hash_on(hash, line.stamp.as_printed);
}

bool RecentLines::is_repeat(const LogLine& line, const Fact& fact) {
  constexpr std::size_t kMost = 8192;
  if (!is_exact(line.stamp)) return false;
  const auto key = repeat_key(line, fact);
  if (!key) return false;
  if (!seen_.insert(*key).second) return true;
  if (order_.size() < kMost) {
    order_.push_back(*key);
  } else {
    seen_.erase(order_[next_]);
    order_[next_] = *key;
    next_ = (next_ + 1) % kMost;
  }
  return false;
}

}  // namespace oomwhy
