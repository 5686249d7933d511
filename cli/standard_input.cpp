#include "cli/standard_input.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace oomwhy {
namespace {

// poll() until something happened on the descriptor, or the time is up (-1: no limit).
int wait_for(pollfd& poll_entry, int milliseconds) {
  int ready = 0;
  do {
    ready = ::poll(&poll_entry, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready;
}

StandardInput probe_pipe(int descriptor, std::chrono::milliseconds patience, const std::function<void()>& on_wait) {
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  int ready = wait_for(entry, static_cast<int>(patience.count()));
  if (ready == 0) {
    on_wait();
    ready = wait_for(entry, -1);
  }
  // The end of a pipe that never held a byte is POLLHUP alone.
  return ready > 0 && (entry.revents & POLLIN) != 0 ? StandardInput::Meant : StandardInput::NotMeant;
}

// What a loop's body has not read yet counts; a file that is read to its end is empty.
bool has_bytes_left(int descriptor, const struct stat& status) {
  const off_t at = ::lseek(descriptor, 0, SEEK_CUR);
  return status.st_size > (at < 0 ? 0 : at);
}

}  // namespace

StandardInput probe_standard_input(int descriptor, std::chrono::milliseconds patience,
                                   const std::function<void()>& on_wait) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return StandardInput::NotMeant;
  if (S_ISFIFO(status.st_mode)) return probe_pipe(descriptor, patience, on_wait);
  if (S_ISREG(status.st_mode) && has_bytes_left(descriptor, status)) return StandardInput::Meant;
  return StandardInput::NotMeant;
}

}  // namespace oomwhy
