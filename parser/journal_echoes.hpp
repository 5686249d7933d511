// What programs say in the minute around a kill: a parent that saw its child die, a container runtime, an allocation
// that was refused. Their logs are too long to be read whole.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "parser/event.hpp"
#include "parser/journal_handle.hpp"
#include "parser/source_journal.hpp"
#include "parser/userland.hpp"

struct sd_journal;  // libsystemd's open journal

namespace oomwhy {

class JournalEchoes {
 public:
  // A kill: the lines of its victims' cgroups will be read.
  void note(const OomEvent& event);
  // A word of the service manager that tells of one: those of its unit.
  void note(const UserlandEvent& word);

  // Entries near the kills, each once, that may be such a word.
  void read(sd_journal* journal, const std::function<void(const JournalEntry&)>& entry) const;

 private:
  struct Window {
    std::int64_t until_us = 0;
    std::set<std::string> senders;  // "_SYSTEMD_UNIT=a.service"
  };
  using Windows = std::map<std::int64_t, Window>;  // by their begin, in microseconds

  void note(const std::string& boot_id, const std::optional<std::int64_t>& at_us, const std::set<std::string>& senders);

  std::map<std::string, Windows> boots_;  // windows of a boot do not overlap
};

// All entries of the interval that may be such a word, of the units that are asked for.
void read_asked_units(sd_journal* journal, const JournalInterval& interval,
                      const std::function<void(const JournalEntry&)>& entry);

}  // namespace oomwhy
