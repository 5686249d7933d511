#include "parser/line_parts.hpp"

#include <functional>

#include "parser/embedded_envelope.hpp"
#include "parser/scan.hpp"

namespace oomwhy {

namespace {

// How many characters at the beginning are blanks, or none.
std::size_t run_length(std::string_view text, bool blanks) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t length = 0;
  while (length < text.size() && is_blank(text[length]) == blanks) ++length;
  return length;
}

// What stands behind a row's numbers, one blank less.
std::string_view behind_numbers(const TaskRow& row, std::size_t numbers) {
  std::string_view rest = row.after_bracket;
  for (std::size_t i = 0; i < numbers; ++i) {
    rest.remove_prefix(run_length(rest, true));
    rest.remove_prefix(run_length(rest, false));
    if (rest.empty()) return {};
  }
  return rest.empty() ? rest : rest.substr(1);
}

struct CommOf {
  const std::optional<TaskTableLayout>& layout;

  std::string_view operator()(const TaskRow& row) const {
    const bool known = layout && layout->columns.size() > 2;
    return behind_numbers(row, known ? layout->columns.size() - 2 : row.number_count);
  }
  std::string_view operator()(const Invocation& fact) const { return fact.comm.value_or(std::string_view{}); }
  std::string_view operator()(const ConstraintSummary& fact) const { return fact.task.value_or(std::string_view{}); }
  template <typename Other>
  std::string_view operator()(const Other& fact) const {
    if constexpr (requires { std::string_view{fact.comm}; }) return fact.comm;
    return {};
  }
};

bool is_inside(std::string_view text, std::size_t offset, std::string_view part) {
  const std::less<const char*> before;
  const char* const at = text.data() + offset;
  return !part.empty() && !before(at, part.data()) && before(at, part.data() + part.size());
}

LogLine behind(const LogLine& line, const EmbeddedEnvelope& envelope) {
  LogLine second = line;
  second.text = line.text.substr(envelope.offset + envelope.length);
  if (!envelope.stamp.as_printed.empty()) second.stamp = envelope.stamp;
  if (!envelope.host.empty()) second.host = envelope.host;
  if (!envelope.identifier.empty()) second.identifier = envelope.identifier;
  if (envelope.priority) second.priority = envelope.priority;
  second.caller = envelope.caller;
  second.enveloped = true;
  second.starts_record = true;
  return second;
}

// Behind a row's numbers only: no envelope begins inside of tokens that are numbers and nothing else.
std::optional<EmbeddedEnvelope> find_second_line(std::string_view text, const Fact& whole) {
  const auto* row = std::get_if<TaskRow>(&whole);
  if (row == nullptr || row->number_count == 0) return find_embedded_envelope(text);
  // The last digit stays: an envelope is looked for behind at least one character, and blanks before it are its own.
  const std::size_t last_digit = text.size() - grammar::behind_tokens(row->after_bracket, row->number_count).size() - 1;
  auto envelope = find_embedded_envelope(text.substr(last_digit));
  if (envelope) envelope->offset += last_digit;
  return envelope;
}

}  // namespace

std::string_view comm_of(const Fact& fact, const std::optional<TaskTableLayout>& layout) {
  return std::visit(CommOf{layout}, fact);
}

std::optional<TwoLines> split_joined(const LogLine& line, const Fact& whole,
                                     const std::optional<TaskTableLayout>& layout) {
  const auto envelope = find_second_line(line.text, whole);
  if (!envelope) return std::nullopt;
  const std::string_view comm = comm_of(whole, layout);
  // Seen from here the envelope's blanks may be the name's last ones.
  if (comm.size() <= kLongestComm && is_inside(line.text, envelope->offset, comm)) return std::nullopt;
  TwoLines lines{line, behind(line, *envelope)};
  lines.first.text = line.text.substr(0, envelope->offset);
  const bool is_readable = !std::holds_alternative<Unrelated>(whole) && !std::holds_alternative<Damaged>(whole);
  if (is_readable && comm.size() <= kLongestComm && std::holds_alternative<Unrelated>(classify(lines.second.text))) {
    return std::nullopt;
  }
  return lines;
}

bool is_weak(const Fact& fact) {
  return std::holds_alternative<Unrelated>(fact) || std::holds_alternative<Damaged>(fact) ||
         std::holds_alternative<MemcgStat>(fact) || std::holds_alternative<StackLine>(fact) ||
         std::holds_alternative<SystemCounters>(fact) || std::holds_alternative<SlabRow>(fact) ||
         std::holds_alternative<AllocationRow>(fact) || std::holds_alternative<MemInfoOther>(fact);
}

}  // namespace oomwhy
