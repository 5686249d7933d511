// Repairs what happened to lines on their way before facts are taken from them: a line that was broken in two (wrapped
// by a mail program, reflowed by a PDF reader, by a newline in a process's name) is tried joined with what follows, and
// several lines on one physical line are taken apart. A line that is whole passes straight through.
//
//   [  280.32] Node 0 DMA free:7880kB min:28kB low:32kB        [   51.09] Memory cgroup out of memory: Killed process
//   335 (new high:40kB active:0kB … all_unreclaimable? yes               [   51.09] line) total-vm:27720kB,
//   anon-rss:26596kB, …
//     joined with a blank: no envelope of its own                 joined with the newline: one record, one stamp
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "parser/grammar.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

using FactSink = std::function<void(const LogLine&, const Fact&)>;

class Rejoiner {
 public:
  explicit Rejoiner(FactSink facts);
  ~Rejoiner();
  Rejoiner(const Rejoiner&) = delete;
  Rejoiner& operator=(const Rejoiner&) = delete;

  void feed(const LogLine& line);
  void flush();  // nothing follows for now: what is held goes on as it is

  // Nothing is held, and no fact stands so near that it changes how the next line is read: `lines` lines that are no
  // facts can be left out.
  bool quiet() const;
  void pass(std::uint64_t lines);
  static constexpr std::size_t kNearReport = 64;  // lines behind a fact that are searched for joined lines

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace oomwhy
