#include "cli/pager.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cli/terminal.hpp"
#include "cli/write_all.hpp"

namespace oomwhy {
namespace {

// The options with which journalctl starts less: quit on one screen, colours, cut lines, no clearing.
void set_pager_environment() {
  const char* options = std::getenv("SYSTEMD_LESS");
  ::setenv("LESS", options == nullptr ? "FRSXMK" : options, 1);
  if (locale_is_utf8()) ::setenv("LESSCHARSET", "utf-8", 1);
  // Under sudo a pager must not become a root shell.
  if (std::getenv("SUDO_UID") != nullptr) ::setenv("LESSSECURE", "1", 1);
}

// True: there is something to show. False: whoever would have written it is gone.
bool wait_for_text(int input) {
  pollfd awaited{input, POLLIN, 0};
  while (::poll(&awaited, 1, -1) < 0 && errno == EINTR) {
  }
  return (awaited.revents & POLLIN) != 0;
}

[[noreturn]] void become_pager(const std::string& pager, const std::array<int, 2>& pipe) {
  ::close(pipe[1]);
  // Ignored signals stay ignored through exec; the pager wants its own, and until then Ctrl-C ends this, too.
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  // What is piped into us has one reader, not two.
  ::dup2(pipe[0], STDIN_FILENO);
  if (!wait_for_text(STDIN_FILENO)) ::_exit(0);
  set_pager_environment();
  ::execl("/bin/sh", "sh", "-c", pager.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

// Gathers small pieces into large writes. Behind a failure nothing is written any more.
class Pieces {
 public:
  void add(std::string_view piece) {
    held_ += piece;
    if (held_.size() >= kEnough) flush();
  }
  int finish() {
    flush();
    return failure_;
  }

 private:
  static constexpr std::size_t kEnough = 1 << 16;

  void flush() {
    if (failure_ == 0) failure_ = write_all(STDOUT_FILENO, held_);
    held_.clear();
  }

  std::string held_;
  int failure_ = 0;  // errno
};

std::optional<Error> error_of(int failure) {
  if (failure == 0 || failure == EPIPE) return std::nullopt;
  return Error{"standard output", std::strerror(failure), "another place for the output"};
}

}  // namespace

std::string choose_pager() {
  for (const char* name : {"SYSTEMD_PAGER", "PAGER"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) return std::strcmp(value, "cat") == 0 ? "" : value;
  }
  return "less";
}

Output::Output(PagerMode mode) {
  const std::string pager = mode == PagerMode::Auto && is_terminal(STDOUT_FILENO) ? choose_pager() : "";
  std::array<int, 2> pipe{};
  if (pager.empty() || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return;
  pager_ = ::fork();
  if (pager_ == 0) become_pager(pager, pipe);
  ::close(pipe[0]);
  pipe_ = pipe[1];
  if (pager_ < 0) ::close(std::exchange(pipe_, -1));
}

Output::~Output() { end_pager(); }

// Its wait status; it ends when it has shown what it got, or got nothing.
int Output::end_pager() {
  if (pager_ < 0) return 0;
  ::close(std::exchange(pipe_, -1));
  int status = 0;
  while (::waitpid(pager_, &status, 0) < 0 && errno == EINTR) {
  }
  pager_ = -1;
  return status;
}

// True: a pager showed the text.
bool Output::page(std::string_view text) {
  // Ctrl-C is the pager's while it runs.
  const auto interrupt = std::signal(SIGINT, SIG_IGN);
  write_all(pipe_, text);
  const int status = end_pager();
  std::signal(SIGINT, interrupt);
  constexpr int kNotFound = 127;
  return !WIFEXITED(status) || WEXITSTATUS(status) != kNotFound;
}

std::optional<Error> Output::write(const Rendering& rendering) {
  if (pager_ >= 0) {
    const std::string text = text_of(rendering);
    if (page(text)) return std::nullopt;
    return error_of(write_all(STDOUT_FILENO, text));
  }
  Pieces pieces;
  rendering([&](std::string_view piece) { pieces.add(piece); });
  return error_of(pieces.finish());
}

std::optional<Error> write_output(std::string_view text, PagerMode mode) {
  return Output(mode).write([&](const TextSink& out) { out(text); });
}

}  // namespace oomwhy
