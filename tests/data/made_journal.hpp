// Real .journal files out of export text (systemd.journal-export-formats), written by systemd-journal-remote into a
// temporary folder that goes away with the object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace oomwhy {

using JournalFieldList = std::vector<std::pair<std::string, std::string>>;

// One entry; `fields` need not hold the stamps and the boot. The monotonic stamp counts from the year's first second.
std::string export_entry(std::int64_t realtime_us, const std::string& boot_id, const JournalFieldList& fields);

// What journald writes for a kernel record, and for a line of a process.
JournalFieldList kernel_record(const std::string& message, int priority);
struct Sender {
  std::uint32_t pid = 1, uid = 0;
  std::string comm, unit, invocation_id = {}, transport = "journal";
};
JournalFieldList process_line(const Sender& sender, const std::string& message);
// A word of the service manager on a unit.
JournalFieldList manager_line(const std::string& unit, const std::string& message, const JournalFieldList& more = {});

// The levels that the kernel prints the lines of a report at (mm/oom_kill.c).
int kernel_priority(const std::string& message);
// The records of a report, `step_us` apart.
std::string export_report(const std::vector<std::string>& records, std::int64_t realtime_us, const std::string& boot_id,
                          std::int64_t step_us = 100);

struct JournalLayout {
  bool compressed = false, compact = false;
};

// False, and said so in a line that ctest takes for a skip, where systemd-journal-remote is not installed.
bool can_make_journals();

class MadeJournal {
 public:
  explicit MadeJournal(const std::string& export_text, JournalLayout layout = {});
  ~MadeJournal();
  MadeJournal(const MadeJournal&) = delete;
  MadeJournal& operator=(const MadeJournal&) = delete;

  // Appends to the file, as a host that goes on logging.
  void add(const std::string& export_text);
  // The file becomes an archived one beside it; what is added from now on goes into a new file.
  void rotate();

  std::string file() const { return (folder_ / "made.journal").string(); }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  JournalLayout layout_;
};

}  // namespace oomwhy
