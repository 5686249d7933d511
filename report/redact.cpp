#include "report/redact.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "report/redact_words.hpp"

namespace oomwhy {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// --- command lines -------------------------------------------------------------------------------------------------

// earlyoom's and nohang's 'cmdline "java -jar x"': everything behind the word.
void hide_quoted_command(std::string& text, WordRedactor& words) {
  for (const char* mark : {"cmdline ", "cmdline: ", "Cmdline: ", "cmdline=", "command line: "}) {
    const auto at = text.find(mark);
    if (at == std::string::npos) continue;
    const auto start = at + std::string_view(mark).size();
    const std::string command = text.substr(start);
    if (!command.empty()) text.replace(start, std::string::npos, words.value("cmdline", command));
    return;
  }
}

void hide_command_lines(Incident& incident, WordRedactor& words) {
  for (AnalysedEvent& event : incident.events) {
    for (Task& task : event.event.tasks) {
      if (task.cmdline) task.cmdline = words.value("cmdline", *task.cmdline);
    }
  }
  for (UserlandEvent& event : incident.userland) {
    const std::string line = event.text;
    if (auto* running = std::get_if<RunningQuery>(&event.fact)) {
      running->query = words.value("query", running->query);
      event.text = words.value("query", line);
    }
    hide_quoted_command(event.text, words);
    if (event.text == line) continue;
    for (TimelineEntry& entry : incident.timeline) replace_all(entry.text, line, event.text);
  }
}

// --- what the fields tell ------------------------------------------------------------------------------------------

void learn_host(KnownWords& known, const std::string& host) {
  if (host.empty()) return;
  known.hosts.insert(host);
  if (const auto dot = host.find('.'); dot != std::string::npos && dot > 0) known.hosts.insert(host.substr(0, dot));
}

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
  known.kept.erase("");
  return known;
}

// --- everything ----------------------------------------------------------------------------------------------------

// Values that free text holds and a reader of words would not see as one: a cgroup with blanks, a cpuset's bare name.
using Phrases = std::vector<std::pair<std::string, std::string>>;

class Everything {
 public:
  explicit Everything(WordRedactor& words) : words_(words) {}

  void redact(Document& document) {
    for (InputSummary& input : document.inputs) input_summary(input);
    moment(document.coverage.from);
    moment(document.coverage.to);
    for (BlindSpot& spot : document.coverage.blind_spots) text(spot.detail);
    for (Incident& one : document.incidents) incident(one);
    phrases_.clear();
    for (OtherKill& kill : document.other_kills) other_kill(kill);
  }

  // What a summary has beside its incidents, which are redacted as a document's.
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

  // "path-1" for a file; what every host calls its own log stays.
  std::string source(const std::string& name) {
    for (const char* common : {"", "-", "/dev/kmsg", "standard input", "journal", "journal of this host"}) {
      if (name == common) return name;
    }
    return words_.value("path", name);
  }

 private:
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
                          [&](RunningQuery& running) { text(running.query); }, [](auto&) {}},
               event.fact);
  }

  WordRedactor& words_;
  Phrases phrases_;
  std::vector<OomEvent> originals_;
};

// The words of a command: names of options and commands stay, their values are read by what they are values of.
class CommandWords {
 public:
  CommandWords(Everything& everything, WordRedactor& words) : everything_(everything), words_(words) {}

  std::string redact(const std::string& word) {
    const std::string prefix = word.substr(0, prefix_length(word));
    const std::string& option = prefix.empty() ? option_before_ : prefix;
    const std::string value = word.substr(prefix.size());
    option_before_ = value.empty() ? word : "";
    return value.empty() ? word : prefix + redact_value(option, value);
  }

 private:
  // "--host=", "-i" of "-ikern.log", "unit=" of a MATCH; all of an option whose value is the next word.
  static std::size_t prefix_length(const std::string& word) {
    const auto equals = word.find('=');
    if (word.starts_with("--")) return equals == std::string::npos ? word.size() : equals + 1;
    if (word.size() > 1 && word.front() == '-')
      return std::string_view("iDMuSUbno").find(word[1]) == std::string::npos ? word.size() : 2;
    const bool field = equals != std::string::npos && word.find_first_of("/.") > equals;
    return field && equals + 1 < word.size() ? equals + 1 : 0;
  }

  std::string redact_value(const std::string& option, const std::string& value) {
    for (const char* name : {"--host", "--machine", "-M", "host="}) {
      if (option.starts_with(name)) return words_.host(value);
    }
    const bool assumption = option.starts_with("--what-if");
    if (assumption || option.starts_with("-u") || option.starts_with("--unit") || option.starts_with("unit=")) {
      return words_.name(value);
    }
    const std::string named = words_.name(value);
    const bool unit = value.find('/') == std::string::npos && words_.component(value) == named;
    return unit || value.find_first_of("/.") == std::string::npos ? named : everything_.source(value);
  }

  Everything& everything_;
  WordRedactor& words_;
  std::string option_before_;
};

// Incidents, and with All everything else of the document.
void redact_document(Document& document, Redaction what, WordRedactor& words) {
  for (Incident& incident : document.incidents) hide_command_lines(incident, words);
  if (what == Redaction::All) Everything(words).redact(document);
}

}  // namespace

Redacted redact(Document document, std::vector<std::string> command, Redaction what, const std::string& key) {
  Redacted redacted{std::move(document), std::move(command)};
  if (what == Redaction::None) return redacted;
  WordRedactor words(learn(redacted.document), Placeholders(key));
  redact_document(redacted.document, what, words);
  if (what == Redaction::CommandLines) return redacted;
  Everything everything(words);
  CommandWords command_words(everything, words);
  for (std::string& word : redacted.command) word = command_words.redact(word);
  return redacted;
}

RedactedScan redact(RedactedScan scan, Redaction what, const std::string& key) {
  if (what == Redaction::None) return scan;
  for (ScanIncident& one : scan.summary.incidents) scan.document.incidents.push_back(std::move(one.incident));
  KnownWords known = learn(scan.document);
  for (const ScanSource& source : scan.summary.sources) learn_host(known, source.host);
  for (const ScanIncident& one : scan.summary.incidents) learn_host(known, one.host);
  WordRedactor words(std::move(known), Placeholders(key));
  redact_document(scan.document, what, words);
  if (what == Redaction::All) Everything(words).redact(scan.summary);
  for (std::size_t i = 0; i < scan.summary.incidents.size(); ++i) {
    scan.summary.incidents[i].incident = std::move(scan.document.incidents[i]);
  }
  scan.document.incidents.clear();
  return scan;
}

}  // namespace oomwhy
