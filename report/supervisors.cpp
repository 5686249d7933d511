#include "report/supervisors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace oomwhy {
namespace {

// What a setting asks for, whoever carries it out.
enum class Wish { Score, MemoryMax, MemoryHigh, SwapMax, GroupKill, Restart, Other };

struct Order {
  Wish wish = Wish::Other;
  std::string name;   // of the service, without ".service"
  std::string value;  // a score, or bytes
};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '@';
}

std::string plain_name(std::string_view target) {
  constexpr std::string_view kSuffix = ".service";
  if (target.ends_with(kSuffix)) target.remove_suffix(kSuffix.size());
  const bool plain = !target.empty() && target.front() != '-' && target.front() != '.' &&
                     std::all_of(target.begin(), target.end(), is_plain);
  return plain ? std::string(target) : "NAME";
}

Wish wish_of(const Advice& advice) {
  const std::string& setting = advice.setting;
  if (setting == "OOMScoreAdjust") return Wish::Score;
  if (setting == "MemoryMax" || setting == "--memory" || setting == "resources.limits.memory") return Wish::MemoryMax;
  if (setting == "MemoryHigh") return Wish::MemoryHigh;
  if (setting == "MemorySwapMax") return Wish::SwapMax;
  if (setting == "OOMPolicy" && advice.value == "kill") return Wish::GroupKill;
  if (setting == "Restart") return Wish::Restart;
  return Wish::Other;
}

// cgroup v2's file of a wish; empty: it is not a file of the memory controller.
std::string_view knob(Wish wish) {
  switch (wish) {
    case Wish::MemoryMax:
      return "memory.max";
    case Wish::MemoryHigh:
      return "memory.high";
    case Wish::SwapMax:
      return "memory.swap.max";
    case Wish::GroupKill:
      return "memory.oom.group";
    case Wish::Score:
    case Wish::Restart:
    case Wish::Other:
      return {};
  }
  return {};
}

SupervisorWords none(std::string why) { return {std::move(why), {}}; }

// upstart's init(5): "oom score" since 0.6, "cgroup" since 1.13.
SupervisorWords upstart(const Order& order) {
  const std::string where = fmt::format("/etc/init/{}.override", order.name);
  if (order.wish == Wish::Score) return {where, {"oom score " + order.value}};
  if (order.wish == Wish::MemoryMax) {
    return {where + " (upstart 1.13 or later, with cgmanager)",
            {"cgroup memory $UPSTART_CGROUP limit_in_bytes " + order.value}};
  }
  if (order.wish == Wish::Restart) return {where, {"respawn"}};
  return none("upstart has no word for it");
}

SupervisorWords nosh(const Order& order) {
  const std::string where = fmt::format("the run program of {}, before its last command", order.name);
  // The -- keeps a negative number from being read as an option.
  if (order.wish == Wish::Score) return {where, {"oom-kill-protect -- " + order.value}};
  if (!knob(order.wish).empty()) {
    return {where, {fmt::format("set-control-group-knob {} {}", knob(order.wish), order.value)}};
  }
  if (order.wish == Wish::Restart) return {fmt::format("the restart program of {}", order.name), {"true"}};
  return none("nosh has no word for it");
}

SupervisorWords openrc(const Order& order) {
  const std::string where = fmt::format("/etc/conf.d/{}", order.name);
  if (order.wish == Wish::Score) return {where, {"export SSD_OOM_SCORE_ADJ=" + order.value}};
  if (!knob(order.wish).empty()) {
    return {where + " (cgroup v2; the memory controller must be enabled for it)",
            {"rc_cgroup_settings=\"${rc_cgroup_settings-}", fmt::format("{} {}\"", knob(order.wish), order.value)}};
  }
  if (order.wish == Wish::Restart) return {where, {"supervisor=supervise-daemon"}};
  return none("OpenRC has no word for it");
}

// Lines of a shell script that becomes the service: its own cgroup, its own score.
std::vector<std::string> shell_lines(const Order& order) {
  if (order.wish == Wish::Score) return {fmt::format("echo {} >/proc/self/oom_score_adj", order.value)};
  if (knob(order.wish).empty()) return {};
  const std::string group = "/sys/fs/cgroup/" + order.name;
  return {"mkdir -p " + group, fmt::format("echo {} >{}/{}", order.value, group, knob(order.wish)),
          fmt::format("echo $$ >{}/cgroup.procs", group)};
}

SupervisorWords runit(const Order& order) {
  if (order.wish == Wish::Restart) return none("runit starts it again whenever it ends");
  auto lines = shell_lines(order);
  if (lines.empty()) return none("runit has no word for it");
  return {fmt::format("/etc/sv/{}/run, as root before exec", order.name), std::move(lines)};
}

