#include "parser/journal_windows.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "parser/allocation_refused.hpp"
#include "parser/grammar.hpp"
#include "parser/journal_index.hpp"
#include "parser/mapped_journal.hpp"
#include "parser/scan_text.hpp"
#include "parser/side_by_side.hpp"

namespace oomwhy {
namespace {

// How far a report can reach around the line that gave it away, in kernel entries.
constexpr int kBeforeOpening = 16;   // "sysrq: …", "callbacks suppressed"
constexpr int kBeforeKill = 20'000;  // the opening line may be lost: then back to the table's first row
constexpr int kQuietEnd = 64;        // that many entries in a row without a fact end a report
constexpr int kQuietBefore = 256;    // going back from a kill: that many without a fact, and its opening is lost

constexpr std::size_t kMostThreads = 4;  // each holds the offsets of a file's entries, some MiB at most
constexpr std::size_t kKernelKinds = 2;  // the first of the kinds below: the kernel's, and no entry is of both

// Entries that can speak of a kill. All the matches of a kind must hold (the library ORs equal fields and ANDs
// different ones).
using Kind = std::vector<std::string_view>;

const std::vector<Kind>& interesting_entries() {
  static const std::vector<Kind> kinds{
      // The kernel's verdict (err) and panic (emerg); by 5.3 of systemd's measurements a two-step index walk instead of
      // reading every kernel line.
      {"_TRANSPORT=kernel", "PRIORITY=0", "PRIORITY=3"},
      // Its opening line (warning): of a report that has no verdict.
      {"_TRANSPORT=kernel", "PRIORITY=4"},
      {"MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef", "MESSAGE_ID=d989611b15e44c9dbf31e3c81256e4ed",
       "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15", "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c",
       "MESSAGE_ID=ae8f7b866b0347b9af31fe1c80b127c0", "MESSAGE_ID=5eb03494b6584870a536b337290809b3",
       "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606", "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e"},
      {"SYSLOG_IDENTIFIER=systemd-oomd", "SYSLOG_IDENTIFIER=earlyoom", "SYSLOG_IDENTIFIER=nohang",
       "SYSLOG_IDENTIFIER=nohang-desktop", "SYSLOG_IDENTIFIER=conmon", "SYSLOG_IDENTIFIER=slurmstepd"},
  };
  return kinds;
}

void add_matches(sd_journal* journal, const Kind& kind) {
  for (const auto match : kind) sd_journal_add_match(journal, match.data(), match.size());
  sd_journal_add_disjunction(journal);
}

// Whether the entry on which the journal stands is one of the kind, whose matches of one field stand together.
bool is_of(sd_journal* journal, const Kind& kind) {
  for (std::size_t i = 0; i < kind.size();) {
    const auto name = field_of(kind[i]);
    const auto value = peek_field(journal, std::string(name).c_str());
    bool holds = false;
    for (; i < kind.size() && field_of(kind[i]) == name; ++i) {
      holds = holds || kind[i].substr(name.size() + 1) == value;
    }
    if (!holds) return false;
  }
  return true;
}

// A walk over an earlier kind has met the entry.
bool was_met(sd_journal* journal, std::size_t kind) {
  const auto& kinds = interesting_entries();
  return std::any_of(kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(kind),
                     [&](const Kind& earlier) { return is_of(journal, earlier); });
}

void limit_to_boot(sd_journal* journal, const std::string& boot_id) {
  sd_journal_add_conjunction(journal);
  const std::string match = "_BOOT_ID=" + boot_id;
  sd_journal_add_match(journal, match.data(), match.size());
}

// The first of them is in "Killed", "oom-killer" and "oom-kill:".
bool may_be_kernel_hit(std::string_view message) {
  constexpr std::array<std::string_view, 2> kRare{"ill", "emory"};
  return contains_any(message, kRare) || may_tell_of_refusal(message);
}

bool is_blind_spot(const JournalEntry& entry, JournalHits& hits) {
  const auto id = entry.field("MESSAGE_ID");
  const bool lost = id == "e9bf28e6e834481bb6f48f548ad13606";
  if (!lost && id != "a596d6fe7bfa4994828e72309e95d61e") return false;
  if (lost) hits.losses.push_back({std::string(entry.field("_BOOT_ID")), entry.realtime_us()});
  hits.blind_spots.push_back(
      {lost ? BlindSpotKind::RecordsLost : BlindSpotKind::RecordsSuppressed, std::string(entry.message())});
  return true;
}

struct HitKind {
  bool opens = false, kills = false;
};

HitKind kind_of(std::string_view message) {
  const Fact fact = classify(message.substr(0, message.find('\n')));
  HitKind kind;
  kind.opens = std::holds_alternative<Invocation>(fact);
  kind.kills = std::holds_alternative<Killed>(fact) || std::holds_alternative<KillIntent>(fact) ||
               std::holds_alternative<NoKillable>(fact) || std::holds_alternative<Panic>(fact);
  if (!kind.opens && !kind.kills && message.find('\n') != std::string_view::npos) {
    // A name with a newline in it: the grammar takes the record whole.
    const Fact whole = classify(message);
    kind.opens = std::holds_alternative<Invocation>(whole);
    kind.kills = std::holds_alternative<Killed>(whole);
  }
  return kind;
}

// Anything that a report consists of, the stack included: what keeps a window open.
bool belongs_to_report(std::string_view message) {
  const Fact fact = classify(message.substr(0, message.find('\n')));
  return !std::holds_alternative<Unrelated>(fact) && !std::holds_alternative<BootStart>(fact);
}

bool seek_to(sd_journal* journal, const JournalHit& hit) {
  sd_journal_flush_matches(journal);
  constexpr std::string_view kKernel = "_TRANSPORT=kernel";
  sd_journal_add_match(journal, kKernel.data(), kKernel.size());
  limit_to_boot(journal, hit.boot_id);
  return sd_journal_seek_cursor(journal, hit.cursor.c_str()) >= 0 && sd_journal_next(journal) > 0;
}

void seek_to_start(sd_journal* journal, const JournalInterval& interval) {
  // What began before 1970 began before any entry.
  if (interval.since_us && *interval.since_us > 0) {
    sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(*interval.since_us));
  } else {
    sd_journal_seek_head(journal);
  }
}

// One of the message ids that the first pass looks for.
bool is_known_message(std::string_view id) {
  constexpr std::string_view kField = "MESSAGE_ID=";
  for (const Kind& kind : interesting_entries()) {
    for (const auto match : kind) {
      if (match.starts_with(kField) && match.substr(kField.size()) == id) return true;
    }
  }
  return false;
}

std::int64_t realtime_of(sd_journal* journal) {
  std::uint64_t realtime = 0;
  sd_journal_get_realtime_usec(journal, &realtime);
  return static_cast<std::int64_t>(realtime);
}

// Behind the matches, which it closes.
void seek_within(sd_journal* journal, const JournalInterval& interval) {
  if (interval.boot_id) limit_to_boot(journal, *interval.boot_id);
  seek_to_start(journal, interval);
}

// From where the journal stands to its end, or the interval's.
template <typename Visitor>
void walk(sd_journal* journal, const JournalInterval& interval, const Visitor& visit) {
  MappedJournal pages;
  while (sd_journal_next(journal) > 0) {
    if (interval.until_us && realtime_of(journal) > *interval.until_us) return;
    visit();
    pages.keep_small();
  }
}

JournalHit hit_at(sd_journal* journal, const JournalEntry& entry, bool opens_report) {
  std::uint64_t monotonic = 0;
  sd_journal_get_monotonic_usec(journal, &monotonic, nullptr);
  return {entry.cursor(), std::string(entry.field("_BOOT_ID")), entry.realtime_us(), opens_report, monotonic};
}

bool is_kernels(sd_journal* journal) { return peek_field(journal, "_TRANSPORT") == "kernel"; }

// What the kernel and programs that write to its log say of kills beside a report.
bool is_word(std::string_view message) { return message.starts_with("oomd kill: ") || may_tell_of_refusal(message); }

// What the entry on which the journal stands says of kills, and of what is not in the journal.
void take_entry(sd_journal* journal, bool kernel, JournalHits& hits,
                const std::function<void(const JournalEntry&)>& others) {
  if (kernel && !may_be_kernel_hit(peek_message(journal))) return;
  JournalEntry entry;
  if (!entry.read(journal)) {
    ++hits.damaged_entries;
    return;
  }
  if (is_blind_spot(entry, hits)) return;
  if (!kernel) return others(entry);
  const HitKind kind = kind_of(entry.message());
  if (kind.opens || kind.kills) {
    hits.kernel.push_back(hit_at(journal, entry, kind.opens));
  } else if (is_word(entry.message())) {
    others(entry);
  }
}

bool may_matter(std::string_view message) {
  if (!may_be_kernel_hit(message)) return false;
  const HitKind kind = kind_of(message);
  return kind.opens || kind.kills || is_word(message);
}

bool is_within(const JournalInterval& interval, const IndexedEntry& entry) {
  return (!interval.boot_id || entry.boot_id == *interval.boot_id) &&
         (!interval.since_us || entry.realtime_us >= *interval.since_us) &&
         (!interval.until_us || entry.realtime_us <= *interval.until_us);
}

// An entry of the kernel, of which the library is asked only what the index does not tell.
void take_indexed(sd_journal* journal, const IndexedEntry& entry, JournalHits& hits,
                  const std::function<void(const JournalEntry&)>& others) {
  const HitKind kind = entry.message ? kind_of(*entry.message) : HitKind{};
  if (kind.opens || kind.kills) {
    hits.kernel.push_back({entry.cursor, entry.boot_id, entry.realtime_us, kind.opens, entry.monotonic_us});
    return;
  }
  sd_journal_flush_matches(journal);
  if (sd_journal_seek_cursor(journal, entry.cursor.c_str()) >= 0 && sd_journal_next(journal) > 0 &&
      sd_journal_test_cursor(journal, entry.cursor.c_str()) > 0) {
    take_entry(journal, true, hits, others);
  }
}

// The kernel's entries of a kind, without the library. False: it has to go through them.
bool take_kind(sd_journal* journal, const std::vector<std::string>& files, const Kind& kind,
               const JournalInterval& interval, JournalHits& hits,
               const std::function<void(const JournalEntry&)>& others) {
  const IndexSearch search{
      .matches = kind, .is_wanted = may_matter, .since_us = interval.since_us, .until_us = interval.until_us};
  const auto entries = find_indexed(files, search, std::min(kMostThreads, processors()));
  if (!entries || files.empty()) return false;
  MappedJournal pages;
  for (const IndexedEntry& entry : *entries) {
    if (is_within(interval, entry)) take_indexed(journal, entry, hits, others);
    pages.keep_small(MappedJournal::Step::Seek);
  }
  return true;
}

// How far a boot was read. Many entries can have one stamp: journald puts it on all that it finds waiting when it
// starts, after it was itself killed, for one.
class ReadUntil {
 public:
  bool has(std::int64_t realtime_us, const std::string& cursor) const {
    return realtime_us < realtime_us_ || (realtime_us == realtime_us_ && cursors_.count(cursor) > 0);
  }
  void note(std::int64_t realtime_us, const std::string& cursor) {
    if (realtime_us > realtime_us_) cursors_.clear();
    realtime_us_ = realtime_us;
    cursors_.insert(cursor);
  }
  std::int64_t realtime_us() const { return realtime_us_; }

