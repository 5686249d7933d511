#include "cli/scan_source.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cli/journal_input.hpp"
#include "cli/log_reading.hpp"
#include "report/gathering.hpp"
#include "report/moment.hpp"
#include "report/retention.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
// As long as a kill may still be followed by one of the same incident (report/incident.cpp).
constexpr std::int64_t kTogether = 600 * kSecond;
constexpr std::int64_t kSlowLoop = 1800 * kSecond;
constexpr std::int64_t kSilence = std::int64_t{6} * 3600 * kSecond;  // of a journal; uploads come every few minutes
constexpr std::int64_t kNoLine = std::int64_t{24} * 3600 * kSecond;  // of a text log
// Of one incident: a nightly summary needs its sentences, not all tables of a storm.
constexpr std::uint64_t kIncidentBytes = std::uint64_t{1} << 20;

// When something was last heard of the source: its last stamp's distance, and when it was last written to.
struct SourceEnd {
  std::optional<Time> last;
  std::optional<std::int64_t> written_us;
};

// More kills may follow: the log does not reach beyond the incident's window, nor did that much time pass since.
bool may_go_on(const Incident& incident, const SourceEnd& end, std::int64_t now_us) {
  const std::int64_t window = incident.events_total >= 3 ? kSlowLoop : kTogether;
  const std::optional<Time>& last = incident.ended ? incident.ended : incident.started;
  const auto after = last && end.last ? microseconds_between(*last, *end.last) : std::nullopt;
  if (after && *after > window) return false;
  const auto is_past = [&](const std::optional<std::int64_t>& us) { return us && now_us - *us > window; };
  // Nobody writes there any more, whatever the log's own clock says.
  return !is_past(end.written_us) && !(last && is_past(last->realtime_us));
}

// Its id would change as soon as the rest of the report is there.
bool is_unfinished(const Incident& incident) {
  return !incident.events.empty() && incident.events.front().event.outcome == Outcome::Unknown;
}

const Origin* first_origin(const Incident& incident) {
  if (!incident.events.empty()) return &incident.events.front().event.origin;
  return incident.userland.empty() ? nullptr : &incident.userland.front().origin;
}

class Scanner {
 public:
  Scanner(const SourceTask& task, const SourceState* before, const ScanSettings& settings)
      : task_(task), before_(before), settings_(settings), gathering_({{}, settings.site}) {
    result_.source.name = task.log.name.empty() ? task.name : task.log.name;
    result_.source.host = task.host;
  }

  SourceResult run() {
    switch (task_.kind) {
      case SourceKind::Log:
        scan_log();
        break;
      case SourceKind::Journal:
        scan_journal();
        break;
      case SourceKind::StandardInput:
        scan_file("-");
        break;
      case SourceKind::Archive:
        scan_archive();
        break;
    }
    for (const InputSummary& input : result_.document.inputs) {
      result_.source.failed = result_.source.failed || input.error.has_value();
    }
    return std::move(result_);
  }

 private:
  bool has_run_before() const { return settings_.keeps_state && settings_.last_finished_us > 0; }

  // One file as every other command reads it.
  void scan_file(const std::string& path) {
    ReadOptions options{.context = read_context(settings_.context, task_.origin)};
    options.userland = [&](UserlandEvent event) { gathering_.take(std::move(event)); };
    auto summaries = read_file(path, options, [&](OomEvent event) { gathering_.take(std::move(event)); });
    std::uint64_t lines = 0;
    for (const InputSummary& summary : summaries) lines += summary.lines;
    result_.source.empty = lines == 0;
    judge(std::move(summaries), {});
  }

  // Nothing is added to one: it is read once, and again only where it is another one by now.
  void scan_archive() {
    const std::string& path = task_.log.members.front();
    auto position = position_of_archive(path);
    if (position && before_ != nullptr && before_->log == *position) {
      result_.next = *before_;
      return;
    }
    scan_file(path);
    result_.open.assign(result_.open.size(), false);
    if (position) result_.next.log = std::move(*position);
    result_.next.changed_us = settings_.now_us;
  }

  void scan_log() {
    if (!settings_.keeps_state && task_.log.members.size() == 1) return scan_file(task_.log.members.front());
    const std::optional<LogPosition> position = before_ == nullptr ? std::nullopt : before_->log;
    const LogStart start = find_start(task_.log, position);
    result_.notes = start.notes;
    LogReading reading = read_log_set(task_.log, start, read_context(settings_.context, task_.origin),
                                      is_at_rest() ? LastLine::Any : LastLine::OnlyWhole, gathering_);
    result_.source.empty = reading.summary.lines == 0 && !position;
    result_.next.log = reading.end ? reading.end : position;
    result_.next.changed_us = reading.written_us.value_or(settings_.now_us);
    if (has_run_before() && settings_.now_us - result_.next.changed_us > kNoLine) {
      result_.source.no_line_since_us = result_.next.changed_us;
    }
    const SourceEnd end{reading.summary.last, reading.written_us};
    std::vector<InputSummary> summaries;
    summaries.push_back(std::move(reading.summary));
    judge(std::move(summaries), end);
    hold_log_at_open_incident();
  }

  // Nobody is in the middle of a line.
  bool is_at_rest() const {
    if (!settings_.keeps_state) return true;
    const auto written = last_written(task_.log);
    return written && settings_.now_us - *written > kTogether;
  }

