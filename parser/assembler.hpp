// Facts become events: a state machine over facts, one open report for each printing task. Keeps a report that is cut
// at either end, separates two that were printed at once, takes a copy of the same report once, and grades what it has.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "parser/diagnostic.hpp"
#include "parser/event.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

using EventSink = std::function<void(OomEvent)>;

class Assembler {
 public:
  // `source` goes into the origins. Events are handed on when it is certain that nothing more belongs to them.
  Assembler(std::string source, EventSink events, std::function<void(Diagnostic)> diagnostics,
            std::function<void(BlindSpot)> blind_spots);
  ~Assembler();
  Assembler(const Assembler&) = delete;
  Assembler& operator=(const Assembler&) = delete;

  void feed(const LogLine& line);
  // Messages of the kernel are lost here; that they are is told elsewhere.
  void lose_records();
  // No line came for a while (a journal that is followed): hands on what is over, keeps what is open.
  void settle();
  void finish();  // the end of the source: hands on what is open

  std::uint32_t boots() const;  // seen so far, 1 from the start

  // No report is being printed, so that lines which are no facts change nothing but counts: pass() counts them.
  bool quiet() const;
  bool has_ended_reports() const;  // kept open for what may come late; is_elision() lines still mean something
  std::optional<std::int64_t> uptime_us() const;
  void pass(std::uint64_t lines);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace oomwhy
