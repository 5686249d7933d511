#include "cli/growing_ring.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "cli/messages.hpp"

namespace oomwhy {
namespace {

// A report is at most some hundred KiB; in a storm what is held is shown and then forgotten.
constexpr std::size_t kMostHeld = std::size_t{32} << 20;
// What a report can have before its first line ("sysrq: Manual OOM execution") fits easily.
constexpr std::size_t kMostIdle = std::size_t{64} << 10;
// Kills that are no further apart are one incident: until then it may be shown again, whole.
constexpr std::int64_t kSameIncident = 600'000'000;

bool may_tell_of_kill(std::string_view records) {
  for (const std::string_view word :
       {"oom-killer", "Killed process", "Kill process", "out of memory", "Out of memory", "oomd kill: "}) {
    if (records.find(word) != std::string_view::npos) return true;
  }
  return false;
}

void keep_last_lines(std::string& records, std::size_t bytes) {
  if (records.size() <= bytes) return;
  const std::size_t end = records.find('\n', records.size() - bytes);
  records.erase(0, end == std::string::npos ? records.size() : end + 1);
}

}  // namespace

Result<std::unique_ptr<GrowingRing>> GrowingRing::open(const std::string& path, const Request& request) {
  const auto descriptor = open_kernel_ring(path);
  if (!descriptor) return descriptor.error();
  // Documentation/ABI/testing/dev-kmsg: SEEK_END goes behind the last record.
  ::lseek(*descriptor, 0, SEEK_END);
  return std::make_unique<GrowingRing>(*descriptor, request);
}

GrowingRing::GrowingRing(int descriptor, const Request& request) : descriptor_(descriptor), request_(request) {}
GrowingRing::~GrowingRing() { ::close(descriptor_); }

pollfd GrowingRing::awaited() const { return {descriptor_, POLLIN, 0}; }

// What is held is of no use any more: an incident that was shown and is long past, or no kill at all.
void GrowingRing::forget(std::int64_t now_us) {
  if (!last_kill_us_) return keep_last_lines(held_.records, kMostIdle);
  if (now_us - *last_kill_us_ <= kSameIncident) return;
  last_kill_us_.reset();
  held_ = {.last_sequence = held_.last_sequence};
}

void GrowingRing::add(KernelRing fresh) {
  if (held_.last_sequence && fresh.first_sequence && *fresh.first_sequence > *held_.last_sequence + 1) {
    fresh.lost += *fresh.first_sequence - *held_.last_sequence - 1;
  }
  if ((fresh.lost > 0 || fresh.overrun) && !request_.output.quiet) {
    print_note(fmt::format("{}: {} records were overwritten before they could be read", kKernelRing,
                           fresh.lost == 0 ? "some" : std::to_string(fresh.lost)));
  }
  held_.records += fresh.records;
  held_.lost += fresh.lost;
  held_.overrun = held_.overrun || fresh.overrun;
  if (fresh.last_sequence) held_.last_sequence = fresh.last_sequence;
}

GrowingLog::News GrowingRing::take(std::int64_t now_us) {
  forget(now_us);
  KernelRing fresh = drain_kernel_ring(descriptor_);
  const bool kill = may_tell_of_kill(fresh.records);
  if (kill) last_kill_us_ = now_us;
  add(std::move(fresh));
  if (last_kill_us_ && held_.records.size() > kMostHeld) return News::Full;
  return kill ? News::Kill : News::Nothing;
}

Inputs GrowingRing::read() {
  // Where it begins is where we began: no loss.
  KernelRing ring = held_;
  ring.first_sequence.reset();
  if (held_.records.size() > kMostHeld) {
    last_kill_us_.reset();
    held_ = {.last_sequence = held_.last_sequence};
  }
  return read_ring_records(request_, std::move(ring));
}

}  // namespace oomwhy
