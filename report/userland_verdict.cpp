#include "report/userland_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/moment.hpp"
#include "report/rule_id.hpp"
#include "report/unit_fate.hpp"

namespace oomwhy {
namespace {

// The first userspace kill and its line.
struct Told {
  const UserlandEvent* event = nullptr;
  const UserspaceKill* kill = nullptr;
  const UnitMessage* unit = nullptr;
};

Told first_word(const Incident& incident) {
  Told told;
  for (const UserlandEvent& event : incident.userland) {
    const auto* kill = std::get_if<UserspaceKill>(&event.fact);
    if (kill != nullptr && !kill->dry_run) return {&event, kill, nullptr};
    const auto* unit = std::get_if<UnitMessage>(&event.fact);
    if (told.event == nullptr && unit != nullptr && !unit->unit.ends_with(".slice")) told = {&event, nullptr, unit};
  }
  return told;
}

std::string whom(const Incident& incident) {
  if (incident.victims.empty()) return "a process";
  const IncidentVictim& victim = incident.victims.front();
  if (!victim.victim.comm.empty()) return fmt::format("{} (PID {})", victim.victim.comm, victim.victim.pid);
  return victim.unit.value_or(victim.victim.cgroup.value_or("a process"));
}

std::string why_of(const UserspaceKill& kill) {
  return kill.rule ? fmt::format(" because of {}", *kill.rule) : std::string();
}

// What the killer goes by, so that nobody takes its choice for a proof of guilt.
std::string_view choice_rule(std::string_view killer) {
  if (killer == "systemd-oomd") return "systemd-oomd chooses by reclaim activity or swap use, not by guilt";
  if (killer == "earlyoom" || killer == "nohang")
    return "it takes the process with the highest oom_score; what else was large is not in its lines";
  return "its lines do not say what else was large";
}

// The killer itself saw the process go.
bool is_confirmed(const Incident& incident, const UserspaceKill& kill) {
  return std::any_of(incident.userland.begin(), incident.userland.end(), [&](const UserlandEvent& event) {
    const auto* done = std::get_if<UserspaceKillDone>(&event.fact);
    return done != nullptr && done->killer == kill.killer && (!done->pid || done->pid == kill.pid);
  });
}

void judge_kill(Incident& incident, const Told& told) {
  const UserspaceKill& kill = *told.kill;
  Cause& cause = incident.cause;
  cause.kind = CauseKind::Processes;
  if (!incident.victims.empty()) {
    cause.unit = incident.victims.front().unit;
    cause.unit_certainty = incident.victims.front().unit_certainty;
  }
  cause.name = kill.comm ? kill.comm : cause.unit;
  if (kill.pid) cause.pids = {*kill.pid};
  cause.rss = kill.rss;
  cause.confidence = Confidence::Low;
  cause.why_this_confidence = choice_rule(kill.killer);
  cause.evidence.push_back({std::string(RuleId("U1")), told.event->text, told.event->origin});
  const char* verb = kill.attempt && !is_confirmed(incident, kill) ? "announced the kill of" : "killed";
  incident.summary.push_back(fmt::format("{} {} {}{}.", kill.killer, verb, whom(incident), why_of(kill)));
  incident.summary.push_back("No kernel OOM report stands beside it in this log.");
  incident.summary.push_back(fmt::format("Cause: low confidence, {}.", cause.why_this_confidence));
}

void judge_unit(Incident& incident, const Told& told) {
  incident.cause.kind = CauseKind::Unknown;
  incident.cause.confidence = Confidence::None;
  incident.cause.why_this_confidence =
      "only the service manager's word is left: it names the unit, not who ate the memory";
  incident.cause.evidence.push_back({"D", told.event->text, told.event->origin});
  incident.summary.push_back(
      fmt::format("A process of {} was killed for want of memory, as systemd says.", told.unit->unit));
  incident.summary.push_back("The kernel's report is not in this log: who caused it cannot be told from it.");
}

std::string clock_of(const Time& time) { return format_time(time); }

std::string back_words(const UnitFate& fate) {
  const auto down = microseconds_between(*fate.failed, *fate.started);
  std::string text = fmt::format(" and was started again at {}", clock_of(*fate.started));
  if (down) text += fmt::format(", {:.0f} s later", static_cast<double>(*down) / 1e6);
  return text + (fate.restart_scheduled ? ", by its Restart=" : "; this log shows no restart that systemd scheduled");
}

std::string down_words(const UnitFate& fate) {
  if (fate.start_limit_hit) return "; the start limit was hit and nothing starts it again";
  if (fate.stop_asked) {
    return fmt::format("; it was stopped on request at {}, which ends its Restart=", clock_of(*fate.stop_asked));
  }
  if (fate.restart_scheduled) {
    return fmt::format("; a restart was scheduled at {}, no start of it follows in this log",
                       clock_of(*fate.restart_scheduled));
  }
  return "; no start of it follows in this log, which lacks its Restart=";
}

std::string fate_sentence(const UnitFate& fate) {
  std::string text = fmt::format("{} failed at {}", fate.unit, clock_of(*fate.failed));
  if (fate.result) text += fmt::format(" (result {})", *fate.result);
  text += fate.started ? back_words(fate) : down_words(fate);
  if (fate.restart_counter) text += fmt::format("; restart counter {}", *fate.restart_counter);
  if (fate.other_processes_stopped)
    text += "; no exit of its main process is in the log: systemd stopped the rest (OOMPolicy=stop)";
  return text + ".";
}

// "report-gen.service peaked at 6.9 GiB, 2.7 times the highest of its 30 earlier runs (2.6 GiB)."; empty: not known.
std::string peak_sentence(const UnitFate& fate) {
  if (!fate.memory_peak || fate.earlier_peaks.empty()) return "";
  const Bytes usual = *std::max_element(fate.earlier_peaks.begin(), fate.earlier_peaks.end());
  if (usual.count == 0) return "";
  const std::size_t runs = fate.earlier_peaks.size();
  return fmt::format(
      "{} peaked at {}, {:.1f} times {} ({}).", fate.unit, format_size(*fate.memory_peak),
      static_cast<double>(fate.memory_peak->count) / static_cast<double>(usual.count),
      runs == 1 ? std::string("its earlier run") : fmt::format("the highest of its {} earlier runs", runs),
      format_size(usual));
}

}  // namespace

void judge_without_report(Incident& incident) {
  const Told told = first_word(incident);
  if (told.kill != nullptr) {
    judge_kill(incident, told);
  } else if (told.unit != nullptr) {
    judge_unit(incident, told);
  }
}

std::vector<std::string> fate_sentences(const Incident& incident) {
  std::vector<std::string> sentences;
  for (const UnitFate& fate : trace_units(incident)) {
    if (fate.failed) sentences.push_back(fate_sentence(fate));
    if (auto peak = peak_sentence(fate); !peak.empty()) sentences.push_back(std::move(peak));
    if (sentences.size() >= 3) break;  // a screen has room for no more
  }
  return sentences;
}

}  // namespace oomwhy