  void hold_log_at_open_incident() {
    std::optional<LogPosition> first;
    for (std::size_t i = 0; i < result_.open.size(); ++i) {
      const Origin* origin = result_.open[i] ? first_origin(result_.document.incidents[i]) : nullptr;
      if (origin == nullptr) continue;
      auto position = locate_line(task_.log, origin->source, origin->line);
      if (position && (!first || comes_before(*position, *first))) first = std::move(position);
    }
    if (first) result_.next.log = std::move(first);
    drop_unfinished();
  }

  bool comes_before(const LogPosition& a, const LogPosition& b) const {
    const auto& members = task_.log.members;
    const auto index = [&](const LogPosition& p) { return std::find(members.begin(), members.end(), p.file); };
    return index(a) != index(b) ? index(a) < index(b) : a.offset < b.offset;
  }

  void scan_journal() {
    const auto extent = measure_journal_input(task_.journal);
    if (!extent) return fail(extent.error());
    if (result_.source.host.empty()) result_.source.host = extent->host.empty() ? task_.name : extent->host;
    const JournalPosition* position = before_ != nullptr && before_->journal ? &*before_->journal : nullptr;
    Selection selection;
    if (position != nullptr) selection.since_us = go_on_from(*position, *extent);
    InputSummary summary = read_journal_input(
        task_.journal, selection, [&](OomEvent event) { gathering_.take(std::move(event)); },
        [&](UserlandEvent event) { gathering_.take(std::move(event)); });
    summary.blind_spots.insert(summary.blind_spots.end(), gaps_.begin(), gaps_.end());
    result_.next.journal = JournalPosition{extent->last_us, extent->last_cursor};
    result_.next.changed_us = extent->last_us;
    if (has_run_before() && settings_.now_us - extent->last_us > kSilence) {
      result_.source.silent_since_us = extent->last_us;
    }
    const SourceEnd end{Time{.realtime_us = extent->last_us}, extent->last_us};
    std::vector<InputSummary> summaries;
    summaries.push_back(std::move(summary));
    judge(std::move(summaries), end);
    hold_journal_at_open_incident();
  }

  std::int64_t go_on_from(const JournalPosition& position, const JournalExtent& extent) {
    const bool there = find_journal_cursor(task_.journal, position.cursor).has_value();
    if (!there && extent.first_us > position.after_us) {
      gaps_.push_back({BlindSpotKind::Gap, fmt::format("{}: its entries begin behind the last one that was read; "
                                                       "what stood between may be lost",
                                                       task_.name)});
    }
    if (extent.last_us >= position.after_us) return position.after_us + 1;
    if (there) {
      gaps_.push_back({BlindSpotKind::Clock, task_.name + ": the clock was set back; entries since then are stamped "
                                                          "before those that were read, and were not read"});
      return position.after_us + 1;
    }
    result_.notes.push_back(task_.name +
                            ": ends before what was read of it (replaced?); read again from its beginning");
    return extent.first_us;
  }

  void hold_journal_at_open_incident() {
    for (std::size_t i = 0; i < result_.open.size(); ++i) {
      const auto& started = result_.document.incidents[i].started;
      if (!result_.open[i] || !started || !started->realtime_us) continue;
      std::int64_t& after = result_.next.journal->after_us;
      after = std::min(after, *started->realtime_us - 1);
    }
    drop_unfinished();
  }

  void judge(std::vector<InputSummary> summaries, const SourceEnd& end) {
    result_.document = gathering_.finish(std::move(summaries));
    bool any_open = false;
    for (Incident& incident : result_.document.incidents) {
      keep_within(incident, kIncidentBytes);
      result_.open.push_back(settings_.keeps_state && may_go_on(incident, end, settings_.now_us));
      any_open = any_open || result_.open.back();
    }
    keep_newest_within(result_.document.incidents, settings_.source_bytes);
    count_missed(any_open);
  }

  // What is read again because an incident is open was counted already.
  void count_missed(bool any_open) {
    std::vector<std::string> counted = before_ == nullptr ? std::vector<std::string>() : before_->told_again;
    for (const BlindSpot& spot : result_.document.coverage.blind_spots) {
      const std::uint64_t missed = missed_messages(spot);
      if (missed == 0) continue;
      const bool is_new = std::find(counted.begin(), counted.end(), spot.detail) == counted.end();
      if (is_new) result_.missed_messages += missed;
      if (any_open) result_.next.told_again.push_back(spot.detail);
    }
  }

  void drop_unfinished() {
    for (std::size_t i = result_.open.size(); i-- > 0;) {
      if (!result_.open[i] || !is_unfinished(result_.document.incidents[i])) continue;
      const auto at = static_cast<std::ptrdiff_t>(i);
      result_.document.incidents.erase(result_.document.incidents.begin() + at);
      result_.open.erase(result_.open.begin() + at);
    }
  }

  void fail(const Error& error) {
    InputSummary summary;
    summary.source = task_.name;
    summary.kind = "journal";
    summary.error = error;
    summary.blind_spots.push_back({BlindSpotKind::Unreadable, task_.name + ": " + error.why});
    if (before_ != nullptr) result_.next = *before_;
    std::vector<InputSummary> summaries;
    summaries.push_back(std::move(summary));
    judge(std::move(summaries), {});
  }

  const SourceTask& task_;
  const SourceState* before_;
  const ScanSettings& settings_;
  Gathering gathering_;
  SourceResult result_;
  std::vector<BlindSpot> gaps_;
};

}  // namespace

SourceResult scan_source(const SourceTask& task, const SourceState* before, const ScanSettings& settings) {
  return Scanner(task, before, settings).run();
}

}  // namespace oomwhy
