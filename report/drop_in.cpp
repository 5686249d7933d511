#include "report/drop_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "report/advice_target.hpp"
#include "report/format.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kColumns = 78;
constexpr std::string_view kFile = "50-oom.conf";

bool belongs_to_unit_section(std::string_view setting) { return setting.substr(0, 10) == "StartLimit"; }

bool is_live_setting(std::string_view setting) { return setting.substr(0, 6) == "Memory"; }

bool is_for_unit(const Advice& advice) {
  return advice.action == AdviceAction::Set &&
         (advice.target_kind == TargetKind::Unit || advice.target_kind == TargetKind::Slice);
}

// Breaks at blanks; a word longer than a line stands alone.
void add_wrapped(std::string_view text, std::string& out) {
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    if (line.size() > 1 && line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line = "#  ";
    }
    line += " ";
    line += word;
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  // systemd joins a line that ends in a backslash with the next one.
  out += line + (line.back() == '\\' ? " ." : "") + "\n";
}

// What holds a setting back beside `shared`, which all settings of the file wait for.
std::string own_gate(const Advice& advice, const std::string& shared) {
  if (shared.empty() || !advice.gate.starts_with(shared)) {
    return advice.gate;
  }
  const std::string rest = advice.gate.substr(shared.size());
  return rest.starts_with("; ") ? rest.substr(2) : rest;
}

std::string setting_lines(const Advice& advice, const std::string& shared_gate) {
  std::string text;
  if (!advice.reason.empty()) {
    text += as_comment(advice.reason);
  }
  if (!advice.arithmetic.empty()) {
    text += as_comment(fmt::format("{} = {}", advice.value, advice.arithmetic));
  }
  if (!advice.source.empty()) {
    text += as_comment("source: " + advice.source);
  }
  if (const std::string gate = own_gate(advice, shared_gate); !advice.proposed && !gate.empty()) {
    text += as_comment("held back: " + gate);
  }
  return text + fmt::format("{}{}={}\n", advice.proposed ? "" : "#", advice.setting, advice.value);
}

std::string section(std::string_view header, const std::vector<const Advice*>& settings,
                    const std::string& shared_gate = {}) {
  std::string text;
  for (const Advice* advice : settings) {
    text += setting_lines(*advice, shared_gate);
  }
  return text.empty() ? text : fmt::format("\n{}\n{}", header, text);
}

std::string evidence_lines(const Incident& incident) {
  std::string text;
  for (const std::string& sentence : incident.summary) {
    text += as_comment(sentence);
  }
  return text;
}

std::string heading(const Incident& incident) {
  std::string text = fmt::format("incident {}", incident.id);
  if (incident.started) {
    text += ", " + format_time(*incident.started);
  }
  return as_comment(text + (incident.host.empty() ? "" : " on " + incident.host));
}

bool needs_restart(const std::vector<const Advice*>& settings) {
  return std::any_of(settings.begin(), settings.end(), [](const Advice* a) { return a->setting == "OOMScoreAdjust"; });
}

std::string set_for_now(const std::string& unit, const std::vector<const Advice*>& settings) {
  std::string text;
  for (const Advice* advice : settings) {
    if (advice->proposed && is_live_setting(advice->setting)) {
      text += as_comment(fmt::format("now, without a restart: systemctl set-property {} {}={}", shell_word(unit),
                                     advice->setting, advice->value));
    }
  }
  return text;
}

