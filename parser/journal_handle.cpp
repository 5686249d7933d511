#include "parser/journal_handle.hpp"

#include <systemd/sd-journal.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "parser/scan_text.hpp"

namespace oomwhy {
namespace {

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  const auto value = take_number<Number>(text);
  return text.empty() ? value : std::nullopt;
}

// Where a container's files are, as systemd-machined says it in the file that sd_journal_open_container(3) goes by; of
// one that does not run, machinectl's own folder.
std::string machine_root(const std::string& machine) {
  constexpr std::string_view kRoot = "ROOT=";
  std::ifstream state("/run/systemd/machines/" + machine);
  for (std::string line; std::getline(state, line);) {
    if (line.starts_with(kRoot)) return line.substr(kRoot.size());
  }
  return "/var/lib/machines/" + machine;
}

// The library takes a root that is not there for one without a journal.
int open_root(const std::string& root, sd_journal** journal) {
  std::error_code failure;
  if (!std::filesystem::is_directory(root, failure)) return failure ? -failure.value() : -ENOTDIR;
  return sd_journal_open_directory(journal, root.c_str(), SD_JOURNAL_OS_ROOT);
}

// man journalctl: "*" is every namespace, "+NAME" that one and the default one.
int open_namespace(const std::string& name, int flags, sd_journal** journal) {
  if (name == "*") return sd_journal_open_namespace(journal, nullptr, flags | SD_JOURNAL_ALL_NAMESPACES);
  if (!name.starts_with('+')) return sd_journal_open_namespace(journal, name.c_str(), flags);
  return sd_journal_open_namespace(journal, name.c_str() + 1, flags | SD_JOURNAL_INCLUDE_DEFAULT_NAMESPACE);
}

int open_at(const JournalLocation& location, sd_journal** journal) {
  const int merge = location.merge ? 0 : SD_JOURNAL_LOCAL_ONLY;
  if (!location.files.empty()) {
    std::vector<const char*> paths;
    for (const auto& file : location.files) paths.push_back(file.c_str());
    paths.push_back(nullptr);
    return sd_journal_open_files(journal, paths.data(), 0);
  }
  if (location.directory) return sd_journal_open_directory(journal, location.directory->c_str(), 0);
  if (location.root) return open_root(*location.root, journal);
  // A machine's name is a host's: never a path.
  if (location.machine && location.machine->find('/') != std::string::npos) return -EINVAL;
  if (location.machine) return open_root(machine_root(*location.machine), journal);
  if (location.name_space) return open_namespace(*location.name_space, merge, journal);
  return sd_journal_open(journal, merge);
}

std::string location_name(const JournalLocation& location) {
  if (!location.files.empty()) return location.files.front();
  const auto folders = journal_folders(location);
  return folders.empty() ? "journal" : folders.front();
}

}  // namespace

std::vector<std::string> journal_folders(const JournalLocation& location) {
  if (!location.files.empty()) return {};
  if (location.directory) return {*location.directory};
  const std::string root = location.machine ? machine_root(*location.machine) : location.root.value_or("");
  return {root + "/var/log/journal", root + "/run/log/journal"};
}

void JournalCloser::operator()(sd_journal* journal) const { sd_journal_close(journal); }

Result<JournalHandle> open_journal(const JournalLocation& location) {
  sd_journal* raw = nullptr;
  const int error = open_at(location, &raw);
  JournalHandle journal(raw);
  if (error < 0) {
    return Error{
        location_name(location), std::strerror(-error),
        "is there a journal? journalctl --header names its files; root or the group systemd-journal may read it"};
  }
  sd_journal_set_data_threshold(journal.get(), 0);
  return journal;
}

std::string_view peek_field(sd_journal* journal, const char* name) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_get_data(journal, name, &data, &size) < 0) return {};
  const std::string_view field(static_cast<const char*>(data), size);
  return field.substr(field.find('=') + 1);
}

std::string_view peek_message(sd_journal* journal) { return peek_field(journal, "MESSAGE"); }

bool JournalEntry::read(sd_journal* journal) {
  bytes_.clear();
  fields_.clear();
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  const void* data = nullptr;
  std::size_t size = 0;
  int more = 0;
  sd_journal_restart_data(journal);
  while ((more = sd_journal_enumerate_available_data(journal, &data, &size)) > 0) {
    spans.emplace_back(bytes_.size(), size);
    bytes_.append(static_cast<const char*>(data), size);
  }
  for (const auto& span : spans) {
    const auto whole = std::string_view(bytes_).substr(span.first, span.second);
    const auto equals = whole.find('=');
    if (equals != std::string_view::npos) fields_.push_back({whole.substr(0, equals), whole.substr(equals + 1)});
  }
  std::uint64_t realtime = 0;
  if (sd_journal_get_realtime_usec(journal, &realtime) < 0) return false;
  realtime_us_ = static_cast<std::int64_t>(realtime);
  char* cursor = nullptr;
  if (sd_journal_get_cursor(journal, &cursor) < 0) return false;
  const std::unique_ptr<char, decltype(&std::free)> owned(cursor, &std::free);
  cursor_ = cursor;
  stamp_ = std::to_string(realtime);
  return more >= 0;
}

std::string_view JournalEntry::field(std::string_view name) const {
  for (const Field& candidate : fields_) {
    if (candidate.name == name) return candidate.value;
  }
  return {};
}

// The stamp, sender and priority that every line of the message shares. `as_printed` is the field's own digits.
LogLine JournalEntry::first_line() const {
  LogLine line;
  line.form = EnvelopeForm::JournalExport;
  line.enveloped = true;
  line.stamp.clock = Clock::Received;
  // When the sender sent it, where the sender is known to journald; kernel records have only the time of reception.
  const auto sent = field("_SOURCE_REALTIME_TIMESTAMP");
  const auto sent_us = number_in<std::int64_t>(sent);
  line.stamp.realtime_us = sent_us.value_or(realtime_us_);
  line.stamp.wall_us = line.stamp.realtime_us;
  line.stamp.as_printed = sent_us ? sent : stamp_;
  line.stamp.uptime_us = number_in<std::int64_t>(field("_SOURCE_MONOTONIC_TIMESTAMP"));
  line.host = field("_HOSTNAME");
  line.boot_id = field("_BOOT_ID");
  line.identifier = field("SYSLOG_IDENTIFIER");
  line.sender_pid = number_in<std::uint32_t>(field("_PID"));
  line.priority = number_in<int>(field("PRIORITY"));
  line.facility = number_in<int>(field("SYSLOG_FACILITY"));
  const bool kernel = field("_TRANSPORT") == "kernel" && line.identifier == "kernel" && line.facility.value_or(0) == 0;
  line.transport = kernel ? Transport::Kernel : Transport::Userspace;
  line.cursor = cursor_;
  line.fields = fields_;
  return line;
}

std::vector<LogLine> JournalEntry::lines() const {
  std::vector<LogLine> lines;
  LogLine line = first_line();
  auto message = this->message();
  while (true) {
    const auto end = message.find('\n');
    line.text = message.substr(0, end);
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    message.remove_prefix(end + 1);
    line.starts_record = false;
  }
}

}  // namespace oomwhy
