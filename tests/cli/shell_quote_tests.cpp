#include "cli/shell_quote.hpp"

#include <catch2/catch.hpp>
#include <cstdio>

using namespace oomwhy;

namespace {

std::string said_by_shell(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  ::pclose(pipe);
  return text;
}

}  // namespace

TEST_CASE("words that need no quotes have none") {
  CHECK(shell_command({"oomwhy", "report", "/var/log/kern.log", "-b-1", "--since=2025-11-18", "unit=a@b.service"}) ==
        "oomwhy report /var/log/kern.log -b-1 --since=2025-11-18 unit=a@b.service");
}

TEST_CASE("a quoted word is one word again in the shell") {
  for (const std::string word :
       {"", "my log", "a'b", "$(reboot)", "`id`", "a;b", "a\\b", "*", "~", "\xff\xfe", "ü", "!x", "-"}) {
    CAPTURE(word);
    CHECK(said_by_shell("printf '[%s]' " + shell_quote(word)) == "[" + word + "]");
  }
  CHECK(shell_quote("a'b") == "'a'\\''b'");
}

TEST_CASE("a quoted word stays on one line") {
  CHECK(shell_quote("a\nb") == "$'a\\012b'");
  CHECK(shell_quote("\x1b[31m'1") == "$'\\033[31m\\'1'");
}
