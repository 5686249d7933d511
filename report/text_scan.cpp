// The nightly summary: attention first, groups in place of lines, silence an item of its own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/scan_summary.hpp"
#include "report/spelling.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kHostColumn = 12;
constexpr std::size_t kMostRows = 200;  // of one section: a fleet on fire still fits a mail

// Incidents of one host that are the same trouble.
struct Group {
  std::string host;
  std::vector<const ScanIncident*> incidents;
};

std::vector<Group> gather(const ScanSummary& summary, bool (*belongs)(const ScanIncident&)) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  for (const ScanIncident& incident : summary.incidents) {
    if (!belongs(incident)) continue;
    const auto [entry, fresh] = index.emplace(std::pair(incident.host, signature_of(incident.incident)), groups.size());
    if (fresh) groups.push_back({incident.host, {}});
    groups[entry->second].incidents.push_back(&incident);
  }
  return groups;
}

// Minutes are enough for a night: "2025-11-18 05:31".
std::string minute(std::int64_t realtime_us) {
  const std::string text = format_time_utc(realtime_us);
  return text.size() < 16 ? text : text.substr(0, 10) + " " + text.substr(11, 5);
}

class Writer {
 public:
  Writer(const ScanSummary& summary, const TextStyle& style) : summary_(summary), style_(style) {}

  std::string write(int status) {
    const ScanCounts counts = count(summary_);
    if (is_uneventful(summary_)) return one_line(counts);
    heading(counts);
    section("NEW", gather(summary_,
                          [](const ScanIncident& one) { return is_kernel_kill(one.incident) && !one.known_since_us; }));
    section("KNOWN (same signature as before)", gather(summary_, [](const ScanIncident& one) {
              return is_kernel_kill(one.incident) && one.known_since_us.has_value();
            }));
    section("USERSPACE KILLS", gather(summary_, [](const ScanIncident& one) { return !is_kernel_kill(one.incident); }));
    other_kills();
    blind_spots();
    if (counts.quiet_hosts > 0)
      lines_.push_back({{fmt::format("QUIET      {}", hosts(counts.quiet_hosts)), Tone::Plain}});
    ending(counts, status);
    return to_text(lines_, style_);
  }

 private:
  std::string name(std::string_view raw) const { return escape_terminal(raw, charset_of(style_)); }
  static std::string hosts(std::size_t number) { return fmt::format("{} host{}", number, number == 1 ? "" : "s"); }

  std::string interval() const {
    if (!summary_.from_us || !summary_.to_us) return "";
    return fmt::format("{} -> {} UTC", minute(*summary_.from_us), minute(*summary_.to_us));
  }

  std::string one_line(const ScanCounts& counts) const {
    std::string text = fmt::format("0 incidents, {} of {} fully covered", counts.covered_hosts, hosts(counts.hosts));
    if (!interval().empty()) text += ", " + interval();
    return text + "\n";
  }

  void heading(const ScanCounts& counts) {
    const std::size_t look = counts.hosts - counts.quiet_hosts;
    std::string text = "OOM summary";
    if (!interval().empty()) text += " " + interval();
    append(lines_,
           wrapped(fmt::format("{}   {}, {} need{} a look", text, hosts(counts.hosts), look, look == 1 ? "s" : ""),
                   {0, 2}, style_, Tone::Heading));
    lines_.push_back({});
  }

  void title(const char* text) { lines_.push_back({{text, Tone::Heading}}); }

  void row(const std::string& host, const std::string& text, Tone tone = Tone::Plain) {
    const std::string shown = name(host.empty() ? "(no host)" : host);
    const std::size_t width = display_width(shown);
    const std::string gap(width < kHostColumn ? kHostColumn - width : 1, ' ');
    append(lines_, wrapped(shown + gap + text, {2, 2 + kHostColumn}, style_, tone));
  }
  void more(const std::string& text, Tone tone = Tone::Plain) {
    append(lines_, wrapped(text, {2 + kHostColumn, 2 + kHostColumn}, style_, tone));
  }

  void section(const char* text, const std::vector<Group>& groups) {
    if (groups.empty()) return;
    title(text);
    for (std::size_t i = 0; i < groups.size() && i < kMostRows; ++i) group(groups[i]);
    if (groups.size() > kMostRows) more(fmt::format("and {} more groups: -o json-lines", groups.size() - kMostRows));
  }

  static std::size_t kills(const Group& group) {
    std::size_t sum = 0;
    for (const ScanIncident* one : group.incidents) {
      sum += std::max<std::size_t>(1, one->incident.events_total);
    }
    return sum;
  }

