// The tasks of one event: the table's rows with their scores, groups, victims.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "report/format.hpp"
#include "report/json_flat.hpp"
#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

std::optional<Bytes> page_tables(const Task& task, PageSize page) {
  if (task.pgtables) return task.pgtables;
  // Before 4.15 the columns count page table pages of each level.
  std::optional<Pages> sum;
  for (const auto& level : {task.nr_ptes, task.nr_pmds, task.nr_puds}) {
    if (level) sum = sum.value_or(Pages{}) + *level;
  }
  return sum ? std::optional(to_bytes(*sum, page)) : std::nullopt;
}

// The values of the contract without the library's tree: see json_flat.hpp.
std::optional<std::uint64_t> size_of(const std::optional<Bytes>& size) {
  return size ? std::optional(size->count) : std::nullopt;
}
std::optional<std::uint64_t> size_of(const std::optional<Pages>& size, PageSize page) {
  return size ? std::optional(to_bytes(*size, page).count) : std::nullopt;
}
template <typename Enum>
std::optional<std::string_view> spelling_of(const std::optional<Enum>& value) {
  return value ? std::optional(spell(*value)) : std::nullopt;
}
std::optional<std::string_view> text_of(const std::optional<std::string>& raw) {
  return raw ? std::optional<std::string_view>(*raw) : std::nullopt;
}

void set_score(FlatList& rows, const TaskScore* score) {
  rows.set("points", score ? score->points : std::nullopt);
  rows.set("permille", score ? score->permille : std::nullopt);
  rows.set("eligible", score ? std::optional(score->eligible) : std::nullopt);
  rows.set("why_not", score ? spelling_of(score->why_not) : std::nullopt);
}

void append(const Task& task, const TaskScore* score, PageSize page, FlatList& rows) {
  rows.begin();
  rows.set("pid", task.pid);
  rows.set("tgid", task.tgid);
  rows.set("uid", unsigned_uid(task.uid));
  rows.set_name("comm", task.comm);
  rows.set("total_vm_bytes", size_of(task.total_vm, page));
  rows.set("rss_pages", task.rss ? std::optional(task.rss->count) : std::nullopt);
  rows.set("rss_bytes", size_of(task.rss, page));
  rows.set("rss_anon_bytes", size_of(task.rss_anon, page));
  rows.set("rss_file_bytes", size_of(task.rss_file, page));
  rows.set("rss_shmem_bytes", size_of(task.rss_shmem, page));
  rows.set("pgtables_bytes", size_of(page_tables(task, page)));
  rows.set("swap_bytes", size_of(task.swapents, page));
  rows.set("oom_score_adj", task.oom_score_adj);
  rows.set("oom_adj", task.oom_adj);
  set_score(rows, score);
  rows.set("unit", text_of(task.unit));
  rows.set("unit_certainty", spelling_of(task.unit_certainty));
  rows.set("cmdline", text_of(task.cmdline));
  rows.set("origin_line", task.origin_line == 0 ? std::nullopt : std::optional(task.origin_line));
  rows.end();
}

bool swap_is_known(const Group& group, const OomEvent& event) {
  return std::any_of(group.tasks.begin(), group.tasks.end(), [&](std::size_t index) {
    return index < event.tasks.size() && event.tasks[index].swapents.has_value();
  });
}

}  // namespace

void append_tasks(const AnalysedEvent& event, const LineBreaks& breaks, std::string& out) {
  if (event.omitted || !event.event.has_task_table) {
    out += "null";
    return;
  }
  const std::vector<TaskScore>& scores = event.analysis.scoring.scores;
  FlatList rows(breaks, out);
  for (std::size_t i = 0; i < event.event.tasks.size(); ++i) {
    append(event.event.tasks[i], i < scores.size() ? &scores[i] : nullptr, event.event.page_size, rows);
  }
  rows.finish();
}

void append_groups(const AnalysedEvent& event, const LineBreaks& breaks, std::string& out) {
  const std::span<const Group> shown = event.omitted ? std::span<const Group>() : event.analysis.groups;
  FlatList rows(breaks, out);
  for (const Group& group : shown) {
    rows.begin();
    rows.set("by", std::optional(spell(group.by)));
    rows.set_name("name", group.name);
    rows.set("uid", unsigned_uid(group.uid));
    rows.set("count", group.count());
    rows.set("rss_bytes", group.rss.count);
    rows.set("anon_bytes", group.anon_known ? std::optional(group.anon.count) : std::nullopt);
    rows.set("swap_bytes", swap_is_known(group, event.event) ? std::optional(group.swap.count) : std::nullopt);
    rows.set("upper_bound", group.upper_bound);
    rows.set("largest_bytes", group.largest.count);
    rows.end();
  }
  rows.finish();
}

Json victim(const IncidentVictim& entry, const Task* row) {
  const Victim& victim = entry.victim;
  const bool unit_of_row = !entry.unit && row != nullptr;
  Json object;
  // A userspace killer may name a cgroup only.
  object["pid"] = victim.pid == 0 ? Json(nullptr) : Json(victim.pid);
  set_name(object, "comm", victim.pid == 0 && victim.comm.empty() ? std::optional<std::string>() : victim.comm);
  object["uid"] = victim.uid ? Json(*victim.uid) : row ? uid_or_null(row->uid) : Json(nullptr);
  object["unit"] = text_or_null(unit_of_row ? row->unit : entry.unit);
  object["unit_certainty"] = spelling_or_null(unit_of_row ? row->unit_certainty : entry.unit_certainty);
  object["cgroup"] = text_or_null(victim.cgroup);
  object["cmdline"] = row ? text_or_null(row->cmdline) : Json(nullptr);
  object["total_vm_bytes"] = size_or_null(victim.total_vm);
  object["anon_rss_bytes"] = size_or_null(victim.anon_rss);
  object["file_rss_bytes"] = size_or_null(victim.file_rss);
  object["shmem_rss_bytes"] = size_or_null(victim.shmem_rss);
  if (victim.rss) object["rss_bytes"] = victim.rss->count;
  object["pgtables_bytes"] = size_or_null(victim.pgtables);
  object["oom_score_adj"] = number_or_null(victim.oom_score_adj);
  object["score"] = number_or_null(victim.score);
  object["role"] = spell(victim.role);
  object["reaped"] = number_or_null(victim.reaped);
  object["already_exiting"] = victim.exit_in_doubt ? Json(nullptr) : Json(victim.already_exiting);
  object["is_cause"] = number_or_null(entry.is_cause);
  object["origin_line"] = victim.origin_line == 0 ? Json(nullptr) : Json(victim.origin_line);
  return object;
}

}  // namespace oomwhy::json
