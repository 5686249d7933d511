#include "parser/userspace_killers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "parser/scan_text.hpp"

namespace oomwhy {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// --- systemd-oomd (src/oom/oomd-util.c, 247 to 262) ---

// "Killed P due to memory pressure for Q being …" (248-259), "Marked P for killing due to …" (260+).
std::optional<UserlandFact> read_systemd_oomd(std::string_view text) {
  UserspaceKill kill{.killer = "systemd-oomd"};
  if (take(text, "oomd dry-run: Would have tried to kill ")) {
    kill.dry_run = true;
    kill.cgroup = std::string(text.substr(0, text.find(" with recurse")));
    return kill;
  }
  std::optional<std::string_view> cgroup;
  if (take(text, "Killed ")) {
    cgroup = take_until(text, " due to ");
  } else if (take(text, "Marked ")) {
    cgroup = take_until(text, " for killing due to ");
    kill.attempt = true;
  }
  if (!cgroup || !cgroup->starts_with('/')) return std::nullopt;
  kill.cgroup = std::string(*cgroup);
  kill.rule = std::string(trimmed(text));
  if (const auto monitored = between(text, "memory pressure for ", " being ")) kill.monitored = std::string(*monitored);
  return kill;
}

// --- earlyoom (kill.c, v0.1 to v1.9) ---

constexpr std::uint64_t kMebibyte = 1024ULL * 1024;

std::optional<Bytes> read_vm_rss(std::string_view text) {
  if (!take_until(text, "VmRSS ") && !take_until(text, "VmRSS: ")) return std::nullopt;
  const auto mib = take_number<std::uint64_t>(text);
  return mib ? std::optional(Bytes{saturating_multiply(*mib, kMebibyte)}) : std::nullopt;
}

// v1.3+: sending SIGTERM to process 354 uid 0 "nightly-report": badness 1060, VmRSS 277 MiB[, cmdline "…"]
std::optional<UserlandFact> read_earlyoom_sending(std::string_view text) {
  if (!take(text, "sending SIG")) return std::nullopt;
  UserspaceKill kill{.killer = "earlyoom", .attempt = true};
  kill.signal = "SIG" + std::string(text.substr(0, text.find(' ')));
  if (!take_until(text, " to process ")) return std::nullopt;  // "sending SIGTERM when mem <= …": its settings
  kill.pid = take_number<std::uint32_t>(text);
  if (!kill.pid) return std::nullopt;
  if (take(text, " uid ")) kill.uid = take_number<std::uint32_t>(text);
  kill.rss = read_vm_rss(text);
  if (!take(text, " \"")) return kill;
  // The name may hold a quote: it ends at the last one before the score.
  const auto score = std::min({text.find("\": badness "), text.find("\": oom_score ")});
  if (score != std::string_view::npos) kill.comm = std::string(text.substr(0, score));
  return kill;
}

// v1.1: "Killing process: NAME, pid: P, badness: B, VmRSS: N MiB"; v1.2: "Killing process 'NAME' with signal S, pid: P,
// …"
std::optional<UserlandFact> read_earlyoom_killing(std::string_view text) {
  if (!take(text, "Killing process")) return std::nullopt;
  UserspaceKill kill{.killer = "earlyoom", .attempt = true, .rss = read_vm_rss(text)};
  if (take(text, ": ")) {
    const auto name = take_until(text, ", pid: ");
    if (!name) return std::nullopt;
    kill.comm = std::string(*name);
    kill.pid = take_number<std::uint32_t>(text);
  } else if (take(text, " '")) {
    const auto name = take_until(text, "' with signal ");
    if (!name || !take_until(text, "pid: ")) return std::nullopt;
    kill.comm = std::string(*name);
    kill.pid = take_number<std::uint32_t>(text);
  } else if (take(text, " ")) {
    kill.pid = take_number<std::uint32_t>(text);
    if (take(text, " ")) kill.comm = std::string(text);
  }
  if (!kill.pid) return std::nullopt;
  return kill;
}

// "mem avail:    69 of   469 MiB (14.74%), swap free:    0 of    0 MiB ( 0.00%)"
std::optional<double> take_percent(std::string_view& text) {
  if (!take_until(text, "(")) return std::nullopt;
  while (take(text, " ")) {
  }
  return take_number<double>(text);
}

std::optional<UserlandFact> read_earlyoom(std::string_view text) {
  if (auto sending = read_earlyoom_sending(text)) return sending;
  if (auto killing = read_earlyoom_killing(text)) return killing;
  if (take(text, "mem avail:")) {
    const auto available = take_percent(text);
    if (!available) return std::nullopt;
    return MemoryTrend{*available, take_percent(text)};
  }
  if (!text.starts_with("process ")) return std::nullopt;
  take(text, "process ");
  const auto pid = take_number<std::uint32_t>(text);
  take(text, " ");
  if (!text.starts_with("exited after ")) return std::nullopt;
  return UserspaceKillDone{"earlyoom", pid};
}

// --- nohang, Meta's oomd, Android ---

// v0.1: "Low memory; corrective action required!"; later "Sending SIGTERM to the victim", "The victim died in 0.2s".
std::optional<UserlandFact> read_nohang(std::string_view text) {
  text = trimmed(text);
  if (take(text, "Sending SIG")) {
    UserspaceKill kill{.killer = "nohang", .attempt = true};
    kill.signal = "SIG" + std::string(text.substr(0, text.find(' ')));
    // Later versions: "Sending SIGTERM to the victim"; some add its name and PID: "… to foo, PID 812".
    if (take_until(text, "PID ") || take_until(text, "pid ")) kill.pid = take_number<std::uint32_t>(text);
    return kill;
  }
  if (text.starts_with("The victim died in ")) return UserspaceKillDone{"nohang", std::nullopt};
  return std::nullopt;
}

// "oomd kill: 5.45 1.2 0.3 system.slice/foo.service 123456 ruleset:[r] detectorgroup:[d] killer:[(dry)name] v2"
std::optional<UserlandFact> read_meta_oomd(std::string_view text) {
  if (!take(text, "oomd kill: ")) return std::nullopt;
  UserspaceKill kill{.killer = "oomd"};
  for (int pressure = 0; pressure < 3; ++pressure) {
    if (!take_number<double>(text) || !take(text, " ")) return std::nullopt;
  }
  const auto cgroup = take_until(text, " ");
  if (!cgroup) return std::nullopt;
  kill.cgroup = cgroup->starts_with('/') ? std::string(*cgroup) : "/" + std::string(*cgroup);
  if (const auto size = take_number<std::uint64_t>(text)) kill.rss = Bytes{*size};
  if (const auto rule = between(text, "ruleset:[", "]")) kill.rule = std::string(*rule);
  kill.dry_run = text.find("killer:[(dry)") != std::string_view::npos;
  return kill;
}

// lmkd: Kill 'NAME' (PID), uid U, oom_score_adj A to free N kB …; the kernel driver: Killing 'NAME' (PID), adj N,
std::optional<UserlandFact> read_android(std::string_view text) {
  UserspaceKill kill;
  if (take(text, "Killing '")) {
    kill.killer = "lowmemorykiller";
  } else if (take(text, "Kill '")) {
    kill.killer = "lmkd";
  } else {
    return std::nullopt;
  }
  const auto name = take_until(text, "' (");
  if (!name) return std::nullopt;
  kill.comm = std::string(*name);
  kill.pid = take_number<std::uint32_t>(text);
  if (!kill.pid || !take(text, ")")) return std::nullopt;
  if (take(text, ", uid ")) kill.uid = take_number<std::uint32_t>(text);
  return kill;
}

// --- echoes ---

std::string hex_digits_at(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789abcdef");
  return std::string(text.substr(0, end));
}

std::optional<UserlandFact> read_containerd(std::string_view text) {
  if (text.find("TaskOOM event") == std::string_view::npos) return std::nullopt;
  RuntimeEcho echo{.runtime = "containerd"};
  for (const std::string_view key : {"ContainerID:", "container_id:\\\"", "container_id:\""}) {
    auto rest = text;
    if (!take_until(rest, key)) continue;
    if (auto id = hex_digits_at(rest); id.size() >= 12) echo.container = std::move(id);
  }
  return echo;
}

std::optional<UserlandFact> read_conmon(std::string_view text) {
  if (text.find("OOM event received") == std::string_view::npos &&
      text.find("OOM received") == std::string_view::npos) {
    return std::nullopt;
  }
  RuntimeEcho echo{.runtime = "conmon"};
  take(text, "conmon ");
  if (auto id = hex_digits_at(text); id.size() >= 12) echo.container = std::move(id);
  return echo;
}

std::optional<UserlandFact> read_kubelet(std::string_view text) {
  if (!take_until(text, "System OOM encountered, victim process: ")) return std::nullopt;
  RuntimeEcho echo{.runtime = "kubelet"};
  if (const auto name = take_until(text, ", pid: ")) {
    echo.comm = std::string(*name);
    echo.pid = take_number<std::uint32_t>(text);
  }
  return echo;
}

std::optional<UserlandFact> read_slurmstepd(std::string_view text) {
  if (text.find("oom_kill event") == std::string_view::npos && text.find("oom-kill event") == std::string_view::npos) {
    return std::nullopt;
  }
  return RuntimeEcho{.runtime = "slurmstepd"};
}

std::optional<UserlandFact> application_echo(std::string_view program, std::string_view text,
                                             std::string_view before_pid) {
  ApplicationEcho echo{.program = std::string(program)};
  if (take_until(text, before_pid)) echo.pid = take_number<std::uint32_t>(text);
  return echo;
}

// Told by the sentence: the identifier of an application's log is anything.
std::optional<UserlandFact> read_application(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (has("(PID ") && has("was terminated by signal 9")) return application_echo("postgres", text, "(PID ");
  if (const auto query = text.find("Failed process was running: "); query != std::string_view::npos) {
    return RunningQuery{std::string(text.substr(query + std::string_view("Failed process was running: ").size()))};
  }
  if (has("was sent SIGKILL! Perhaps out of memory?")) return application_echo("gunicorn", text, "(pid:");
  if (has("WORKER TIMEOUT (pid:")) {
    auto echo = application_echo("gunicorn", text, "(pid:");
    std::get<ApplicationEcho>(*echo).timeout = true;
    return echo;
  }
  if (has("worker process ") && has("exited on signal 9")) return application_echo("nginx", text, "worker process ");
  if (has("AH00052: child pid ") && has("exit signal Killed (9)"))
    return application_echo("apache", text, "child pid ");
  if (has("child ") && has(" exited on signal 9 (SIGKILL)")) return application_echo("php-fpm", text, "child ");
  return std::nullopt;
}

bool said_by(const LogLine& line, std::string_view program) { return line.identifier == program; }

}  // namespace

