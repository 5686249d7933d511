// Restart= against the result that a unit failed with.
#include "report/restart_rule.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

UnitFate failed(const std::string& result) {
  UnitFate fate;
  fate.unit = "mariadb.service";
  fate.failed = Time{.realtime_us = 1};
  fate.result = result;
  fate.exit_status = "9/KILL";
  return fate;
}

UnitPolicy with_restart(std::optional<std::string> restart) {
  return {.name = "mariadb.service", .file = "/etc/systemd/system/mariadb.service", .restart = std::move(restart)};
}

}  // namespace

// man systemd.service, "Exit causes and the effect of the Restart= settings"; an OOM kill is a result of its own.
TEST_CASE("a unit comes back by itself where its Restart= covers the result") {
  struct Row {
    const char* restart;
    bool oom_kill, signal, exit_code, timeout, watchdog, core_dump;
  };
  for (const Row& row :
       {Row{"no", false, false, false, false, false, false}, Row{"always", true, true, true, true, true, true},
        Row{"on-success", false, false, false, false, false, false},
        Row{"on-failure", true, true, true, true, true, true}, Row{"on-abnormal", true, true, false, true, true, true},
        Row{"on-abort", false, true, false, false, false, true},
        Row{"on-watchdog", false, false, false, false, true, false}}) {
    CAPTURE(row.restart);
    const UnitPolicy policy = with_restart(row.restart);
    CHECK(restarts_itself(policy, failed("oom-kill")) == row.oom_kill);
    CHECK(restarts_itself(policy, failed("signal")) == row.signal);
    CHECK(restarts_itself(policy, failed("exit-code")) == row.exit_code);
    CHECK(restarts_itself(policy, failed("timeout")) == row.timeout);
    CHECK(restarts_itself(policy, failed("watchdog")) == row.watchdog);
    CHECK(restarts_itself(policy, failed("core-dump")) == row.core_dump);
  }
}

TEST_CASE("without Restart= nothing brings a unit back, and what is not known is not answered") {
  CHECK(restarts_itself(with_restart(std::nullopt), failed("oom-kill")) == false);
  CHECK(restarts_itself(with_restart("sometimes"), failed("oom-kill")) == std::nullopt);
  UnitFate silent = failed("oom-kill");
  silent.result.reset();
  CHECK(restarts_itself(with_restart("always"), silent) == std::nullopt);
  CHECK(restart_sentence(with_restart("always"), silent).empty());
}

TEST_CASE("an exit status that is named comes before Restart=") {
  UnitPolicy policy = with_restart("always");
  policy.restart_prevent_exit_status = "255 SIGKILL";
  CHECK(restarts_itself(policy, failed("oom-kill")) == false);
  policy.restart_prevent_exit_status = "9";  // an exit code, not a signal
  CHECK(restarts_itself(policy, failed("oom-kill")) == true);
  policy = with_restart("no");
  policy.restart_force_exit_status = "TERM KILL";
  CHECK(restarts_itself(policy, failed("oom-kill")) == true);
  UnitFate stopped = failed("oom-kill");  // its main process was not the one that was killed
  stopped.exit_status.reset();
  CHECK(restarts_itself(policy, stopped) == false);
}

TEST_CASE("the sentence on Restart= names the setting, its file and the result") {
  CHECK(
      restart_sentence(with_restart("on-abort"), failed("oom-kill")) ==
      "mariadb.service has Restart=on-abort (/etc/systemd/system/mariadb.service, as it is now), which does not cover "
      "the result oom-kill.");
  CHECK(restart_sentence(with_restart(std::nullopt), failed("oom-kill")) ==
        "mariadb.service has no Restart=, which means Restart=no (/etc/systemd/system/mariadb.service, as it is now), "
        "which does not cover the result oom-kill.");
  CHECK(restart_sentence(with_restart("on-failure"), failed("oom-kill")).find("which covers the result") !=
        std::string::npos);
}
