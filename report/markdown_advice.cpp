// What would have changed the outcome, and the files that would do it.
#include <fmt/format.h>

#include "report/drop_in.hpp"
#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/words.hpp"

namespace oomwhy::markdown {

namespace {

std::string after_words(const Replay& replay) {
  if (!replay.after_pid) return "nothing is left to kill";
  return fmt::format("{} PID {}", markdown_code(replay.after_comm.value_or("")), *replay.after_pid);
}

// A process's name may stand in "the unit of php".
std::string target_words(const Incident& incident, const Advice& advice) {
  if (advice.action != AdviceAction::Set && advice.target.empty()) return "";
  return advice.target.empty() ? escape_markdown(advice_target(incident, advice)) + " "
                               : markdown_code(advice.target) + " ";
}

std::string setting_words(const Incident& incident, const Advice& advice) {
  std::string text = target_words(incident, advice);
  text += escape_markdown(advice_words(advice));
  if (advice.flips_at) text += fmt::format(" (flips at {})", *advice.flips_at);
  return text;
}

std::string place_words(const DropIn& file) {
  return file.path.empty() ? "For " + escape_markdown(file.unit) : markdown_code("/etc/systemd/system/" + file.path);
}

// Advice that is no setting of a unit: what to run, to look at, or to leave alone.
std::string other_advice(const Incident& incident) {
  std::string list;
  for (const Advice& advice : incident.advice) {
    if (is_in_drop_in(incident, advice)) continue;
    const std::string why = advice.proposed ? advice.reason : advice.gate;
    const std::string what = setting_words(incident, advice);
    list += fmt::format("* {}{}{}{}\n", advice.proposed ? "" : "Not proposed: ", what,
                        what.empty() || why.empty() ? "" : ": ", escape_markdown(why));
  }
  return list;
}

}  // namespace

std::string replays(const Incident& incident) {
  Table table({"change", "next victim", "frees"});
  for (const Advice& advice : incident.advice) {
    if (!advice.replay) continue;
    table.row({setting_words(incident, advice), after_words(*advice.replay),
               advice.replay->freed ? format_size(*advice.replay->freed) : "–"});
  }
  return table.empty() ? "" : "### What would have changed the outcome\n\n" + table.text();
}

std::string proposed_changes(const Incident& incident) {
  std::string text;
  for (const DropIn& file : drop_ins(incident)) {
    text += fmt::format("{}:\n\n{}\n", place_words(file), fenced("ini", file.text));
  }
  text += other_advice(incident);
  return text.empty() ? "" : "### Proposed change (not applied)\n\n" + text;
}

}  // namespace oomwhy::markdown
