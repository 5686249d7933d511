// The tasks of one event: the table's rows with their scores, groups, victims.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/format.hpp"
#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

void set_score(Json& row, const TaskScore* score) {
  row["points"] = score ? number_or_null(score->points) : Json(nullptr);
  row["permille"] = score ? number_or_null(score->permille) : Json(nullptr);
  row["eligible"] = score ? Json(score->eligible) : Json(nullptr);
  row["why_not"] = score ? spelling_or_null(score->why_not) : Json(nullptr);
}

std::optional<Bytes> page_tables(const Task& task, PageSize page) {
  if (task.pgtables) return task.pgtables;
  // Before 4.15 the columns count page table pages of each level.
  std::optional<Pages> sum;
  for (const auto& level : {task.nr_ptes, task.nr_pmds, task.nr_puds}) {
    if (level) sum = sum.value_or(Pages{}) + *level;
  }
  return sum ? std::optional(to_bytes(*sum, page)) : std::nullopt;
}

Json task(const Task& task, const TaskScore* score, PageSize page) {
  Json row;
  row["pid"] = task.pid;
  row["tgid"] = number_or_null(task.tgid);
  row["uid"] = uid_or_null(task.uid);
  set_name(row, "comm", task.comm);
  row["total_vm_bytes"] = size_or_null(task.total_vm, page);
  row["rss_pages"] = task.rss ? Json(task.rss->count) : Json(nullptr);
  row["rss_bytes"] = size_or_null(task.rss, page);
  row["rss_anon_bytes"] = size_or_null(task.rss_anon, page);
  row["rss_file_bytes"] = size_or_null(task.rss_file, page);
  row["rss_shmem_bytes"] = size_or_null(task.rss_shmem, page);
  row["pgtables_bytes"] = size_or_null(page_tables(task, page));
  row["swap_bytes"] = size_or_null(task.swapents, page);
  row["oom_score_adj"] = number_or_null(task.oom_score_adj);
  row["oom_adj"] = number_or_null(task.oom_adj);
  set_score(row, score);
  row["unit"] = text_or_null(task.unit);
  row["unit_certainty"] = spelling_or_null(task.unit_certainty);
  row["cmdline"] = text_or_null(task.cmdline);
  row["origin_line"] = task.origin_line == 0 ? Json(nullptr) : Json(task.origin_line);
  return row;
}

bool swap_is_known(const Group& group, const OomEvent& event) {
  return std::any_of(group.tasks.begin(), group.tasks.end(), [&](std::size_t index) {
    return index < event.tasks.size() && event.tasks[index].swapents.has_value();
  });
}

}  // namespace

Json tasks_or_null(const AnalysedEvent& event) {
  if (!event.event.has_task_table) return nullptr;
  const std::vector<TaskScore>& scores = event.analysis.scoring.scores;
  Json rows = Json::array();
  for (std::size_t i = 0; i < event.event.tasks.size(); ++i) {
    rows.push_back(task(event.event.tasks[i], i < scores.size() ? &scores[i] : nullptr, event.event.page_size));
  }
  return rows;
}

Json groups(const AnalysedEvent& event) {
  return array_of(event.analysis.groups, [&](const Group& group) {
    Json object;
    object["by"] = spell(group.by);
    set_name(object, "name", group.name);
    object["uid"] = uid_or_null(group.uid);
    object["count"] = group.count();
    object["rss_bytes"] = group.rss.count;
    object["anon_bytes"] = group.anon_known ? Json(group.anon.count) : Json(nullptr);
    object["swap_bytes"] = swap_is_known(group, event.event) ? Json(group.swap.count) : Json(nullptr);
    object["upper_bound"] = group.upper_bound;
    object["largest_bytes"] = group.largest.count;
    return object;
  });
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
  object["pgtables_bytes"] = size_or_null(victim.pgtables);
  object["oom_score_adj"] = number_or_null(victim.oom_score_adj);
  object["score"] = number_or_null(victim.score);
  object["role"] = spell(victim.role);
  object["reaped"] = number_or_null(victim.reaped);
  object["is_cause"] = number_or_null(entry.is_cause);
  object["origin_line"] = victim.origin_line == 0 ? Json(nullptr) : Json(victim.origin_line);
  return object;
}

}  // namespace oomwhy::json
