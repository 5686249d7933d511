// One line on standard error that says how far a long read has come; only where a person watches.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace oomwhy {

enum class ProgressMode { Show, Hide };

class Progress {
 public:
  Progress(std::string name, ProgressMode mode);
  ~Progress();  // takes the line away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t bytes, std::uint64_t size);  // size 0: unknown

 private:
  std::string name_;
  ProgressMode mode_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

// "kern.log: 1.2 GiB of 3.4 GiB, 35%"
std::string progress_line(const std::string& name, std::uint64_t bytes, std::uint64_t size);

}  // namespace oomwhy
