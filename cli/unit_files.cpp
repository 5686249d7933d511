#include "cli/unit_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

// man systemd.unit: what stands earlier wins over a file of the same name.
constexpr std::array kFolders = {"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                 "/usr/lib/systemd/system", "/lib/systemd/system"};

constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kMostUnits = 10'000;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

bool is_unit_name(const std::string& name) {
  return name.ends_with(".service") || name.ends_with(".slice") || name.ends_with(".scope");
}

// The entries of a folder; nothing where it cannot be read.
std::vector<fs::path> entries_of(const std::string& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) entries.push_back(entry->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// A link to /dev/null masks a unit.
bool is_masked(const fs::path& path) {
  std::error_code failure;
  return fs::read_symlink(path, failure) == "/dev/null";
}

void apply_settings(const Settings& settings, UnitPolicy& unit) {
  const std::map<std::string_view, std::optional<std::string>*> known = {{"OOMScoreAdjust", &unit.oom_score_adjust},
                                                                         {"OOMPolicy", &unit.oom_policy},
                                                                         {"Restart", &unit.restart},
                                                                         {"MemoryMax", &unit.memory_max},
                                                                         {"MemoryHigh", &unit.memory_high},
                                                                         {"MemorySwapMax", &unit.memory_swap_max}};
  for (const auto& [key, value] : settings) {
    const auto setting = known.find(key);
    if (setting == known.end()) continue;
    *setting->second = value.empty() ? std::nullopt : std::optional(value);
  }
}

// Name to file, and name to drop-ins by their file's name: of two of one name the first folder's counts.
struct UnitIndex {
  std::map<std::string, fs::path> files;
  std::map<std::string, std::map<std::string, fs::path>> drop_ins;
  bool any_folder = false;
};

UnitIndex index_units(const std::string& root) {
  UnitIndex index;
  for (const char* folder : kFolders) {
    std::error_code failure;
    if (!fs::is_directory(root + folder, failure)) continue;
    index.any_folder = true;
    for (const fs::path& path : entries_of(root + folder)) {
      const std::string name = path.filename().string();
      if (is_unit_name(name) && index.files.size() < kMostUnits) index.files.emplace(name, path);
      if (!name.ends_with(".d") || !is_unit_name(name.substr(0, name.size() - 2))) continue;
      for (const fs::path& drop_in : entries_of(path.string())) {
        if (drop_in.extension() != ".conf") continue;
        index.drop_ins[name.substr(0, name.size() - 2)].emplace(drop_in.filename().string(), drop_in);
      }
    }
  }
  return index;
}

// Links are absolute in the root's own terms ("/lib/systemd/system/a.service"): they are not followed out of it.
bool is_foreign_link(const std::string& root, const fs::path& path) {
  std::error_code failure;
  return !root.empty() && fs::is_symlink(path, failure) && fs::read_symlink(path, failure).is_absolute();
}

}  // namespace

Settings read_settings(const std::string& path) {
  Settings settings;
  std::error_code failure;
  if (!fs::is_regular_file(path, failure)) return settings;
  std::ifstream file(path);
  std::string line;
  for (std::size_t lines = 0; lines < kMostLines && std::getline(file, line); ++lines) {
    const std::string_view text = trim(line);
    const std::size_t equals = text.find('=');
    if (text.empty() || text.front() == '#' || text.front() == ';' || equals == std::string_view::npos) continue;
    settings.emplace_back(trim(text.substr(0, equals)), trim(text.substr(equals + 1)));
  }
  return settings;
}

std::optional<std::vector<UnitPolicy>> read_unit_files(const std::string& root) {
  UnitIndex index = index_units(root);
  if (!index.any_folder) return std::nullopt;
  for (const auto& [name, drop_ins] : index.drop_ins) index.files.emplace(name, fs::path());
  std::vector<UnitPolicy> units;
  for (const auto& [name, path] : index.files) {
    if (is_masked(path)) continue;
    UnitPolicy unit{.name = name};
    if (!is_foreign_link(root, path)) apply_settings(read_settings(path.string()), unit);
    for (const auto& [file, drop_in] : index.drop_ins[name]) apply_settings(read_settings(drop_in.string()), unit);
    units.push_back(std::move(unit));
  }
  return units;
}

std::vector<std::string> enabled_units(const std::string& root, const std::vector<std::string>& names) {
  std::set<std::string> enabled;
  for (const char* folder : {"/etc/systemd/system", "/run/systemd/system"}) {
    for (const fs::path& path : entries_of(root + folder)) {
      const std::string extension = path.extension().string();
      if (extension != ".wants" && extension != ".requires") continue;
      for (const fs::path& wanted : entries_of(path.string())) {
        const std::string name = wanted.filename().string();
        if (std::find(names.begin(), names.end(), name) != names.end()) enabled.insert(name);
      }
    }
  }
  return {enabled.begin(), enabled.end()};
}

}  // namespace oomwhy
