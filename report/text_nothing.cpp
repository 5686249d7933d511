// "No OOM kill found" is a claim: what was read, over which interval, and what could not be seen.
#include <fmt/format.h>

#include <algorithm>

#include "report/nothing_read.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

std::string input_words(const InputSummary& input, const TextStyle& style) {
  const auto name = [&](std::string_view raw) { return escape_terminal(raw, charset_of(style)); };
  std::string text = fmt::format("read: {} ({}, {} lines, {})", name(input.source), name(input.kind), input.lines,
                                 format_size({input.bytes}));
  return input.error ? text + "; " + name(input.error->why) : text;
}

std::string other_kill_words(const OtherKill& kill, const TextStyle& style) {
  const auto name = [&](std::string_view raw) { return escape_terminal(raw, charset_of(style)); };
  const std::string sender = kill.sender.empty() ? "no line tells who sent it" : "sent by: " + name(kill.sender);
  return fmt::format("{}  {}: ended by SIGKILL; {}{}", screen_time(kill.time, style), name(kill.unit), sender,
                     place(kill.origin, style));
}

std::string refused_words(const RefusedAllocation& refused, const TextStyle& style) {
  const AllocationRefused& what = refused.what();
  const auto name = [&](std::string_view raw) { return escape_terminal(raw, charset_of(style)); };
  std::string who = what.program.empty() ? std::string("a program") : name(what.program);
  if (what.pid) who += fmt::format("[{}]", *what.pid);
  who += what.unit.empty() ? std::string(" (unit not known)") : " of " + name(what.unit);
  std::string text = fmt::format("{}  {}: {}: \"{}\"", screen_time(refused.first.time, style), who, words(what),
                                 name(refused.first.text));
  if (refused.count > 1) text += fmt::format(", {} times until {}", refused.count, screen_time(refused.last, style));
  return text + place(refused.first.origin, style);
}

std::string claim_of(const Document& document, const TextStyle& style, const std::string& subject) {
  if (nothing_was_read(document.inputs)) return "Nothing could be read: whether there was an OOM kill is not known.";
  const Coverage& coverage = document.coverage;
  std::string claim = "No OOM kill found";
  if (!subject.empty()) claim = fmt::format("No OOM kill of {} found", escape_terminal(subject, charset_of(style)));
  if (coverage.from && coverage.to) {
    claim += fmt::format(" from {} to {}", screen_time(coverage.from, style), screen_time(coverage.to, style));
  }
  if (!document.refused_allocations.empty()) claim += ", but an allocation was refused";
  return claim + ".";
}

}  // namespace

std::string render_nothing(const Document& document, const TextStyle& style, const std::string& subject) {
  const Coverage& coverage = document.coverage;
  TextLines lines = wrapped(claim_of(document, style, subject), {}, style, Tone::Heading);
  for (const InputSummary& input : document.inputs) append(lines, wrapped(input_words(input, style), {2, 4}, style));
  for (const BlindSpot& spot : coverage.blind_spots) {
    append(lines,
           wrapped(fmt::format("not seen: {}: {}", words(spot.kind), escape_terminal(spot.detail, charset_of(style))),
                   {2, 4}, style));
  }
  for (const OtherKill& kill : document.other_kills) {
    append(lines, wrapped(other_kill_words(kill, style), {2, 4}, style));
  }
  constexpr std::size_t kShown = 8;
  const auto& refused = document.refused_allocations;
  for (std::size_t i = 0; i < std::min(refused.size(), kShown); ++i) {
    append(lines, wrapped(refused_words(refused[i], style), {2, 4}, style));
  }
  if (refused.size() > kShown) {
    append(lines, wrapped(fmt::format("{} more in -o json", refused.size() - kShown), {2, 4}, style));
  }
  if (!subject.empty() || std::any_of(document.other_kills.begin(), document.other_kills.end(),
                                      [](const OtherKill& kill) { return kill.sender.empty(); })) {
    append(lines, wrapped("No log tells of a SIGKILL sent by a person or a program (kill -9).", {2, 4}, style));
  }
  if (!coverage.complete && !nothing_was_read(document.inputs)) {
    append(lines,
           wrapped("Not everything in that interval could be read: a kill may have gone unseen.", {2, 4}, style));
  }
  return to_text(lines, style);
}

}  // namespace oomwhy
