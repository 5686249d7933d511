// What other programs say around an OOM kill: systemd's PID 1, userspace killers, container runtimes, and applications
// that echo the death of a child or the refusal of an allocation. One log line becomes one fact; nothing is concluded
// here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "parser/event.hpp"
#include "parser/log_line.hpp"
#include "parser/units.hpp"

namespace oomwhy {

// What the service manager said of a unit. Recognised by MESSAGE_ID where there is one, else by the text in all
// wordings from systemd 205 to 262 (src/core/unit.c, service.c).
enum class UnitWord {
  OomKilled,         // fe6faa94: "A process of this unit has been killed by the OOM killer." and its 262 wording
  OomdKilled,        // d989611b: "systemd-oomd killed N process(es) in this unit."
  ProcessExited,     // 98e32220: "Main process exited, code=killed, status=9/KILL"
  Failed,            // d9b373ed: "Failed with result 'oom-kill'."
  Consumed,          // ae8f7b86: "Consumed 1.9s CPU time, 51.2M memory peak."
  RestartScheduled,  // 5eb03494: "Scheduled restart job, restart counter is at 60."
  StartLimitHit,     // "Start request repeated too quickly."
  Started,           // 39f53479
  Stopped,           // 9d1aaa27
  Deactivated,       // 7ad2d189: "Deactivated successfully.", "Succeeded."
  StopTimeout,       // "State 'stop-sigterm' timed out. Killing."
  WatchdogTimeout,   // "Watchdog timeout (limit 30s)!"
  KillingProcess,    // "Killing process 375 (sh) with signal SIGKILL."
  SignalOnRequest,   // "Sent signal SIGKILL to main process 330 (api-server) on client request."
};

struct UnitMessage {
  UnitWord word = UnitWord::OomKilled;
  std::string unit;                        // as systemd names it; empty: the message names only a description
  bool user_manager = false;               // said by a user's manager, not by PID 1
  std::optional<std::string> result;       // of Failed: "oom-kill", "signal", "timeout"
  std::optional<std::string> exit_code;    // of ProcessExited: "killed", "exited", "dumped"
  std::optional<std::string> exit_status;  // of ProcessExited: "9/KILL"
  std::optional<std::string> signal;       // of KillingProcess and SignalOnRequest: "SIGKILL"
  std::optional<std::uint32_t> pid;        // of KillingProcess and SignalOnRequest
  std::optional<std::string> comm;
  std::optional<std::uint64_t> count;                  // N_RESTARTS of RestartScheduled, N_PROCESSES of OomdKilled
  std::optional<Bytes> memory_peak, memory_swap_peak;  // fields MEMORY_PEAK, MEMORY_SWAP_PEAK (systemd 255+)
  std::optional<std::string> invocation_id;
  std::optional<std::string> job_type;  // JOB_TYPE of Started and Stopped: "start", "stop", "restart"
};

// A kill by a process in user space, or the announcement of one.
struct UserspaceKill {
  std::string killer;                    // "systemd-oomd", "earlyoom", "nohang", "oomd", "lmkd", "lowmemorykiller"
  std::optional<std::string> cgroup;     // systemd-oomd, oomd: what was killed
  std::optional<std::string> monitored;  // systemd-oomd: the cgroup whose pressure it was
  std::optional<std::uint32_t> pid, uid;
  std::optional<std::string> comm;
  std::optional<std::string> signal;  // "SIGTERM"
  std::optional<std::string> rule;    // the condition, in the killer's words
  bool attempt = false;               // it was announced; only another line proves that it happened
  std::optional<Bytes> rss;
  bool dry_run = false;
};

// "process 423 exited after 0.116 seconds" (earlyoom), "The victim died in 0.2s" (nohang): a kill that worked.
struct UserspaceKillDone {
  std::string killer;
  std::optional<std::uint32_t> pid;
};

// earlyoom's periodic line: a trend of free memory before any kill.
struct MemoryTrend {
  double available_percent = 0.0;
  std::optional<double> swap_free_percent;
};

// A container runtime's or kubelet's word of an OOM kill: an echo of the kernel's, never a kill of its own.
struct RuntimeEcho {
  std::string runtime;                   // "containerd", "conmon", "kubelet", "slurmstepd"
  std::optional<std::string> container;  // hex digits; conmon prints the first 20
  std::optional<std::uint32_t> pid;
  std::optional<std::string> comm;
};

// An application that saw a child die by signal 9. `after_timeout`: it killed the child itself.
struct ApplicationEcho {
  std::string program;  // "postgres", "gunicorn", "nginx", "php-fpm", "apache", "redis"
  std::optional<std::uint32_t> pid;
  bool timeout = false;  // gunicorn's WORKER TIMEOUT: the SIGKILL that follows is its own
};
// PostgreSQL's DETAIL of the line before: "Failed process was running: SELECT …".
struct RunningQuery {
  std::string query;
};

// Who refused an allocation, as far as the words prove it.
enum class RefusedBy {
  Unknown,     // a program's ENOMEM: overcommit, a ulimit, or another limit
  Overcommit,  // the kernel's accounting: vm.overcommit_memory=2, or a single request beyond RAM and swap
  DataLimit,   // RLIMIT_DATA: LimitDATA=, ulimit -d
  OwnLimit,    // the program's runtime: a heap's limit
};

// An allocation that was refused (ENOMEM): nobody was killed.
struct AllocationRefused {
  std::string program;  // comm in the kernel's words, else the log's tag; empty: not known
  RefusedBy by = RefusedBy::Unknown;
  std::optional<std::uint32_t> pid = {};
  std::optional<Bytes> size = {};   // Overcommit: asked for; DataLimit: what the data would have come to
  std::optional<Bytes> limit = {};  // of DataLimit
  std::string unit = {};            // a journal's trusted field; empty: not known
};

using UserlandFact = std::variant<UnitMessage, UserspaceKill, UserspaceKillDone, MemoryTrend, RuntimeEcho,
                                  ApplicationEcho, RunningQuery, AllocationRefused>;

// A fact with its place in time and log.
struct UserlandEvent {
  UserlandFact fact;
  Trust trust = Trust::Unknowable;  // Userspace here means: the source vouches that this very program wrote it
  Time time;
  Origin origin;
  std::string host, boot_id;
  std::string text;  // the line, for quoting; bounded to 1024 bytes
};

using UserlandSink = std::function<void(UserlandEvent)>;

// What a line of another program says; absent for anything else. The line's identifier (and in journals the trusted
// fields) decide who speaks: a text that merely quotes such a line is not taken.
std::optional<UserlandFact> classify_userland(const LogLine& line);

// Tells of an OOM kill by itself: with no kernel report near it there was one all the same. Not a dry run, and not a
// slice, which repeats its children's kills seconds later.
bool tells_of_kill(const UserlandFact& fact);

// A line as an event with origin and time.
UserlandEvent make_userland_event(const LogLine& line, UserlandFact fact, const std::string& source);

}  // namespace oomwhy
