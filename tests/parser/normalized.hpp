// Runs a text through the source and normalize, as reader does, and keeps copies of what comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/normalize.hpp"
#include "parser/source_text.hpp"

namespace oomwhy::test {

struct OwnedLine {
  std::string text;
  std::optional<std::int64_t> uptime_us, realtime_us, wall_us;
  std::string as_printed;
  Clock clock = Clock::Printk;
  std::string host, identifier, boot_id, caller, cursor;
  std::optional<std::uint32_t> sender_pid;
  std::optional<int> priority, facility;
  Transport transport = Transport::Unknown;
  EnvelopeForm form = EnvelopeForm::Bare;
  bool starts_record = true;
  bool enveloped = false;
  std::uint64_t line = 0;
  std::vector<std::pair<std::string, std::string>> fields;
};

struct Normalized {
  std::vector<OwnedLine> lines;
  std::vector<Diagnostic> diagnostics;
  EnvelopeForm main_form = EnvelopeForm::Bare;

  std::vector<std::string> texts() const {
    std::vector<std::string> result;
    for (const auto& line : lines) result.push_back(line.text);
    return result;
  }
};

inline OwnedLine owned(const LogLine& line) {
  OwnedLine copy;
  copy.text = line.text;
  copy.uptime_us = line.stamp.uptime_us;
  copy.realtime_us = line.stamp.realtime_us;
  copy.wall_us = line.stamp.wall_us;
  copy.as_printed = line.stamp.as_printed;
  copy.clock = line.stamp.clock;
  copy.host = line.host;
  copy.identifier = line.identifier;
  copy.boot_id = line.boot_id;
  copy.caller = line.caller;
  copy.cursor = line.cursor;
  copy.sender_pid = line.sender_pid;
  copy.priority = line.priority;
  copy.facility = line.facility;
  copy.transport = line.transport;
  copy.form = line.form;
  copy.starts_record = line.starts_record;
  copy.enveloped = line.enveloped;
  copy.line = line.line;
  for (const auto& field : line.fields) copy.fields.emplace_back(field.name, field.value);
  return copy;
}

inline Normalized normalize(TextSource& source, const ReadContext& context = {}) {
  Normalized result;
  Normalizer normalizer(
      context, [&](const LogLine& line) { result.lines.push_back(owned(line)); },
      [&](Diagnostic diagnostic) { result.diagnostics.push_back(std::move(diagnostic)); });
  for (;;) {
    if (const auto wanted = normalizer.binary_bytes_wanted(); wanted > 0) {
      std::string_view bytes;
      if (!source.next_bytes(wanted, bytes)) break;
      normalizer.feed_binary(bytes);
      continue;
    }
    PhysicalLine line;
    if (!source.next(line)) break;
    normalizer.feed(line.bytes, line.line);
  }
  normalizer.finish();
  result.main_form = normalizer.main_form();
  return result;
}

inline Normalized normalize(std::string text, const ReadContext& context = {}) {
  auto source = TextSource::from_memory(std::move(text), "test");
  return normalize(source, context);
}

// The only line of a text that has one.
inline OwnedLine normalize_line(std::string text, const ReadContext& context = {}) {
  const auto result = normalize(std::move(text), context);
  return result.lines.size() == 1 ? result.lines.front() : OwnedLine{};
}

}  // namespace oomwhy::test
