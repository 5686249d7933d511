// What would have changed the outcome, and the files that would do it.
#include <fmt/format.h>

#include "report/advice.hpp"
#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/words.hpp"

namespace oomwhy::markdown {

namespace {

std::string after_words(const Replay& replay) {
  if (!replay.after_pid) return "nothing is left to kill";
  return fmt::format("{} PID {}", markdown_code(replay.after_comm.value_or("")), *replay.after_pid);
}

std::string setting_words(const Advice& advice) {
  std::string text = advice.target.empty() ? "" : markdown_code(advice.target) + " ";
  text += escape_markdown(advice_words(advice));
  if (advice.flips_at) text += fmt::format(" (flips at {})", *advice.flips_at);
  return text;
}

// Advice that is no setting of a unit: what to run, to look at, or to leave alone.
std::string other_advice(const Incident& incident) {
  std::string list;
  for (const Advice& advice : incident.advice) {
    if (advice.action == AdviceAction::Set && advice.proposed) continue;
    const std::string why = advice.proposed ? advice.reason : advice.gate;
    const std::string what = setting_words(advice);
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
    table.row({setting_words(advice), after_words(*advice.replay),
               advice.replay->freed ? format_size(*advice.replay->freed) : "–"});
  }
  return table.empty() ? "" : "### What would have changed the outcome\n\n" + table.text();
}

std::string proposed_changes(const Incident& incident) {
  std::string text;
  for (const DropIn& file : drop_ins(incident)) {
    text += fmt::format("{}:\n\n{}\n", markdown_code("/etc/systemd/system/" + file.path), fenced("ini", file.text));
  }
  text += other_advice(incident);
  return text.empty() ? "" : "### Proposed change (not applied)\n\n" + text;
}

}  // namespace oomwhy::markdown
