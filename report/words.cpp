#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "report/advice_target.hpp"
#include "report/format.hpp"
#include "report/spelling.hpp"

namespace oomwhy {

namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string limit_words(const AnalysedEvent* lead) {
  if (lead == nullptr || !lead->event.memcg || !lead->event.memcg->memory) return "";
  const std::optional<Kibibytes>& limit = lead->event.memcg->memory->limit;
  return limit ? fmt::format(" (limit {})", format_size(to_bytes(*limit))) : "";
}

std::int64_t points_of(const AnalysedEvent& event, std::size_t index) {
  const std::vector<TaskScore>& scores = event.analysis.scoring.scores;
  const bool counts = index < scores.size() && scores[index].eligible && scores[index].points;
  return counts ? *scores[index].points : std::numeric_limits<std::int64_t>::min();
}

std::uint64_t rss_of(const AnalysedEvent& event, std::size_t index) {
  return event.event.tasks[index].rss.value_or(Pages{}).count;
}

// The first `count` of `indices` by `before`, in their order.
template <typename Before>
std::vector<std::size_t> first_by(std::vector<std::size_t> indices, std::size_t count, Before before) {
  const auto end = indices.begin() + static_cast<std::ptrdiff_t>(std::min(count, indices.size()));
  std::partial_sort(indices.begin(), end, indices.end(), before);
  indices.erase(end, indices.end());
  return indices;
}

}  // namespace

std::string short_id(std::string_view id) { return std::string(id.substr(0, 8)); }

const AnalysedEvent* lead_event(const Incident& incident) {
  return incident.telling_event < incident.events.size() ? &incident.events[incident.telling_event] : nullptr;
}

std::string_view title(const Incident& incident) {
  const AnalysedEvent* lead = lead_event(incident);
  if (lead == nullptr) return incident.victims.empty() ? "OOM incident" : "OOM kill";
  switch (lead->event.outcome) {
    case Outcome::Killed:
      return "OOM kill";
    case Outcome::NoKillable:
      return "OOM with nothing to kill";
    case Outcome::Panic:
    case Outcome::Deadlock:
      return "OOM panic";
    case Outcome::Unknown:
      return incident.victims.empty() ? "OOM report without its end" : "OOM kill";
  }
  return "OOM incident";
}

std::string scope_words(const Incident& incident) {
  const AnalysedEvent* lead = lead_event(incident);
  const OomEvent* event = lead == nullptr ? nullptr : &lead->event;
  switch (incident.scope) {
    case Scope::Host:
      return "host";
    case Scope::Cgroup: {
      const bool named = event != nullptr && event->memcg && event->memcg->limiting;
      return "cgroup " + (named ? *event->memcg->limiting : "(its path is not in the log)") + limit_words(lead);
    }
    case Scope::Cpuset:
    case Scope::MemoryPolicy: {
      const bool policy = incident.scope == Scope::MemoryPolicy;
      std::string text = policy ? "memory policy" : "cpuset";
      if (event == nullptr) return text;
      if (!policy && event->cpuset) text += " " + *event->cpuset;
      const std::optional<std::string>& nodes = policy ? event->nodemask : event->mems_allowed;
      return nodes ? text + ", NUMA node " + *nodes : text;
    }
    case Scope::Unknown:
      return "unknown";
  }
  return "unknown";
}

namespace {

// A table without its heading has rows all the same; where there is no table at all, that it may not be whole goes
// without saying.
std::string_view missing_words(ReportPart part, const OomEvent& event) {
  if (part == ReportPart::TaskTable && !event.tasks.empty()) return "heading of the task table";
  if (part == ReportPart::TaskRows && event.tasks.empty()) return "";
  return words(part);
}

}  // namespace

std::string completeness_words(const OomEvent& event) {
  const Completeness& completeness = event.completeness;
  std::vector<std::string> parts;
  std::vector<std::string> missing;
  for (const ReportPart part : completeness.missing) {
    if (const std::string_view word = missing_words(part, event); !word.empty()) missing.emplace_back(word);
  }
  if (!missing.empty()) parts.push_back("no " + joined(missing, ", no "));
  if (completeness.lost_rows > 0) parts.push_back(fmt::format("{} task rows unreadable", completeness.lost_rows));
  if (completeness.grade == Grade::A && parts.empty()) return "complete";
  return fmt::format("grade {}{}{}", spell(completeness.grade), parts.empty() ? "" : ": ", joined(parts, "; "));
}

std::string members_words(const Cause& cause) {
  if (!cause.name || cause.pids.empty()) return "";
  const std::size_t count = cause.process_count.value_or(cause.pids.size());
  if (count == 1) return fmt::format("{}[{}]", *cause.name, cause.pids.front());
  std::string text = fmt::format("{} x {}", count, *cause.name);
  if (cause.largest) text += fmt::format(", largest {}", format_size(*cause.largest));
  return text;
}

std::string cause_name(const Cause& cause) {
  if (cause.unit) return *cause.unit;
  return cause.name && cause.kind == CauseKind::Processes ? *cause.name : std::string(words(cause.kind));
}

