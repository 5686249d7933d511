// Will the kernel's report be there to read?
#include <fmt/format.h>

#include "report/doctor_checks.hpp"
#include "report/format.hpp"

namespace oomwhy {
namespace {

// A row of the task table is about 112 bytes of text in kernels from 6.10 on, the rest of a report about 6 KiB.
constexpr std::uint64_t kRowBytes = 112;
constexpr std::uint64_t kRestOfReport = 6144;

constexpr const char* kPersist = "mkdir -p /var/log/journal && journalctl --flush";

void check_levels(const HostFacts& facts, HostFindings& findings) {
  if (facts.read_kmsg_off) {
    findings.add(Severity::Problem, "journald does not read the kernel's log (ReadKMsg=no).",
                 "No OOM report ever reaches the journal.", "sed -i 's/^ReadKMsg=no/#&/' /etc/systemd/journald.conf");
  }
  const std::string level = facts.max_level_store.value_or("debug");
  if (level != "debug" && level != "info" && level != "7" && level != "6") {
    findings.add(Severity::Problem, fmt::format("The journal drops what is less than {} (MaxLevelStore).", level),
                 "The task table and the constraint are printed at level info: without them no cause can be told.",
                 "sed -i 's/^MaxLevelStore=.*/MaxLevelStore=debug/' /etc/systemd/journald.conf");
  }
}

}  // namespace

void check_journal(const HostFacts& facts, HostFindings& findings) {
  check_levels(facts, findings);
  if (!facts.journal_storage) {
    return findings.add(Severity::Unknown, "Whether a journal is kept could not be read.",
                        "Without one, only the ring buffer holds a report, until the next reboot.",
                        "journalctl --header | grep 'File path'");
  }
  switch (*facts.journal_storage) {
    case JournalStorage::Persistent:
      return;
    case JournalStorage::Volatile:
      return findings.add(Severity::Problem, "The journal is kept in /run only.",
                          "A reboot, and so every panic, erases the report that explains it.", kPersist);
    case JournalStorage::None:
      return findings.add(Severity::Problem, "No journal is kept.",
                          "Only the ring buffer holds a report, until it wraps or the host reboots.", kPersist);
  }
}

void check_permissions(const HostFacts& facts, HostFindings& findings) {
  if (facts.journal_readable == false) {
    findings.add(Severity::Warning, "You may not read the system journal.",
                 "The journal then shows your own entries only, without an error: a kill looks like none.",
                 "usermod -aG systemd-journal USER");
  }
  if (facts.ring_readable == false && facts.journal_readable != true) {
    findings.add(Severity::Warning, "You may not read the kernel's ring buffer (/dev/kmsg) either.",
                 "There is no source left to explain a kill from.", "sudo oomwhy");
  }
}

void check_log_buffer(const HostFacts& facts, HostFindings& findings) {
  if (!facts.log_buffer || !facts.processes) {
    return findings.add(Severity::Unknown, "The size of the kernel's ring buffer, or the number of tasks, is unknown.",
                        "A report longer than the buffer loses its beginning before anybody reads it.",
                        "journalctl -k -b | grep -i log_buf_len");
  }
  const std::uint64_t report = kRestOfReport + facts.processes->processes * kRowBytes;
  if (report <= facts.log_buffer->count) return;
  std::uint64_t wanted = std::uint64_t{1} << 17;
  while (wanted < 2 * report) wanted *= 2;
  findings.add(
      Severity::Warning,
      fmt::format("The ring buffer holds {}, a report of {} tasks takes about {}.", format_size(*facts.log_buffer),
                  facts.processes->processes, format_size({report})),
      "The report overwrites its own beginning: header and memory are lost.",
      fmt::format("add log_buf_len={}M to the kernel's command line", std::max<std::uint64_t>(1, wanted >> 20)));
}

}  // namespace oomwhy