std::optional<UserlandFact> classify_userspace_killer(const LogLine& line) {
  if (said_by(line, "systemd-oomd")) return read_systemd_oomd(line.text);
  if (said_by(line, "earlyoom")) return read_earlyoom(line.text);
  if (line.identifier.starts_with("nohang")) return read_nohang(line.text);
  // Meta's oomd writes into /dev/kmsg, the Android killers are a driver and a daemon of that name.
  if (line.text.starts_with("oomd kill: ")) return read_meta_oomd(line.text);
  if (line.text.starts_with("lowmemorykiller: ")) return read_android(line.text.substr(17));
  if (said_by(line, "lowmemorykiller")) return read_android(line.text);
  // Notes and tickets carry earlyoom's words without a tag; no other program has them.
  if (line.identifier.empty() && line.text.starts_with("sending SIG")) return read_earlyoom_sending(line.text);
  return std::nullopt;
}

bool may_be_echo(std::string_view text) {
  constexpr std::array<std::string_view, 7> kRare{
      "signal 9", "SIGKILL", "Killed (9)", "TIMEOUT (pid", "process was running: ", "TaskOOM", "System OOM"};
  return contains_any(text, kRare);
}

std::optional<UserlandFact> classify_echo(const LogLine& line) {
  if (line.transport == Transport::Kernel || said_by(line, "kernel")) return std::nullopt;
  if (said_by(line, "containerd")) return read_containerd(line.text);
  if (said_by(line, "conmon")) return read_conmon(line.text);
  if (said_by(line, "kubelet")) return read_kubelet(line.text);
  if (said_by(line, "slurmstepd")) return read_slurmstepd(line.text);
  if (line.identifier.empty() || !may_be_echo(line.text)) return std::nullopt;
  return read_application(line.text);
}

}  // namespace oomwhy
