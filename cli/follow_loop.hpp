// The loop of --follow: waits for a sign of a kill, then for quiet, then has what there is shown. Sleeps in between.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "cli/inputs.hpp"

namespace oomwhy {

// A log that grows while we look.
class GrowingLog {
 public:
  GrowingLog() = default;
  GrowingLog(const GrowingLog&) = delete;
  GrowingLog& operator=(const GrowingLog&) = delete;
  virtual ~GrowingLog() = default;

  virtual pollfd awaited() const = 0;                           // what tells that it has grown
  virtual std::optional<std::int64_t> patience_us() const = 0;  // look again after so long; absent: when told
  enum class News { Nothing, Kill, Full };                      // Full: no more of it can be held unshown
  virtual News take(std::int64_t now_us) = 0;                   // takes what has come; never blocks
  virtual Inputs read() = 0;                                    // the last hours, for the story of an incident
};

// What the loop needs of the outside.
struct FollowHost {
  enum class Wake { Grown, TimedOut, Stopped };
  std::function<Wake(const pollfd& log, std::optional<std::int64_t> timeout_us)> wait;
  std::function<std::int64_t()> now_us;  // a clock that nobody sets
};

struct FollowTimes {
  // A kill's aftermath (the reaper, the unit's end and its restart) comes within seconds.
  std::int64_t quiet_us = 10'000'000;
  // A storm is shown though it goes on.
  std::int64_t longest_us = 600'000'000;
};

// Returns when it is told to stop; what was not over by then is shown, too. False: `show` could not, and said why.
bool follow(GrowingLog& log, const FollowHost& host, const std::function<bool(Inputs)>& show,
            const FollowTimes& times = {});

}  // namespace oomwhy
