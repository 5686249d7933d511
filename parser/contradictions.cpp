#include "parser/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace oomwhy {

namespace {

class Check {
 public:
  Check(const std::string& source, std::vector<Diagnostic>& diagnostics) : source_(source), diagnostics_(diagnostics) {}

  void say(std::uint64_t line, std::string text) const {
    diagnostics_.push_back({Origin{source_, line, {}}, DiagnosticKind::Contradiction, std::move(text)});
  }

 private:
  const std::string& source_;
  std::vector<Diagnostic>& diagnostics_;
};

const Task* row_of(const OomEvent& event, std::uint32_t pid) {
  const auto found =
      std::find_if(event.tasks.begin(), event.tasks.end(), [pid](const Task& task) { return task.pid == pid; });
  return found == event.tasks.end() ? nullptr : &*found;
}

// A uid from 2^31 on is printed negative in the row.
bool same_uid(std::int64_t row, std::uint32_t kill) { return static_cast<std::uint32_t>(row) == kill; }

// 5.4.0 to 5.4.13 print bytes and call them kB. No address space has page tables larger than itself.
void check_page_tables(Victim& victim, const Task* row, const Check& check) {
  if (!victim.pgtables || victim.pgtables->count == 0) return;
  const std::uint64_t printed = victim.pgtables->count;
  const bool as_bytes = row != nullptr && row->pgtables && row->pgtables->count > 0
                            ? printed >= row->pgtables->count / 2 && printed > 64 * (row->pgtables->count / 1024)
                            : victim.total_vm && printed > victim.total_vm->count && printed % 4096 == 0;
  if (!as_bytes) return;
  victim.pgtables = Kibibytes{printed / 1024};
  check.say(victim.origin_line, fmt::format("the kill line says pgtables:{}kB, which can only be bytes; {} kB is used",
                                            printed, printed / 1024));
}

// A comm as far as every spelling of a log keeps it: a line that ends with one loses the blanks at its end, and the
// rest of a name with a newline in it may stand on a line of its own.
std::string_view kept_of(std::string_view comm) {
  const auto control =
      std::find_if(comm.begin(), comm.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
  comm = comm.substr(0, static_cast<std::size_t>(control - comm.begin()));
  return comm.substr(0, comm.find_last_not_of(' ') + 1);
}

bool same_name(std::string_view one, std::string_view other) { return kept_of(one) == kept_of(other); }

void check_against_constraint(const Victim& victim, const NamedVictim& named, const Check& check) {
  if (named.comm && !same_name(victim.comm, *named.comm)) {
    check.say(victim.origin_line,
              fmt::format("process {} is killed as \"{}\", but the oom-kill: line (line {}) calls it "
                          "\"{}\"",
                          victim.pid, victim.comm, named.line, *named.comm));
  }
  if (victim.uid && named.uid && *victim.uid != *named.uid) {
    check.say(victim.origin_line, fmt::format("process {} is killed as uid {}, but the oom-kill: line (line {}) has {}",
                                              victim.pid, *victim.uid, named.line, *named.uid));
  }
}

void check_against_row(const OomEvent& event, const Victim& victim, const Task& row, const Check& check) {
  const bool row_lost_its_name = row.comm.empty();  // cut by a page's width
  if (!row_lost_its_name && !same_name(victim.comm, row.comm)) {
    check.say(victim.origin_line, fmt::format("process {} is killed as \"{}\", but its row (line {}) calls it \"{}\"",
                                              victim.pid, victim.comm, row.origin_line, row.comm));
  }
  if (victim.uid && row.uid && !same_uid(*row.uid, *victim.uid)) {
    check.say(victim.origin_line, fmt::format("process {} is killed as uid {}, but its row (line {}) has uid {}",
                                              victim.pid, *victim.uid, row.origin_line, *row.uid));
  }
  if (victim.oom_score_adj && row.oom_score_adj && *victim.oom_score_adj != *row.oom_score_adj) {
    check.say(victim.origin_line,
              fmt::format("process {} is killed with oom_score_adj {}, but its row (line {}) has {}", victim.pid,
                          *victim.oom_score_adj, row.origin_line, *row.oom_score_adj));
  }
  if (!victim.total_vm || !row.total_vm) return;
  const std::uint64_t kill_kb = victim.total_vm->count;
  const std::uint64_t row_kb = to_bytes(*row.total_vm, event.page_size).count / 1024;
  const bool far = kill_kb > saturating_multiply(row_kb, 2) || row_kb > saturating_multiply(kill_kb, 2);
  if (far && std::max(kill_kb, row_kb) > 65536) {
    check.say(victim.origin_line,
              fmt::format("process {} is killed with total-vm {} kB, but its row (line {}) has {} kB", victim.pid,
                          kill_kb, row.origin_line, row_kb));
  }
}

std::uint64_t sum_of(const OomEvent& event, std::optional<Kibibytes> NodeMemory::*member) {
  std::uint64_t sum = 0;
  for (const NodeMemory& node : event.nodes) sum = saturating_add(sum, (node.*member).value_or(Kibibytes{}).count);
  return sum;
}

}  // namespace

void check_contradictions(OomEvent& event, const std::optional<NamedVictim>& named, const std::string& source,
                          std::vector<Diagnostic>& diagnostics) {
  const Check check(source, diagnostics);
  constexpr std::size_t kEnough = 64;  // of a group kill's victims; each costs a search of the table
  for (std::size_t i = 0; i < std::min(event.victims.size(), kEnough); ++i) {
    Victim& victim = event.victims[i];
    const Task* row = row_of(event, victim.pid);
    check_page_tables(victim, row, check);
    if (row != nullptr) check_against_row(event, victim, *row, check);
    if (named && named->pid == victim.pid) check_against_constraint(victim, *named, check);
  }
}

void undo_shmem_shift(OomEvent& event) {
  if (!event.memory || !event.memory->shmem || event.memory->shmem->count == 0) return;
  const std::uint64_t shmem_kb = to_bytes(*event.memory->shmem, event.page_size).count / 1024;
  const bool shifted =
      sum_of(event, &NodeMemory::anon_thp) == shmem_kb && sum_of(event, &NodeMemory::shmem) != shmem_kb;
  if (!shifted) return;
  for (NodeMemory& node : event.nodes) {
    if (!node.shmem || !node.shmem_thp || !node.shmem_pmdmapped || !node.anon_thp) continue;
    const auto real_shmem = node.anon_thp;
    node.anon_thp = node.shmem_pmdmapped;
    node.shmem_pmdmapped = node.shmem_thp;
    node.shmem_thp = node.shmem;
    node.shmem = real_shmem;
  }
}

}  // namespace oomwhy
