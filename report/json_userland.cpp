// What other programs said of an incident, as events of their own kinds; and units killed without any sign of an OOM
// kill.
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

// A victim of which a log line names no more than this.
Json sparse_victim(const UserspaceKill& kill) {
  IncidentVictim entry{.victim = {}, .unit = std::nullopt, .unit_certainty = std::nullopt, .is_cause = std::nullopt};
  entry.victim.pid = *kill.pid;
  entry.victim.comm = kill.comm.value_or("");
  entry.victim.uid = kill.uid;
  entry.victim.cgroup = kill.cgroup;
  return victim(entry, nullptr);
}

Json facts(const UserspaceKill& kill) {
  Json object;
  object["kind"] = "userspace_kill";
  object["killer"] = text(kill.killer);
  object["cgroup"] = text_or_null(kill.cgroup);
  object["monitored"] = text_or_null(kill.monitored);
  object["rule"] = text_or_null(kill.rule);
  object["signal"] = text_or_null(kill.signal);
  object["attempt"] = kill.attempt;
  object["dry_run"] = kill.dry_run;
  object["rss_bytes"] = size_or_null(kill.rss);
  object["victims"] = Json::array();
  if (kill.pid) object["victims"].push_back(sparse_victim(kill));
  return object;
}

Json facts(const UnitMessage& message) {
  Json object;
  object["kind"] = "unit_result";
  object["unit"] = text_or_null(message.unit);
  object["result"] = text_or_null(message.result);
  object["word"] = spell(message.word);
  object["user_manager"] = message.user_manager;
  object["exit_code"] = text_or_null(message.exit_code);
  object["exit_status"] = text_or_null(message.exit_status);
  object["signal"] = text_or_null(message.signal);
  object["pid"] = number_or_null(message.pid);
  object["count"] = number_or_null(message.count);
  object["memory_peak_bytes"] = size_or_null(message.memory_peak);
  object["memory_swap_peak_bytes"] = size_or_null(message.memory_swap_peak);
  return object;
}

Json facts(const AllocationRefused& refused) {
  Json object;
  object["kind"] = "allocation_refused";
  object["program"] = text_or_null(refused.program);
  object["refused_by"] = spell(refused.by);
  object["unit"] = text_or_null(refused.unit);
  object["pid"] = number_or_null(refused.pid);
  object["size_bytes"] = size_or_null(refused.size);
  object["limit_bytes"] = size_or_null(refused.limit);
  return object;
}

// A further word on a kill that others report.
Json echo(const char* what, const std::string& program) {
  Json object;
  object["kind"] = "echo";
  object["what"] = what;
  object["program"] = text_or_null(program);
  object["container"] = nullptr;
  object["pid"] = nullptr;
  set_name(object, "comm", std::nullopt);
  return object;
}

Json facts(const UserspaceKillDone& done) {
  Json object = echo("kill_done", done.killer);
  object["pid"] = number_or_null(done.pid);
  return object;
}

Json facts(const RuntimeEcho& runtime) {
  Json object = echo("runtime", runtime.runtime);
  object["container"] = text_or_null(runtime.container);
  object["pid"] = number_or_null(runtime.pid);
  set_name(object, "comm", runtime.comm);
  return object;
}

Json facts(const ApplicationEcho& application) {
  Json object = echo(application.timeout ? "application_timeout" : "application", application.program);
  object["pid"] = number_or_null(application.pid);
  return object;
}

Json facts(const RunningQuery&) { return echo("running_query", "postgres"); }
Json facts(const MemoryTrend&) { return echo("memory_trend", "earlyoom"); }

}  // namespace

Json userland_event(const UserlandEvent& event) {
  Json object = std::visit([](const auto& fact) { return facts(fact); }, event.fact);
  object["trust"] = spell(event.trust);
  object["time"] = time(event.time);
  object["origin"] = origin_or_null(event.origin);
  object["text"] = text(event.text);
  return object;
}

Json other_kills(const Document& document) {
  return array_of(document.other_kills, [](const OtherKill& kill) {
    Json object;
    object["unit"] = text_or_null(kill.unit);
    object["time"] = time(kill.time);
    object["host"] = text_or_null(kill.host);
    object["sender"] = text_or_null(kill.sender);
    object["text"] = text(kill.text);
    object["origin"] = origin_or_null(kill.origin);
    return object;
  });
}

Json refused_allocations(const Document& document) {
  return array_of(document.refused_allocations, [](const RefusedAllocation& refused) {
    Json object = userland_event(refused.first);
    object["host"] = text_or_null(refused.first.host);
    object["last"] = time(refused.last);
    object["count"] = refused.count;
    return object;
  });
}

}  // namespace oomwhy::json
