#include "parser/embedded_envelope.hpp"

#include <array>

#include "parser/line_envelope.hpp"
#include "parser/printk_prefix.hpp"
#include "parser/stamp_resolver.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

bool has_stamp(const PrintedStamp& stamp) {
  return stamp.uptime_us || stamp.epoch_us || stamp.since_last_us || stamp.wall;
}

// In the middle of a text only forms that hardly any text has are believed: a stamp in full, a level, a dated tag.
bool take_in_text(std::string_view& rest, Envelope& found) {
  switch (rest.front()) {
    case '[':
      return take_printk_prefix(rest, found) && has_stamp(found.stamp);
    case '<':
      return take_level(rest, found.line) && (take_printk_prefix(rest, found), true);
    default:
      return (take_month_envelope(rest, found) || take_iso_envelope(rest, found)) && !found.line.identifier.empty();
  }
}

// The first characters that an envelope can have: a level, a bracketed stamp, a year, a month.
constexpr auto first_characters = [] {
  std::array<bool, 256> can{};
  for (const char c : std::string_view("<[2")) can[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'S'; ++c) can[static_cast<unsigned char>(c)] = true;
  return can;
}();

// Whether an envelope can begin at one of the first characters; nearly all say no.
bool may_begin(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '<') return true;
  const char before = text[at - 1];
  if (!is_blank(before) && before != '\r') return false;
  return c == '[' || c == '2' || (at + 3 < text.size() && is_blank(text[at + 3]));
}

EmbeddedEnvelope describe(std::string_view text, std::size_t offset, std::size_t end, const Envelope& found) {
  EmbeddedEnvelope envelope;
  while (offset > 1 && is_blank(text[offset - 1])) --offset;
  envelope.offset = offset;
  envelope.length = end - offset;
  envelope.stamp = StampResolver(ReadContext{}).resolve(found.stamp);
  envelope.caller = found.line.caller;
  envelope.host = found.line.host;
  envelope.identifier = found.line.identifier;
  envelope.priority = found.line.priority;
  return envelope;
}

}  // namespace

std::optional<EmbeddedEnvelope> find_embedded_envelope(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (!first_characters[static_cast<unsigned char>(text[at])] || !may_begin(text, at)) continue;
    auto rest = text.substr(at);
    Envelope found;
    if (take_in_text(rest, found)) return describe(text, at, text.size() - rest.size(), found);
  }
  return std::nullopt;
}

}  // namespace oomwhy