 private:
  std::int64_t realtime_us_ = INT64_MIN;
  std::set<std::string> cursors_;  // of the entries with the last stamp
};

// Goes back to where the report of a hit begins, no further than into what was read already.
void step_back(sd_journal* journal, const JournalHit& hit, std::int64_t read_until_us) {
  const int limit = hit.opens_report ? kBeforeOpening : kBeforeKill;
  int quiet = 0;
  MappedJournal pages;
  for (int steps = 0; steps < limit; ++steps) {
    pages.keep_small();
    if (sd_journal_previous(journal) <= 0) {
      // The first entry there is: the library has not moved, or stands before it.
      sd_journal_seek_head(journal);
      sd_journal_next(journal);
      return;
    }
    const auto message = peek_message(journal);
    if (realtime_of(journal) < read_until_us) return;
    if (hit.opens_report) continue;
    quiet = belongs_to_report(message) ? 0 : quiet + 1;
    if (quiet > kQuietBefore) return;
    if (kind_of(message).opens) return step_back(journal, JournalHit{{}, {}, 0, true}, read_until_us);
  }
}

// The entries from here to the end of the report of `hit`, those left out that were read before.
void read_window(sd_journal* journal, const JournalHit& hit, ReadUntil& until,
                 const std::function<void(const JournalEntry&)>& kernel_entry) {
  JournalEntry entry;
  MappedJournal pages;
  int quiet = 0;
  do {
    pages.keep_small();
    if (!entry.read(journal) || until.has(entry.realtime_us(), entry.cursor())) continue;
    kernel_entry(entry);
    quiet = belongs_to_report(entry.message()) ? 0 : quiet + 1;
    until.note(entry.realtime_us(), entry.cursor());
    const bool hit_is_ahead = until.realtime_us() <= hit.realtime_us && !until.has(hit.realtime_us, hit.cursor);
    if (quiet >= kQuietEnd && !hit_is_ahead) return;
  } while (sd_journal_next(journal) > 0);
}

// In a journal of several hosts the entries of their boots alternate: a report is read without the others' between.
// Within a boot by its own clock, which is never set.
std::vector<JournalHit> boot_by_boot(std::vector<JournalHit> hits) {
  std::stable_sort(hits.begin(), hits.end(),
                   [](const JournalHit& a, const JournalHit& b) { return a.realtime_us < b.realtime_us; });
  std::map<std::string, std::size_t> rank;
  for (const JournalHit& hit : hits) rank.try_emplace(hit.boot_id, rank.size());
  std::stable_sort(hits.begin(), hits.end(), [&](const JournalHit& a, const JournalHit& b) {
    return std::pair(rank[a.boot_id], a.monotonic_us) < std::pair(rank[b.boot_id], b.monotonic_us);
  });
  return hits;
}

}  // namespace

