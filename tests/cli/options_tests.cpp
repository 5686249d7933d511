#include "cli/options.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/help.hpp"

using namespace oomwhy;

namespace {

using Words = std::vector<std::string>;

// 2025-11-18T02:02:41Z.
constexpr std::int64_t kNow = 1763431361'000'000;

Request request(const Words& argv) {
  auto parsed = parse_options(argv, kNow);
  if (const Error* error = std::get_if<Error>(&parsed)) FAIL(error->what << ": " << error->why);
  REQUIRE(std::holds_alternative<Request>(parsed));
  return std::get<Request>(parsed);
}

std::string mistake(const Words& argv) {
  const auto parsed = parse_options(argv, kNow);
  const Error* error = std::get_if<Error>(&parsed);
  return error == nullptr ? "" : error->what;
}

}  // namespace

TEST_CASE("a bare call explains the latest incident of the default input") {
  const Request bare = request({});
  CHECK(bare.command == Command::Explain);
  CHECK(bare.inputs.empty());
  CHECK(bare.selection.limit == 1U);
  CHECK(bare.selection.boot == std::nullopt);
  CHECK(bare.output.format == Format::Text);
  CHECK(bare.output.color == ColorMode::Auto);
}

TEST_CASE("the flag --kmsg names the ring buffer") {
  CHECK(request({"list", "--kmsg"}).kernel_ring);
  CHECK_FALSE(request({"list"}).kernel_ring);
}

TEST_CASE("what is followed grows, and is shown incident by incident") {
  CHECK(request({"--follow"}).follow);
  CHECK(request({"--follow"}).selection.limit == std::nullopt);
  CHECK(request({"--follow", "--kmsg", "-o", "json-lines"}).kernel_ring);
  CHECK(request({"--follow", "-D", "/x", "-S", "-1h", "mysqld"}).journal.directory == "/x");
  CHECK_FALSE(request({}).follow);
  for (const Words& words : std::vector<Words>{{"--follow", "kern.log"},
                                               {"--follow", "-"},
                                               {"--follow", "--kmsg", "-m"},
                                               {"--follow", "--kmsg", "-S", "-1h"},
                                               {"--follow", "-o", "json"},
                                               {"--follow", "-o", "markdown"},
                                               {"--follow", "-n", "3"},
                                               {"--follow", "-U", "now"},
                                               {"list", "--follow"}}) {
    CHECK(mistake(words) == "--follow");
  }
}

TEST_CASE("each command has its own defaults") {
  CHECK(request({"list"}).selection.limit == std::nullopt);
  CHECK(request({"list", "-1"}).selection.limit == 1U);
  CHECK(request({"report"}).output.format == Format::Markdown);
  CHECK(request({"report"}).selection.limit == 1U);
  CHECK(request({"report", "-o", "json"}).output.format == Format::Json);
  CHECK(request({"explain", "-a"}).selection.limit == std::nullopt);
  CHECK(request({"-n", "5"}).selection.limit == 5U);
  CHECK(request({"-a", "-n", "5"}).selection.limit == 5U);
  CHECK(request({"-n", "5", "-1"}).selection.limit == 1U);
}

TEST_CASE("the flags -b and -1 and a MATCH do not get into each other's way") {
  struct Row {
    Words argv;
    std::optional<BootChoice> boot;
    std::optional<std::size_t> limit;
    std::vector<Match> matches;
  };
  const Match mysqld{MatchField::Any, "mysqld"};
  const std::vector<Row> rows = {
      {{"-b", "-1"}, BootChoice{.offset = -1}, 1, {}},
      {{"-a", "-b", "-1"}, BootChoice{.offset = -1}, std::nullopt, {}},
      {{"-b", "-1", "-1"}, BootChoice{.offset = -1}, 1, {}},
      {{"-b", "mysqld"}, BootChoice{}, 1, {mysqld}},
      {{"-b-1"}, BootChoice{.offset = -1}, 1, {}},
      {{"-1", "mysqld"}, std::nullopt, 1, {mysqld}},
      {{"list", "-b", "all", "mysqld"}, BootChoice{.all = true}, std::nullopt, {mysqld}},
      {{"list", "-1", "mysqld", "-b", "-2"}, BootChoice{.offset = -2}, 1, {mysqld}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.argv);
    const Request parsed = request(row.argv);
    CHECK(parsed.selection.boot == row.boot);
    CHECK(parsed.selection.limit == row.limit);
    CHECK(parsed.selection.matches == row.matches);
  }
}

TEST_CASE("words are inputs or matches, -i always names an input") {
  const Request mixed = request({"kern.log", "php", "-i", "messages", "unit=a.service", "-", "-i", "a,b", "-i", "[x]"});
  CHECK(mixed.inputs == Words{"messages", "a,b", "[x]", "kern.log", "-"});
  CHECK(mixed.selection.matches == std::vector{Match{MatchField::Any, "php"}, Match{MatchField::Unit, "a.service"}});
}

TEST_CASE("selection and context arrive as they were typed") {
  const Request parsed =
      request({"-S", "-2h", "-U", "now", "-u", "a.service", "-u", "b*", "--scope=host", "--scope", "cgroup",
               "--killer=kernel", "-r", "--assume-timezone=Europe/Berlin", "--assume-year=2024", "--host=db-07"});
  CHECK(parsed.selection.since_us == kNow - 7200'000'000);
  CHECK(parsed.selection.until_us == kNow);
  CHECK(parsed.selection.units == Words{"a.service", "b*"});
  CHECK(parsed.selection.scopes == std::vector{Scope::Host, Scope::Cgroup});
  CHECK(parsed.selection.killers == Words{"kernel"});
  CHECK(parsed.selection.newest_first);
  CHECK(parsed.context.timezone == "Europe/Berlin");
  CHECK(parsed.context.year == 2024);
  CHECK(parsed.context.host == "db-07");
  CHECK(request({"--utc", "-S", "2025-11-18 02:02:41"}).selection.since_us == kNow);
}

