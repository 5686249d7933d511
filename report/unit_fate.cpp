#include "report/unit_fate.hpp"

#include <set>

#include "report/moment.hpp"

namespace oomwhy {
namespace {

// Journals stamp kernel records when they receive them, up to half a minute late: the service manager's words can then
// stand before the kill that they tell of.
constexpr std::int64_t kLateness = 30'000'000;

bool after_kill(const Incident& incident, const UserlandEvent& event) {
  if (!incident.started) return false;
  const std::int64_t tolerance = incident.started->clock == Clock::Received ? kLateness : 0;
  const auto since = microseconds_between(*incident.started, event.time);
  return since && *since >= -tolerance;
}

// One word after another, in order of time.
void take(const UnitMessage& message, const UserlandEvent& event, bool after, UnitFate& fate) {
  if (!after) {
    if (message.word == UnitWord::Consumed && message.memory_peak) fate.earlier_peaks.push_back(*message.memory_peak);
    return;
  }
  if (message.word == UnitWord::Failed && !fate.failed) {
    fate.failed = event.time;
    fate.result = message.result;
  }
  const bool is_down = fate.failed && !fate.started;
  if (message.word == UnitWord::RestartScheduled && is_down) fate.restart_scheduled = event.time;
  // The manager's own restart is a job of type "restart".
  if (message.word == UnitWord::Stopped && message.job_type == "stop" && is_down) fate.stop_asked = event.time;
  if (message.word == UnitWord::Started && is_down) fate.started = event.time;
  if (message.word == UnitWord::RestartScheduled && message.count) fate.restart_counter = message.count;
  if (message.word == UnitWord::StartLimitHit) fate.start_limit_hit = true;
  if (message.word == UnitWord::Consumed && message.memory_peak && !fate.memory_peak)
    fate.memory_peak = message.memory_peak;
}

}  // namespace

UnitFate trace_unit(const Incident& incident, const std::string& unit) {
  UnitFate fate;
  fate.unit = unit;
  bool main_exited = false;
  for (const UserlandEvent& event : incident.userland) {
    const auto* message = std::get_if<UnitMessage>(&event.fact);
    if (message == nullptr || message->unit != unit) continue;
    const bool after = after_kill(incident, event);
    if (after && message->word == UnitWord::ProcessExited && !fate.failed) fate.exit_status = message->exit_status;
    fate.user_manager = fate.user_manager || message->user_manager;
    main_exited = main_exited || (after && message->word == UnitWord::ProcessExited);
    take(*message, event, after, fate);
  }
  // OOMPolicy=stop ends the main process with SIGTERM: then there is no "Main process exited" line.
  fate.other_processes_stopped = fate.result == "oom-kill" && !main_exited;
  return fate;
}

std::vector<UnitFate> trace_units(const Incident& incident) {
  std::set<std::string> units;
  for (const IncidentVictim& victim : incident.victims) {
    if (victim.unit) units.insert(*victim.unit);
  }
  for (const UserlandEvent& event : incident.userland) {
    const auto* message = std::get_if<UnitMessage>(&event.fact);
    if (message != nullptr && message->word == UnitWord::Failed && message->result == "oom-kill")
      units.insert(message->unit);
  }
  std::vector<UnitFate> fates;
  fates.reserve(units.size());
  for (const std::string& unit : units) fates.push_back(trace_unit(incident, unit));
  return fates;
}

}  // namespace oomwhy
