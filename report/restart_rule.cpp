#include "report/restart_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace oomwhy {
namespace {

constexpr std::string_view kDefault = "no";

bool is_one_of(std::string_view result, std::initializer_list<std::string_view> results) {
  for (const std::string_view one : results) {
    if (one == result) return true;
  }
  return false;
}

std::optional<bool> covers(std::string_view restart, std::string_view result) {
  const bool success = result == "success";
  if (restart == "no") return false;
  if (restart == "always") return result != "exec-condition";
  if (restart == "on-success") return success;
  if (restart == "on-failure") return !success && result != "exec-condition";
  if (restart == "on-abnormal") return !success && !is_one_of(result, {"exit-code", "exec-condition"});
  // Not oom-kill: that is a result of its own since 243. Before, a killed main process was a "signal".
  if (restart == "on-abort") return is_one_of(result, {"signal", "core-dump"});
  if (restart == "on-watchdog") return result == "watchdog";
  return std::nullopt;
}

// "SIGTERM 250 KILL": a list of exit codes and signals, of which SIGKILL is the one that an OOM kill sends.
bool names_sigkill(const std::optional<std::string>& statuses) {
  constexpr std::string_view kBlank = " \t";
  std::string_view left = statuses ? std::string_view(*statuses) : std::string_view();
  while (!left.empty()) {
    const std::string_view word = left.substr(0, left.find_first_of(kBlank));
    if (word == "SIGKILL" || word == "KILL") return true;
    left.remove_prefix(std::min(left.size(), word.size() + 1));
  }
  return false;
}

bool ended_by_sigkill(const UnitFate& fate) { return fate.exit_status.value_or("").starts_with("9/"); }

// The setting that decides, as written.
std::string deciding_setting(const UnitPolicy& policy, const UnitFate& fate) {
  if (ended_by_sigkill(fate) && names_sigkill(policy.restart_prevent_exit_status))
    return "RestartPreventExitStatus=" + *policy.restart_prevent_exit_status;
  if (ended_by_sigkill(fate) && names_sigkill(policy.restart_force_exit_status))
    return "RestartForceExitStatus=" + *policy.restart_force_exit_status;
  return policy.restart ? "Restart=" + *policy.restart : "no Restart=, which means Restart=no";
}

}  // namespace

std::optional<bool> restarts_itself(const UnitPolicy& policy, const UnitFate& fate) {
  if (!fate.result) return std::nullopt;
  if (ended_by_sigkill(fate) && names_sigkill(policy.restart_prevent_exit_status)) return false;
  if (ended_by_sigkill(fate) && names_sigkill(policy.restart_force_exit_status)) return true;
  return covers(policy.restart ? std::string_view(*policy.restart) : kDefault, *fate.result);
}

std::string restart_sentence(const UnitPolicy& policy, const UnitFate& fate) {
  const auto restarts = restarts_itself(policy, fate);
  if (!restarts) return "";
  const std::string file = policy.file.empty() ? std::string("its drop-ins") : policy.file;
  return fmt::format("{} has {} ({}, as it is now), which {} the result {}.", fate.unit, deciding_setting(policy, fate),
                     file, *restarts ? "covers" : "does not cover", *fate.result);
}

}  // namespace oomwhy
