// The running kernel's ring buffer while it grows: keeps the records since the first sign of a kill, in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/follow_loop.hpp"
#include "cli/local_log.hpp"
#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

class GrowingRing : public GrowingLog {
 public:
  // Records from now on. `request` must outlive it.
  static Result<std::unique_ptr<GrowingRing>> open(const std::string& path, const Request& request);
  // Takes over a descriptor that gives one record a read and does not block.
  GrowingRing(int descriptor, const Request& request);
  ~GrowingRing() override;

  pollfd awaited() const override;
  std::optional<std::int64_t> patience_us() const override { return std::nullopt; }
  News take(std::int64_t now_us) override;
  Inputs read() override;
  std::size_t bytes_held() const { return held_.records.size(); }

 private:
  void forget(std::int64_t now_us);
  void add(KernelRing fresh);

  int descriptor_;
  const Request& request_;
  KernelRing held_;
  std::optional<std::int64_t> last_kill_us_;
};

}  // namespace oomwhy
