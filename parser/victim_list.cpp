#include "parser/victim_list.hpp"

#include <algorithm>

namespace oomwhy {

namespace {

// A memory.oom.group kill names every task of a cgroup; more than this is no cgroup but a hostile log.
constexpr std::size_t kMostVictims = 65536;

template <typename Value>
void fill(std::optional<Value>& slot, const std::optional<Value>& value) {
  if (!slot) slot = value;
}

// "…,task_memcg=/a,task=b,task=c" is a cgroup "/a,task=b" or a process "b,task=c": what another line calls the process
// tells which.
void settle_name(NamedVictim& named, std::string_view comm) {
  constexpr std::string_view words = ",task=";
  if (!named.comm || !named.cgroup || comm.empty()) return;
  const std::string end = std::string(words).append(comm);
  if (!named.comm->ends_with(end)) return;
  named.cgroup->append(words).append(*named.comm, 0, named.comm->size() - end.size());
  named.comm = std::string(comm);
}

}  // namespace

std::optional<std::uint32_t> VictimList::intended_pid() const {
  if (!intent_) return std::nullopt;
  return intent_->pid;
}

std::optional<std::uint32_t> VictimList::first_killed_pid() const {
  if (victims_.empty()) return std::nullopt;
  return victims_.front().pid;
}

Victim* VictimList::find(std::uint32_t pid) {
  const auto found = by_pid_.find(pid);
  return found == by_pid_.end() ? nullptr : &victims_[found->second];
}

void VictimList::name(const ConstraintSummary& line, std::uint64_t at) {
  if (constraint_) return;
  constraint_ = NamedVictim{};
  constraint_->pid = line.pid;
  constraint_->uid = line.uid;
  constraint_->line = at;
  if (line.task) constraint_->comm = std::string(*line.task);
  if (line.task_memcg) constraint_->cgroup = std::string(*line.task_memcg);
}

void VictimList::name(const KillIntent& line, std::uint64_t at) {
  if (message_ == KillMessage::None) message_ = line.message;
  intent_ = NamedVictim{};
  intent_->pid = line.pid;
  intent_->comm = std::string(line.comm);
  intent_->score = line.score;
  intent_->line = at;
}

// The first victim is the chosen one, or a child that dies in its place; later ones belong to a group.
VictimRole VictimList::role_of_next() const {
  if (group_ && any_killed()) return VictimRole::Group;
  return any_killed() ? VictimRole::Sharing : VictimRole::Chosen;
}

Victim& VictimList::at(std::uint32_t pid, std::string_view comm, std::uint64_t line) {
  if (Victim* known = find(pid)) return *known;
  if (victims_.size() >= kMostVictims) return victims_.back();
  const VictimRole role = role_of_next();
  by_pid_.emplace(pid, victims_.size());
  Victim& victim = victims_.emplace_back();
  victim.pid = pid;
  victim.comm = std::string(comm);
  victim.role = role;
  victim.origin_line = line;
  if (role == VictimRole::Group) victim.cgroup = group_;
  return victim;
}

void VictimList::kill(const Killed& line, std::uint64_t at_line) {
  if (message_ == KillMessage::None) message_ = line.message;
  Victim& victim = at(line.pid, line.comm, at_line);
  if (victim.role == VictimRole::Chosen && intent_ && intent_->pid != line.pid) victim.role = VictimRole::Child;
  // Printed for one whose figures are known already: a copy, or a process that was killed twice.
  if (victim.total_vm) return;
  victim.already_exiting = false;
  fill(victim.uid, line.uid);
  fill(victim.total_vm, line.total_vm);
  fill(victim.anon_rss, line.anon_rss);
  fill(victim.file_rss, line.file_rss);
  fill(victim.shmem_rss, line.shmem_rss);
  fill(victim.pgtables, line.pgtables);
  fill(victim.oom_score_adj, line.oom_score_adj);
}

void VictimList::skip(const AlreadyExiting& line, std::uint64_t at_line) {
  if (message_ == KillMessage::None) message_ = line.message;
  Victim& victim = at(line.pid, line.comm, at_line);
  // A group kill may meet its first victim again; that one was killed.
  victim.already_exiting = !victim.total_vm;
}

void VictimList::share(const SharingMm& line, std::uint64_t at_line) {
  const bool known = has(line.pid);
  Victim& victim = at(line.pid, line.comm, at_line);
  if (!known) victim.role = VictimRole::Sharing;
}

bool VictimList::reap(std::uint32_t pid, bool reaped) {
  Victim* victim = find(pid);
  if (victim == nullptr) return false;
  if (reaped || !victim->reaped) victim->reaped = reaped;
  return true;
}

// Nobody's kill is printed: the log ends before it, or the kernel had no one left to kill when it came to it.
std::optional<Victim> VictimList::only_named() const {
  const std::optional<NamedVictim>& named = constraint_ && constraint_->pid ? constraint_ : intent_;
  if (!named || !named->pid) return std::nullopt;
  Victim victim;
  victim.pid = *named->pid;
  victim.comm = named->comm.value_or("");
  victim.uid = named->uid;
  victim.origin_line = named->line;
  return victim;
}

void VictimList::settle_constraint(const OomEvent& event) {
  if (!constraint_ || !constraint_->pid) return;
  if (const Victim* victim = find(*constraint_->pid)) return settle_name(*constraint_, victim->comm);
  const auto row = std::find_if(event.tasks.begin(), event.tasks.end(),
                                [&](const Task& task) { return task.pid == *constraint_->pid; });
  if (row != event.tasks.end()) settle_name(*constraint_, row->comm);
}

void VictimList::finish(OomEvent& event) {
  event.message = message_;
  event.group_kill_path = group_;
  settle_constraint(event);
  const bool nobody_killed = victims_.empty();
  if (nobody_killed) {
    if (auto named = only_named()) victims_.push_back(std::move(*named));
  }
  const auto first = std::find_if(victims_.begin(), victims_.end(),
                                  [](const Victim& victim) { return victim.role != VictimRole::Sharing; });
  if (first != victims_.end()) std::rotate(victims_.begin(), first, std::next(first));
  if (victims_.empty()) return;
  Victim& chosen = victims_.front();
  if (constraint_ && constraint_->pid == chosen.pid) {
    fill(chosen.uid, constraint_->uid);
    chosen.cgroup = constraint_->cgroup;
  }
  if (intent_ && intent_->pid == chosen.pid) chosen.score = intent_->score;
  if (!nobody_killed && intent_ && intent_->pid != chosen.pid) {
    event.chosen = ChosenInstead{*intent_->pid, intent_->comm.value_or(""), intent_->score};
  }
  event.victims = std::move(victims_);
}

}  // namespace oomwhy
