#include "parser/source_journal.hpp"

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <future>
#include <map>
#include <set>
#include <variant>

#include "parser/assembler.hpp"
#include "parser/attribution.hpp"
#include "parser/journal_echoes.hpp"
#include "parser/journal_files.hpp"
#include "parser/journal_handle.hpp"
#include "parser/journal_windows.hpp"
#include "parser/mapped_journal.hpp"

namespace oomwhy {
namespace {

std::string describe(const JournalLocation& location) {
  if (!location.files.empty()) {
    return location.files.size() == 1
               ? location.files.front()
               : location.files.front() + " and " + std::to_string(location.files.size() - 1) + " more";
  }
  if (location.directory) return *location.directory;
  if (location.root) return *location.root + " (journal)";
  if (location.machine) return "journal of machine " + *location.machine;
  if (location.name_space) return "journal namespace " + *location.name_space;
  return "journal of this host";
}

Time received_at(std::uint64_t realtime_us) {
  Time time;
  time.realtime_us = static_cast<std::int64_t>(realtime_us);
  time.wall_us = time.realtime_us;
  time.clock = Clock::Received;
  return time;
}

// What the journal covers of the interval asked for.
void fill_interval(sd_journal* journal, const JournalInterval& interval, InputSummary& summary) {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  if (sd_journal_get_cutoff_realtime_usec(journal, &from, &to) <= 0) return;
  if (interval.since_us && static_cast<std::int64_t>(from) < *interval.since_us)
    from = static_cast<std::uint64_t>(*interval.since_us);
  if (interval.until_us && static_cast<std::int64_t>(to) > *interval.until_us)
    to = static_cast<std::uint64_t>(*interval.until_us);
  summary.first = received_at(from);
  summary.last = received_at(to);
}

std::uint32_t index_of(const std::vector<JournalBoot>& boots, const std::string& id) {
  const auto found = std::find_if(boots.begin(), boots.end(), [&](const JournalBoot& boot) { return boot.id == id; });
  return static_cast<std::uint32_t>(found - boots.begin());
}

JournalInterval narrow_to_boot(JournalInterval interval, const std::vector<JournalBoot>& boots) {
  if (!interval.choose_boot) return interval;
  interval.boot_id = interval.choose_boot(boots);
  // A boot that is not there: an id that no entry has, so that nothing is found and the interval still said.
  if (interval.boot_id->empty()) interval.boot_id = std::string(32, '0');
  return interval;
}

constexpr std::size_t kMostUnits = 256;

// A unit that was killed, or whose process died by SIGKILL: all that was said of it matters then.
void note_unit(const UserlandFact& fact, std::set<std::string>& units) {
  const auto* message = std::get_if<UnitMessage>(&fact);
  if (message == nullptr || units.size() >= kMostUnits) return;
  const bool killed = message->word == UnitWord::OomKilled || message->word == UnitWord::OomdKilled ||
                      message->exit_status.value_or("").starts_with("9/");
  if (killed) units.insert(message->unit);
}

bool is_echo(const UserlandFact& fact) {
  return std::holds_alternative<ApplicationEcho>(fact) || std::holds_alternative<RunningQuery>(fact) ||
         std::holds_alternative<RuntimeEcho>(fact) || std::holds_alternative<AllocationRefused>(fact);
}

bool only_volatile(const std::vector<std::string>& files) {
  if (files.empty()) return false;
  for (const auto& file : files) {
    if (file.find("/run/log/journal") == std::string::npos) return false;
  }
  return true;
}

std::string this_machine() {
  sd_id128_t id{};
  std::array<char, SD_ID128_STRING_MAX> text{};
  return sd_id128_get_machine(&id) < 0 ? "" : sd_id128_to_string(id, text.data());
}

// Those that the library opens.
std::vector<std::string> files_of(const JournalLocation& location) {
  if (!location.files.empty()) return location.files;
  const bool any_machine = location.merge || location.directory || location.root || location.machine;
  return select_journal_files(find_journal_files(journal_folders(location)), any_machine ? "" : this_machine(),
                              location.name_space.value_or(""));
}

std::vector<BlindSpot> look_at_files(const JournalLocation& location, const std::vector<std::string>& files) {
  auto spots = inspect_journal_files(files);
  if (files.empty()) spots.push_back({BlindSpotKind::NoJournal, describe(location) + ": no journal files"});
  if (only_volatile(files)) {
    spots.push_back({BlindSpotKind::VolatileStorage, "the journal is kept in /run only: a reboot erases it"});
  }
  return spots;
}

std::vector<std::string> boot_ids_in(sd_journal* journal) {
  std::vector<std::string> ids;
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_query_unique(journal, "_BOOT_ID") < 0) return ids;
  SD_JOURNAL_FOREACH_UNIQUE(journal, data, size) {
    ids.emplace_back(std::string_view(static_cast<const char*>(data), size).substr(std::strlen("_BOOT_ID=")));
  }
  return ids;
}

// Oldest first.
std::vector<JournalBoot> boots_in(sd_journal* journal) {
  std::vector<JournalBoot> boots;
  MappedJournal pages;
  for (const auto& id : boot_ids_in(journal)) {
    pages.keep_small(MappedJournal::Step::Seek);
    const std::string match = "_BOOT_ID=" + id;
    sd_journal_flush_matches(journal);
    sd_journal_add_match(journal, match.data(), match.size());
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (sd_journal_seek_head(journal) < 0 || sd_journal_next(journal) <= 0) continue;
    sd_journal_get_realtime_usec(journal, &first);
    if (sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) <= 0) continue;
    sd_journal_get_realtime_usec(journal, &last);
    boots.push_back({id, static_cast<std::int64_t>(first), static_cast<std::int64_t>(last),
                     std::string(peek_field(journal, "_MACHINE_ID"))});
  }
  std::sort(boots.begin(), boots.end(),
            [](const JournalBoot& a, const JournalBoot& b) { return a.first_us < b.first_us; });
  return boots;
}

