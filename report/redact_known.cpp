#include "report/redact_known.hpp"

#include <string_view>
#include <variant>

namespace oomwhy {

void learn_host(KnownWords& known, const std::string& host) {
  if (host.empty()) return;
  known.hosts.insert(host);
  if (const auto dot = host.find('.'); dot != std::string::npos && dot > 0) known.hosts.insert(host.substr(0, dot));
}

namespace {

// "/home/alice/bin/x": alice.
void learn_users(KnownWords& known, std::string_view text) {
  for (const std::string_view home : {"/home/", "/Users/"}) {
    for (auto at = text.find(home); at != std::string_view::npos; at = text.find(home, at + 1)) {
      const std::string_view rest = text.substr(at + home.size());
      const std::string_view name = rest.substr(0, rest.find_first_of("/ \"'"));
      if (!name.empty()) known.users.insert(std::string(name));
    }
  }
}

void learn(KnownWords& known, const AnalysedEvent& analysed) {
  const OomEvent& event = analysed.event;
  learn_host(known, event.host);
  known.kept.insert(analysed.analysis.id);
  if (event.kernel.release) known.kept.insert(*event.kernel.release);
  if (event.trigger.comm) known.kept.insert(*event.trigger.comm);
  if (event.chosen) known.kept.insert(event.chosen->comm);
  for (const Victim& victim : event.victims) known.kept.insert(victim.comm);
  for (const Task& task : event.tasks) {
    known.kept.insert(task.comm);
    if (task.cmdline) learn_users(known, *task.cmdline);
  }
  for (const Group& group : analysed.analysis.groups) {
    if (group.by == GroupBy::Container) known.machines.insert(group.name);
  }
}

void learn(KnownWords& known, const UserlandEvent& event) {
  learn_host(known, event.host);
  learn_users(known, event.text);
  if (const auto* kill = std::get_if<UserspaceKill>(&event.fact); kill && kill->comm) known.kept.insert(*kill->comm);
  if (const auto* unit = std::get_if<UnitMessage>(&event.fact); unit && unit->comm) known.kept.insert(*unit->comm);
  if (const auto* echo = std::get_if<RuntimeEcho>(&event.fact); echo && echo->comm) known.kept.insert(*echo->comm);
}

}  // namespace

KnownWords learn(const Document& document) {
  KnownWords known;
  for (const InputSummary& input : document.inputs) learn_users(known, input.source);
  for (const Incident& incident : document.incidents) {
    learn_host(known, incident.host);
    known.kept.insert(incident.id);
    known.kept.insert(incident.event_ids.begin(), incident.event_ids.end());
    for (const AnalysedEvent& event : incident.events) learn(known, event);
    for (const UserlandEvent& event : incident.userland) learn(known, event);
    for (const IncidentVictim& victim : incident.victims) known.kept.insert(victim.victim.comm);
  }
  for (const OtherKill& kill : document.other_kills) learn_host(known, kill.host);
  for (const RefusedAllocation& refused : document.refused_allocations) {
    learn(known, refused.first);
    known.kept.insert(refused.what().program);
  }
  known.kept.erase("");
  return known;
}

}  // namespace oomwhy