SupervisorWords wrapper(const Order& order) {
  auto lines = shell_lines(order);
  if (lines.empty()) return none("a wrapper cannot do it");
  lines.insert(lines.begin(), "#!/bin/sh");
  lines.emplace_back("exec \"$@\"");
  return {fmt::format("a script that starts {}, as root", order.name), std::move(lines)};
}

SupervisorWords cgexec(const Order& order) {
  if (knob(order.wish).empty()) return none("a score is choom's business: --for=choom");
  return {"a shell, as root",
          {fmt::format("cgcreate -g memory:{}", order.name),
           fmt::format("cgset -r {}={} {}", knob(order.wish), order.value, order.name),
           fmt::format("cgexec -g memory:{} COMMAND", order.name)}};
}

SupervisorWords choom(const Order& order) {
  if (order.wish != Wish::Score) return none("choom sets scores only: --for=cgexec for limits");
  return {"a shell; the second line for a process that runs",
          {fmt::format("choom -n {} -- COMMAND", order.value), fmt::format("choom -n {} -p PID", order.value)}};
}

SupervisorWords docker(const Order& order) {
  switch (order.wish) {
    case Wish::Score:
      return {"at the container's next start", {fmt::format("docker run --oom-score-adj={} IMAGE", order.value)}};
    case Wish::MemoryMax:
      return {"a shell; at once", {fmt::format("docker update --memory={} {}", order.value, order.name)}};
    case Wish::Restart:
      return {"a shell; at once", {fmt::format("docker update --restart=on-failure {}", order.name)}};
    case Wish::SwapMax:
      return none("docker's --memory-swap is memory and swap together: the limit of both, not of swap");
    case Wish::MemoryHigh:
    case Wish::GroupKill:
    case Wish::Other:
      return none("docker has no word for it");
  }
  return none({});
}

SupervisorWords kubernetes(const Order& order) {
  switch (order.wish) {
    case Wish::MemoryMax:
      return {"the container in the pod's spec",
              {"resources:", "  limits:", fmt::format("    memory: \"{}\"", order.value)}};
    case Wish::Score:
      return none("the kubelet sets scores by QoS class: requests equal to limits (Guaranteed) give -997");
    case Wish::Restart:
      return {"the pod's spec", {"restartPolicy: OnFailure"}};
    case Wish::GroupKill:
      return none("the kubelet sets it: since 1.28 on cgroup v2 all of a container's processes are killed");
    case Wish::MemoryHigh:
    case Wish::SwapMax:
    case Wish::Other:
      return none("a pod's spec has no word for it");
  }
  return none({});
}

struct Supervisor {
  std::string_view name;
  SupervisorWords (*words)(const Order&);
};
constexpr std::array kSupervisors = {
    Supervisor{"upstart", upstart}, Supervisor{"nosh", nosh},       Supervisor{"openrc", openrc},
    Supervisor{"runit", runit},     Supervisor{"wrapper", wrapper}, Supervisor{"cgexec", cgexec},
    Supervisor{"choom", choom},     Supervisor{"docker", docker},   Supervisor{"kubernetes", kubernetes},
};

const Supervisor* find(std::string_view name) {
  const auto found =
      std::find_if(kSupervisors.begin(), kSupervisors.end(), [&](const auto& s) { return s.name == name; });
  return found == kSupervisors.end() ? nullptr : &*found;
}

// Absent: the value is none that can be handed on as it is.
std::optional<Order> order_of(const Advice& advice) {
  Order order{wish_of(advice), plain_name(advice.target), {}};
  if (order.wish == Wish::GroupKill) {
    order.value = "1";
  } else if (order.wish == Wish::Score) {
    int score = 0;
    const char* end = advice.value.data() + advice.value.size();
    if (std::from_chars(advice.value.data(), end, score).ptr != end) return std::nullopt;
    order.value = std::to_string(score);
  } else if (!knob(order.wish).empty()) {
    const auto size = parse_setting_size(advice.value);
    if (!size) return std::nullopt;
    order.value = std::to_string(size->count);
  }
  return order;
}

}  // namespace

bool is_supervisor(std::string_view name) { return find(name) != nullptr; }

SupervisorWords in_words_of(std::string_view supervisor, const Advice& advice) {
  const Supervisor* found = find(supervisor);
  const auto order = order_of(advice);
  if (found == nullptr || !order) return none("no word for it");
  return found->words(*order);
}

std::optional<Bytes> parse_setting_size(std::string_view value) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc{}) return std::nullopt;
  std::string_view suffix = value.substr(static_cast<std::size_t>(end - value.data()));
  if (suffix.size() == 2 && suffix[1] == 'i') suffix.remove_suffix(1);
  if (suffix.empty()) return Bytes{count};
  const std::size_t power = std::string_view("KMGTP").find(suffix.front());
  if (suffix.size() != 1 || power == std::string_view::npos) return std::nullopt;
  return Bytes{saturating_multiply(count, std::uint64_t{1} << (10 * (power + 1)))};
}

}  // namespace oomwhy
