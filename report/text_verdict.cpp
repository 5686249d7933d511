// The first lines of the screen: what, where, when; the story in sentences; cause and victims side by side.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "report/advice_target.hpp"
#include "report/folding.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kNameWidth = 22;

// After the story and not in the first line: a long path would push cause and victim down.
std::string source_words(const Screen& screen) {
  const std::string source = screen.name(screen.lead->event.origin.source);
  return source.empty() || screen.is_example() ? "" : ", in " + source;
}

std::string count_words(const Screen& screen) {
  const std::size_t events = screen.incident.events_total;
  return events > 1 ? fmt::format(", {} OOM reports", events) : "";
}

TextLine cause_row(const Screen& screen) {
  const Cause& cause = screen.incident.cause;
  const std::optional<Bytes> size = cause.rss ? cause.rss : cause.held;
  const std::string amount = size ? bound_sign(cause.upper_bound, screen.style) + format_size(*size) : "";
  return table_row(2,
                   {{.text = "cause", .width = 7},
                    {.text = screen.name(cause_name(cause)), .width = kNameWidth, .tone = Tone::Cause},
                    {.text = screen.name(members_words(cause)), .width = 30},
                    {.text = amount, .width = 16, .align = Align::Right}},
                   screen.style);
}

TextLine victim_row(const Screen& screen, const IncidentVictim& entry) {
  const Victim& victim = entry.victim;
  const OomEvent* event = screen.lead == nullptr ? nullptr : &screen.lead->event;
  const Task* row = event == nullptr ? nullptr : find_row(*event, victim.pid);
  const std::string size = victim_size(victim, row, event == nullptr ? PageSize{} : event->page_size);
  // A userspace killer may name a cgroup only: then there is no PID.
  const std::string process =
      victim.pid == 0 ? screen.name(victim.comm) : screen.name(victim.comm) + fmt::format("[{}]", victim.pid);
  const std::string unit = entry.unit ? screen.name(*entry.unit) : process;
  return table_row(2,
                   {{.text = "victim", .width = 7},
                    {.text = unit, .width = kNameWidth, .tone = Tone::Victim},
                    {.text = entry.unit ? process : "", .width = 24},
                    {.text = size, .width = 22, .align = Align::Right}},
                   screen.style);
}

// Who died for another's doing comes first, then those of the report that is shown.
std::vector<const IncidentVictim*> victims_in_order(const Screen& screen) {
  std::vector<const IncidentVictim*> victims;
  for (const IncidentVictim& entry : screen.incident.victims) victims.push_back(&entry);
  const AnalysedEvent* struck = struck_event(screen.incident);
  if (struck == nullptr || struck->event.victims.empty()) return victims;
  const Victim& first = struck->event.victims.front();
  const auto shown =
      std::find_if(victims.begin(), victims.end(), [&](const auto* entry) { return entry->victim == first; });
  if (shown != victims.end()) std::rotate(victims.begin(), shown, shown + 1);
  return victims;
}

// "4 victims in all, 1 of them already exiting": so many more than were killed.
std::string count_of(const Incident& incident) {
  auto exiting =
      static_cast<std::size_t>(std::count_if(incident.victims.begin(), incident.victims.end(),
                                             [](const IncidentVictim& entry) { return entry.victim.already_exiting; }));
  for_each_folded(incident, [&](const FoldedReports& folded) { exiting += all_victims(folded).exiting; });
  return fmt::format("{} victims in all", incident.victims_total) +
         (exiting == 0 ? "" : fmt::format(", {} of them already exiting", exiting));
}

}  // namespace

std::string screen_time(const std::optional<Time>& time, const TextStyle& style) {
  if (!time) return "at an unknown time";
  if (time->realtime_us) {
    const auto seconds = static_cast<std::time_t>(*time->realtime_us / 1'000'000);
    std::tm parts{};
    const bool known = style.utc ? gmtime_r(&seconds, &parts) != nullptr : localtime_r(&seconds, &parts) != nullptr;
    char text[64];
    const char* format = style.utc ? "%a %Y-%m-%d %H:%M:%S UTC" : "%a %Y-%m-%d %H:%M:%S %Z";
    if (known && std::strftime(text, sizeof text, format, &parts) > 0) return text;
    return format_time_utc(*time->realtime_us);
  }
  if (!time->as_printed.empty() && time->wall_us) {
    return escape_terminal(time->as_printed, charset_of(style)) + " (zone not known)";
  }
  const std::string text = format_time(*time);
  return text.empty() ? "at an unknown time" : escape_terminal(text, charset_of(style));
}

std::string place(const Origin& origin, const TextStyle& style) {
  if (!style.show_evidence) return "";
  const std::string source = escape_terminal(origin.source, charset_of(style));
  if (origin.line != 0) return fmt::format(" [{}:{}]", source, origin.line);
  if (!origin.cursor.empty()) return fmt::format(" [{}]", escape_terminal(origin.cursor, charset_of(style)));
  return source.empty() ? "" : fmt::format(" [{}]", source);
}

std::string place_in_event(const OomEvent& event, const std::optional<std::uint64_t>& line, const TextStyle& style) {
  if (!line) return "";
  return place({.source = event.origin.source, .line = *line, .cursor = event.origin.cursor}, style);
}

Section headline(const Screen& screen) {
  Section section;
  const Incident& incident = screen.incident;
  std::string text = fmt::format("{} {}", title(incident), screen.name(short_id(incident.id)));
  if (!incident.host.empty()) text += " on " + screen.name(incident.host);
  text += ", " + screen_time(incident.started, screen.style) + count_words(screen);
  section.add(at_most(5, wrapped(text, {0, 2}, screen.style, Tone::Heading), screen.style), Rank::Essential);
  return section;
}

Section verdict(const Screen& screen) {
  Section section;
  std::string text;
  if (screen.lead != nullptr && screen.lead->event.trust == Trust::Userspace)
    text = "A process wrote this report, not the kernel: do not act on it alone. ";
  for (const std::string& sentence : screen.incident.summary) text += screen.name(sentence) + " ";
  if (screen.lead != nullptr) {
    text += fmt::format("Report: {}{}.", completeness_words(screen.lead->event), source_words(screen));
  }
  section.add(at_most(10, wrapped(text, {2, 2}, screen.style), screen.style), Rank::Essential);
  if (screen.incident.loop) {
    section.add(wrapped("This is a loop: it will happen again.", {2, 2}, screen.style, Tone::Alarm), Rank::Essential);
  }
  return section;
}

Section cause_and_victims(const Screen& screen) {
  constexpr std::size_t kShown = 4;
  Section section;
  section.add({cause_row(screen)}, Rank::Essential);
  const std::vector<const IncidentVictim*> victims = victims_in_order(screen);
  for (std::size_t i = 0; i < std::min(victims.size(), kShown); ++i) {
    section.add({victim_row(screen, *victims[i])}, i == 0 ? Rank::Essential : Rank::Extra);
  }
  if (screen.incident.victims_total > 1) {
    section.add({{{"          " + count_of(screen.incident), Tone::Plain}}}, Rank::Important);
  }
  return section;
}

Section units_now(const Screen& screen) {
  Section section;
  for (const UnitNow& now : screen.incident.now) {
    const std::string name = screen.name(now.unit);
    const std::string since = now.since ? " since " + screen_time(now.since, screen.style) : "";
    const std::string text = fmt::format("NOW  {} {}", name, now_words(now, since));
    section.add(wrapped(text, {0, 5}, screen.style, now.is_up() ? Tone::Plain : Tone::Alarm), Rank::Important);
  }
  return section;
}

}  // namespace oomwhy