void walk_within(sd_journal* journal, const JournalInterval& interval, const std::function<void()>& visit) {
  seek_within(journal, interval);
  walk(journal, interval, visit);
}

void seek_hits(sd_journal* journal, const JournalInterval& interval) {
  sd_journal_flush_matches(journal);
  for (const Kind& kind : interesting_entries()) add_matches(journal, kind);
  seek_within(journal, interval);
}

JournalHits collect_hits(sd_journal* journal, const JournalInterval& interval,
                         const std::function<void(const JournalEntry&)>& others) {
  JournalHits hits;
  walk(journal, interval, [&] { take_entry(journal, is_kernels(journal), hits, others); });
  return hits;
}

JournalHits find_hits(sd_journal* journal, const std::vector<std::string>& files, const JournalInterval& interval,
                      const std::function<void(const JournalEntry&)>& others) {
  JournalHits hits;
  const auto& kinds = interesting_entries();
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const bool kernel = kind < kKernelKinds;
    if (kernel && take_kind(journal, files, kinds[kind], interval, hits, others)) continue;
    sd_journal_flush_matches(journal);
    add_matches(journal, kinds[kind]);
    seek_within(journal, interval);
    walk(journal, interval, [&] {
      if (kernel || !was_met(journal, kind)) take_entry(journal, kernel || is_kernels(journal), hits, others);
    });
  }
  return hits;
}

