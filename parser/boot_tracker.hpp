// Counts the boots of a source: a kernel that starts, a boot id that changes, a printk clock that goes back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

class BootTracker {
 public:
  enum class Change {
    None,
    ClockBack,  // another boot, unless the line goes on with something that is open: see start_boot() and rejoin()
    OtherBoot,  // the boot id says so; already counted
  };
  Change observe(const LogLine& line);

  // Counts a boot of the line's host. `by_banner`: "Linux version …" was printed; false if it was counted already, by
  // the clock or by a copy of that line.
  bool start_boot(const LogLine& line, bool by_banner);
  // The last boot that was counted is the one before after all: two stretches of one boot are mixed line by line.
  void rejoin(std::uint32_t index);

  // A report began in the current boot: a banner behind it is another boot's, stamps or not.
  void note_report() { current_->reported = true; }

  // Lines of the current host that went by, with no change to its clock.
  void pass(std::uint64_t lines) { current_->lines += lines; }
  // The printk clock of the current host's last line that had one.
  std::optional<std::int64_t> uptime_us() const { return current_->uptime_us; }

  std::uint32_t index() const { return current_->index; }
  std::uint32_t count() const { return count_; }

 private:
  struct Host {
    std::uint32_t index = 0;
    std::optional<std::int64_t> uptime_us;  // of the line before
    std::optional<std::int64_t> epoch_us;   // when the host booted: wall clock less uptime
    std::int64_t longest_us = 0;            // the largest uptime since the boot was counted
    std::uint64_t lines = 0;                // since the boot was counted
    bool banner = false;                    // its "Linux version" was seen
    bool reported = false;
    std::string boot_id;
  };
  void turn_to(std::string_view host);

  std::map<std::string, Host, std::less<>> hosts_;
  Host unnamed_;
  Host* current_ = &unnamed_;
  std::string current_name_;
  std::uint32_t count_ = 1;
};

}  // namespace oomwhy
