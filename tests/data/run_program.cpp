#include "tests/data/run_program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/data/case_folder.hpp"

namespace oomwhy {

namespace {

namespace fs = std::filesystem;

fs::path temporary_file() {
  std::string name = (fs::temp_directory_path() / "oomwhy-test-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor >= 0) close(descriptor);
  return name;
}

std::string taken(const fs::path& file) {
  std::string bytes = file_bytes(file);
  fs::remove(file);
  return bytes;
}

int open_input(const ProgramStart& start, FILE*& producer) {
  if (start.shell_input.empty()) return open("/dev/null", O_RDONLY);
  producer = popen(start.shell_input.c_str(), "r");  // NOLINT(cert-env33-c): the tests' own command
  return producer == nullptr ? -1 : fileno(producer);
}

// The same words, widths and colours on every machine.
void set_environment() {
  setenv("LC_ALL", "C.UTF-8", 1);
  setenv("TZ", "UTC", 1);
  setenv("TERM", "dumb", 1);
  for (const char* name : {"COLUMNS", "NO_COLOR", "PAGER", "OOMWHY_PAGER"}) unsetenv(name);
}

[[noreturn]] void become_program(const ProgramStart& start, int input, const fs::path& output, const fs::path& errors) {
  set_environment();
  std::vector<char*> arguments{const_cast<char*>("oomwhy")};
  for (const std::string& argument : start.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  dup2(input, STDIN_FILENO);
  dup2(open(output.c_str(), O_WRONLY | O_TRUNC), STDOUT_FILENO);
  dup2(open(errors.c_str(), O_WRONLY | O_TRUNC), STDERR_FILENO);
  if (chdir(start.folder.c_str()) == 0) execv(OOMWHY_PROGRAM, arguments.data());
  _exit(127);
}

}  // namespace

ProgramRun run_program(const ProgramStart& start) {
  const fs::path output = temporary_file();
  const fs::path errors = temporary_file();
  FILE* producer = nullptr;
  const int input = open_input(start, producer);
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) become_program(start, input, output, errors);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  ProgramRun run;
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  run.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.peak_kilobytes = usage.ru_maxrss;
  run.output = taken(output);
  run.errors = taken(errors);
  if (producer != nullptr) {
    pclose(producer);
  } else {
    close(input);
  }
  return run;
}

}  // namespace oomwhy
