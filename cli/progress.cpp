#include "cli/progress.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

#include "report/format.hpp"

namespace oomwhy {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(700);
constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

Progress::Progress(std::string name, ProgressMode mode)
    : name_(std::move(name)), mode_(mode), next_(std::chrono::steady_clock::now() + kPatience) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::update(std::uint64_t bytes, std::uint64_t size) {
  if (mode_ == ProgressMode::Hide) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  shown_ = true;
  std::fputs(("\r" + progress_line(name_, bytes, size) + "\x1b[K").c_str(), stderr);
}

std::string progress_line(const std::string& name, std::uint64_t bytes, std::uint64_t size) {
  std::string line = fmt::format("{}: {}", escape_terminal(name), format_size(Bytes{bytes}));
  // A file that grows while it is read would pass 100 %.
  if (size == 0 || bytes > size) return line;
  const double share = static_cast<double>(bytes) / static_cast<double>(size);
  return line + fmt::format(" of {}, {:.0f}%", format_size(Bytes{size}), share * 100);
}

}  // namespace oomwhy
