// The judgement: everything that is concluded from events, as plain data for the renderers. Each sentence and each
// conclusion names the rule that made it and the line that proves it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parser/event.hpp"
#include "parser/reader.hpp"
#include "parser/userland.hpp"
#include "report/background.hpp"
#include "report/badness.hpp"
#include "report/groups.hpp"
#include "report/ledger.hpp"
#include "report/unit_now.hpp"

namespace oomwhy {

enum class Scope { Host, Cgroup, Cpuset, MemoryPolicy, Unknown };
enum class Confidence { None, Low, Medium, High };

enum class CauseKind {
  Processes,
  Shmem,
  Slab,
  PageTables,
  Hugepages,
  Locked,
  Unaccounted,
  Balloon,
  Fragmentation,
  Zone,
  Node,
  Manual,
  Unknown,
};

struct Evidence {
  std::string rule;  // "C3" of the decision table; "K:" and the like for others
  std::string text;  // one sentence, with the log's raw bytes in it: renderers escape
  Origin origin;
};

struct Cause {
  CauseKind kind = CauseKind::Unknown;
  std::optional<std::string> name;  // comm of the group, or what holds the memory
  std::optional<std::string> unit;
  std::optional<Certainty> unit_certainty;
  std::vector<std::uint32_t> pids;
  std::optional<std::size_t> process_count;
  std::optional<Bytes> held;  // of any kind of memory; of processes: RAM and swap, pages counted once where possible
  std::optional<Bytes> rss, anon, swap, largest;  // of processes
  bool upper_bound = false;
  std::optional<double> share_of_ram;      // rss / managed memory, or / the limit in a cgroup
  std::optional<double> share_of_allowed;  // points without adj / totalpages
  Confidence confidence = Confidence::None;
  std::string why_this_confidence;
  std::vector<Evidence> evidence;
};

enum class AdviceAction { Set, Run, Check, None };
enum class TargetKind { Unit, Slice, Container, Pod, Process, Kernel };

struct Replay {
  std::uint32_t before_pid = 0;
  std::string before_comm;
  std::optional<std::uint32_t> after_pid;  // absent: nothing is left to kill
  std::optional<std::string> after_comm;
  std::optional<Bytes> freed;
};

// Set: a setting and its value. Check and Run: `value` is a command; `setting` may be empty. None: what not to do, and
// why.
struct Advice {
  AdviceAction action = AdviceAction::Check;
  std::string target;  // unit, container or "kernel"; empty: not known (then `gate` says how to find it)
  TargetKind target_kind = TargetKind::Unit;
  std::optional<Certainty> target_certainty;
  std::string setting;                   // "MemoryMax"
  std::string value;                     // "3G"
  std::optional<std::int64_t> flips_at;  // of OOMScoreAdjust: the smallest change that flips the choice
  std::string reason, arithmetic, source;
  bool proposed = true;  // false: printed commented out, `gate` says why
  std::string gate;
  std::optional<Replay> replay;
};

// The same kill under other settings (report/what_if.hpp).
struct WhatIf {
  std::vector<std::uint32_t> matched_pids;  // tasks that the assumptions touch; empty: nothing in the table matches
  std::optional<Replay> replay;             // absent: the choice of this report cannot be replayed
  std::optional<std::uint32_t> next_pid;    // who dies after that one
  std::optional<std::string> next_comm;
  bool before_host_oom = false;       // a limit would have killed inside the unit before the host was short
  std::vector<std::string> warnings;  // "the next victim holds 4 MiB", "no candidate is left"
};

// What `advise --what-if` was asked, and of which event.
struct WhatIfAnswer {
  std::vector<std::string> assumptions;  // as typed
  std::string event_id;
  WhatIf result;
};

struct EventAnalysis {
  std::string id;  // 16 hex digits
  Scoring scoring;
  std::optional<Ledger> ledger;
  std::vector<Group> groups;
};

struct EventFindings;  // report/cause.hpp
struct FoldedReports;  // report/folding.hpp

// An event together with what was concluded from it.
struct AnalysedEvent {
  OomEvent event;
  EventAnalysis analysis;
  bool omitted = false;  // left out of the incident for size: only its victims are kept
  // What its tables said, where they were left out before its incident was judged; empty afterwards.
  std::shared_ptr<const EventFindings> findings;
  std::optional<bool> restarted;  // rules_incident.hpp: find_restarts(), once tables of the incident were left out
  std::shared_ptr<const FoldedReports> folded;  // what came between this report and the next, if it is only counted
};

struct TimelineEntry {
  Time time;
  std::string source;  // "kernel", "systemd"
  std::string text;
};

struct Exclusion {
  std::string what, text;
  std::optional<Origin> origin;
};

// A victim of an incident, with what is known about it beyond the event.
struct IncidentVictim {
  Victim victim;
  std::optional<std::string> unit;  // decoded from the cgroup path
  std::optional<Certainty> unit_certainty;
  std::optional<bool> is_cause;
};

struct Incident {
  std::string id;
  std::vector<std::string> event_ids;  // of `events`
  std::optional<Time> started, ended;
  std::string host, boot_id;  // empty: not known
  Scope scope = Scope::Unknown;
  std::vector<std::string> killers;     // "kernel"
  std::vector<std::string> summary;     // sentences
  std::vector<IncidentVictim> victims;  // of `events`, the chosen one of the first first
  std::size_t victims_total = 0;        // with those of reports that are only counted
  std::size_t events_total = 0;         // likewise
  std::vector<AnalysedEvent> events;
  std::size_t telling_event = 0;  // index into `events`: the one that the cause was read from
  Cause cause;
  std::optional<bool> victim_is_cause;
  std::vector<Exclusion> exclusions;
  std::vector<Advice> advice;
  std::vector<TimelineEntry> timeline;
  bool loop = false;                    // rule K1
  std::string loop_of;                  // the cgroup, or the name, that was killed again and again; empty: no loop
  std::optional<WhatIfAnswer> what_if;  // only where it was asked for
  // What other programs said of it: userspace kills, the service manager's words, echoes. In order of time.
  std::vector<UserlandEvent> userland;
  std::vector<UnitNow> now;  // of its units, where it happened in the boot that is running here; else empty
};

struct Coverage {
  bool complete = true;
  std::optional<Time> from, to;
  std::vector<BlindSpot> blind_spots;
};

// A unit that died by SIGKILL without any sign of an OOM kill, and who sent the signal as far as the log tells (rule
// N1).
struct OtherKill {
  std::string unit;
  Time time;
  std::string host;
  std::string sender;  // "stop timeout", "client request", "watchdog"; empty: no line tells
  std::string text;    // the line that tells, or the unit's own
  Origin origin;
};

// An allocation that was refused: nobody was killed for it. What one program said of the same again is counted.
struct RefusedAllocation {
  UserlandEvent first;  // its fact is an AllocationRefused
  Time last;
  std::uint64_t count = 1;

  const AllocationRefused& what() const { return std::get<AllocationRefused>(first.fact); }
};

// Everything one run has to say. What the renderers get.
struct Document {
  std::vector<InputSummary> inputs;
  Coverage coverage;
  std::vector<Incident> incidents;  // oldest first
  std::vector<OtherKill> other_kills;
  std::vector<RefusedAllocation> refused_allocations;
};

// Scores, ledger, groups and id of one event.
EventAnalysis analyse(const OomEvent& event);
EventAnalysis analyse(const OomEvent& event, const ScoringContext& context);

// The whole judgement: clusters events into incidents, finds causes, computes advice. `events` in any order.
// `background`: what units used before and what the site wants, where it is known; `userland`: what other programs
// said, in order of time, peaks of earlier invocations among it.
Document analyse(std::vector<InputSummary> inputs, std::vector<OomEvent> events, const Background& background = {},
                 const std::vector<UserlandEvent>& userland = {});

}  // namespace oomwhy