// Not wrapped: a command is there to be copied.
std::string how_to(const std::string& unit, const std::vector<const Advice*>& settings) {
  const std::string word = shell_word(unit);
  const std::string directory = "/etc/systemd/system/" + unit + ".d";
  std::string names;
  for (const Advice* advice : settings) {
    names += (names.empty() ? "" : ",") + advice->setting;
  }
  std::string text = "\n";
  text += fmt::format("# apply:  install -D -m 644 {} {}\n", kFile, shell_word(directory + "/" + std::string(kFile)));
  text += fmt::format("#         systemctl daemon-reload{}\n",
                      needs_restart(settings) ? " && systemctl restart " + word : "");
  text += set_for_now(unit, settings);
  text += fmt::format("# verify: systemctl show -p {} {}; systemd-analyze verify {}\n", names, word, word);
  text += fmt::format("# undo:   rm {} && systemctl daemon-reload\n", shell_word(directory + "/" + std::string(kFile)));
  return text + "#         (systemctl revert would drop all other drop-ins, too)\n";
}

DropIn make(const Incident& incident, const std::string& unit, const std::vector<const Advice*>& settings) {
  std::vector<const Advice*> of_unit, of_type;
  for (const Advice* advice : settings) {
    (belongs_to_unit_section(advice->setting) ? of_unit : of_type).push_back(advice);
  }
  DropIn drop_in;
  drop_in.unit = unit;
  drop_in.path = fmt::format("{}.d/{}", unit, kFile);
  drop_in.text = heading(incident) + evidence_lines(incident);
  drop_in.text += section("[Unit]", of_unit);
  drop_in.text += section(section_of(unit), of_type);
  drop_in.text += how_to(unit, settings);
  return drop_in;
}

// All of it in comments: the file is one only once the name is found.
DropIn make_unnamed(const Incident& incident, const Unnamed& unnamed, const std::vector<const Advice*>& settings) {
  DropIn drop_in;
  drop_in.unit = unnamed.what;
  drop_in.text = heading(incident) + evidence_lines(incident);
  drop_in.text += "# " + escape_terminal(unnamed.gate) + "\n";
  drop_in.text += section("#[Service]", settings, unnamed.gate);
  return drop_in;
}

struct Settings {
  std::string unit;
  std::optional<Unnamed> unnamed;
  std::vector<const Advice*> list;
};

Settings& settings_of(const std::string& unit, std::optional<Unnamed> unnamed, std::vector<Settings>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Settings& one) { return one.unit == unit; });
  return found != all.end() ? *found : all.emplace_back(Settings{unit, std::move(unnamed), {}});
}

}  // namespace

std::string_view section_of(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSections = {{{".service", "[Service]"},
                                                                                       {".slice", "[Slice]"},
                                                                                       {".scope", "[Scope]"},
                                                                                       {".socket", "[Socket]"},
                                                                                       {".mount", "[Mount]"},
                                                                                       {".swap", "[Swap]"}}};
  const auto found = std::find_if(kSections.begin(), kSections.end(), [&](const auto& entry) {
    return unit.size() > entry.first.size() && unit.substr(unit.size() - entry.first.size()) == entry.first;
  });
  return found == kSections.end() ? std::string_view() : found->second;
}

std::string as_comment(std::string_view text) {
  std::string out;
  add_wrapped(escape_terminal(text), out);
  return out;
}

bool is_in_drop_in(const Incident& incident, const Advice& advice) {
  const bool is_named = is_valid_unit_name(advice.target) && !section_of(advice.target).empty();
  return is_for_unit(advice) && (is_named || unnamed_target(incident, advice));
}

// Settings of one unit in the order of the advice.
std::vector<DropIn> drop_ins(const Incident& incident) {
  std::vector<Settings> units;
  for (const Advice& advice : incident.advice) {
    if (!is_in_drop_in(incident, advice)) {
      continue;
    }
    std::optional<Unnamed> unnamed = unnamed_target(incident, advice);
    const std::string unit = unnamed ? unnamed->gate : advice.target;
    settings_of(unit, std::move(unnamed), units).list.push_back(&advice);
  }
  std::vector<DropIn> result;
  result.reserve(units.size());
  for (const Settings& one : units) {
    result.push_back(one.unnamed ? make_unnamed(incident, *one.unnamed, one.list) : make(incident, one.unit, one.list));
  }
  return result;
}

}  // namespace oomwhy
