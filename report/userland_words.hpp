// What other programs said, in lists: by what a word is about, by machine and by time. Made once; every incident looks
// up what may belong to it.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "parser/userland.hpp"
#include "report/timed_lists.hpp"

namespace oomwhy {

// The service manager's message; null: another program's word.
inline const UnitMessage* unit_message(const UserlandEvent& event) { return std::get_if<UnitMessage>(&event.fact); }

// What a word can be about for an incident that is not told by the word itself.
enum class WordTopic : std::uint8_t {
  Peak,         // of a unit: Consumed, with a memory peak
  Consumed,     // of a unit
  UnitFate,     // of a unit: any other word of the service manager
  ProcessEcho,  // of a PID: a runtime or an application saw it die
  ProcessGone,  // of a PID: a userspace killer saw it die
  Trend,        // of the machine: earlyoom's periodic line
  Echo,         // of the machine: a runtime's word without a PID, a query, a refused allocation
  KillDone,     // of the machine: a userspace killer's word without a PID
};

class UserlandWords {
 public:
  // `events` in order of time; it outlives the lists.
  explicit UserlandWords(const std::vector<UserlandEvent>& events);

  const std::vector<UserlandEvent>& events() const { return *events_; }
  // Those that tell of a kill by themselves, as indices into events(); they stand in no other list.
  const std::vector<std::uint32_t>& kills() const { return kills_; }

  // Entries' indices are those into events().
  std::vector<TimedLists::Stretch> of_unit(WordTopic topic, std::string_view unit, const Machine& machine,
                                           const TimeWindow& window) const;
  std::vector<TimedLists::Stretch> of_process(WordTopic topic, std::uint32_t pid, const Machine& machine,
                                              const TimeWindow& window) const;
  std::vector<TimedLists::Stretch> of_machine(WordTopic topic, const Machine& machine, const TimeWindow& window) const;

  // Of a list of peaks: the highest of its first `count` ones.
  Bytes highest(const TimedLists::List& peaks, std::size_t count) const;

 private:
  void file(std::uint32_t index);
  void file_unit_word(const UnitMessage& message, std::uint32_t index);
  void add(WordTopic topic, std::uint32_t about, std::uint32_t index);
  void note_peaks();

  const std::vector<UserlandEvent>* events_;
  std::vector<std::uint32_t> kills_;
  Names units_;
  TimedLists lists_;
  std::unordered_map<const TimedLists::List*, std::vector<Bytes>> highest_;  // so far, at each place of a list of peaks
};

}  // namespace oomwhy
