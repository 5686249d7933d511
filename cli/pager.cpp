#include "cli/pager.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

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

[[noreturn]] void become_pager(const std::string& pager, int input) {
  ::dup2(input, STDIN_FILENO);
  set_pager_environment();
  // Ignored signals stay ignored through exec; the pager wants its own.
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  ::execl("/bin/sh", "sh", "-c", pager.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

// True: a pager showed the text.
bool page(std::string_view text, const std::string& pager) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) become_pager(pager, pipe[0]);
  ::close(pipe[0]);
  if (child < 0) {
    ::close(pipe[1]);
    return false;
  }
  // Ctrl-C is the pager's while it runs.
  const auto interrupt = std::signal(SIGINT, SIG_IGN);
  write_all(pipe[1], text);
  ::close(pipe[1]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, interrupt);
  constexpr int kNotFound = 127;
  return !WIFEXITED(status) || WEXITSTATUS(status) != kNotFound;
}

}  // namespace

std::string choose_pager() {
  for (const char* name : {"SYSTEMD_PAGER", "PAGER"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) return std::strcmp(value, "cat") == 0 ? "" : value;
  }
  return "less";
}

std::optional<Error> write_output(std::string_view text, PagerMode mode) {
  if (mode == PagerMode::Auto && is_terminal(STDOUT_FILENO)) {
    const std::string pager = choose_pager();
    if (!pager.empty() && page(text, pager)) return std::nullopt;
  }
  const int failure = write_all(STDOUT_FILENO, text);
  if (failure == 0 || failure == EPIPE) return std::nullopt;
  return Error{"standard output", std::strerror(failure), "another place for the output"};
}

}  // namespace oomwhy
