// The program: sets up the process, runs, and turns what nobody caught into a message.
#include <clocale>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/messages.hpp"
#include "cli/program.hpp"
#include "parser/clock.hpp"

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  // A reader that goes away shows as EPIPE, which is no error.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(oomwhy::run_program(words, oomwhy::realtime_now_us()));
  } catch (const std::exception& error) {
    oomwhy::print_error({"internal error", error.what(), ""});
    return static_cast<int>(oomwhy::ExitStatus::Unreadable);
  }
}
