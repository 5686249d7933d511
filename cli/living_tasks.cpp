#include "cli/living_tasks.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/local_log.hpp"
#include "cli/running_host.hpp"
#include "cli/small_files.hpp"
#include "report/cgroup_path.hpp"

namespace oomwhy {
namespace {

// What is behind the first `key` at the start of a line, up to its end.
std::optional<std::string_view> line_behind(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(key)) return line.substr(key.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

// "0::/system.slice/x.service", of cgroup v1 "1:name=systemd:/system.slice/x.service" behind "0::/" or without one.
std::optional<std::string> unit_in(std::string_view cgroups) {
  const std::size_t named = cgroups.find(":name=systemd:");
  const auto path = named == std::string_view::npos ? line_behind(cgroups, "0::")
                                                    : line_behind(cgroups.substr(named + 1), "name=systemd:");
  // Out of a cgroup namespace's sight.
  if (!path || path->starts_with("/..")) return std::nullopt;
  CgroupIdentity identity = identify_cgroup(*path);
  return identity.inside ? std::nullopt : std::move(identity.unit);
}

}  // namespace

LivingTasks::LivingTasks(std::string root) : root_(std::move(root)) {
  if (has_kernels_pids(root_)) boot_ = running_boot(root_);
}

std::optional<LivingTasks::Process> LivingTasks::read_process(std::uint32_t pid) const {
  const std::string folder = root_ + "/proc/" + std::to_string(pid);
  auto comm = read_text(folder + "/comm");
  const auto status = read_text(folder + "/status");
  const auto cgroups = read_text(folder + "/cgroup");
  const auto ticks = start_ticks(root_, pid);
  const std::int64_t rate = ::sysconf(_SC_CLK_TCK);
  if (!comm || !status || !cgroups || !ticks || *ticks < 0 || rate <= 0) return std::nullopt;
  const auto uids = line_behind(*status, "Uid:");
  const auto uid = uids ? number_at<std::int64_t>(*uids) : std::nullopt;
  auto unit = unit_in(*cgroups);
  if (!uid || !unit) return std::nullopt;
  if (comm->ends_with('\n')) comm->pop_back();
  return Process{std::move(*comm), std::move(*unit), *uid, *ticks * (1'000'000 / rate)};
}

const std::optional<LivingTasks::Process>& LivingTasks::process(std::uint32_t pid) {
  const auto known = known_.find(pid);
  return known != known_.end() ? known->second : known_.emplace(pid, read_process(pid)).first->second;
}

void LivingTasks::attribute(OomEvent& event) {
  if (boot_.empty() || !event.time.uptime_us) return;
  if (event.boot_id != boot_ && event.origin.source != kKernelRing) return;
  for (Task& task : event.tasks) {
    if (task.unit || !task.uid) continue;
    const std::optional<Process>& now = process(task.pid);
    // A PID that was given to another since then would be of a later start. The kernel's stamps leave out the time of
    // a suspended host, which a start has in it: then one that was alive may be passed over.
    if (!now || now->comm != task.comm || now->uid != *task.uid || now->start_us > *event.time.uptime_us) continue;
    task.unit = now->unit;
    task.unit_certainty = Certainty::Derived;
  }
}

}  // namespace oomwhy
