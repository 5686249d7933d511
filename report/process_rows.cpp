#include "report/process_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <unordered_set>

namespace oomwhy {
namespace {

std::uint32_t process_of(const Task& task) { return task.tgid.value_or(task.pid); }

// As the kernel walks them, where no PID had to begin anew: then no process comes twice.
bool are_ascending(const std::vector<Task>& tasks) {
  const auto descends = [](const Task& a, const Task& b) { return process_of(a) >= process_of(b); };
  return std::adjacent_find(tasks.begin(), tasks.end(), descends) == tasks.end();
}

}  // namespace

std::vector<std::size_t> process_rows(const OomEvent& event) {
  std::vector<std::size_t> rows(event.tasks.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (are_ascending(event.tasks)) return rows;
  std::unordered_set<std::uint32_t> processes;
  std::erase_if(rows, [&](std::size_t row) { return !processes.insert(process_of(event.tasks[row])).second; });
  return rows;
}

}  // namespace oomwhy