TEST_CASE("advise takes assumptions and a place for its files") {
  const Request parsed =
      request({"advise", "--what-if", "mariadb.service:OOMScoreAdjust=-500", "--what-if=php:MemoryMax=2G",
               "--out=/tmp/x", "--force", "--for", "runit", "kern.log"});
  REQUIRE(parsed.advice.assumptions.size() == 2);
  CHECK(parsed.advice.assumptions[0].adj == -500);
  CHECK(parsed.advice.assumptions[1].limit == Bytes{2147483648});
  CHECK(parsed.advice.out_directory == "/tmp/x");
  CHECK(parsed.advice.overwrite);
  CHECK(parsed.advice.supervisor == "runit");
}

TEST_CASE("what leaves the host has no command lines, and a bare --redact takes all") {
  struct Row {
    Words argv;
    Redaction redaction;
  };
  const std::vector<Row> rows = {
      {{}, Redaction::None},
      {{"-o", "json"}, Redaction::None},
      {{"-o", "markdown"}, Redaction::CommandLines},
      {{"list", "-o", "json-lines"}, Redaction::CommandLines},
      {{"report"}, Redaction::CommandLines},
      {{"report", "-o", "text"}, Redaction::CommandLines},
      {{"report", "--redact=none"}, Redaction::None},
      {{"scan"}, Redaction::CommandLines},
      {{"--redact", "kern.log"}, Redaction::All},
      {{"--redact=cmdline"}, Redaction::CommandLines},
      {{"--redact-key=/etc/key"}, Redaction::All},
  };
  for (const Row& row : rows) {
    CAPTURE(row.argv);
    CHECK(request(row.argv).output.redaction == row.redaction);
  }
  CHECK(request({"--redact", "kern.log"}).inputs == Words{"kern.log"});
  CHECK(request({"--redact-key", "k"}).output.redaction_key_file == "k");
}

TEST_CASE("mistakes are named") {
  struct Row {
    Words argv;
    std::string what;
  };
  const std::vector<Row> rows = {
      {{"--nonsense"}, "--nonsense"},
      {{"-o", "yaml"}, "--output"},
      {{"--color=blue"}, "--color"},
      {{"-n", "0"}, "-n"},
      {{"-n", "-3"}, "-n"},
      {{"-n", "many"}, "-n"},
      {{"--boot=mysqld"}, "--boot"},
      {{"-bmysqld"}, "--boot"},
      {{"--scope=planet"}, "--scope"},
      {{"-S", "yesteryear"}, "yesteryear"},
      {{"--assume-timezone=Mars/Base"}, "Mars/Base"},
      {{"--assume-year=24"}, "--assume-year"},
      {{"colour=red"}, "colour=red"},
      {{"pid=php"}, "php"},
      {{"comm="}, "comm="},
      {{""}, "\"\""},
      {{"list", "--what-if", "a:b=c"}, "--what-if"},
      {{"list", "--force"}, "--force"},
      {{"advise", "--force"}, "--force"},
      {{"advise", "--for=launchd"}, "--for"},
      {{"advise", "-o", "markdown"}, "--output"},
      {{"scan", "--kmsg"}, "--kmsg"},
      {{"help"}, "help"},
      {{"scan", "-", "--cursor-file=x"}, "--cursor-file"},
      {{"scan", "--fail-on=fire"}, "--fail-on"},
      {{"scan", "--jobs=0"}, "--jobs"},
      {{"list", "--jobs=2"}, "--jobs"},
      {{"--redact=some"}, "--redact"},
      {{"--redact="}, "--redact"},
      {{"--redact=none", "--redact-key=key"}, "--redact-key"},
      {{"doctor", "kern.log"}, "kern.log"},
      {{"doctor", "-S", "-2h"}, "-S"},
      {{"doctor", "-o", "full"}, "--output"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.argv);
    CHECK(mistake(row.argv) == row.what);
  }
}

TEST_CASE("help fits a screen and names every option of its command") {
  for (const Command command : kCommands) {
    const std::string text = help_text(command);
    CAPTURE(text);
    CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
    for (const std::string& name : option_names(command)) {
      CAPTURE(name);
      CHECK(text.find(name) != std::string::npos);
    }
  }
  const std::string overview = help_text(std::nullopt);
  CHECK(std::count(overview.begin(), overview.end(), '\n') <= 24);
}

TEST_CASE("no line of the help is wider than 80 columns") {
  std::vector<std::string> texts = {help_text(std::nullopt)};
  for (const Command command : kCommands) texts.push_back(help_text(command));
  for (const std::string& text : texts) {
    std::size_t width = 0;
    for (const char c : text) {
      width = c == '\n' ? 0 : width + ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0);
      if (width > 80) FAIL("too wide: " << text);
    }
  }
}

TEST_CASE("help and version are answered before anything else is looked at") {
  for (const Words& argv :
       std::vector<Words>{{"-h"}, {"--help"}, {"list", "-h"}, {"--version"}, {"--help", "pid=php"}, {"-ah"}}) {
    CAPTURE(argv);
    CHECK(std::holds_alternative<Notice>(parse_options(argv, kNow)));
  }
}
