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
constexpr std::array kFolders = {
    "/etc/systemd/system.control",  "/run/systemd/system.control",   "/run/systemd/transient",
    "/run/systemd/generator.early", "/etc/systemd/system",           "/run/systemd/system",
    "/run/systemd/generator",       "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",          "/run/systemd/generator.late"};

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

// An empty value takes back what came before; these two are lists, to which each line adds.
bool is_list(std::string_view key) { return key.starts_with("Restart") && key.ends_with("ExitStatus"); }

void apply_settings(const Settings& settings, UnitPolicy& unit) {
  const std::map<std::string_view, std::optional<std::string>*> known = {
      {"OOMScoreAdjust", &unit.oom_score_adjust},
      {"OOMPolicy", &unit.oom_policy},
      {"Restart", &unit.restart},
      {"RestartForceExitStatus", &unit.restart_force_exit_status},
      {"RestartPreventExitStatus", &unit.restart_prevent_exit_status},
      {"MemoryMax", &unit.memory_max},
      {"MemoryHigh", &unit.memory_high},
      {"MemorySwapMax", &unit.memory_swap_max}};
  for (const auto& [key, value] : settings) {
    const auto setting = known.find(key);
    if (setting == known.end()) continue;
    std::optional<std::string>& held = *setting->second;
    if (value.empty()) {
      held.reset();
    } else {
      held = is_list(key) && held ? *held + " " + value : value;
    }
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

// "a-b@1.service": itself, "a-b@.service", then what gives drop-ins only: "a-.service" and "service" (man
// systemd.unit).
struct UnitNames {
  std::vector<std::string> of_files, of_drop_ins;  // the most special first
};

UnitNames names_of(const std::string& unit) {
  UnitNames names;
  const std::size_t dot = unit.rfind('.');
  const std::string type = unit.substr(dot), stem = unit.substr(0, dot);
  names.of_files = {unit};
  if (const std::size_t at = stem.find('@'); at != std::string::npos) {
    names.of_files.push_back(stem.substr(0, at + 1) + type);
  }
  names.of_drop_ins = names.of_files;
  for (std::size_t dash = stem.rfind('-'); dash != std::string::npos && dash > 0; dash = stem.rfind('-', dash - 1)) {
    if (dash + 1 < stem.size()) names.of_drop_ins.push_back(stem.substr(0, dash + 1) + type);
  }
  names.of_drop_ins.push_back(type.substr(1));
  return names;
}

// What the file and its drop-ins say, the latter by name.
UnitPolicy read_policy(const std::string& root, const std::string& name, const fs::path& path,
                       const std::map<std::string, fs::path>& drop_ins) {
  UnitPolicy unit{.name = name, .file = path.string().substr(std::min(root.size(), path.string().size()))};
  if (!is_foreign_link(root, path)) apply_settings(read_settings(path.string()), unit);
  for (const auto& [file, drop_in] : drop_ins) apply_settings(read_settings(drop_in.string()), unit);
  return unit;
}

std::optional<fs::path> find_file(const std::string& root, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const char* folder : kFolders) {
      const fs::path path = fs::path(root + folder) / name;
      std::error_code failure;
      if (fs::symlink_status(path, failure).type() != fs::file_type::not_found && !failure) return path;
    }
  }
  return std::nullopt;
}

std::map<std::string, fs::path> find_drop_ins(const std::string& root, const std::vector<std::string>& names) {
  std::map<std::string, fs::path> drop_ins;
  for (const std::string& name : names) {
    for (const char* folder : kFolders) {
      for (const fs::path& path : entries_of((fs::path(root + folder) / name).string() + ".d")) {
        if (path.extension() == ".conf") drop_ins.emplace(path.filename().string(), path);
      }
    }
  }
  return drop_ins;
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
    if (!is_masked(path)) units.push_back(read_policy(root, name, path, index.drop_ins[name]));
  }
  return units;
}

std::optional<UnitPolicy> read_unit_policy(const std::string& root, const std::string& unit) {
  if (!is_unit_name(unit) || unit.find('/') != std::string::npos) return std::nullopt;
  const UnitNames names = names_of(unit);
  const auto file = find_file(root, names.of_files);
  if (!file || is_masked(*file) || is_foreign_link(root, *file) || !std::ifstream(*file)) return std::nullopt;
  return read_policy(root, unit, *file, find_drop_ins(root, names.of_drop_ins));
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
