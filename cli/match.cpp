#include "cli/match.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "report/cgroup_path.hpp"
#include "report/folding.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kShortestId = 4;
// TASK_COMM_LEN - 1 (include/linux/sched.h): the kernel knows no more of a name.
constexpr std::size_t kLongestComm = 15;

struct FieldName {
  std::string_view name;
  MatchField field;
};
constexpr std::array kFields = {
    FieldName{"unit", MatchField::Unit}, FieldName{"comm", MatchField::Comm},   FieldName{"pid", MatchField::Pid},
    FieldName{"uid", MatchField::Uid},   FieldName{"scope", MatchField::Scope}, FieldName{"killer", MatchField::Killer},
    FieldName{"host", MatchField::Host}, FieldName{"boot", MatchField::Boot},   FieldName{"cause", MatchField::Cause},
};

struct ScopeName {
  std::string_view name;
  Scope scope;
};
constexpr std::array kScopes = {
    ScopeName{"host", Scope::Host},
    ScopeName{"cgroup", Scope::Cgroup},
    ScopeName{"cpuset", Scope::Cpuset},
    ScopeName{"memory_policy", Scope::MemoryPolicy},
};

struct CauseName {
  std::string_view name;
  CauseKind kind;
};
constexpr std::array kCauses = {
    CauseName{"processes", CauseKind::Processes},
    CauseName{"shmem", CauseKind::Shmem},
    CauseName{"slab", CauseKind::Slab},
    CauseName{"page_tables", CauseKind::PageTables},
    CauseName{"hugepages", CauseKind::Hugepages},
    CauseName{"locked", CauseKind::Locked},
    CauseName{"unaccounted", CauseKind::Unaccounted},
    CauseName{"balloon", CauseKind::Balloon},
    CauseName{"fragmentation", CauseKind::Fragmentation},
    CauseName{"zone", CauseKind::Zone},
    CauseName{"node", CauseKind::Node},
    CauseName{"manual", CauseKind::Manual},
    CauseName{"unknown", CauseKind::Unknown},
};

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string lower_hex_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return digits;
}

bool could_be_id(std::string_view word) {
  return word.size() >= kShortestId && std::all_of(word.begin(), word.end(), is_hex);
}

bool is_comm(std::string_view comm, std::string_view word) { return comm == word.substr(0, kLongestComm); }

// Of the victims that are only counted.
template <typename Fits>
bool any_counted(const Incident& incident, Fits fits) {
  bool any = false;
  for_each_folded(incident, [&](const FoldedReports& folded) {
    any =
        any || std::any_of(folded.victims.begin(), folded.victims.end(), [&](const auto& v) { return fits(v.first); });
  });
  return any;
}

bool has_comm(const Incident& incident, std::string_view word) {
  const auto& victims = incident.victims;
  const auto& name = incident.cause.name;
  return std::any_of(victims.begin(), victims.end(), [&](const auto& v) { return is_comm(v.victim.comm, word); }) ||
         any_counted(incident, [&](const VictimKind& kind) { return is_comm(kind.comm, word); }) ||
         (incident.cause.kind == CauseKind::Processes && name && is_comm(*name, word));
}

bool has_pid(const Incident& incident, std::string_view word) {
  const auto pid = parse_number<std::uint32_t>(word);
  if (!pid) return false;
  const auto& victims = incident.victims;
  const auto& causes = incident.cause.pids;
  bool counted = false;
  for_each_folded(incident, [&](const FoldedReports& folded) {
    counted = counted || std::find(folded.pids.begin(), folded.pids.end(), *pid) != folded.pids.end();
  });
  return counted || std::any_of(victims.begin(), victims.end(), [&](const auto& v) { return v.victim.pid == *pid; }) ||
         std::find(causes.begin(), causes.end(), *pid) != causes.end();
}

bool has_uid(const Incident& incident, std::string_view word) {
  const auto uid = parse_number<std::uint32_t>(word);
  const auto& victims = incident.victims;
  return uid && (std::any_of(victims.begin(), victims.end(), [&](const auto& v) { return v.victim.uid == uid; }) ||
                 any_counted(incident, [&](const VictimKind& kind) { return kind.uid == uid; }));
}

// "/a.slice/b.service": its unit and its slice are both meant by their names.
bool is_in_unit(const std::string& path, const std::string& pattern) {
  const CgroupIdentity identity = identify_cgroup(path);
  const auto fits = [&](const std::optional<std::string>& name) {
    return name && ::fnmatch(pattern.c_str(), name->c_str(), 0) == 0;
  };
  return fits(identity.unit) || fits(identity.slice) || fits(identity.container);
}

bool is_in_unit(const Incident& incident, const std::string& pattern) {
  const auto fits = [&](const std::optional<std::string>& name) {
    return name && ::fnmatch(pattern.c_str(), name->c_str(), 0) == 0;
  };
  const auto is_of_unit = [&](const std::optional<std::string>& unit, const std::optional<std::string>& cgroup) {
    return fits(unit) || (cgroup && is_in_unit(*cgroup, pattern));
  };
  for (const IncidentVictim& victim : incident.victims) {
    if (is_of_unit(victim.unit, victim.victim.cgroup)) return true;
  }
  if (any_counted(incident, [&](const VictimKind& kind) { return is_of_unit(kind.unit, kind.cgroup); })) return true;
  for (const AnalysedEvent& event : incident.events) {
    const auto& memcg = event.event.memcg;
    if (memcg && memcg->limiting && is_in_unit(*memcg->limiting, pattern)) return true;
  }
  return fits(incident.cause.unit);
}

