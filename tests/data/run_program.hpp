// Runs the built program as a person would, and says what came of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oomwhy {

struct ProgramRun {
  int exit_status = -1;  // 128 + N: ended by signal N
  std::string output, errors;
  long peak_kilobytes = 0;  // largest resident set
  double seconds = 0;
};

struct ProgramStart {
  std::vector<std::string> arguments;
  std::filesystem::path folder = ".";
  std::string shell_input;  // a shell command whose output is the program's standard input; empty: /dev/null
};

ProgramRun run_program(const ProgramStart& start);

}  // namespace oomwhy
