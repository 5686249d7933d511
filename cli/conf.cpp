#include "cli/conf.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "cli/unit_files.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

std::optional<FailOn> parse_fail_on(const std::string& value) {
  if (value == "none") return FailOn::None;
  if (value == "incident") return FailOn::Incident;
  if (value == "loop") return FailOn::Loop;
  return std::nullopt;
}

std::optional<std::size_t> parse_jobs(const std::string& value) {
  std::size_t jobs = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), jobs);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  return whole && jobs >= 1 && jobs <= 256 ? std::optional(jobs) : std::nullopt;
}

Error bad(const std::string& file, const std::string& key, const std::string& value) {
  return {file, key + "=" + value + " cannot be", "man oomwhy"};
}

// The last value of each key, and the file that it stands in; Input may stand several times.
struct Conf {
  std::map<std::string, std::pair<std::string, std::string>> last;
  std::vector<std::string> inputs;
};

std::optional<Error> collect(const std::vector<std::string>& files, Conf& conf) {
  for (const std::string& file : files) {
    for (const auto& [key, value] : read_settings(file)) {
      if (key == "Input") {
        conf.inputs.push_back(value);
      } else if (key == "Directory" || key == "CursorFile" || key == "TextFile" || key == "FailOn" || key == "Jobs") {
        conf.last[key] = {value, file};
      } else {
        return Error{file, key + " is no setting", "man oomwhy"};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> conf_files(const std::string& path) {
  std::vector<std::string> files;
  std::error_code failure;
  for (fs::directory_iterator entry(path + ".d", failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    if (entry->path().extension() == ".conf") files.push_back(entry->path().string());
  }
  std::sort(files.begin(), files.end());
  files.insert(files.begin(), path);
  return files;
}

std::optional<Error> apply_conf(const std::vector<std::string>& files, Request& request) {
  Conf conf;
  if (auto error = collect(files, conf)) return error;
  ScanChoice& scan = request.scan;
  for (const auto& [key, entry] : conf.last) {
    const auto& [value, file] = entry;
    if (key == "CursorFile" && scan.cursor_file.empty()) scan.cursor_file = value;
    if (key == "TextFile" && scan.textfile.empty()) scan.textfile = value;
    if (key == "Jobs") {
      const auto jobs = parse_jobs(value);
      if (!jobs) return bad(file, key, value);
      if (!scan.jobs) scan.jobs = jobs;
    }
    if (key == "FailOn") {
      const auto fail_on = parse_fail_on(value);
      if (!fail_on) return bad(file, key, value);
      if (!scan.fail_on) scan.fail_on = fail_on;
    }
  }
  if (!request.inputs.empty() || request.journal.named()) return std::nullopt;
  request.inputs = conf.inputs;
  const auto directory = conf.last.find("Directory");
  if (directory != conf.last.end()) request.journal.directory = directory->second.first;
  return std::nullopt;
}

}  // namespace oomwhy