// "db-07" means "db-07.example.org" too.
bool is_host(std::string_view host, std::string_view word) {
  return !host.empty() && (host == word || host.substr(0, host.find('.')) == word);
}

bool has_boot(const Incident& incident, std::string_view word) {
  const std::string digits = lower_hex_digits(word);
  return digits.size() >= kShortestId && lower_hex_digits(incident.boot_id).starts_with(digits);
}

bool has_cause(const Incident& incident, std::string_view word) {
  const auto kind = std::find_if(kCauses.begin(), kCauses.end(), [&](const auto& c) { return c.name == word; });
  if (kind != kCauses.end() && kind->kind == incident.cause.kind) return true;
  const auto& cause = incident.cause;
  return (cause.name && (*cause.name == word || is_comm(*cause.name, word))) || (cause.unit && *cause.unit == word);
}

bool has_killer(const Incident& incident, std::string_view word) {
  return std::find(incident.killers.begin(), incident.killers.end(), word) != incident.killers.end();
}

bool has_id(const Incident& incident, std::string_view word) { return answers_to(incident, lower_hex_digits(word)); }

bool fits(const Incident& incident, const Match& match) {
  switch (match.field) {
    case MatchField::Any:
      return has_pid(incident, match.value) || has_comm(incident, match.value) || concerns_unit(incident, match.value);
    case MatchField::Unit:
      return concerns_unit(incident, match.value);
    case MatchField::Comm:
      return has_comm(incident, match.value);
    case MatchField::Pid:
      return has_pid(incident, match.value);
    case MatchField::Uid:
      return has_uid(incident, match.value);
    case MatchField::Scope:
      return parse_scope(match.value) == incident.scope;
    case MatchField::Killer:
      return has_killer(incident, match.value);
    case MatchField::Host:
      return is_host(incident.host, match.value);
    case MatchField::Boot:
      return has_boot(incident, match.value);
    case MatchField::Cause:
      return has_cause(incident, match.value);
  }
  return false;
}

template <typename Predicate>
std::vector<std::size_t> indices(const std::vector<Incident>& incidents, Predicate predicate) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < incidents.size(); ++i) {
    if (predicate(incidents[i])) found.push_back(i);
  }
  return found;
}

// A number, scope or the like that no incident can have is a mistake, not a match of nothing.
std::optional<Error> check(const Match& match) {
  const std::string& value = match.value;
  const bool is_number = parse_number<std::uint32_t>(value).has_value();
  if ((match.field == MatchField::Pid || match.field == MatchField::Uid) && !is_number) {
    return Error{value, "not a number", "pid=812, uid=33"};
  }
  if (match.field == MatchField::Scope && !parse_scope(value)) {
    return Error{value, "no such scope", "host, cgroup, cpuset or memory_policy"};
  }
  if (match.field == MatchField::Boot && lower_hex_digits(value).size() < kShortestId) {
    return Error{value, "not a boot id", "at least 4 of its hex digits, or -b"};
  }
  return std::nullopt;
}

}  // namespace

Result<Match> parse_match(std::string_view word) {
  if (word.empty()) return Error{"\"\"", "an empty word matches nothing", "oomwhy list"};
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return Match{MatchField::Any, std::string(word)};
  const std::string_view name = word.substr(0, equals);
  const auto field = std::find_if(kFields.begin(), kFields.end(), [&](const auto& f) { return f.name == name; });
  if (field == kFields.end()) {
    return Error{std::string(word), "no such field",
                 "unit comm pid uid scope killer host boot cause; comm=" + std::string(word) + " for a process"};
  }
  Match match{field->field, std::string(word.substr(equals + 1))};
  if (match.value.empty()) return Error{std::string(word), "needs a value", std::string(name) + "=VALUE"};
  if (auto error = check(match)) return *error;
  return match;
}

std::optional<Scope> parse_scope(std::string_view name) {
  const auto scope = std::find_if(kScopes.begin(), kScopes.end(), [&](const auto& s) { return s.name == name; });
  return scope == kScopes.end() ? std::nullopt : std::optional(scope->scope);
}

bool concerns_unit(const Incident& incident, const std::string& pattern) {
  return is_in_unit(incident, pattern) || is_in_unit(incident, pattern + ".service");
}

std::vector<std::string> ids_in(const Selection& selection) {
  std::vector<std::string> ids;
  for (const Match& match : selection.matches) {
    if (match.field == MatchField::Any && could_be_id(match.value)) ids.push_back(lower_hex_digits(match.value));
  }
  return ids;
}

Result<std::vector<std::size_t>> find_matches(const std::vector<Incident>& incidents, const Match& match) {
  auto named = indices(incidents, [&](const Incident& incident) { return fits(incident, match); });
  if (match.field != MatchField::Any || !named.empty() || !could_be_id(match.value)) return named;
  auto by_id = indices(incidents, [&](const Incident& incident) { return has_id(incident, match.value); });
  if (by_id.size() < 2) return by_id;
  std::string ids;
  for (const std::size_t i : by_id) ids += (ids.empty() ? "" : ", ") + incidents[i].id;
  return Error{match.value, "the beginning of several ids", ids};
}

}  // namespace oomwhy
