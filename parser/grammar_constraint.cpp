// "oom-kill:constraint=…" (mm/oom_kill.c: dump_oom_summary(), since 5.0). Names of cgroups and tasks may hold commas
// and imitations of the fields, so the end is read from the right and the task's name is anchored there.
#include <algorithm>
#include <array>
#include <limits>

#include "parser/comm_field.hpp"
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view task_words = ",task=";

// A uid is printed as %d.
std::optional<std::uint32_t> read_uid(std::string_view digits, ConstraintSummary& fact) {
  Scan scan(digits);
  const auto value = scan.number<std::int64_t>();
  if (!value || !scan.at_end()) {
    fact.out_of_range |= scan.out_of_range();
    return std::nullopt;
  }
  if (*value < std::numeric_limits<std::int32_t>::min() || *value > std::numeric_limits<std::uint32_t>::max()) {
    fact.out_of_range = true;
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*value);
}

std::optional<std::uint32_t> read_pid(std::string_view digits, ConstraintSummary& fact) {
  Scan scan(digits);
  const auto value = scan.number<std::uint32_t>();
  fact.out_of_range |= scan.out_of_range();
  return scan.at_end() ? value : std::nullopt;
}

// Takes "<words>=<number>" off the end of `head` and gives the number's digits. Reflowed text has blanks around '='.
std::optional<std::string_view> take_last_number(std::string_view& head, std::string_view words) {
  std::size_t begin = head.size();
  while (begin > 0 && is_digit(head[begin - 1])) --begin;
  if (begin > 0 && begin < head.size() && head[begin - 1] == '-') --begin;
  const std::string_view digits = head.substr(begin);
  std::string_view before = trim_right(head.substr(0, begin));
  if (digits.empty() || !before.ends_with('=')) return std::nullopt;
  before = trim_right(before.substr(0, before.size() - 1));
  if (!before.ends_with(words)) return std::nullopt;
  head = before.substr(0, before.size() - words.size());
  return digits;
}

// Takes ",task=x" off the end of `head`. A comm "ab,task=x" makes two candidates: the first one that leaves a comm of
// possible length is the kernel's.
void take_task(ConstraintSummary& fact, std::string_view& head) {
  const std::size_t reach = longest_comm + task_words.size();
  std::size_t at = head.find(task_words, head.size() > reach ? head.size() - reach : 0);
  if (at == std::string_view::npos) at = head.rfind(task_words);
  if (at == std::string_view::npos) return;
  fact.task = head.substr(at + task_words.size());
  head = head.substr(0, at);
}

// Takes ",task=x,pid=N,uid=N" off the end. False: the end is not there.
bool take_end(ConstraintSummary& fact, std::string_view& head) {
  std::string_view rest = head;
  const auto uid = take_last_number(rest, ",uid");
  const auto pid = uid ? take_last_number(rest, ",pid") : std::nullopt;
  if (!pid) return false;
  fact.uid = read_uid(*uid, fact);
  fact.pid = read_pid(*pid, fact);
  head = rest;
  take_task(fact, head);
  return true;
}

// The same for a line that was cut: the pid counts only where something follows it.
void take_cut_end(ConstraintSummary& fact, std::string_view& head) {
  const std::size_t pid_at = head.rfind(",pid=");
  if (pid_at == std::string_view::npos) return;
  const std::string_view behind = head.substr(pid_at + 5);
  const std::size_t comma = behind.find(',');
  if (comma != std::string_view::npos) fact.pid = read_pid(behind.substr(0, comma), fact);
  head = head.substr(0, pid_at);
  take_task(fact, head);
}

struct FieldWords {
  std::string_view words;
  std::optional<std::string_view> ConstraintSummary::*field;
};
constexpr std::array<FieldWords, 6> fields = {{
    {"oom-kill:constraint=", &ConstraintSummary::constraint},
    {",nodemask=", &ConstraintSummary::nodemask},
    {",cpuset=", &ConstraintSummary::cpuset},
    {",mems_allowed=", &ConstraintSummary::mems_allowed},
    {",oom_memcg=", &ConstraintSummary::oom_memcg},
    {",task_memcg=", &ConstraintSummary::task_memcg},
}};

