#include "parser/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace oomwhy {
namespace {

// Hands out one thing after the other, until one fails.
class Turns {
 public:
  Turns(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

  void run() {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      try {
        work_(i);
      } catch (...) {
        fail(std::current_exception());
      }
    }
  }

  void rethrow() const {
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  void fail(std::exception_ptr failed) {
    next_ = count_;
    const std::lock_guard guard(mutex_);
    if (!failed_) failed_ = std::move(failed);
  }

  std::size_t count_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failed_;
};

std::vector<std::thread> start_helpers(std::size_t count, Turns& turns) {
  std::vector<std::thread> helpers;
  try {
    helpers.reserve(count);
    while (helpers.size() < count) helpers.emplace_back([&turns] { turns.run(); });
  } catch (const std::system_error&) {
    // No more threads here.
  }
  return helpers;
}

}  // namespace

void side_by_side(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
  Turns turns(count, work);
  const std::size_t useful = std::min(threads, count);
  auto helpers = start_helpers(useful > 1 ? useful - 1 : 0, turns);
  turns.run();
  for (std::thread& helper : helpers) helper.join();
  turns.rethrow();
}

std::size_t processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace oomwhy
