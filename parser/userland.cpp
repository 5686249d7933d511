#include "parser/userland.hpp"

#include "parser/allocation_refused.hpp"
#include "parser/service_manager.hpp"
#include "parser/userspace_killers.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kLongestQuote = 1024;

}  // namespace

std::optional<UserlandFact> classify_userland(const LogLine& line) {
  if (auto message = classify_service_manager(line)) return UserlandFact(std::move(*message));
  if (auto kill = classify_userspace_killer(line)) return kill;
  if (auto echo = classify_echo(line)) return echo;
  if (auto refused = classify_refusal(line)) return UserlandFact(std::move(*refused));
  return std::nullopt;
}

bool tells_of_kill(const UserlandFact& fact) {
  if (const auto* kill = std::get_if<UserspaceKill>(&fact)) return !kill->dry_run;
  const auto* message = std::get_if<UnitMessage>(&fact);
  if (message == nullptr || message->unit.ends_with(".slice")) return false;
  return message->word == UnitWord::OomKilled || message->word == UnitWord::OomdKilled ||
         (message->word == UnitWord::Failed && message->result == "oom-kill");
}

UserlandEvent make_userland_event(const LogLine& line, UserlandFact fact, const std::string& source) {
  UserlandEvent event;
  event.fact = std::move(fact);
  event.trust = line.fields.empty() ? Trust::Unknowable : Trust::Userspace;
  if (line.transport == Transport::Kernel) event.trust = Trust::Kernel;
  event.time.realtime_us = line.stamp.realtime_us;
  event.time.wall_us = line.stamp.wall_us;
  event.time.uptime_us = line.stamp.uptime_us;
  event.time.as_printed = std::string(line.stamp.as_printed);
  event.time.clock = line.stamp.clock;
  event.origin = Origin{source, line.line, std::string(line.cursor)};
  event.host = std::string(line.host);
  event.boot_id = std::string(line.boot_id);
  event.text = std::string(line.text.substr(0, kLongestQuote));
  return event;
}

}  // namespace oomwhy
