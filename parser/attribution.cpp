#include "parser/attribution.hpp"

#include <systemd/sd-journal.h>

#include <map>
#include <set>
#include <string>

#include "parser/journal_handle.hpp"

namespace oomwhy {
namespace {

// A name that logs more than this in one boot is looked at no further: its units are then taken as not unique.
constexpr int kEntriesOfOneName = 4096;
constexpr std::size_t kCommLength = 15;  // TASK_COMM_LEN - 1

struct Identity {
  std::string unit, cmdline;
  Certainty certainty = Certainty::Assumed;
};

void match(sd_journal* journal, const std::string& text) { sd_journal_add_match(journal, text.data(), text.size()); }

std::string unsigned_uid(std::int64_t uid) { return std::to_string(static_cast<std::uint32_t>(uid)); }

// The unit as a person names it, of the entry on which the journal stands: below a user's manager, the user's unit.
std::string unit_here(sd_journal* journal) {
  const std::string user_unit(peek_field(journal, "_SYSTEMD_USER_UNIT"));
  return user_unit.empty() ? std::string(peek_field(journal, "_SYSTEMD_UNIT")) : user_unit;
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

std::optional<Identity> by_pid(sd_journal* journal, const OomEvent& event, const Task& task, std::int64_t kill_us) {
  sd_journal_flush_matches(journal);
  match(journal, "_BOOT_ID=" + event.boot_id);
  match(journal, "_PID=" + std::to_string(task.pid));
  sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(kill_us));
  if (sd_journal_previous(journal) <= 0) return std::nullopt;
  if (peek_field(journal, "_COMM").substr(0, kCommLength) != task.comm) return std::nullopt;
  const std::string uid(peek_field(journal, "_UID"));
  if (task.uid && !uid.empty() && uid != unsigned_uid(*task.uid)) return std::nullopt;
  Identity identity{unit_here(journal), std::string(peek_field(journal, "_CMDLINE")), Certainty::Derived};
  if (identity.unit.empty()) return std::nullopt;
  // A stream's credentials are those of whoever opened it, perhaps the parent.
  if (!task.uid || uid.empty() || peek_field(journal, "_TRANSPORT") == "stdout")
    identity.certainty = Certainty::Assumed;
  if (ended_before(journal, std::string(peek_field(journal, "_SYSTEMD_INVOCATION_ID")), kill_us)) return std::nullopt;
  return identity;
}

// A name in brackets is that of a child of systemd's before it has become what it will be: "(sd-pam)", "(s-server)".
bool tells_a_program(const std::string& comm) { return !comm.starts_with('('); }

// A service runs what its author wrote; a session, a container or a slice whatever somebody starts there: that one
// program of this name logged in it says nothing of the others.
bool runs_one_program(const std::string& unit) { return unit.ends_with(".service") && !unit.starts_with("user@"); }

// All entries with this name and uid in this boot are of one unit.
std::optional<Identity> by_name(sd_journal* journal, const OomEvent& event, const Task& task, std::int64_t kill_us) {
  if (!task.uid || !tells_a_program(task.comm)) return std::nullopt;
  sd_journal_flush_matches(journal);
  match(journal, "_BOOT_ID=" + event.boot_id);
  match(journal, "_COMM=" + task.comm);
  match(journal, "_UID=" + unsigned_uid(*task.uid));
  sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(kill_us));
  std::set<std::string> units;
  int seen = 0;
  while (sd_journal_previous(journal) > 0 && units.size() < 2) {
    if (++seen > kEntriesOfOneName) return std::nullopt;
    if (auto unit = unit_here(journal); !unit.empty()) units.insert(std::move(unit));
  }
  if (units.size() != 1 || !runs_one_program(*units.begin())) return std::nullopt;
  return Identity{*units.begin(), {}, Certainty::Assumed};
}

}  // namespace

void attribute_tasks(sd_journal* journal, OomEvent& event) {
  if (event.boot_id.empty() || !event.time.realtime_us) return;
  const std::int64_t kill_us = *event.time.realtime_us;
  std::map<std::pair<std::string, std::int64_t>, std::optional<Identity>> names;
  for (Task& task : event.tasks) {
    auto identity = by_pid(journal, event, task, kill_us);
    if (!identity && task.uid) {
      const auto [known, fresh] = names.try_emplace({task.comm, *task.uid});
      if (fresh) known->second = by_name(journal, event, task, kill_us);
      identity = known->second;
    }
    if (!identity) continue;
    task.unit = identity->unit;
    task.unit_certainty = identity->certainty;
    if (!identity->cmdline.empty()) task.cmdline = identity->cmdline;
  }
}

}  // namespace oomwhy
