#include "tests/data/made_journal.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace oomwhy {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWriter = "/lib/systemd/systemd-journal-remote";
constexpr std::int64_t kYearBegan = 1'735'689'600'000'000;  // 2025-01-01T00:00:00Z

// A value with a newline goes with its length before it: 64 bits, little-endian.
std::string export_field(const std::string& name, const std::string& value) {
  if (value.find('\n') == std::string::npos) return name + "=" + value + "\n";
  std::string text = name + "\n";
  for (unsigned shift = 0; shift < 64; shift += 8) text += static_cast<char>((value.size() >> shift) & 0xff);
  return text + value + "\n";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

std::string export_entry(std::int64_t realtime_us, const std::string& boot_id, const JournalFieldList& fields) {
  std::string text = export_field("__REALTIME_TIMESTAMP", std::to_string(realtime_us)) +
                     export_field("__MONOTONIC_TIMESTAMP", std::to_string(realtime_us - kYearBegan)) +
                     export_field("_BOOT_ID", boot_id) + export_field("_HOSTNAME", "db-07") +
                     export_field("_MACHINE_ID", "15b624a534554645b7437c957bc7d2dc");
  for (const auto& [name, value] : fields) text += export_field(name, value);
  return text + "\n";
}

JournalFieldList kernel_record(const std::string& message, int priority) {
  return {{"_TRANSPORT", "kernel"},
          {"SYSLOG_IDENTIFIER", "kernel"},
          {"SYSLOG_FACILITY", "0"},
          {"PRIORITY", std::to_string(priority)},
          {"MESSAGE", message}};
}

JournalFieldList process_line(const Sender& sender, const std::string& message) {
  JournalFieldList fields = {{"_TRANSPORT", sender.transport},
                             {"PRIORITY", "6"},
                             {"SYSLOG_IDENTIFIER", sender.comm},
                             {"_PID", std::to_string(sender.pid)},
                             {"_UID", std::to_string(sender.uid)},
                             {"_COMM", sender.comm},
                             {"_CMDLINE", "/usr/bin/" + sender.comm + " --serve"},
                             {"_SYSTEMD_UNIT", sender.unit},
                             {"MESSAGE", message}};
  if (!sender.invocation_id.empty()) fields.emplace_back("_SYSTEMD_INVOCATION_ID", sender.invocation_id);
  return fields;
}

JournalFieldList manager_line(const std::string& unit, const std::string& message, const JournalFieldList& more) {
  JournalFieldList fields = process_line({.comm = "systemd", .unit = "init.scope"}, message);
  fields.emplace_back("UNIT", unit);
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

int kernel_priority(const std::string& message) {
  if (has(message, "Killed process")) return 3;
  const bool table = message.starts_with("[ ") || message.starts_with("Tasks state") || has(message, "oom-kill:");
  const bool memcg = message.starts_with("memory: usage") || message.starts_with("swap: usage") ||
                     message.starts_with("Memory cgroup stats");
  return table || memcg || message.starts_with("oom_reaper") ? 6 : 4;
}

std::string export_report(const std::vector<std::string>& records, std::int64_t realtime_us, const std::string& boot_id,
                          std::int64_t step_us) {
  std::string text;
  for (const std::string& record : records) {
    text += export_entry(realtime_us, boot_id, kernel_record(record, kernel_priority(record)));
    realtime_us += step_us;
  }
  return text;
}

bool can_make_journals() {
  if (fs::exists(kWriter)) return true;
  std::printf("skipped: %s is not installed (Debian: systemd-journal-remote)\n", kWriter);
  return false;
}

MadeJournal::MadeJournal(const std::string& export_text, JournalLayout layout) : layout_(layout) {
  std::string folder = (fs::temp_directory_path() / "oomwhy-journal-XXXXXX").string();
  folder_ = mkdtemp(folder.data());
  add(export_text);
}

void MadeJournal::add(const std::string& export_text) {
  const fs::path text = folder_ / "export";
  std::ofstream(text, std::ios::binary) << export_text;
  const std::string command = std::string("SYSTEMD_JOURNAL_COMPACT=") + (layout_.compact ? "1 " : "0 ") + kWriter +
                              " --compress=" + (layout_.compressed ? "yes" : "no") + " -o '" + file() + "' '" +
                              text.string() + "' >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) std::fprintf(stderr, "cannot write %s\n", file().c_str());
  fs::remove(text);
}

void MadeJournal::rotate() { fs::rename(file(), folder_ / "made@1.journal"); }

MadeJournal::~MadeJournal() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace oomwhy
