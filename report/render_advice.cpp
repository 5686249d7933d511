#include "report/render_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/drop_in.hpp"
#include "report/format.hpp"
#include "report/supervisors.hpp"
#include "report/words.hpp"

namespace oomwhy {
namespace {

std::string comment_if(std::string_view label, std::string_view text) {
  return text.empty() ? "" : as_comment(fmt::format(" {}: {}", label, text));
}

std::string name_of(const Incident& incident) {
  std::string name = "incident " + incident.id;
  if (incident.started) name += ", " + format_time(*incident.started);
  if (!incident.host.empty()) name += ", " + incident.host;
  return name;
}

std::string setting_of(const Advice& advice) {
  const std::string setting = advice.value.empty() ? advice.setting : advice.setting + "=" + advice.value;
  return advice.target.empty() ? setting : advice.target + ": " + setting;
}

std::string replay_before(const Replay& replay) { return fmt::format("{}[{}]", replay.before_comm, replay.before_pid); }

std::string replay_after(const Replay& replay) {
  if (!replay.after_pid) return "nobody: nothing is left to kill";
  const std::string after = fmt::format("{}[{}]", replay.after_comm.value_or("?"), *replay.after_pid);
  return replay.freed ? fmt::format("{}, which frees {}", after, format_size(*replay.freed)) : after;
}

std::string replay_of(const Replay& replay) {
  return fmt::format("died: {}; dies with it: {}", replay_before(replay), replay_after(replay));
}

std::string reasons_of(const Advice& advice) {
  std::string text =
      comment_if("why", advice.reason) + comment_if("from", advice.arithmetic) + comment_if("see", advice.source);
  if (advice.replay) text += comment_if("replay", replay_of(*advice.replay));
  if (!advice.proposed) text += comment_if("not proposed as it is", advice.gate);
  return text;
}

// --- other supervisors --------------------------------------------------------------------------------------------

std::string render_words(const Advice& advice, const std::string& supervisor) {
  const SupervisorWords words = in_words_of(supervisor, advice);
  std::string text = as_comment(setting_of(advice)) + reasons_of(advice) + comment_if("where", words.where);
  for (const std::string& line : words.lines) text += (advice.proposed ? "" : "#") + line + "\n";
  return text;
}

// --- systemd ------------------------------------------------------------------------------------------------------

// Not wrapped: a command is there to be copied.
std::string command_line(const Advice& advice) {
  return advice.value.empty() ? "" : "#   " + escape_terminal(advice.value) + "\n";
}

std::string refusal_of(const Advice& advice) {
  return advice.setting.empty() ? advice.reason
                                : fmt::format("{}{}: {}", standing_words(advice), setting_of(advice), advice.reason);
}

// What is no setting of a unit: a question, a command, a container's limit, a word of warning.
std::string render_remark(const Advice& advice) {
  switch (advice.action) {
    case AdviceAction::None:
      return as_comment(refusal_of(advice)) + comment_if("see", advice.source);
    case AdviceAction::Set:
      return as_comment("set " + setting_of(advice)) + reasons_of(advice);
    case AdviceAction::Run:
    case AdviceAction::Check:
      return as_comment(advice.reason) + command_line(advice) + comment_if("see", advice.source);
  }
  return {};
}

void add_block(std::string& text, const std::string& block) {
  if (block.empty()) return;
  if (!text.empty()) text += "\n";
  text += block;
}

std::string place_of(const DropIn& file) {
  return as_comment(file.path.empty() ? "a drop-in for " + file.unit : "/etc/systemd/system/" + file.path);
}

std::string with_line_end(const std::string& text) { return text.ends_with('\n') ? text : text + "\n"; }

std::string render_for_systemd(const Incident& incident) {
  std::string text;
  for (const DropIn& file : drop_ins(incident)) add_block(text, place_of(file) + with_line_end(file.text));
  for (const Advice& advice : incident.advice) {
    if (!is_in_drop_in(incident, advice)) add_block(text, render_remark(advice));
  }
  return text;
}

std::string render_for(const Incident& incident, const std::string& supervisor) {
  std::string text;
  for (const Advice& advice : incident.advice) {
    add_block(text, advice.action == AdviceAction::Set && advice.target_kind != TargetKind::Kernel
                        ? render_words(advice, supervisor)
                        : render_remark(advice));
  }
  return text;
}

}  // namespace

std::string render_advice(const Incident& incident, const std::string& supervisor) {
  const std::string body = supervisor.empty() ? render_for_systemd(incident) : render_for(incident, supervisor);
  const std::string head = as_comment(name_of(incident) + "; nothing of this was applied");
  return head + (body.empty() ? as_comment("no advice: the log does not say enough") : "\n" + body);
}

// --- what if ------------------------------------------------------------------------------------------------------

std::string render_what_if(const Incident& incident, const TextStyle& style) {
  const WhatIfAnswer& answer = *incident.what_if;
  const WhatIf& result = answer.result;
  const Charset charset = style.utf8 ? Charset::Utf8 : Charset::Ascii;
  std::string text = fmt::format("WHAT IF, {}\n", escape_terminal(name_of(incident), charset));
  const auto line = [&](std::string_view label, std::string_view value) {
    text += fmt::format("  {:<11}{}\n", label, escape_terminal(value, charset));
  };
  for (const std::string& assumption : answer.assumptions) line("with", assumption);
  if (result.matched_pids.empty()) line("", "nothing in the task table is meant by that");
  if (result.replay) {
    line("died", replay_before(*result.replay));
    line("dies then", replay_after(*result.replay));
  } else {
    line("", "the choice of this report cannot be replayed");
  }
  if (result.next_pid) line("next", fmt::format("{}[{}]", result.next_comm.value_or("?"), *result.next_pid));
  if (result.before_host_oom) line("when", "inside its own limit, before the host is short");
  for (const std::string& warning : result.warnings) line("warning", warning);
  return text;
}

}  // namespace oomwhy
