// What -o full adds to the screen: every report, the timeline, other programs' words, advice with its arithmetic,
// inputs and diagnostics.
#include <fmt/format.h>

#include "report/folding.hpp"
#include "report/spelling.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

void add_section(TextLines& lines, const std::string& heading, TextLines body) {
  if (body.empty()) return;
  lines.push_back({});
  lines.push_back({{heading, Tone::Heading}});
  append(lines, std::move(body));
}

TextLines timeline(const Screen& screen) {
  TextLines lines;
  for (const TimelineEntry& entry : screen.incident.timeline) {
    append(lines, wrapped(fmt::format("{}  {}: {}", screen_time(entry.time, screen.style), screen.name(entry.source),
                                      screen.name(entry.text)),
                          {2, 4}, screen.style));
  }
  return lines;
}

TextLines userland(const Screen& screen) {
  TextLines lines;
  for (const UserlandEvent& event : screen.incident.userland) {
    append(lines, wrapped(fmt::format("{}  {}{}", screen_time(event.time, screen.style), screen.name(event.text),
                                      place(event.origin, screen.style)),
                          {2, 4}, screen.style));
  }
  return lines;
}

TextLines exclusions(const Screen& screen) {
  TextLines lines;
  for (const Exclusion& exclusion : screen.incident.exclusions) {
    const std::string where = exclusion.origin ? place(*exclusion.origin, screen.style) : "";
    append(lines, wrapped(fmt::format("{}: {}{}", screen.name(exclusion.what), screen.name(exclusion.text), where),
                          {2, 4}, screen.style));
  }
  return lines;
}

// One advice with its arithmetic. An example has no commands to copy, and its conditions may name some.
TextLines advice_rows(const Screen& screen, const Advice& advice) {
  const bool is_command = advice.action == AdviceAction::Run || advice.action == AdviceAction::Check;
  const std::string what = screen.is_example() && is_command ? "" : advice_words(advice);
  TextLines lines = wrapped(
      screen.name(fmt::format("{}{}  {}", standing_words(advice), advice_target(screen.incident, advice), what)),
      {2, 4}, screen.style);
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) append(lines, wrapped(fmt::format("{}: {}", name, screen.name(text)), {6, 8}, screen.style));
  };
  add("why", advice.reason);
  add("arithmetic", advice.arithmetic);
  add("source", advice.source);
  if (!screen.is_example() && advice.gate != advice.reason) add("held back", advice.gate);
  if (advice.flips_at) add("the choice flips at", fmt::format("{}", *advice.flips_at));
  if (advice.replay) add("replayed", replay_words(*advice.replay));
  return lines;
}

TextLines advice_in_full(const Screen& screen) {
  TextLines lines;
  for (const Advice& advice : screen.incident.advice) append(lines, advice_rows(screen, advice));
  return lines;
}

TextLines inputs(const Screen& screen) {
  TextLines lines;
  for (const InputSummary& input : screen.document.inputs) {
    std::string text = fmt::format("{}: {}, {} lines, {}", screen.name(input.source), screen.name(input.kind),
                                   input.lines, format_size({input.bytes}));
    if (input.error) text += "; " + screen.name(input.error->why);
    append(lines, wrapped(text, {2, 4}, screen.style));
  }
  return lines;
}

TextLines diagnostics(const Screen& screen) {
  TextLines lines;
  for (const InputSummary& input : screen.document.inputs) {
    for (const Diagnostic& diagnostic : input.diagnostics) {
      append(lines, wrapped(fmt::format("{}:{}: {}: {}", screen.name(diagnostic.origin.source), diagnostic.origin.line,
                                        spell(diagnostic.kind), screen.name(diagnostic.text)),
                            {2, 4}, screen.style));
    }
    if (input.diagnostics_omitted > 0) {
      append(lines, wrapped(fmt::format("and {} more", input.diagnostics_omitted), {2, 4}, screen.style));
    }
  }
  return lines;
}

std::string trust_words(const Screen& screen) {
  if (screen.lead == nullptr) return "";
  switch (screen.lead->event.trust) {
    case Trust::Kernel:
      return "The source vouches that the kernel wrote these lines.";
    case Trust::Userspace:
      return "A process wrote these lines, not the kernel: do not act on them alone.";
    case Trust::Unknowable:
      return "A text file cannot tell who wrote it: anyone who may write to this log may have made these lines up.";
  }
  return "";
}

}  // namespace

TextLines full_report(const Screen& screen) {
  TextLines lines;
  add_section(lines, "TIMELINE", timeline(screen));
  add_section(lines, "OTHER PROGRAMS", userland(screen));
  add_section(lines, "OTHER SENDERS OF SIGKILL", exclusions(screen));
  add_section(lines, "ADVICE IN FULL", advice_in_full(screen));
  const std::vector<AnalysedEvent>& events = screen.incident.events;
  for (std::size_t i = 0; i < events.size(); ++i) {
    add_section(lines,
                fmt::format("REPORT {} OF {}: {}", report_number(screen.incident, i), screen.incident.events_total,
                            events[i].analysis.id),
                event_details(screen, events[i]));
  }
  add_section(lines, "INPUTS", inputs(screen));
  add_section(lines, "DIAGNOSTICS", diagnostics(screen));
  add_section(lines, "TRUST", wrapped(trust_words(screen), {2, 2}, screen.style));
  return lines;
}

}  // namespace oomwhy
