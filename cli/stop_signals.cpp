#include "cli/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "parser/clock.hpp"

namespace oomwhy {
namespace {

int open_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

FollowHost::Wake wait(const pollfd& log, int signals, std::optional<std::int64_t> timeout_us) {
  // No event is asked for of standard output: poll(2) tells of its closed reader all the same.
  std::array<pollfd, 3> awaited{log, pollfd{signals, POLLIN, 0}, pollfd{STDOUT_FILENO, 0, 0}};
  constexpr std::int64_t kSecond = 1'000'000;
  timespec timeout{};
  if (timeout_us) timeout = {*timeout_us / kSecond, static_cast<long>(*timeout_us % kSecond) * 1000};
  const int ready = ::ppoll(awaited.data(), awaited.size(), timeout_us ? &timeout : nullptr, nullptr);
  if (ready < 0) return errno == EINTR ? FollowHost::Wake::TimedOut : FollowHost::Wake::Stopped;
  if (awaited[1].revents != 0 || (awaited[2].revents & (POLLERR | POLLHUP)) != 0) return FollowHost::Wake::Stopped;
  return awaited[0].revents != 0 ? FollowHost::Wake::Grown : FollowHost::Wake::TimedOut;
}

}  // namespace

FollowHost make_follow_host() {
  return {
      .wait = [signals = open_stop_signals()](
                  const pollfd& log, std::optional<std::int64_t> timeout_us) { return wait(log, signals, timeout_us); },
      .now_us = monotonic_now_us};
}

}  // namespace oomwhy