  // "1 host OOM", "17 cgroup OOMs", "1 systemd-oomd kill".
  static std::string what(const Group& group) {
    const Incident& first = group.incidents.front()->incident;
    const std::size_t number = kills(group);
    const char* plural = number == 1 ? "" : "s";
    if (!is_kernel_kill(first)) {
      return fmt::format("{} {} kill{}", number, first.killers.empty() ? "userspace" : first.killers.front(), plural);
    }
    return fmt::format("{} {} OOM{}", number, spell(first.scope), plural);
  }

  void group(const Group& group) {
    const ScanIncident& last = *group.incidents.back();
    const Incident& incident = last.incident;
    std::string text = what(group);
    const std::string cause = cause_name(incident.cause);
    if (!cause.empty()) {
      text += "  cause " + name(cause) + (incident.victim_is_cause.value_or(false) ? " (itself)" : "");
    }
    if (!incident.victims.empty() && !incident.victims.front().victim.comm.empty()) {
      text += "  killed " + name(incident.victims.front().victim.comm);
    }
    row(group.host, text);
    const bool sure = incident.cause.confidence != Confidence::None;
    more(short_id(incident.id) + started(incident) +
         (sure ? fmt::format(", {} confidence", spell(incident.cause.confidence)) : ""));
    if (last.known_since_us) more(fmt::format("first seen {} UTC", minute(*last.known_since_us)));
    for (const ScanIncident* one : group.incidents) loop(*one);
    if (last.open && !incident.loop) more("may not be over: told again by the next scan");
  }

  static std::string started(const Incident& incident) {
    if (!incident.started || !incident.started->realtime_us) return "";
    return ", " + minute(*incident.started->realtime_us) + " UTC";
  }

  void loop(const ScanIncident& one) {
    if (!one.incident.loop) return;
    std::string text = fmt::format("KILL LOOP: {} kills of {}", one.incident.events_total, name(one.incident.loop_of));
    if (one.incident.started && one.incident.started->realtime_us) {
      text += fmt::format(" since {}", minute(*one.incident.started->realtime_us));
    }
    more(text + (one.open ? ", not over at the end of the log" : ""), Tone::Alarm);
  }

  void other_kills() {
    if (summary_.other_kills.empty()) return;
    title("NOT OOM, BUT SIGKILL");
    std::map<std::pair<std::string, std::string>, std::set<std::string>> units;
    for (const OtherKill& kill : summary_.other_kills) units[{kill.host, kill.sender}].insert(kill.unit);
    for (const auto& [key, names] : units) {
      const std::string by = key.second.empty() ? "no line tells by whom" : "by " + name(key.second);
      const std::string which = names.size() == 1 ? name(*names.begin()) : fmt::format("{} units", names.size());
      row(key.first, fmt::format("{} ended by SIGKILL, {}", which, by));
    }
  }

  void blind_spots() {
    TextLines before = std::move(lines_);
    lines_.clear();
    for (const ScanSource& source : summary_.sources) {
      if (source.silent_since_us) {
        row(source.host, fmt::format("no entries since {} UTC: is it still sending?", minute(*source.silent_since_us)),
            Tone::Alarm);
      }
      if (source.no_line_since_us) {
        row(source.host,
            fmt::format("no new line since {} UTC: {}", minute(*source.no_line_since_us), name(source.name)));
      }
      if (source.empty) row(source.host, fmt::format("nothing is in it: {}", name(source.name)));
    }
    for (const auto& [host, spot] : summary_.blind_spots) {
      row(host, fmt::format("{}: {}", words(spot.kind), name(spot.detail)));
    }
    for (const std::string& note : summary_.notes) more(name(note));
    TextLines rows = std::move(lines_);
    lines_ = std::move(before);
    if (rows.empty()) return;
    title("BLIND SPOTS");
    append(lines_, at_most(kMostRows, std::move(rows), style_));
  }

  void ending(const ScanCounts& counts, int status) {
    lines_.push_back({});
    std::string text = fmt::format("{} incident{} in {} group{}; {} of {} fully covered.", counts.incidents,
                                   counts.incidents == 1 ? "" : "s", counts.groups, counts.groups == 1 ? "" : "s",
                                   counts.covered_hosts, hosts(counts.hosts));
    if (status != 0) text += fmt::format(" Exit {}{}.", status, status == 3 ? blame() : " (--fail-on)");
    append(lines_, wrapped(text, {0, 2}, style_));
  }

  std::string blame() const {
    for (const ScanSource& source : summary_.sources) {
      if (source.failed || source.silent_since_us) return " (see " + name(source.host) + ")";
    }
    return "";
  }

  const ScanSummary& summary_;
  const TextStyle& style_;
  TextLines lines_;
};

}  // namespace

std::string render_scan(const ScanSummary& summary, const TextStyle& style, int status) {
  return Writer(summary, style).write(status);
}

}  // namespace oomwhy