// What is written when a host goes down in order: journald's "Journal stopped", the manager's "Shutting down", and its
// shutdown.target, where /var is unmounted before the other two.
bool went_down_in_order(sd_journal* journal, const JournalBoot& boot) {
  sd_journal_flush_matches(journal);
  for (const std::string_view match :
       {"MESSAGE_ID=d93fb3c9c24d451a97cea615ce59c00b", "MESSAGE_ID=98268866d1d54a499c4e98921d93bc40"}) {
    sd_journal_add_match(journal, match.data(), match.size());
  }
  sd_journal_add_disjunction(journal);
  constexpr std::string_view kTarget = "UNIT=shutdown.target";
  sd_journal_add_match(journal, kTarget.data(), kTarget.size());
  sd_journal_add_conjunction(journal);
  const std::string match = "_BOOT_ID=" + boot.id;
  sd_journal_add_match(journal, match.data(), match.size());
  std::uint64_t last = 0;
  if (sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) <= 0 ||
      sd_journal_get_realtime_usec(journal, &last) < 0) {
    return false;
  }
  // journald can be stopped and started again in the middle of a boot.
  constexpr std::int64_t kLongestShutdown = std::int64_t{600} * 1'000'000;
  return boot.last_us - static_cast<std::int64_t>(last) <= kLongestShutdown;
}

bool is_in(const JournalBoot& boot, const JournalInterval& interval) {
  return (!interval.boot_id || boot.id == *interval.boot_id) &&
         (!interval.since_us || boot.last_us >= *interval.since_us) &&
         (!interval.until_us || boot.last_us <= *interval.until_us);
}

constexpr std::size_t kMostCuts = 16;

// Boots that another one of the same machine followed, and that just stop: what a panic prints, and the report before
// it, cannot be written to a disk any more.
std::vector<BlindSpot> find_cut_boots(sd_journal* journal, const std::vector<JournalBoot>& boots,
                                      const JournalInterval& interval) {
  std::vector<BlindSpot> spots;
  std::set<std::string> has_later;
  for (auto boot = boots.rbegin(); boot != boots.rend() && spots.size() < kMostCuts; ++boot) {
    const bool last = has_later.insert(boot->machine_id).second;
    if (last || !is_in(*boot, interval) || went_down_in_order(journal, *boot)) continue;
    spots.push_back({BlindSpotKind::Gap, "boot " + boot->id +
                                             " ends without a shutdown: after a panic, a reset or a power cut the "
                                             "last of what it said was not written (pstore, a serial console or "
                                             "netconsole may have it)"});
  }
  sd_journal_flush_matches(journal);
  return spots;
}

