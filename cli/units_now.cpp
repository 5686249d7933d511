#include "cli/units_now.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "cli/local_log.hpp"
#include "cli/running_host.hpp"
#include "cli/small_files.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 6;  // cgroups from the root to a unit: user.slice/user-1000.slice/user@…/app.slice/…
constexpr std::size_t kMostFolders = 20'000;  // of a tree
constexpr std::size_t kMostUnits = 4;

bool is_of_journal(const Document& document) {
  return std::any_of(document.inputs.begin(), document.inputs.end(),
                     [](const InputSummary& input) { return input.kind == "journal"; });
}

bool is_of_ring(const Incident& incident) {
  return std::any_of(incident.events.begin(), incident.events.end(),
                     [](const AnalysedEvent& event) { return event.event.origin.source == kKernelRing; });
}

// Where units' processes and their memory are found: v2's one tree, or v1's trees of systemd and of the memory
// controller. Empty: there is none to be seen, or only a container's part of it, in which a unit of the host is not.
struct Tree {
  fs::path units, memory;
  const char* usage = "";
  const char* limit = "";
};

Tree find_tree(const std::string& root) {
  std::error_code failure;
  const std::string top = root + "/sys/fs/cgroup";
  // These two files tell where a tree's root is: v2 has the one everywhere else, v1 the other there alone.
  if (fs::exists(top + "/cgroup.controllers", failure)) {
    return fs::exists(top + "/cgroup.events", failure) ? Tree{} : Tree{top, top, "memory.current", "memory.max"};
  }
  if (!fs::exists(top + "/systemd/release_agent", failure)) return {};
  return {top + "/systemd", top + "/memory", "memory.usage_in_bytes", "memory.limit_in_bytes"};
}

// Not complete: there may be one that was not seen, or there is more than one.
struct Search {
  std::optional<fs::path> path;  // below the tree's root
  bool complete = true;
};

Search find_cgroup(const Tree& tree, const std::string& unit) {
  std::error_code failure;
  fs::recursive_directory_iterator entry(tree.units, fs::directory_options::skip_permission_denied, failure);
  Search search;
  std::size_t seen = 0;
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored) || entry->is_symlink(ignored)) continue;
    if (++seen > kMostFolders) return {std::nullopt, false};
    const bool found = entry->path().filename() == unit;
    if (found && search.path) return {std::nullopt, false};
    if (found) search.path = entry->path().lexically_relative(tree.units);
    if (found || entry.depth() >= kDeepest) entry.disable_recursion_pending();
  }
  search.complete = !failure;
  return search;
}

void add_processes(const fs::path& folder, std::set<std::uint32_t>& pids) {
  const auto text = read_text(folder / "cgroup.procs");
  if (!text) return;
  std::string_view left = *text;
  while (!left.empty()) {
    const auto line = left.substr(0, left.find('\n'));
    if (const auto pid = number_at<std::uint32_t>(line)) pids.insert(*pid);
    left.remove_prefix(std::min(line.size() + 1, left.size()));
  }
}

std::set<std::uint32_t> processes_below(const fs::path& folder) {
  std::set<std::uint32_t> pids;
  add_processes(folder, pids);
  std::error_code failure;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failure);
  std::size_t seen = 0;
  for (; !failure && entry != fs::recursive_directory_iterator() && seen < kMostFolders; entry.increment(failure)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) continue;
    add_processes(entry->path(), pids);
    ++seen;
  }
  return pids;
}

// Seconds since the epoch at which the kernel was started: "btime 1763430000".
std::optional<std::int64_t> boot_time(const std::string& root) {
  const auto text = read_text(root + "/proc/stat");
  const std::size_t at = text ? text->find("\nbtime ") : std::string::npos;
  return at == std::string::npos ? std::nullopt : number_at<std::int64_t>(std::string_view(*text).substr(at + 7));
}

std::optional<Time> oldest_start(const std::string& root, const std::set<std::uint32_t>& pids) {
  const auto boot = boot_time(root);
  std::optional<std::int64_t> oldest;
  for (const std::uint32_t pid : pids) {
    const auto ticks = start_ticks(root, pid);
    if (ticks && (!oldest || *ticks < *oldest)) oldest = ticks;
  }
  const std::int64_t rate = ::sysconf(_SC_CLK_TCK);
  if (!boot || !oldest || *oldest < 0 || rate <= 0) return std::nullopt;
  Time time;
  time.realtime_us = (*boot + *oldest / rate) * 1'000'000;
  time.wall_us = time.realtime_us;
  time.clock = Clock::Computed;
  time.certainty = Certainty::Derived;
  return time;
}

void read_limit(const std::string& path, UnitNow& now) {
  const auto text = read_text(path);
  if (!text) return;
  const auto bytes = number_at<std::uint64_t>(*text);
  // v2 says "max", v1 the largest number of whole pages.
  constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;
  now.unlimited = !bytes || *bytes >= kNoLimit;
  if (!*now.unlimited) now.limit = Bytes{*bytes};
}

std::optional<UnitNow> read_unit(const Tree& tree, const std::string& root, const std::string& unit) {
  UnitNow now{.unit = unit};
  const Search found = find_cgroup(tree, unit);
  if (!found.path) return found.complete ? std::optional(now) : std::nullopt;
  const auto pids = processes_below(tree.units / *found.path);
  now.processes = pids.size();
  if (!now.is_up()) return now;
  now.since = oldest_start(root, pids);
  const fs::path memory = tree.memory / *found.path;
  if (const auto bytes = read_number<std::uint64_t>(memory / tree.usage)) now.memory = Bytes{*bytes};
  read_limit(memory / tree.limit, now);
  return now;
}

// Those that died and the cause's, each once.
std::vector<std::string> units_of_interest(const Incident& incident) {
  std::vector<std::string> units;
  const auto note = [&](const std::optional<std::string>& unit) {
    const bool plain = unit && !unit->empty() && unit->find('/') == std::string::npos;
    if (plain && units.size() < kMostUnits && std::find(units.begin(), units.end(), *unit) == units.end()) {
      units.push_back(*unit);
    }
  };
  note(incident.cause.unit);
  for (const IncidentVictim& victim : incident.victims) note(victim.unit);
  return units;
}

}  // namespace

void add_units_now(Document& document, const std::vector<std::size_t>& chosen, const std::string& root) {
  const std::string boot = running_boot(root);
  const Tree tree = find_tree(root);
  if (boot.empty() || tree.units.empty()) return;
  const bool journal = is_of_journal(document);
  for (const std::size_t index : chosen) {
    Incident& incident = document.incidents[index];
    if (!(journal && incident.boot_id == boot) && !is_of_ring(incident)) continue;
    for (const std::string& unit : units_of_interest(incident)) {
      if (auto now = read_unit(tree, root, unit)) incident.now.push_back(std::move(*now));
    }
  }
}

}  // namespace oomwhy
