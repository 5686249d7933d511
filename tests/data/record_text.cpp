#include "tests/data/record_text.hpp"

#include <fmt/format.h>

namespace oomwhy {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::vector<std::string> dmesg_records(std::string_view text) {
  std::vector<std::string> records;
  std::size_t prefix = 0;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with('[')) {
      prefix = line.find("] ") + 2;
      records.push_back(line.substr(prefix));
    } else if (!records.empty()) {
      records.back() += "\n" + line.substr(std::min(prefix, line.size()));
    }
  }
  return records;
}

std::vector<std::string> report_records(std::string_view text) {
  std::vector<std::string> report;
  std::size_t end = 0;
  for (const std::string& record : dmesg_records(text)) {
    if (report.empty() && record.find("invoked oom-killer") == std::string::npos) continue;
    report.push_back(record);
    if (record.find("Killed process") != std::string::npos) end = report.size();
  }
  report.resize(end);
  return report;
}

std::string dmesg_text(const std::vector<PrintedRecord>& records) {
  std::string text;
  std::uint64_t microseconds = 4'711'000'000;
  for (const PrintedRecord& record : records) {
    std::string prefix = fmt::format("[{:5}.{:06}] ", microseconds / 1'000'000, microseconds % 1'000'000);
    if (!record.caller.empty()) prefix += fmt::format("[{:>6}] ", record.caller);
    const auto lines = lines_of(record.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += (i == 0 ? prefix : std::string(prefix.size(), ' ')) + lines[i] + "\n";
    }
    microseconds += 100;
  }
  return text;
}

}  // namespace oomwhy
