#include "report/userland_words.hpp"

#include <algorithm>
#include <optional>
#include <variant>

#include "report/nearby_incidents.hpp"

namespace oomwhy {
namespace {

std::uint64_t subject_of(WordTopic topic, std::uint32_t about) {
  return static_cast<std::uint64_t>(topic) << 32U | about;
}

// What a word is about that tells of no kill and is not the service manager's. Absent: it joins nothing.
struct About {
  WordTopic topic = WordTopic::Echo;
  std::uint32_t pid = 0;
};

struct FindAbout {
  std::optional<About> operator()(const UnitMessage&) const { return std::nullopt; }
  std::optional<About> operator()(const UserspaceKill&) const { return std::nullopt; }
  std::optional<About> operator()(const UserspaceKillDone& done) const {
    return done.pid ? About{WordTopic::ProcessGone, *done.pid} : About{WordTopic::KillDone};
  }
  std::optional<About> operator()(const MemoryTrend&) const { return About{WordTopic::Trend}; }
  std::optional<About> operator()(const RuntimeEcho& echo) const {
    return echo.pid ? About{WordTopic::ProcessEcho, *echo.pid} : About{WordTopic::Echo};
  }
  std::optional<About> operator()(const ApplicationEcho& echo) const {
    return echo.pid ? std::optional(About{WordTopic::ProcessEcho, *echo.pid}) : std::nullopt;
  }
  std::optional<About> operator()(const RunningQuery&) const { return About{WordTopic::Echo}; }
  std::optional<About> operator()(const AllocationRefused&) const { return About{WordTopic::Echo}; }
};

}  // namespace

UserlandWords::UserlandWords(const std::vector<UserlandEvent>& events) : events_(&events) {
  for (std::uint32_t index = 0; index < events.size(); ++index) file(index);
  lists_.sort();
  note_peaks();
}

void UserlandWords::file(std::uint32_t index) {
  const UserlandEvent& event = (*events_)[index];
  if (tells_of_kill(event.fact)) return kills_.push_back(index);
  if (const auto* message = std::get_if<UnitMessage>(&event.fact)) return file_unit_word(*message, index);
  if (const auto about = std::visit(FindAbout{}, event.fact)) add(about->topic, about->pid, index);
}

void UserlandWords::file_unit_word(const UnitMessage& message, std::uint32_t index) {
  const std::uint32_t unit = units_.number(message.unit);
  const bool consumed = message.word == UnitWord::Consumed;
  add(consumed ? WordTopic::Consumed : WordTopic::UnitFate, unit, index);
  if (consumed && message.memory_peak) add(WordTopic::Peak, unit, index);
}

void UserlandWords::add(WordTopic topic, std::uint32_t about, std::uint32_t index) {
  const UserlandEvent& event = (*events_)[index];
  lists_.add(subject_of(topic, about), machine_of(event), event.time, index);
}

void UserlandWords::note_peaks() {
  lists_.visit([&](std::uint64_t subject, const TimedLists::List& list) {
    if (subject >> 32U != static_cast<std::uint64_t>(WordTopic::Peak)) return;
    std::vector<Bytes>& highest = highest_[&list];
    Bytes so_far;
    for (const TimedLists::Entry& entry : list) {
      so_far = std::max(so_far, *std::get<UnitMessage>((*events_)[entry.index].fact).memory_peak);
      highest.push_back(so_far);
    }
  });
}

Bytes UserlandWords::highest(const TimedLists::List& peaks, std::size_t count) const {
  return count == 0 ? Bytes{} : highest_.at(&peaks)[count - 1];
}

std::vector<TimedLists::Stretch> UserlandWords::of_unit(WordTopic topic, std::string_view unit, const Machine& machine,
                                                        const TimeWindow& window) const {
  const auto number = units_.find(unit);
  return number ? lists_.find(subject_of(topic, *number), machine, window) : std::vector<TimedLists::Stretch>{};
}

std::vector<TimedLists::Stretch> UserlandWords::of_process(WordTopic topic, std::uint32_t pid, const Machine& machine,
                                                           const TimeWindow& window) const {
  return lists_.find(subject_of(topic, pid), machine, window);
}

std::vector<TimedLists::Stretch> UserlandWords::of_machine(WordTopic topic, const Machine& machine,
                                                           const TimeWindow& window) const {
  return lists_.find(subject_of(topic, 0), machine, window);
}

}  // namespace oomwhy
