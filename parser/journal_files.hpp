// The files of a journal looked at one by one: those that cannot be read or are damaged would otherwise be left out in
// silence by the library.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/diagnostic.hpp"

namespace oomwhy {

// Every "*.journal" and "*.journal~" below the folders, in name order.
std::vector<std::string> find_journal_files(const std::vector<std::string>& folders);

// Which of them the library would read: in folders of this machine's id (empty: of any), and of one namespace, spelt as
// in journalctl: empty the default one, "*" all, "+NAME" that one and the default one. Folders whose name is no machine
// id, and files beside them, count as the machine's.
std::vector<std::string> select_journal_files(std::vector<std::string> files, const std::string& machine_id,
                                              const std::string& name_space);

// Why a file is of no use, as far as its first 208 bytes tell (systemd's journal-def.h): unreadable, empty, no journal
// file, or of a layout that this build's library does not know. Absent: it looks sound.
std::vector<BlindSpot> inspect_journal_files(const std::vector<std::string>& files);

// What a journal file says of itself in its header: the times of its first and last entry (realtime).
struct JournalFileSpan {
  std::string path;
  std::int64_t first_us = 0, last_us = 0;
};
// Of files that hold an entry and whose header can be read.
std::vector<JournalFileSpan> measure_journal_files(const std::vector<std::string>& files);

}  // namespace oomwhy
