#include "parser/service_manager.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace oomwhy;

namespace {

std::optional<UnitMessage> said(std::string_view text, std::vector<Field> fields = {}) {
  LogLine line;
  line.identifier = "systemd";
  line.sender_pid = 1;
  line.text = text;
  line.fields = fields;
  return classify_service_manager(line);
}

}  // namespace

TEST_CASE("a unit's OOM kill is read in every wording") {
  for (const std::string_view text : {"leak.service: A process of this unit has been killed by the OOM killer.",
                                      "leak.service: The kernel OOM killer killed some processes in this unit."}) {
    CAPTURE(text);
    const auto message = said(text);
    REQUIRE(message);
    CHECK(message->word == UnitWord::OomKilled);
    CHECK(message->unit == "leak.service");
  }
}

TEST_CASE("a failed unit tells its result") {
  const auto message = said("ml-train.service: Failed with result 'oom-kill'.");
  REQUIRE(message);
  CHECK(message->word == UnitWord::Failed);
  CHECK(message->result == "oom-kill");
}

TEST_CASE("the exit of a process is read with and without a capital letter, a comma and a (success)") {
  struct Row {
    std::string_view text, code, status;
  };
  const std::vector<Row> rows{
      {"ml-train.service: Main process exited, code=killed, status=9/KILL", "killed", "9/KILL"},
      {"foo.service: main process exited, code=exited, status=1/FAILURE", "exited", "1/FAILURE"},
      {"foo.service: control process exited, code=exited status=1", "exited", "1"},
      {"foo.service: Main process exited, code=exited, status=143/n/a (success)", "exited", "143/n/a"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto message = said(row.text);
    REQUIRE(message);
    CHECK(message->word == UnitWord::ProcessExited);
    CHECK(message->exit_code == std::string(row.code));
    CHECK(message->exit_status == std::string(row.status));
  }
}

TEST_CASE("counters stand in the text or in the entry's fields") {
  CHECK(said("api-server.service: Scheduled restart job, restart counter is at 60.")->count == 60);
  CHECK(said("ml-train.service: systemd-oomd killed 2 process(es) in this unit.")->count == 2);
  CHECK_FALSE(said("ml-train.service: systemd-oomd killed some process(es) in this unit.")->count.has_value());
  const auto consumed = said("a.service: Consumed 1.911s CPU time, 51.2M memory peak.",
                             {{"_COMM", "systemd"}, {"UNIT", "a.service"}, {"MEMORY_PEAK", "53686272"}});
  REQUIRE(consumed);
  CHECK(consumed->memory_peak == Bytes{53686272});
}

TEST_CASE("other senders of SIGKILL are told apart") {
  const auto timeout = said("slowstop.service: State 'stop-sigterm' timed out. Killing.");
  REQUIRE(timeout);
  CHECK(timeout->word == UnitWord::StopTimeout);

  const auto killing = said("slowstop.service: Killing process 375 (sh) with signal SIGKILL.");
  REQUIRE(killing);
  CHECK(killing->word == UnitWord::KillingProcess);
  CHECK(killing->pid == 375);
  CHECK(killing->comm == "sh");
  CHECK(killing->signal == "SIGKILL");

  const auto asked =
      said("api-server.service: Sent signal SIGKILL to main process 330 (api-server) on client request.");
  REQUIRE(asked);
  CHECK(asked->word == UnitWord::SignalOnRequest);
  CHECK(asked->pid == 330);
  CHECK(asked->signal == "SIGKILL");

  CHECK(said("a.service: Watchdog timeout (limit 30s)!")->word == UnitWord::WatchdogTimeout);
}

TEST_CASE("a user's manager speaks of a user's unit") {
  const auto message =
      said("browser.service: Failed with result 'oom-kill'.",
           {{"_COMM", "systemd"}, {"_PID", "812"}, {"USER_UNIT", "browser.service"}, {"UNIT_RESULT", "oom-kill"}});
  REQUIRE(message);
  CHECK(message->user_manager);
  CHECK(message->unit == "browser.service");
}

TEST_CASE("nobody else speaks for systemd") {
  LogLine line;
  line.text = "leak.service: A process of this unit has been killed by the OOM killer.";
  line.identifier = "logger";
  CHECK_FALSE(classify_service_manager(line));
  // A journal knows that `logger -t systemd` is not systemd.
  const std::vector<Field> fields{{"_COMM", "logger"}, {"_PID", "4711"}};
  line.identifier = "systemd";
  line.fields = fields;
  CHECK_FALSE(classify_service_manager(line));
}

TEST_CASE("sentences that only look alike are nothing") {
  for (const std::string_view text :
       {"Reached target multi-user.target - Multi-User System.",
        "Starting oomd.service - Userspace Out-Of-Memory (OOM) Killer...",
        "A process of this unit has been killed by the OOM killer.", "not a unit: Failed with result 'oom-kill'.",
        "x y.service: Failed with result 'oom-kill'.", "", ": Failed with result 'oom-kill'.",
        ".service: Consumed 1s CPU time."}) {
    CAPTURE(text);
    CHECK_FALSE(said(text));
  }
}
