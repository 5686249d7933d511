// One incident without its events: what happened, who caused it, what to do.
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

Json evidence(const Evidence& evidence) {
  Json object;
  object["rule"] = text_or_null(evidence.rule);
  object["text"] = text(evidence.text);
  object["origin"] = origin_or_null(evidence.origin);
  return object;
}

Json cause(const Cause& cause) {
  Json object;
  object["kind"] = spell(cause.kind);
  set_name(object, "name", cause.name);
  object["unit"] = text_or_null(cause.unit);
  object["unit_certainty"] = spelling_or_null(cause.unit_certainty);
  object["pids"] = cause.pids;
  object["process_count"] = number_or_null(cause.process_count);
  object["held_bytes"] = size_or_null(cause.held);
  object["rss_bytes"] = size_or_null(cause.rss);
  object["anon_bytes"] = size_or_null(cause.anon);
  object["swap_bytes"] = size_or_null(cause.swap);
  object["largest_bytes"] = size_or_null(cause.largest);
  object["upper_bound"] = cause.upper_bound;
  object["share_of_ram"] = number_or_null(cause.share_of_ram);
  object["share_of_allowed"] = number_or_null(cause.share_of_allowed);
  object["confidence"] = spell(cause.confidence);
  object["why_this_confidence"] = text_or_null(cause.why_this_confidence);
  object["evidence"] = array_of(cause.evidence, evidence);
  return object;
}

Json exclusion(const Exclusion& exclusion) {
  Json object;
  object["what"] = text(exclusion.what);
  object["text"] = text(exclusion.text);
  object["origin"] = exclusion.origin ? origin_or_null(*exclusion.origin) : Json(nullptr);
  return object;
}

Json process(std::uint32_t pid, const std::optional<std::string>& comm) {
  Json object;
  object["pid"] = pid;
  set_name(object, "comm", comm);
  return object;
}

Json replay_or_null(const std::optional<Replay>& replay) {
  if (!replay) return nullptr;
  Json object;
  object["victim_before"] = process(replay->before_pid, replay->before_comm);
  object["victim_after"] = replay->after_pid ? process(*replay->after_pid, replay->after_comm) : Json(nullptr);
  object["freed_bytes"] = size_or_null(replay->freed);
  return object;
}

Json advice(const Advice& advice) {
  Json object;
  object["action"] = spell(advice.action);
  object["target"] = text_or_null(advice.target);
  object["target_kind"] = spell(advice.target_kind);
  object["target_certainty"] = spelling_or_null(advice.target_certainty);
  object["setting"] = text_or_null(advice.setting);
  object["value"] = text_or_null(advice.value);
  object["flips_at"] = number_or_null(advice.flips_at);
  object["reason"] = text_or_null(advice.reason);
  object["arithmetic"] = text_or_null(advice.arithmetic);
  object["source"] = text_or_null(advice.source);
  object["proposed"] = advice.proposed;
  object["gate"] = text_or_null(advice.gate);
  object["replay"] = replay_or_null(advice.replay);
  return object;
}

Json what_if(const WhatIfAnswer& answer) {
  const WhatIf& result = answer.result;
  Json object;
  object["assumptions"] = array_of(answer.assumptions, [](const std::string& typed) { return text(typed); });
  object["event_id"] = text_or_null(answer.event_id);
  object["matched_pids"] = result.matched_pids;
  object["replay"] = replay_or_null(result.replay);
  object["next"] = result.next_pid ? process(*result.next_pid, result.next_comm) : Json(nullptr);
  object["before_host_oom"] = result.before_host_oom;
  object["warnings"] = array_of(result.warnings, [](const std::string& warning) { return text(warning); });
  return object;
}

Json unit_now(const UnitNow& now) {
  Json object;
  object["unit"] = text(now.unit);
  object["up"] = now.is_up();
  object["processes"] = now.processes;
  object["since"] = time_or_null(now.since);
  object["memory_bytes"] = size_or_null(now.memory);
  object["limit_bytes"] = size_or_null(now.limit);
  object["limit_unlimited"] = number_or_null(now.unlimited);
  return object;
}

Json timeline_entry(const TimelineEntry& entry) {
  Json object;
  object["time"] = time(entry.time);
  object["source"] = text(entry.source);
  object["text"] = text(entry.text);
  return object;
}

// The victims as JSON. What only a row of the table knows (uid, command line) comes from the event of the victim.
Json victims(const Incident& incident) {
  std::map<std::tuple<std::uint32_t, std::uint64_t, std::string_view>, const Task*> rows;
  for (const AnalysedEvent& event : incident.events) {
    const RowIndex table(event.event);
    for (const Victim& entry : event.event.victims) {
      rows.try_emplace({entry.pid, entry.origin_line, entry.comm}, table.find(entry));
    }
  }
  return array_of(incident.victims, [&](const IncidentVictim& entry) {
    const auto row = rows.find({entry.victim.pid, entry.victim.origin_line, entry.victim.comm});
    return victim(entry, row == rows.end() ? nullptr : row->second);
  });
}

// What is there of the first and the last reports only.
Json omitted_of(const Incident& incident) {
  const bool all = incident.event_ids.size() >= incident.events_total;
  return all ? Json::array() : Json{"event_ids", "victims", "events", "timeline"};
}

}  // namespace

Json incident_before_events(const Incident& incident) {
  const auto as_text = [](const std::string& sentence) { return text(sentence); };
  Json object;
  object["id"] = text_or_null(incident.id);
  object["event_ids"] = array_of(incident.event_ids, as_text);
  object["started"] = time_or_null(incident.started);
  object["ended"] = time_or_null(incident.ended);
  object["host"] = text_or_null(incident.host);
  object["boot_id"] = text_or_null(incident.boot_id);
  object["scope"] = spell(incident.scope);
  object["killers"] = array_of(incident.killers, as_text);
  object["loop"] = incident.loop;
  object["summary"] = array_of(incident.summary, as_text);
  object["victims"] = victims(incident);
  object["victims_total"] = incident.victims_total;
  object["events_total"] = incident.events_total;
  object["omitted"] = omitted_of(incident);
  return object;
}

Json incident_after_events(const Incident& incident) {
  Json object;
  object["cause"] = cause(incident.cause);
  object["victim_is_cause"] = number_or_null(incident.victim_is_cause);
  object["exclusions"] = array_of(incident.exclusions, exclusion);
  object["advice"] = array_of(incident.advice, advice);
  object["timeline"] = array_of(incident.timeline, timeline_entry);
  // These two stand there on demand, and on the host itself.
  if (!incident.now.empty()) object["now"] = array_of(incident.now, unit_now);
  if (incident.what_if) object["what_if"] = what_if(*incident.what_if);
  return object;
}

}  // namespace oomwhy::json