std::optional<Bytes> resident(const Victim& victim) {
  if (!victim.anon_rss && !victim.file_rss && !victim.shmem_rss) return victim.rss;
  return to_bytes(victim.anon_rss.value_or(Kibibytes{}) + victim.file_rss.value_or(Kibibytes{}) +
                  victim.shmem_rss.value_or(Kibibytes{}));
}

std::string victim_size(const Victim& victim, const Task* row, PageSize page) {
  const std::optional<Bytes> rss = resident(victim);
  if (!rss) return "";
  std::string text = format_size(*rss);
  if (row != nullptr && row->swapents && row->swapents->count > 0) {
    text += fmt::format(" + {} swap", format_size(to_bytes(*row->swapents, page)));
  }
  return text;
}

const Task* find_row(const OomEvent& event, std::uint32_t pid) {
  const auto row = std::find_if(event.tasks.begin(), event.tasks.end(), [pid](const Task& t) { return t.pid == pid; });
  return row == event.tasks.end() ? nullptr : &*row;
}

const Victim* find_victim(const OomEvent& event, std::uint32_t pid) {
  const auto victim =
      std::find_if(event.victims.begin(), event.victims.end(), [pid](const Victim& v) { return v.pid == pid; });
  return victim == event.victims.end() ? nullptr : &*victim;
}

bool holds_victim(const Group& group, const OomEvent& event) {
  return std::any_of(group.tasks.begin(), group.tasks.end(), [&](std::size_t index) {
    return index < event.tasks.size() && find_victim(event, event.tasks[index].pid) != nullptr;
  });
}

std::vector<std::size_t> notable_tasks(const AnalysedEvent& event, std::size_t count) {
  std::vector<std::size_t> all(event.event.tasks.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto larger = [&](std::size_t a, std::size_t b) {
    return std::pair(rss_of(event, b), a) < std::pair(rss_of(event, a), b);
  };
  const auto higher = [&](std::size_t a, std::size_t b) {
    return std::pair(points_of(event, b), a) < std::pair(points_of(event, a), b);
  };
  std::vector<std::size_t> chosen = first_by(all, count, larger);
  for (const std::size_t index : first_by(all, count, higher)) {
    const bool scored = points_of(event, index) != std::numeric_limits<std::int64_t>::min();
    if (scored && std::find(chosen.begin(), chosen.end(), index) == chosen.end()) chosen.push_back(index);
  }
  std::sort(chosen.begin(), chosen.end(), larger);
  return chosen;
}

std::string_view more_than_all_words(const AnalysedEvent& event, double largest_share) {
  constexpr double kMoreThanAll = 1.005;  // as it is rounded
  if (largest_share < kMoreThanAll) return "";
  return event.analysis.ledger->of_cgroup ? "more than all: RSS counts file pages that are charged elsewhere, too"
                                          : "more than all: pages that several share are counted in each";
}

std::string advice_target(const Incident& incident, const Advice& advice) {
  if (!advice.target.empty()) return advice.target;
  const std::optional<Unnamed> unnamed = unnamed_target(incident, advice);
  return unnamed ? unnamed->what : "a unit that is not in the log";
}

std::string_view standing_words(const Advice& advice) {
  if (advice.action == AdviceAction::None) return advice.setting.empty() ? "" : "not advised: ";
  return advice.proposed ? "" : "held back: ";
}

std::string replay_words(const Replay& replay) {
  const std::string before = fmt::format("{}[{}]", replay.before_comm, replay.before_pid);
  if (!replay.after_pid) return fmt::format("in place of {} nothing would be left to kill", before);
  const std::string freed = replay.freed ? fmt::format(", which frees {}", format_size(*replay.freed)) : "";
  if (*replay.after_pid == replay.before_pid) return fmt::format("the kernel still kills {}{}", before, freed);
  return fmt::format("in place of {} the kernel kills {}[{}]{}", before, replay.after_comm.value_or(""),
                     *replay.after_pid, freed);
}

std::string advice_words(const Advice& advice) {
  if (advice.setting.empty()) return advice.value;
  return advice.value.empty() ? advice.setting : advice.setting + "=" + advice.value;
}

std::string unread_words(const InputSummary& input, const std::string& first) {
  if (input.first_byte == 0) return "";
  return fmt::format(
      "{} begins at byte {} of its file and at {}: earlier kills, how often in this boot, growth and peaks before are "
      "not known, and lines count from there. The list reads all of it.",
      input.source, input.first_byte, first);
}

std::string now_words(const UnitNow& now, const std::string& since) {
  if (!now.is_up()) return "is down: it has no process";
  std::string text = fmt::format("runs{}, {} process{}", since, now.processes, now.processes == 1 ? "" : "es");
  if (now.memory) text += ", " + format_size(*now.memory);
  if (now.limit) text += fmt::format("{} of its limit of {}", now.memory ? "" : ",", format_size(*now.limit));
  if (now.unlimited == true) text += ", without a limit of its own";
  return text;
}

}  // namespace oomwhy
