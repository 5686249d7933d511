#include "parser/attribution.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <string>
#include <utility>

namespace oomwhy {
namespace {

// A name that logs more than this in one boot is looked at no further: its units are then taken as not unique.
constexpr int kEntriesOfOneName = 4096;
constexpr int kEntriesOfOtherBoots = 8;
constexpr std::size_t kMostNearFiles = 16;
constexpr std::size_t kMostFiles = 256;      // that are opened one by one
constexpr std::size_t kMostAbsent = 65'536;  // PIDs that a file is known not to hold
constexpr std::size_t kCommLength = 15;      // TASK_COMM_LEN - 1
constexpr std::size_t kMostNames = 16'384;

void match(sd_journal* journal, const std::string& text) { sd_journal_add_match(journal, text.data(), text.size()); }

std::string unsigned_uid(std::int64_t uid) { return std::to_string(static_cast<std::uint32_t>(uid)); }

// A service runs what its author wrote; a session, a container or a slice whatever somebody starts there: that one
// program of this name logged in it says nothing of the others.
bool runs_one_program(const std::string& unit) { return unit.ends_with(".service") && !unit.starts_with("user@"); }

// The unit as a person names it, of the entry on which the journal stands: below a user's manager, the user's unit.
std::string unit_here(sd_journal* journal) {
  std::string unit(peek_field(journal, "_SYSTEMD_UNIT"));
  // Below a service of the system there is no user's manager; to look for a field that is not there takes long.
  if (runs_one_program(unit)) return unit;
  const auto user_unit = peek_field(journal, "_SYSTEMD_USER_UNIT");
  return user_unit.empty() ? unit : std::string(user_unit);
}

// True where that invocation of a unit was over before `until_us`: the PID may be another process then.
bool ended_before(sd_journal* journal, const std::string& invocation, std::int64_t until_us) {
  if (invocation.empty()) return false;
  sd_journal_flush_matches(journal);
  match(journal, "INVOCATION_ID=" + invocation);
  match(journal, "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15");
  match(journal, "MESSAGE_ID=7ad2d189f7e94e70a38c781354912448");
  match(journal, "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c");
  sd_journal_seek_head(journal);
  std::uint64_t realtime = 0;
  if (sd_journal_next(journal) <= 0 || sd_journal_get_realtime_usec(journal, &realtime) < 0) return false;
  return static_cast<std::int64_t>(realtime) < until_us;
}

// A name in brackets is that of a child of systemd's before it has become what it will be: "(sd-pam)", "(s-server)".
bool tells_a_program(const std::string& comm) { return !comm.starts_with('('); }

// Nothing that comes later makes the name one unit's again.
bool is_of_many(int entries, const std::set<std::string>& units) {
  return entries > kEntriesOfOneName || units.size() > 1;
}

// Goes to the last entry of a PID in a boot before `until_us`. False: there is none. The boot is a match that every
// entry of it holds, through whose long index each look-up would go: it is tried only where the PID alone leads to the
// entries of other boots.
bool go_to_last(sd_journal* journal, std::uint32_t pid, const std::string& boot_id, std::int64_t until_us) {
  sd_journal_flush_matches(journal);
  match(journal, "_PID=" + std::to_string(pid));
  sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(until_us));
  for (int others = 0; others < kEntriesOfOtherBoots; ++others) {
    if (sd_journal_previous(journal) <= 0) return false;
    if (peek_field(journal, "_BOOT_ID") == boot_id) return true;
  }
  match(journal, "_BOOT_ID=" + boot_id);
  sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(until_us));
  return sd_journal_previous(journal) > 0;
}

std::int64_t realtime_here(sd_journal* journal) {
  std::uint64_t realtime = 0;
  return sd_journal_get_realtime_usec(journal, &realtime) < 0 ? 0 : static_cast<std::int64_t>(realtime);
}

}  // namespace

Attribution::Attribution(const JournalLocation& location, const std::vector<std::string>& files) {
  auto opened = open_journal(location);
  if (opened) journal_ = std::move(*opened);
  auto spans = measure_journal_files(files);
  if (spans.size() != files.size() || files.size() > kMostFiles) return;
  std::sort(spans.begin(), spans.end(),
            [](const JournalFileSpan& a, const JournalFileSpan& b) { return a.last_us > b.last_us; });
  for (JournalFileSpan& span : spans) files_.push_back({.span = std::move(span), .journal = {}, .without = {}});
}

sd_journal* Attribution::open_alone(OneFile& file) {
  if (!std::exchange(file.tried, true)) {
    auto opened = open_journal({.files = {file.span.path}});
    if (opened) file.journal = std::move(*opened);
  }
  return file.journal.get();
}

sd_journal* Attribution::open_together(const std::vector<OneFile*>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const OneFile* file : files) paths.push_back(file->span.path);
  auto opened = open_journal({.files = std::move(paths)});
  if (opened) several_ = std::move(*opened);
  return several_.get();
}

// Of a hundred files that a host has kept, one or two were written to at any time, and nearly every process that ran
// then has its last entry there.
void Attribution::look_around(std::int64_t kill_us) {
  std::vector<OneFile*> files;
  for (OneFile& file : files_) {
    if (file.span.first_us <= kill_us && file.span.last_us >= kill_us) files.push_back(&file);
  }
  if (files == near_files_) return;
  several_.reset();
  near_ = nullptr;
  near_files_ = std::move(files);
  if (near_files_.empty() || near_files_.size() > kMostNearFiles) return;
  near_ = near_files_.size() == 1 ? open_alone(*near_files_.front()) : open_together(near_files_);
}

