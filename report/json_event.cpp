// One kernel report as the contract's EVENT.
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

Json event_origin(const OomEvent& event) {
  Json object;
  object["source"] = text_or_null(event.origin.source);
  object["first_line"] = event.origin.line == 0 ? Json(nullptr) : Json(event.origin.line);
  object["last_line"] = event.last_line == 0 ? Json(nullptr) : Json(event.last_line);
  object["first_cursor"] = text_or_null(event.origin.cursor);
  object["last_cursor"] = text_or_null(event.last_cursor);
  return object;
}

Json completeness(const Completeness& completeness) {
  Json object;
  object["grade"] = spell(completeness.grade);
  object["missing"] = array_of(completeness.missing, [](ReportPart part) { return spell(part); });
  object["foreign_lines"] = completeness.foreign_lines;
  object["lost_rows"] = completeness.lost_rows;
  object["records_lost"] = completeness.records_lost;
  return object;
}

Json kernel(const KernelIdentity& kernel) {
  Json object;
  object["release"] = text_or_null(kernel.release);
  object["tainted"] = text_or_null(kernel.tainted);
  object["hardware"] = text_or_null(kernel.hardware);
  return object;
}

Json trigger(const Trigger& trigger) {
  Json object;
  set_name(object, "comm", trigger.comm);
  object["pid"] = number_or_null(trigger.pid);
  object["uid"] = number_or_null(trigger.uid);
  object["gfp_mask"] = text_or_null(trigger.gfp_mask);
  // An empty list would say that no flag was set.
  object["gfp_flags"] = trigger.gfp_flags.empty()
                            ? Json(nullptr)
                            : array_of(trigger.gfp_flags, [](const auto& flag) { return text(flag); });
  object["order"] = number_or_null(trigger.order);
  object["oom_score_adj"] = number_or_null(trigger.oom_score_adj);
  object["oom_adj"] = number_or_null(trigger.oom_adj);
  // A sysrq says so before the header and in it; a report without its header may have been one.
  object["manual"] = trigger.manual || trigger.order ? Json(trigger.manual) : Json(nullptr);
  return object;
}

Json ledger_or_null(const std::optional<Ledger>& ledger) {
  if (!ledger) return nullptr;
  return array_of(ledger->rows, [](const LedgerRow& row) {
    Json object;
    object["name"] = spell(row.item);
    object["bytes"] = row.size.count;
    object["share"] = row.share;
    object["certainty"] = spell(row.certainty);
    return object;
  });
}

Json ledger_total_or_null(const std::optional<Ledger>& ledger) {
  if (!ledger) return nullptr;
  Json object;
  object["of"] = ledger->of_cgroup ? "cgroup" : "host";
  object["bytes"] = ledger->total.count;
  object["nodes_filtered"] = ledger->nodes_filtered;
  object["overcounted"] = ledger->overcounted;
  return object;
}

Json choice(const Choice& choice) {
  Json object;
  object["predicted_pid"] = number_or_null(choice.predicted_pid);
  object["agrees"] = number_or_null(choice.agrees);
  object["runner_up_pid"] = number_or_null(choice.runner_up_pid);
  object["margin_points"] = number_or_null(choice.margin_points);
  object["deviation"] = spelling_or_null(choice.deviation);
  object["explanation"] = text_or_null(choice.explanation);
  object["recomputed_score"] = number_or_null(choice.recomputed_score);
  return object;
}

// What the constraint line says beside the constraint.
void set_bounds(Json& object, const OomEvent& event) {
  object["nodemask"] = text_or_null(event.nodemask);
  object["cpuset"] = text_or_null(event.cpuset);
  object["mems_allowed"] = text_or_null(event.mems_allowed);
  object["global_oom"] = number_or_null(event.global_oom);
}

void set_totalpages(Json& object, const std::optional<TotalPages>& total) {
  object["totalpages"] = total ? Json(total->pages.count) : Json(nullptr);
  object["totalpages_certainty"] = total ? Json(spell(total->certainty)) : Json(nullptr);
  object["totalpages_derivation"] = total ? text_or_null(total->derivation) : Json(nullptr);
}

void set_tables(Json& object, const AnalysedEvent& event) {
  const bool omitted = event.omitted;
  const OomEvent& facts = event.event;
  object["memcg"] = omitted ? Json(nullptr) : memcg_or_null(facts);
  object["page_size_bytes"] = facts.page_size.bytes;
  object["page_size_certainty"] = spell(facts.page_size.certainty);
  object["memory"] = omitted ? Json(nullptr) : memory_or_null(facts);
  object["zones"] = omitted ? Json(nullptr) : zones_or_null(facts);
  object["hugepages"] = omitted ? Json(nullptr) : hugepages_or_null(facts);
  object["unreclaimable_slabs"] = omitted ? Json(nullptr) : slabs_or_null(facts);
  object["allocations"] = omitted ? Json(nullptr) : allocations_or_null(facts);
  object["ledger"] = omitted ? Json(nullptr) : ledger_or_null(event.analysis.ledger);
  object["ledger_total"] = omitted ? Json(nullptr) : ledger_total_or_null(event.analysis.ledger);
  set_totalpages(object, event.analysis.scoring.totalpages);
}

}  // namespace

Json event_before_tasks(const AnalysedEvent& analysed) {
  const OomEvent& facts = analysed.event;
  Json object;
  object["kind"] = "kernel_oom";
  object["id"] = text_or_null(analysed.analysis.id);
  object["trust"] = spell(facts.trust);
  object["time"] = time(facts.time);
  object["ended"] = time_or_null(facts.ended);
  object["origin"] = event_origin(facts);
  object["completeness"] = completeness(facts.completeness);
  object["omitted"] = Json::array();
  if (analysed.omitted) {
    object["omitted"] = {"memcg",       "memory", "zones", "hugepages", "unreclaimable_slabs",
                         "allocations", "ledger", "tasks", "groups"};
  }
  object["kernel"] = kernel(facts.kernel);
  object["trigger"] = trigger(facts.trigger);
  object["constraint"] = spelling_or_null(facts.constraint);
  set_bounds(object, facts);
  object["outcome"] = spell(facts.outcome);
  object["panic"] = spelling_or_null(facts.panic);
  object["suppressed_before"] = number_or_null(facts.suppressed_before);
  set_tables(object, analysed);
  return object;
}

Json event_after_groups(const AnalysedEvent& analysed, const VictimIndex& victims) {
  const OomEvent& facts = analysed.event;
  Json object;
  object["choice"] = choice(analysed.analysis.scoring.choice);
  object["group_kill"] = text_or_null(facts.group_kill_path);
  const RowIndex rows(facts);
  object["victims"] =
      array_of(facts.victims, [&](const Victim& entry) { return victim(victims.find(entry), rows.find(entry)); });
  return object;
}

}  // namespace oomwhy::json