void read_units(sd_journal* journal, const std::set<std::string>& units, const JournalInterval& interval,
                const std::function<void(const JournalEntry&)>& handed_on) {
  if (units.empty()) return;
  sd_journal_flush_matches(journal);
  for (const char* field : {"UNIT=", "USER_UNIT="}) {
    for (const std::string& unit : units) {
      const std::string match = field + unit;
      sd_journal_add_match(journal, match.data(), match.size());
    }
    sd_journal_add_disjunction(journal);
  }
  seek_within(journal, interval);
  JournalEntry entry;
  walk(journal, interval, [&] {
    if (entry.read(journal) && !is_known_message(entry.field("MESSAGE_ID"))) handed_on(entry);
  });
}

void read_around(sd_journal* journal, const std::vector<JournalHit>& hits,
                 const std::function<void(const JournalEntry&)>& kernel_entry) {
  std::string boot;
  ReadUntil until;
  for (const JournalHit& hit : boot_by_boot(hits)) {
    if (hit.boot_id != boot) {
      boot = hit.boot_id;
      until = {};
    }
    if (until.has(hit.realtime_us, hit.cursor) || !seek_to(journal, hit)) continue;
    step_back(journal, hit, until.realtime_us());
    read_window(journal, hit, until, kernel_entry);
  }
}

}  // namespace oomwhy
