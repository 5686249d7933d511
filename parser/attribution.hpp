// Who a PID of the task table was: unit and command line from entries that the journal vouches for, up to a ladder of
// certainty, and never across the reuse of a PID.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "parser/event.hpp"
#include "parser/journal_files.hpp"
#include "parser/journal_handle.hpp"
#include "parser/mapped_journal.hpp"

namespace oomwhy {

class Attribution {
 public:
  // A journal of its own: it is moved about in. `files`: those of `location`.
  Attribution(const JournalLocation& location, const std::vector<std::string>& files);

  // Fills Task::unit, unit_certainty and cmdline from earlier entries of the same boot. Derived: an entry before the
  // kill has this PID, name (15 bytes) and uid, and the invocation of its unit had not ended. Assumed: the uid is not
  // known, the entry came over a stream opened by a parent, or every entry with this name and uid in this boot is of
  // one service. Else nothing. Events that come in order of time are quickest: what a name logged is read once.
  void attribute(OomEvent& event);

 private:
  struct Identity {
    std::string unit, cmdline;
    Certainty certainty = Certainty::Assumed;
  };
  using Name = std::tuple<std::string, std::string, std::int64_t>;  // boot, comm, uid
  // What the entries of a name say up to a point in time.
  struct Logged {
    std::int64_t until_us = 0;  // realtime
    int entries = 0;
    std::set<std::string> units;  // no more than two
  };
  // Absent: of no unit, or of more than one, or it cannot be told.
  std::optional<std::string> unit_by_name(const OomEvent& event, const Task& task, std::int64_t kill_us);
  void read_name(const OomEvent& event, const Task& task, std::int64_t kill_us, Logged& logged);

  // Whether any entry is of a process of this name. False is certain.
  bool has_logged(const std::string& comm);

  // A file of the journal by itself.
  struct OneFile {
    JournalFileSpan span;
    bool tried = false;
    JournalHandle journal;                                    // null: not tried, or it cannot be opened
    std::set<std::pair<std::string, std::uint32_t>> without;  // boot and PID of which it holds no entry
  };

  // Null: it cannot be opened.
  static sd_journal* open_alone(OneFile& file);
  sd_journal* open_together(const std::vector<OneFile*>& files);

  // Opens those of the files that were written to at that time.
  void look_around(std::int64_t kill_us);
  // The last entry of a PID in the files that ended before the kill, no older than `found_us`; null: there is none.
  sd_journal* go_to_last_of_ended(std::uint32_t pid, const std::string& boot_id, std::int64_t kill_us,
                                  std::int64_t found_us);
  // The journal in which the last entry of a PID before the kill is the current one; null: there is none.
  sd_journal* go_to_last_of(std::uint32_t pid, const std::string& boot_id, std::int64_t kill_us);
  std::optional<Identity> by_pid(const OomEvent& event, const Task& task, std::int64_t kill_us);

  JournalHandle journal_;       // null: it cannot be opened
  std::vector<OneFile> files_;  // the one that was written to last comes first; empty: they are too many, or not known
  std::vector<OneFile*> near_files_;
  JournalHandle several_;       // of the near files, if there are more than one
  sd_journal* near_ = nullptr;  // of the near files; null: the whole journal is asked
  MappedJournal pages_;
  std::map<Name, Logged> names_;
  std::map<std::string, bool> logging_;  // what has_logged() said
};

}  // namespace oomwhy