// File by file, from the newest one back: a process that logged at all did it not long ago, and what a file that has
// ended does not hold it never will.
sd_journal* Attribution::go_to_last_of_ended(std::uint32_t pid, const std::string& boot_id, std::int64_t kill_us,
                                             std::int64_t found_us) {
  sd_journal* found = nullptr;
  for (OneFile& file : files_) {
    if (file.span.last_us >= kill_us) continue;
    if (file.span.last_us <= found_us) break;
    if (file.without.count({boot_id, pid}) > 0) continue;
    sd_journal* alone = open_alone(file);
    if (alone == nullptr || !go_to_last(alone, pid, boot_id, kill_us)) {
      if (file.without.size() < kMostAbsent) file.without.emplace(boot_id, pid);
      continue;
    }
    const std::int64_t here_us = realtime_here(alone);
    if (here_us > found_us) found = alone;
    found_us = std::max(found_us, here_us);
  }
  return found;
}

sd_journal* Attribution::go_to_last_of(std::uint32_t pid, const std::string& boot_id, std::int64_t kill_us) {
  if (near_ == nullptr) return go_to_last(journal_.get(), pid, boot_id, kill_us) ? journal_.get() : nullptr;
  const bool near = go_to_last(near_, pid, boot_id, kill_us);
  const std::int64_t found_us = near ? realtime_here(near_) : INT64_MIN;
  sd_journal* older = go_to_last_of_ended(pid, boot_id, kill_us, found_us);
  return older != nullptr || !near ? older : near_;
}

std::optional<Attribution::Identity> Attribution::by_pid(const OomEvent& event, const Task& task,
                                                         std::int64_t kill_us) {
  sd_journal* journal = go_to_last_of(task.pid, event.boot_id, kill_us);
  if (journal == nullptr) return std::nullopt;
  if (peek_field(journal, "_COMM").substr(0, kCommLength) != task.comm) return std::nullopt;
  const std::string uid(peek_field(journal, "_UID"));
  if (task.uid && !uid.empty() && uid != unsigned_uid(*task.uid)) return std::nullopt;
  Identity identity{unit_here(journal), std::string(peek_field(journal, "_CMDLINE")), Certainty::Derived};
  if (identity.unit.empty()) return std::nullopt;
  // A stream's credentials are those of whoever opened it, perhaps the parent.
  if (!task.uid || uid.empty() || peek_field(journal, "_TRANSPORT") == "stdout")
    identity.certainty = Certainty::Assumed;
  const std::string invocation(peek_field(journal, "_SYSTEMD_INVOCATION_ID"));
  if (ended_before(journal_.get(), invocation, kill_us)) return std::nullopt;
  return identity;
}

void Attribution::read_name(const OomEvent& event, const Task& task, std::int64_t kill_us, Logged& logged) {
  sd_journal* journal = journal_.get();
  sd_journal_flush_matches(journal);
  // The library tries them in turn: the rarest leads.
  match(journal, "_COMM=" + task.comm);
  match(journal, "_BOOT_ID=" + event.boot_id);
  match(journal, "_UID=" + unsigned_uid(*task.uid));
  sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(kill_us));
  while (!is_of_many(logged.entries, logged.units) && sd_journal_previous(journal) > 0) {
    if (logged.entries > 0 && realtime_here(journal) <= logged.until_us) break;
    ++logged.entries;
    if (auto unit = unit_here(journal); !unit.empty()) logged.units.insert(std::move(unit));
    pages_.keep_small();
  }
  logged.until_us = kill_us;
}

// All entries with this name and uid in this boot are of one unit.
std::optional<std::string> Attribution::unit_by_name(const OomEvent& event, const Task& task, std::int64_t kill_us) {
  if (!task.uid || !tells_a_program(task.comm)) return std::nullopt;
  if (names_.size() >= kMostNames) names_.clear();
  Logged& logged = names_[{event.boot_id, task.comm, *task.uid}];
  if (kill_us < logged.until_us) logged = {};
  if (kill_us > logged.until_us && !is_of_many(logged.entries, logged.units)) read_name(event, task, kill_us, logged);
  if (logged.units.size() != 1 || is_of_many(logged.entries, logged.units)) return std::nullopt;
  if (!runs_one_program(*logged.units.begin())) return std::nullopt;
  return *logged.units.begin();
}

// Most names of a task table are those of programs that never log: one look-up for all their processes.
bool Attribution::has_logged(const std::string& comm) {
  // Cut by the kernel, or not known.
  if (comm.empty() || comm.size() >= kCommLength) return true;
  if (logging_.size() >= kMostNames) logging_.clear();
  const auto [known, is_new] = logging_.try_emplace(comm, false);
  if (is_new) {
    sd_journal_flush_matches(journal_.get());
    match(journal_.get(), "_COMM=" + comm);
    sd_journal_seek_head(journal_.get());
    known->second = sd_journal_next(journal_.get()) > 0;
    pages_.keep_small(MappedJournal::Step::Seek);
  }
  return known->second;
}

void Attribution::attribute(OomEvent& event) {
  if (!journal_ || event.boot_id.empty() || !event.time.realtime_us) return;
  const std::int64_t kill_us = *event.time.realtime_us;
  look_around(kill_us);
  for (Task& task : event.tasks) {
    if (!has_logged(task.comm)) continue;
    pages_.keep_small(MappedJournal::Step::Seek);
    if (auto identity = by_pid(event, task, kill_us)) {
      task.unit = identity->unit;
      task.unit_certainty = identity->certainty;
      if (!identity->cmdline.empty()) task.cmdline = identity->cmdline;
    } else if (auto unit = unit_by_name(event, task, kill_us)) {
      task.unit = std::move(unit);
      task.unit_certainty = Certainty::Assumed;
    }
  }
}

}  // namespace oomwhy
