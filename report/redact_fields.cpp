#include "report/redact_fields.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "report/replace_all.hpp"

namespace oomwhy {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

// Values that free text holds and a reader of words would not see as one: a cgroup with blanks, a cpuset's bare name.
using Phrases = std::vector<std::pair<std::string, std::string>>;

class FieldRedactor {
 public:
  explicit FieldRedactor(WordRedactor& words) : words_(words) {}

  void redact(Document& document) {
    for (InputSummary& input : document.inputs) input_summary(input);
    moment(document.coverage.from);
    moment(document.coverage.to);
    for (BlindSpot& spot : document.coverage.blind_spots) text(spot.detail);
    for (Incident& one : document.incidents) incident(one);
    phrases_.clear();
    for (OtherKill& kill : document.other_kills) other_kill(kill);
    for (RefusedAllocation& refused : document.refused_allocations) {
      userland(refused.first);
      moment(refused.last);
    }
  }

  void redact(ScanSummary& summary) {
    learn_sources(summary);
    for (ScanIncident& incident : summary.incidents) host(incident.host);
    for (OtherKill& kill : summary.other_kills) other_kill(kill);
    for (auto& [name, spot] : summary.blind_spots) {
      host(name);
      text(spot.detail);
    }
    for (std::string& note : summary.notes) text(note);
    for (ScanSource& one : summary.sources) {
      one.name = source(one.name);
      host(one.host);
    }
  }

 private:
  std::string source(const std::string& name) { return redact_source(name, words_); }
  void text(std::string& text) {
    for (const auto& [from, to] : phrases_) replace_all(text, from, to);
    text = words_.text(text);
  }
  void text(std::optional<std::string>& value) {
    if (value) text(*value);
  }
  void named(std::string& name) { name = words_.name(name); }
  void named(std::optional<std::string>& name) {
    if (name) named(*name);
  }
  void cgroup(std::optional<std::string>& path) {
    if (path) path = words_.cgroup(*path);
  }
  void host(std::string& host) {
    if (!host.empty()) host = words_.host(host);
  }
  void identifier(std::string& id) {
    if (!id.empty()) id = words_.identifier(id);
  }
  void cursor(std::string& cursor) {
    if (!cursor.empty()) cursor = words_.value("cursor", cursor);
  }
  void origin(Origin& origin) {
    origin.source = source(origin.source);
    cursor(origin.cursor);
  }
  void origin(std::optional<Origin>& value) {
    if (value) origin(*value);
  }
  void moment(Time& time) { text(time.as_printed); }
  void moment(std::optional<Time>& time) {
    if (time) moment(*time);
  }

  void other_kill(OtherKill& kill) {
    named(kill.unit);
    moment(kill.time);
    host(kill.host);
    text(kill.sender);
    text(kill.text);
    origin(kill.origin);
  }

  // "web1.log: shrank": a note begins with its source.
  void learn_sources(const ScanSummary& summary) {
    phrases_.clear();
    for (const ScanSource& one : summary.sources) {
      if (const std::string to = source(one.name); to != one.name) phrases_.emplace_back(one.name, to);
    }
    sort_phrases();
  }

  void input_summary(InputSummary& input) {
    input.source = source(input.source);
    moment(input.first);
    moment(input.last);
    for (Diagnostic& diagnostic : input.diagnostics) {
      origin(diagnostic.origin);
      quotation(diagnostic.text);
    }
    for (BlindSpot& spot : input.blind_spots) text(spot.detail);
    if (!input.error) return;
    input.error->what = source(input.error->what);
    text(input.error->why);
    text(input.error->hint);
  }

  // A diagnostic quotes a damaged line: short figures stay, a quotation that could be anybody's sentence goes.
  void quotation(std::string& quoting) {
    constexpr std::size_t kFigure = 24;
    const auto open = quoting.find('"');
    const auto close = quoting.rfind('"');
    if (open != std::string::npos && close > open + 1) {
      const std::string quoted = quoting.substr(open + 1, close - open - 1);
      if (quoted.size() > kFigure) quoting.replace(open + 1, quoted.size(), words_.value("text", quoted));
    }
    text(quoting);
  }

  void phrase(const std::string& prefix, const std::optional<std::string>& raw) {
    if (!raw || raw->empty() || *raw == "/") return;
    const std::string to = prefix + words_.cgroup(*raw);
    if (prefix + *raw != to) phrases_.emplace_back(prefix + *raw, to);
  }
  void phrase(const std::optional<std::string>& path) {
    const bool odd = path && path->find_first_of(" \t\"'`<>()|,;*\n") != std::string::npos;
    if (odd) phrase("", path);
  }

  void learn_phrases(const OomEvent& event) {
    phrase("cpuset=", event.cpuset);
    if (event.memcg) {
      phrase(event.memcg->limiting);
      phrase(event.memcg->victim);
    }
    phrase(event.group_kill_path);
    for (const Victim& victim : event.victims) phrase(victim.cgroup);
  }
  // Longest first: one path may be the start of another.
  void sort_phrases() {
    std::sort(phrases_.begin(), phrases_.end(), [](const auto& a, const auto& b) {
      return a.first.size() > b.first.size() || (a.first.size() == b.first.size() && a < b);
    });
    phrases_.erase(std::unique(phrases_.begin(), phrases_.end()), phrases_.end());
  }