// The passes over the journal gave them one pass after the other.
void hand_on(std::vector<UserlandEvent> words, const UserlandSink& sink) {
  std::stable_sort(words.begin(), words.end(), [](const UserlandEvent& a, const UserlandEvent& b) {
    return a.time.realtime_us < b.time.realtime_us;
  });
  for (UserlandEvent& word : words) sink(std::move(word));
}

// What journald missed stands beside the kernel's entries, and is not read with them.
class KernelLosses {
 public:
  explicit KernelLosses(const std::vector<JournalLoss>& losses) {
    for (const JournalLoss& loss : losses) times_[loss.boot_id].insert(loss.realtime_us);
  }

  // Whether messages were missed before this entry and behind those that were asked for before.
  bool take_before(const JournalEntry& entry) {
    if (times_.empty()) return false;
    const auto times = times_.find(std::string(entry.field("_BOOT_ID")));
    if (times == times_.end()) return false;
    const auto end = times->second.lower_bound(entry.realtime_us());
    const bool any = end != times->second.begin();
    times->second.erase(times->second.begin(), end);
    return any;
  }

 private:
  std::map<std::string, std::set<std::int64_t>> times_;  // by boot
};

// While the processes of one event are looked up, which takes other handles, the next event is read. Events are handed
// on in their order, and by the caller's thread.
class AttributionBeside {
 public:
  AttributionBeside(Attribution& attribution, EventSink sink) : attribution_(attribution), sink_(std::move(sink)) {}

  void take(OomEvent event) {
    finish();
    pending_ = std::async(std::launch::async | std::launch::deferred, [this, event = std::move(event)]() mutable {
      attribution_.attribute(event);
      return std::move(event);
    });
  }

  // Hands on the last one.
  void finish() {
    if (pending_.valid()) sink_(pending_.get());
  }

 private:
  Attribution& attribution_;
  EventSink sink_;
  std::future<OomEvent> pending_;  // deferred where no thread can be had
};

// One reading, pass after pass. Whatever was read of a pass is handed on with it.
class JournalReading {
 public:
  JournalReading(sd_journal* journal, const JournalLocation& location, const JournalSinks& sinks, InputSummary& summary)
      : journal_(journal), location_(location), files_(files_of(location)), sinks_(sinks), summary_(summary) {}

  void read(const JournalInterval& asked) {
    add_blind_spots(look_at_files(location_, files_));
    boots_ = boots_in(journal_);
    summary_.boots = static_cast<std::uint32_t>(std::max<std::size_t>(boots_.size(), 1));
    const JournalInterval interval = narrow_to_boot(asked, boots_);
    fill_interval(journal_, interval, summary_);
    add_blind_spots(find_cut_boots(journal_, boots_, interval));
    const JournalHits hits = find_words(interval);
    if (!hits.kernel.empty()) read_reports(hits);
    read_echoes(interval);
  }

 private:
  void add_blind_spots(const std::vector<BlindSpot>& spots) {
    summary_.blind_spots.insert(summary_.blind_spots.end(), spots.begin(), spots.end());
  }

  // Attribution moves about in the journal: it has a handle of its own.
  Attribution& attribution() {
    if (!attribution_) attribution_.emplace(location_, files_);
    return *attribution_;
  }

  std::optional<UserlandEvent> hear(const JournalEntry& entry) const {
    const auto lines = entry.lines();
    auto fact = classify_userland(lines.front());
    if (!fact) return std::nullopt;
    return make_userland_event(lines.front(), std::move(*fact), summary_.source);
  }

  // The kernel names a process: whose it was, its earlier entries tell.
  void name_unit(UserlandEvent& word) {
    auto* refused = std::get_if<AllocationRefused>(&word.fact);
    if (refused == nullptr || !refused->unit.empty() || !refused->pid) return;
    OomEvent event;
    event.boot_id = word.boot_id;
    event.time = word.time;
    event.tasks.push_back({.pid = *refused->pid, .comm = refused->program});
    attribution().attribute(event);
    refused->unit = event.tasks.front().unit.value_or("");
  }

