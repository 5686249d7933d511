#include "cli/host_facts.hpp"

#include <sys/klog.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "cli/small_files.hpp"
#include "cli/unit_files.hpp"
#include "parser/journal_files.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kKillers = {"earlyoom.service", "nohang.service", "nohang-desktop.service",
                                           "oomd.service", "systemd-oomd.service"};

// "MemTotal:       24684432 kB"
std::optional<Bytes> meminfo(const std::optional<std::string>& text, std::string_view key) {
  if (!text) return std::nullopt;
  const std::size_t at = text->find(key);
  if (at == std::string::npos) return std::nullopt;
  const auto kibibytes = number_at<std::uint64_t>(std::string_view(*text).substr(at + key.size()));
  return kibibytes ? std::optional(to_bytes(Kibibytes{*kibibytes})) : std::nullopt;
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" and the same for "full".
std::optional<MemoryPressure> read_pressure(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return std::nullopt;
  double some_1min = 0, full_1min = 0;
  MemoryPressure pressure;
  const std::size_t full = text->find("full ");
  if (full == std::string::npos ||
      std::sscanf(text->c_str(), "some avg10=%lf avg60=%lf avg300=%lf", &pressure.some_10s, &some_1min,
                  &pressure.some_5min) != 3 ||
      std::sscanf(text->c_str() + full, "full avg10=%lf avg60=%lf avg300=%lf", &pressure.full_10s, &full_1min,
                  &pressure.full_5min) != 3) {
    return std::nullopt;
  }
  return pressure;
}

bool is_process(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Kernel threads have no memory and no row in a report.
std::optional<ProtectedMemory> read_processes(const std::string& proc) {
  ProtectedMemory memory;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::error_code failure;
  for (fs::directory_iterator entry(proc, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    if (!is_process(entry->path().filename().string())) continue;
    const auto statm = read_text(entry->path() / "statm");
    const auto adjust = read_number<int>(entry->path() / "oom_score_adj");
    if (!statm || !adjust || number_at<std::uint64_t>(*statm).value_or(0) == 0) continue;
    const std::size_t blank = statm->find(' ');
    if (blank == std::string::npos) continue;
    const Bytes resident{saturating_multiply(number_at<std::uint64_t>(statm->substr(blank)).value_or(0), page)};
    ++memory.processes;
    memory.resident += resident;
    if (*adjust != -1000) continue;
    ++memory.protected_processes;
    memory.protected_resident += resident;
  }
  return memory.processes == 0 ? std::nullopt : std::optional(memory);
}

// The setting as it is now, else as the files of an image would set it, else (of an image) the kernel's own default,
// which is 0 but for oom_dump_tasks.
std::optional<int> read_sysctl(const std::string& root, const std::string& name, bool image, int kernels_default) {
  if (!image) return read_number<int>(root + "/proc/sys/vm/" + name);
  int value = kernels_default;
  std::vector<std::string> files;
  for (const char* folder : {"/usr/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d"}) {
    std::error_code failure;
    for (fs::directory_iterator entry(root + folder, failure); !failure && entry != fs::directory_iterator();
         entry.increment(failure)) {
      files.push_back(entry->path().string());
    }
  }
  // By the files' names, whatever their folder; sysctl.conf is Debian's 99-sysctl.conf.
  std::stable_sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return fs::path(a).filename() < fs::path(b).filename();
  });
  files.push_back(root + "/etc/sysctl.conf");
  for (const std::string& file : files) {
    for (const auto& [key, text] : read_settings(file)) {
      if (key == "vm." + name || key == "vm/" + name) value = number_at<int>(text).value_or(value);
    }
  }
  return value;
}

std::optional<int> read_cgroup_version(const std::string& root) {
  std::error_code failure;
  if (fs::exists(root + "/sys/fs/cgroup/cgroup.controllers", failure)) return 2;
  if (fs::exists(root + "/sys/fs/cgroup/memory", failure)) return 1;
  return std::nullopt;
}

std::vector<CgroupLimit> read_limits(const std::string& root) {
  std::vector<CgroupLimit> limits;
  for (const char* slice : {"/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/machine.slice"}) {
    std::error_code failure;
    for (fs::directory_iterator entry(root + slice, failure); !failure && entry != fs::directory_iterator();
         entry.increment(failure)) {
      const auto limit = read_number<std::uint64_t>(entry->path() / "memory.max");  // "max" is no number
      if (limit) limits.push_back({entry->path().filename().string(), Bytes{*limit}});
    }
  }
  std::sort(limits.begin(), limits.end(),
            [](const CgroupLimit& a, const CgroupLimit& b) { return a.cgroup < b.cgroup; });
  return limits;
}

void read_journald_settings(const std::string& root, HostFacts& facts, std::string& storage) {
  std::vector<std::string> files = {root + "/etc/systemd/journald.conf"};
  std::error_code failure;
  for (fs::directory_iterator entry(root + "/etc/systemd/journald.conf.d", failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    files.push_back(entry->path().string());
  }
  std::sort(files.begin() + 1, files.end());
  for (const std::string& file : files) {
    for (const auto& [key, value] : read_settings(file)) {
      if (key == "Storage") storage = value;
      if (key == "MaxLevelStore") facts.max_level_store = value;
      if (key == "ReadKMsg") facts.read_kmsg_off = value == "no" || value == "false" || value == "0";
    }
  }
}

constexpr const char* kKeptFolder = "/var/log/journal";
constexpr const char* kVolatileFolder = "/run/log/journal";

bool holds_journals(const std::string& folder) { return !find_journal_files({folder}).empty(); }

// A folder that is there but cannot be listed is no proof of anything.
bool can_list(const std::string& folder) { return ::access(folder.c_str(), R_OK | X_OK) == 0; }

// man journald.conf: Storage=; "auto", the default, goes by whether the folder is there.
std::optional<JournalStorage> find_storage(const std::string& root, bool image, const std::string& setting) {
  if (setting == "none") return JournalStorage::None;
  if (setting == "volatile") return JournalStorage::Volatile;
  if (setting == "persistent") return JournalStorage::Persistent;
  std::error_code failure;
  const std::string kept = root + kKeptFolder;
  const bool exists = fs::is_directory(kept, failure);
  if (exists && (image || holds_journals(kept))) return JournalStorage::Persistent;
  if (exists && !can_list(kept)) return std::nullopt;
  if (image || fs::is_directory(root + kVolatileFolder, failure)) return JournalStorage::Volatile;
  return fs::is_directory(root + "/var/log", failure) ? std::optional(JournalStorage::None) : std::nullopt;
}

void read_journal_facts(const std::string& root, HostFacts& facts) {
  std::string storage;
  read_journald_settings(root, facts, storage);
  facts.journal_storage = find_storage(root, facts.image, storage);
  const std::vector<std::string> files = find_journal_files({root + kKeptFolder, root + kVolatileFolder});
  if (files.empty()) return;
  facts.journal_readable = std::any_of(files.begin(), files.end(),
                                       [](const std::string& file) { return ::access(file.c_str(), R_OK) == 0; });
}

constexpr int kSizeOfBuffer = 10;  // SYSLOG_ACTION_SIZE_BUFFER

// The running kernel tells; of another root its command line.
std::optional<Bytes> read_log_buffer(const std::string& root) {
  if (root.empty()) {
    const int size = ::klogctl(kSizeOfBuffer, nullptr, 0);
    if (size > 0) return Bytes{static_cast<std::uint64_t>(size)};
  }
  const auto command_line = read_text(root + "/proc/cmdline");
  constexpr std::string_view kOption = "log_buf_len=";
  const std::size_t at = command_line ? command_line->find(kOption) : std::string::npos;
  if (at == std::string::npos) return std::nullopt;
  const std::string value = command_line->substr(at + kOption.size());
  return parse_unit_size(value.substr(0, value.find_first_of(" \n")), std::nullopt);
}

}  // namespace

HostFacts read_host_facts(const std::string& given) {
  std::string root = given;
  while (!root.empty() && root.back() == '/') root.pop_back();
  HostFacts facts{.root = root.empty() ? "/" : root};
  const auto memory = read_text(root + "/proc/meminfo");
  facts.image = !root.empty() && !memory;
  facts.ram = meminfo(memory, "MemTotal:");
  facts.swap = meminfo(memory, "SwapTotal:");
  facts.processes = read_processes(root + "/proc");
  facts.log_buffer = read_log_buffer(root);
  facts.oom_dump_tasks = read_sysctl(root, "oom_dump_tasks", facts.image, 1);
  facts.oom_kill_allocating_task = read_sysctl(root, "oom_kill_allocating_task", facts.image, 0);
  facts.panic_on_oom = read_sysctl(root, "panic_on_oom", facts.image, 0);
  facts.overcommit_memory = read_sysctl(root, "overcommit_memory", facts.image, 0);
  facts.cgroup_version = read_cgroup_version(root);
  facts.pressure = read_pressure(root + "/proc/pressure/memory");
  read_journal_facts(root, facts);
  if (root.empty()) facts.ring_readable = ::access("/dev/kmsg", R_OK) == 0;
  facts.units = read_unit_files(root);
  facts.limits = read_limits(root);
  facts.enabled_killers = enabled_units(root, kKillers);
  return facts;
}

}  // namespace oomwhy
