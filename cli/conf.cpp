#include "cli/conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "cli/unit_files.hpp"
#include "report/site_patterns.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

// A whole number of at least `least` and at most `most`.
std::optional<unsigned> parse_number(std::string_view value, unsigned least, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

bool set_fail_on(Conf& conf, const std::string& value) {
  if (value == "none")
    conf.scan.fail_on = FailOn::None;
  else if (value == "incident")
    conf.scan.fail_on = FailOn::Incident;
  else if (value == "loop")
    conf.scan.fail_on = FailOn::Loop;
  else
    return false;
  return true;
}

bool set_jobs(Conf& conf, const std::string& value) {
  conf.scan.jobs = parse_number(value, 1, 256);
  return conf.scan.jobs.has_value();
}

bool set_headroom(Conf& conf, const std::string& value) {
  if (!value.ends_with('%')) return false;
  conf.site.headroom_percent = parse_number(std::string_view(value).substr(0, value.size() - 1), 0, 90);
  return conf.site.headroom_percent.has_value();
}

// As systemd's lists: words, more of them on further lines; nothing clears the list.
bool add_words(std::vector<std::string>& list, const std::string& value) {
  if (value.empty()) list.clear();
  std::istringstream words(value);
  for (std::string word; words >> word;) list.push_back(word);
  return true;
}

bool add_pattern(Conf& conf, const std::string& value) {
  if (value.empty()) {
    conf.redaction_patterns.clear();
    return true;
  }
  conf.redaction_patterns.push_back(value);
  return is_site_pattern(value);
}

struct Setting {
  std::string_view name;
  bool (*take)(Conf&, const std::string&);  // false: not a value it can have
};

constexpr std::array<Setting, 10> kSettings = {{
    {"Input", [](Conf& conf, const std::string& value) { return conf.inputs.push_back(value), true; }},
    {"Directory", [](Conf& conf, const std::string& value) { return conf.directory = value, true; }},
    {"CursorFile", [](Conf& conf, const std::string& value) { return conf.scan.cursor_file = value, true; }},
    {"TextFile", [](Conf& conf, const std::string& value) { return conf.scan.textfile = value, true; }},
    {"FailOn", set_fail_on},
    {"Jobs", set_jobs},
    {"Protect", [](Conf& conf, const std::string& value) { return add_words(conf.site.protect, value); }},
    {"NeverLimit", [](Conf& conf, const std::string& value) { return add_words(conf.site.never_limit, value); }},
    {"Headroom", set_headroom},
    {"Patterns", add_pattern},
}};

const Setting* find_setting(const std::string& name) {
  const auto* found =
      std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& setting) { return setting.name == name; });
  return found == kSettings.end() ? nullptr : found;
}

void apply_scan(const Conf& conf, Request& request) {
  ScanChoice& scan = request.scan;
  if (scan.cursor_file.empty()) scan.cursor_file = conf.scan.cursor_file;
  if (scan.textfile.empty()) scan.textfile = conf.scan.textfile;
  if (!scan.jobs) scan.jobs = conf.scan.jobs;
  if (!scan.fail_on) scan.fail_on = conf.scan.fail_on;
  if (!request.inputs.empty() || request.journal.named()) return;
  request.inputs = conf.inputs;
  request.journal.directory = conf.directory;
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

Result<Conf> read_conf(const std::vector<std::string>& files) {
  Conf conf;
  for (const std::string& file : files) {
    for (const auto& [key, value] : read_settings(file)) {
      const Setting* setting = find_setting(key);
      if (setting == nullptr) return Error{file, key + " is no setting", "man oomwhy"};
      if (!setting->take(conf, value)) return Error{file, fmt::format("{}={} cannot be", key, value), "man oomwhy"};
    }
  }
  return conf;
}

void apply_conf(const Conf& conf, Request& request) {
  request.site = conf.site;
  request.output.redaction_patterns = conf.redaction_patterns;
  if (request.command == Command::Scan) apply_scan(conf, request);
}

}  // namespace oomwhy
