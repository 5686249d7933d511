// The victims of one report: who was named, who was killed, in which role.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/event.hpp"
#include "parser/facts_kill.hpp"

namespace oomwhy {

// A process that a line names before the kill: the oom-kill: line, or "Kill process" (<= 5.0).
struct NamedVictim {
  std::optional<std::uint32_t> pid, uid;
  std::optional<std::string> comm, cgroup;
  std::optional<std::int64_t> score;
  std::uint64_t line = 0;
};

class VictimList {
 public:
  void name(const ConstraintSummary& line, std::uint64_t at);  // the oom-kill: line names the chosen one
  void name(const KillIntent& line, std::uint64_t at);
  void kill(const Killed& line, std::uint64_t at);
  void skip(const AlreadyExiting& line, std::uint64_t at);
  void share(const SharingMm& line, std::uint64_t at);
  void kill_group(std::string_view path) { group_ = std::string(path); }

  // oom_reaper's word; false: no victim has this pid.
  bool reap(std::uint32_t pid, bool reaped);

  bool has(std::uint32_t pid) const { return by_pid_.contains(pid); }
  bool any_killed() const { return !victims_.empty(); }
  bool group_announced() const { return group_.has_value(); }
  std::optional<std::uint32_t> intended_pid() const;
  const std::optional<NamedVictim>& named_by_constraint() const { return constraint_; }
  std::optional<std::uint32_t> constraint_pid() const { return constraint_ ? constraint_->pid : std::nullopt; }
  std::optional<std::uint32_t> first_killed_pid() const;
  bool names_someone() const { return any_killed() || intent_ || constraint_pid(); }

  // After the table: its rows tell names that the oom-kill: line leaves open.
  void finish(OomEvent& event);

 private:
  Victim* find(std::uint32_t pid);
  Victim& at(std::uint32_t pid, std::string_view comm, std::uint64_t line);
  VictimRole role_of_next() const;
  std::optional<Victim> only_named() const;
  void settle_constraint(const OomEvent& event);

  std::optional<NamedVictim> constraint_, intent_;
  KillMessage message_ = KillMessage::None;
  std::optional<std::string> group_;
  std::vector<Victim> victims_;
  std::unordered_map<std::uint32_t, std::size_t> by_pid_;
};

}  // namespace oomwhy
