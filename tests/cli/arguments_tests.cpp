#include "cli/arguments.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace oomwhy;

namespace {

using Words = std::vector<std::string>;

const std::map<std::string, TakesValue, std::less<>> kTable = {
    {"a", TakesValue::Never},      {"all", TakesValue::Never},    {"r", TakesValue::Never},  {"1", TakesValue::Never},
    {"n", TakesValue::Always},     {"S", TakesValue::Always},     {"u", TakesValue::Always}, {"b", TakesValue::Boot},
    {"since", TakesValue::Always}, {"input", TakesValue::Always}, {"i", TakesValue::Always}, {"boot", TakesValue::Boot},
};

Result<Arguments> split(const Words& argv) {
  return split_arguments(argv, [](std::string_view name) -> std::optional<TakesValue> {
    const auto found = kTable.find(name);
    return found == kTable.end() ? std::nullopt : std::optional(found->second);
  });
}

struct Row {
  Words argv;
  Words options;
  Words words;
};

struct Mistake {
  Words argv;
  std::string what;
};

}  // namespace

TEST_CASE("the flag -b takes the next word only if it looks like a boot") {
  const std::string id = "b6c0a1d2e3f405162738495a6b7c8d41";
  const std::vector<Row> rows = {
      {{"-b", "-1"}, {"--boot=-1"}, {}},
      {{"-b", "-1", "-1"}, {"--boot=-1", "-n1"}, {}},
      {{"-1", "-b", "-1"}, {"-n1", "--boot=-1"}, {}},
      {{"-b", "mysqld"}, {"--boot=0"}, {"mysqld"}},
      {{"-b-1"}, {"--boot=-1"}, {}},
      {{"-b-1", "mysqld"}, {"--boot=-1"}, {"mysqld"}},
      {{"-1", "mysqld"}, {"-n1"}, {"mysqld"}},
      {{"-b", "+2", "mysqld"}, {"--boot=+2"}, {"mysqld"}},
      {{"-b", "all"}, {"--boot=all"}, {}},
      {{"-b", id}, {"--boot=" + id}, {}},
      {{"-b", id + "-1"}, {"--boot=" + id + "-1"}, {}},
      {{"-b", "1234"}, {"--boot=0"}, {"1234"}},
      {{"-b", "0"}, {"--boot=0"}, {}},
      {{"-b", "-a"}, {"--boot=0", "-a"}, {}},
      {{"-b"}, {"--boot=0"}, {}},
      {{"-b", "-"}, {"--boot=0"}, {"-"}},
      {{"-b", "--", "-1"}, {"--boot=0"}, {"-1"}},
      {{"--boot", "-1"}, {"--boot=-1"}, {}},
      {{"--boot", "mysqld"}, {"--boot=0"}, {"mysqld"}},
      {{"--boot=-1"}, {"--boot=-1"}, {}},
      {{"-ab", "-1"}, {"-a", "--boot=-1"}, {}},
      {{"-ab-1"}, {"-a", "--boot=-1"}, {}},
      {{"-b", "-1", "-b", "all"}, {"--boot=-1", "--boot=all"}, {}},
      // The word is another option's value, not ours to look at.
      {{"-u", "-b", "-1"}, {"-u-b", "-n1"}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.argv);
    const auto arguments = split(row.argv);
    REQUIRE(arguments);
    CHECK(arguments->options == row.options);
    CHECK(arguments->words == row.words);
  }
}

TEST_CASE("options are taken apart as getopt does it") {
  const std::vector<Row> rows = {
      {{"-n", "5"}, {"-n5"}, {}},
      {{"-n5"}, {"-n5"}, {}},
      {{"-S", "-2h"}, {"-S-2h"}, {}},
      {{"--since", "-2h"}, {"--since=-2h"}, {}},
      {{"--since=-2h"}, {"--since=-2h"}, {}},
      {{"--since=a=b"}, {"--since=a=b"}, {}},
      {{"-ra1"}, {"-r", "-a", "-n1"}, {}},
      {{"-arn3"}, {"-a", "-r", "-n3"}, {}},
      {{"-i", "-", "php"}, {"-i-"}, {"php"}},
      {{"php", "-a", "kern.log"}, {"-a"}, {"php", "kern.log"}},
      {{"-", "--", "-a", "--since"}, {}, {"-", "-a", "--since"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.argv);
    const auto arguments = split(row.argv);
    REQUIRE(arguments);
    CHECK(arguments->options == row.options);
    CHECK(arguments->words == row.words);
  }
}

TEST_CASE("an option that is unknown, has no value or one too many is named") {
  const std::vector<Mistake> rows = {
      {{"--nonsense"}, "--nonsense"},
      {{"--nonsense=1"}, "--nonsense"},
      {{"-x"}, "-x"},
      {{"-ax"}, "-x"},
      {{"-n"}, "-n"},
      {{"--since"}, "--since"},
      {{"--since="}, "--since"},
      {{"--since", ""}, "--since"},
      {{"--all=yes"}, "--all"},
      {{"--a"}, "--a"},
      {{"-10"}, "-10"},
      {{"-2"}, "-2"},
      {{"-D", "/var/log/journal"}, "-D"},
  };
  for (const Mistake& row : rows) {
    CAPTURE(row.argv);
    const auto arguments = split(row.argv);
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().what == row.what);
    CHECK_FALSE(arguments.error().hint.empty());
  }
  CHECK(split({"-10"}).error().hint == "-n 10 for the last 10");
}

TEST_CASE("only the first word can be a command") {
  CHECK(split({"list"})->command == Command::List);
  CHECK(split({"-a", "report", "php"})->command == Command::Report);
  CHECK(split({"-u", "list", "advise"})->command == Command::Advise);
  CHECK(split({})->command == std::nullopt);
  CHECK(split({"mysqld", "list"})->command == std::nullopt);
  CHECK(split({"mysqld", "list"})->words == Words{"mysqld", "list"});
  CHECK(split({"explain", "list"})->words == Words{"list"});
  CHECK(split({"--", "list"})->words == Words{"list"});
}

TEST_CASE("the name of a command that this version lacks is not taken for a process") {
  CHECK_FALSE(split({"help"}));
  CHECK_FALSE(split({"-a", "help"}));
  CHECK(split({"explain", "scan"}));
  CHECK(split({"php", "scan"}));
}

TEST_CASE("a word is an input by its spelling alone") {
  for (const std::string word :
       {"-", "./mysqld", "/var/log/syslog", "a/b", "kern.log", "x.txt", "x.json", "system.journal", "x.gz", "x.xz",
        "x.zst", "x.bz2", "x.lz4", "x.tar", "x.tgz", "kern.log.1", "messages.9"}) {
    CAPTURE(word);
    CHECK(names_input(word));
  }
  for (const std::string word : {"mysqld", "7c3e91b2", "812", "mariadb.service", "unit=a.service", "messages", "syslog",
                                 "log", "x.logs", "x.md", "python3.11", ".1", "a.", "", "user@1000.service"}) {
    CAPTURE(word);
    CHECK_FALSE(names_input(word));
  }
}