  JournalHits find_words(const JournalInterval& interval) {
    std::set<std::string> units;
    std::vector<UserlandEvent> words;
    const auto listen = [&](const JournalEntry& entry) {
      auto word = hear(entry);
      if (!word) return;
      if (is_echo(word->fact)) heard_.insert(entry.cursor());
      note_unit(word->fact, units);
      echoes_.note(*word);
      words.push_back(std::move(*word));
    };
    JournalHits hits = find_hits(journal_, files_, interval, listen);
    read_units(journal_, std::set<std::string>(units), interval, listen);
    for (UserlandEvent& word : words) name_unit(word);
    hand_on(std::move(words), sinks_.userland);
    add_blind_spots(hits.blind_spots);
    if (hits.damaged_entries > 0) {
      add_blind_spots({{BlindSpotKind::Damaged, std::to_string(hits.damaged_entries) + " damaged journal entries"}});
    }
    return hits;
  }

  void read_reports(const JournalHits& hits) {
    KernelLosses losses(hits.losses);
    AttributionBeside attributed(attribution(), [&](OomEvent event) {
      echoes_.note(event);
      sinks_.kernel_event(std::move(event));
    });
    const auto take = [&](OomEvent event) {
      event.boot_index = index_of(boots_, event.boot_id);
      attributed.take(std::move(event));
    };
    Assembler assembler(
        summary_.source, take, [&](Diagnostic diagnostic) { summary_.diagnostics.push_back(std::move(diagnostic)); },
        [&](BlindSpot spot) { summary_.blind_spots.push_back(std::move(spot)); });
    read_around(journal_, hits.kernel, [&](const JournalEntry& entry) {
      if (losses.take_before(entry)) assembler.lose_records();
      for (const LogLine& line : entry.lines()) {
        ++summary_.lines;
        assembler.feed(line);
      }
    });
    assembler.finish();
    attributed.finish();
  }

  // A unit's own lines are no word of a killer: those that are have been read.
  void read_echoes(const JournalInterval& interval) {
    std::vector<UserlandEvent> words;
    const auto listen = [&](const JournalEntry& entry) {
      if (!heard_.insert(entry.cursor()).second) return;
      auto word = hear(entry);
      if (word && is_echo(word->fact)) words.push_back(std::move(*word));
    };
    read_asked_units(journal_, interval, listen);
    echoes_.read(journal_, listen);
    hand_on(std::move(words), sinks_.userland);
  }

  sd_journal* journal_;
  const JournalLocation& location_;
  std::vector<std::string> files_;
  const JournalSinks& sinks_;
  InputSummary& summary_;
  std::vector<JournalBoot> boots_;
  JournalEchoes echoes_;
  std::optional<Attribution> attribution_;
  std::set<std::string> heard_;  // cursors of echoes
};

}  // namespace

InputSummary read_journal(const JournalLocation& location, const JournalInterval& asked, const JournalSinks& sinks) {
  InputSummary summary;
  summary.source = describe(location);
  summary.kind = "journal";
  const auto opened = open_journal(location);
  if (opened) {
    JournalReading(opened->get(), location, sinks, summary).read(asked);
  } else {
    summary.error = opened.error();
  }
  return summary;
}

Result<JournalExtent> measure_journal(const JournalLocation& location) {
  auto opened = open_journal(location);
  if (!opened) return opened.error();
  sd_journal* journal = opened->get();
  JournalExtent extent;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  JournalEntry last;
  if (sd_journal_seek_head(journal) < 0 || sd_journal_next(journal) <= 0 ||
      sd_journal_get_realtime_usec(journal, &from) < 0 || sd_journal_seek_tail(journal) < 0 ||
      sd_journal_previous(journal) <= 0 || sd_journal_get_realtime_usec(journal, &to) < 0 || !last.read(journal)) {
    return Error{describe(location), "no entry in it can be read", "journalctl --verify"};
  }
  return JournalExtent{static_cast<std::int64_t>(from), static_cast<std::int64_t>(to), last.cursor(),
                       std::string(last.field("_HOSTNAME"))};
}

std::optional<std::int64_t> find_cursor(const JournalLocation& location, const std::string& cursor) {
  const auto opened = open_journal(location);
  if (!opened) return std::nullopt;
  sd_journal* journal = opened->get();
  std::uint64_t realtime = 0;
  if (sd_journal_seek_cursor(journal, cursor.c_str()) < 0 || sd_journal_next(journal) <= 0 ||
      sd_journal_test_cursor(journal, cursor.c_str()) <= 0 || sd_journal_get_realtime_usec(journal, &realtime) < 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(realtime);
}

}  // namespace oomwhy