bool is_constraint(std::string_view word) {
  return word == "CONSTRAINT_NONE" || word == "CONSTRAINT_MEMCG" || word == "CONSTRAINT_CPUSET" ||
         word == "CONSTRAINT_MEMORY_POLICY";
}

constexpr std::string_view global_words = ",global_oom";

// Behind a list of nodes: what follows it, with its comma.
std::string_view behind_nodes(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789-,"), text.size());
  return text.substr(end > 0 && end < text.size() && text[end - 1] == ',' ? end - 1 : end);
}

bool is_of_host(std::string_view nodes_and_rest) { return behind_nodes(nodes_and_rest).starts_with(global_words); }

// Behind ",mems_allowed=": nodes, and then the kernel's next field. A cpuset may be called like both, but its name has
// no slash, and a path begins with one.
bool are_nodes(std::string_view text) {
  text = behind_nodes(text);
  if (text.starts_with(global_words)) text.remove_prefix(global_words.size());
  return text.empty() || text.starts_with(",oom_memcg=/") || text.starts_with(",task_memcg=/");
}

// Where the value of `open` ends and `words` begin. More than one place may look so where a cgroup is called like a
// field; what the kernel prints there tells which is its own.
std::size_t find_end(std::string_view rest, std::string_view words,
                     std::optional<std::string_view> ConstraintSummary::*open) {
  const std::size_t first = rest.find(words);
  for (std::size_t at = first; at != std::string_view::npos; at = rest.find(words, at + 1)) {
    const std::string_view behind = rest.substr(at + words.size());
    if (open == &ConstraintSummary::cpuset && are_nodes(behind)) return at;
    if (open == &ConstraintSummary::oom_memcg && is_within(behind, rest.substr(0, at))) return at;
  }
  return first;
}

// The fields before the task, in their order. Each ends where the next one that is there begins; the last one ends with
// `head`, which proves nothing if the line was cut there.
void read_fields(ConstraintSummary& fact, std::string_view head, bool end_is_certain) {
  std::string_view rest = head;
  const auto* open = &fields.front();
  rest.remove_prefix(open->words.size());
  for (std::size_t next = 1; next < fields.size(); ++next) {
    const auto next_field = fields[next].field;
    // Of the host no limit's cgroup is printed: what looks like one is in the name of the task's cgroup.
    if (open->field == &ConstraintSummary::mems_allowed && next_field == &ConstraintSummary::oom_memcg &&
        is_of_host(rest))
      continue;
    const std::size_t at = find_end(rest, fields[next].words, open->field);
    if (at == std::string_view::npos) continue;
    std::string_view value = rest.substr(0, at);
    if (open->field == &ConstraintSummary::mems_allowed && value.ends_with(global_words)) {
      fact.global_oom = true;
      value.remove_suffix(global_words.size());
    }
    fact.*(open->field) = value;
    open = &fields[next];
    rest.remove_prefix(at + open->words.size());
  }
  if (open->field == &ConstraintSummary::mems_allowed && rest.ends_with(global_words)) {
    fact.global_oom = true;
    rest.remove_suffix(global_words.size());
    end_is_certain = true;
  }
  if (end_is_certain || (open == &fields.front() && is_constraint(rest))) fact.*(open->field) = rest;
}

}  // namespace

Fact constraint_line(std::string_view body) {
  if (!body.starts_with(fields.front().words)) return Unrelated{};
  ConstraintSummary fact;
  std::string_view head = trim_right(body);
  if (!take_end(fact, head)) {
    fact.cut = true;
    head = trim_right(without_cut_mark(head));
    take_cut_end(fact, head);
  }
  read_fields(fact, head, !fact.cut || fact.task);
  return fact;
}

}  // namespace oomwhy::grammar