  void incident(Incident& incident) {
    for (AnalysedEvent& event : incident.events) analysed(event);
    phrases_.clear();
    for (const OomEvent& event : originals_) learn_phrases(event);
    originals_.clear();
    for (const UserlandEvent& event : incident.userland) {
      if (const auto* kill = std::get_if<UserspaceKill>(&event.fact)) {
        phrase(kill->cgroup);
        phrase(kill->monitored);
      }
    }
    sort_phrases();
    moment(incident.started);
    moment(incident.ended);
    host(incident.host);
    identifier(incident.boot_id);
    for (std::string& sentence : incident.summary) text(sentence);
    for (IncidentVictim& entry : incident.victims) {
      victim(entry.victim);
      named(entry.unit);
    }
    cause(incident.cause);
    judgement(incident);
    for (UserlandEvent& event : incident.userland) userland(event);
    for (UnitNow& now : incident.now) named(now.unit);
  }

  void cause(Cause& cause) {
    named(cause.name);
    named(cause.unit);
    text(cause.why_this_confidence);
    for (Evidence& evidence : cause.evidence) {
      text(evidence.text);
      origin(evidence.origin);
    }
  }

  void judgement(Incident& incident) {
    for (Exclusion& exclusion : incident.exclusions) {
      text(exclusion.what);
      text(exclusion.text);
      origin(exclusion.origin);
    }
    for (Advice& one : incident.advice) advice(one);
    for (TimelineEntry& entry : incident.timeline) {
      moment(entry.time);
      text(entry.text);
    }
    named(incident.loop_of);
    if (!incident.what_if) return;
    for (std::string& assumption : incident.what_if->assumptions) text(assumption);
    for (std::string& warning : incident.what_if->result.warnings) text(warning);
  }

  void advice(Advice& advice) {
    named(advice.target);
    for (std::string* sentence : {&advice.value, &advice.reason, &advice.arithmetic, &advice.gate}) text(*sentence);
  }

  void victim(Victim& victim) { cgroup(victim.cgroup); }

  void analysed(AnalysedEvent& analysed) {
    OomEvent& event = analysed.event;
    originals_.push_back(paths_only(event));
    phrases_.clear();
    learn_phrases(event);
    sort_phrases();
    text(event.raw);
    kernel_report(event);
    for (Group& group : analysed.analysis.groups) {
      group.name = group.by == GroupBy::Container ? container(group.name) : words_.name(group.name);
      named(group.unit);
    }
    text(analysed.analysis.scoring.choice.explanation);
  }

  void kernel_report(OomEvent& event) {
    moment(event.time);
    moment(event.ended);
    host(event.host);
    identifier(event.boot_id);
    origin(event.origin);
    cursor(event.last_cursor);
    cgroup(event.cpuset);
    cgroup(event.group_kill_path);
    if (event.memcg) {
      cgroup(event.memcg->limiting);
      cgroup(event.memcg->victim);
    }
    for (Victim& one : event.victims) victim(one);
    for (Task& task : event.tasks) named(task.unit);
  }

  std::string container(const std::string& name) {
    std::string replaced = words_.text(name);
    return replaced == name ? words_.value("machine", name) : replaced;
  }

  // What the phrases of an incident are learnt from, when its events have been redacted.
  static OomEvent paths_only(const OomEvent& event) {
    OomEvent paths;
    paths.cpuset = event.cpuset;
    paths.memcg = event.memcg;
    paths.group_kill_path = event.group_kill_path;
    paths.victims = event.victims;
    return paths;
  }

  void userland(UserlandEvent& event) {
    moment(event.time);
    origin(event.origin);
    host(event.host);
    identifier(event.boot_id);
    text(event.text);
    std::visit(Overloaded{[&](UnitMessage& message) {
                            named(message.unit);
                            if (message.invocation_id) identifier(*message.invocation_id);
                          },
                          [&](UserspaceKill& kill) {
                            cgroup(kill.cgroup);
                            cgroup(kill.monitored);
                            text(kill.rule);
                          },
                          [&](RuntimeEcho& echo) {
                            if (echo.container) identifier(*echo.container);
                          },
                          [&](RunningQuery& running) { text(running.query); },
                          [&](AllocationRefused& refused) {
                            if (!refused.unit.empty()) named(refused.unit);
                          },
                          [](auto&) {}},
               event.fact);
  }

  WordRedactor& words_;
  Phrases phrases_;
  std::vector<OomEvent> originals_;
};

}  // namespace

void redact_fields(Document& document, WordRedactor& words) { FieldRedactor(words).redact(document); }
void redact_fields(ScanSummary& summary, WordRedactor& words) { FieldRedactor(words).redact(summary); }

std::string redact_source(const std::string& name, WordRedactor& words) {
  for (const char* common : {"", "-", "/dev/kmsg", "standard input", "journal", "journal of this host"}) {
    if (name == common) return name;
  }
  return words.value("path", name);
}

}  // namespace oomwhy
