#include "report/other_kills.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <variant>

#include "report/moment.hpp"
#include "report/nearby_incidents.hpp"
#include "report/userland_incidents.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kJustBefore = std::int64_t{60} * 1'000'000;  // a signal's line ahead of the death

bool died_by_sigkill(const UnitMessage& message) {
  return message.word == UnitWord::ProcessExited && message.exit_code == "killed" &&
         message.exit_status.value_or("").starts_with("9/");
}

// Empty: the word is not about a signal.
std::string sender_in(const UnitMessage& message) {
  if (message.word == UnitWord::StopTimeout) return "stop timeout";
  if (message.word == UnitWord::WatchdogTimeout) return "watchdog";
  if (message.word == UnitWord::SignalOnRequest) return "client request";
  if (message.word == UnitWord::KillingProcess) return "systemd";
  return {};
}

// The incidents by the units that they speak of.
class Explanations {
 public:
  explicit Explanations(const std::vector<Incident>& incidents) : incidents_(incidents), nearby_(kSameIncident) {
    for (std::uint32_t index = 0; index < incidents.size(); ++index) {
      for (const std::string& unit : units_of(incidents[index])) {
        nearby_.add(units_.number(unit), incidents[index], index);
      }
    }
  }

  bool has(const UserlandEvent& death, const std::string& unit) {
    const auto number = units_.find(unit);
    return number && nearby_.find(*number, incidents_, death);
  }

 private:
  const std::vector<Incident>& incidents_;
  Names units_;
  NearbyIncidents nearby_;
};

// The service manager's words of signals, by the unit that they were sent to.
class Senders {
 public:
  // In the order in which they were said.
  void note(const UserlandEvent& event, const UnitMessage& message) {
    if (sender_in(message).empty()) return;
    // "Killing process" is how systemd does it; the line before says why.
    Said& said = said_[of(event, message)];
    (message.word == UnitWord::KillingProcess ? said.how : said.why).push_back(&event);
  }

  // Of a unit that has just died; null: no line tells.
  const UserlandEvent* find(const UserlandEvent& death, const UnitMessage& message) const {
    const auto said = said_.find(of(death, message));
    if (said == said_.end()) return nullptr;
    const auto is_recent = [&](const UserlandEvent* event) {
      const auto away = microseconds_between(event->time, death.time);
      return !away || *away <= kJustBefore;
    };
    const auto& [why, how] = said->second;
    if (!why.empty() && is_recent(why.back())) return why.back();
    const auto first =
        std::partition_point(how.begin(), how.end(), [&](const auto* event) { return !is_recent(event); });
    return first == how.end() ? nullptr : *first;
  }

 private:
  using Unit = std::tuple<std::string, std::string, std::string>;  // name, boot, host
  struct Said {
    std::vector<const UserlandEvent*> why, how;
  };
  static Unit of(const UserlandEvent& event, const UnitMessage& message) {
    return {message.unit, event.boot_id, event.host};
  }

  std::map<Unit, Said> said_;
};

OtherKill other_kill(const UserlandEvent& death, const UnitMessage& message, const UserlandEvent* sender) {
  const UserlandEvent& proof = sender == nullptr ? death : *sender;
  return {message.unit, death.time,  death.host, sender == nullptr ? std::string() : sender_in(*unit_message(*sender)),
          proof.text,   proof.origin};
}

}  // namespace

bool tells_of_signal(const UnitMessage& message) { return died_by_sigkill(message) || !sender_in(message).empty(); }

std::vector<OtherKill> find_other_kills(const std::vector<Incident>& incidents, const UserlandWords& words) {
  std::vector<OtherKill> kills;
  Explanations explanations(incidents);
  Senders senders;
  for (const UserlandEvent& event : words.events()) {
    const auto* message = unit_message(event);
    if (message == nullptr) continue;
    senders.note(event, *message);
    if (!died_by_sigkill(*message) || explanations.has(event, message->unit)) continue;
    kills.push_back(other_kill(event, *message, senders.find(event, *message)));
  }
  return kills;
}

}  // namespace oomwhy
