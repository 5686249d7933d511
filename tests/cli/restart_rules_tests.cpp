// Unit files of a made host against the result in its journal.
#include "cli/restart_rules.hpp"

#include <catch2/catch.hpp>

#include "cli/unit_files.hpp"
#include "tests/cli/fake_root.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kKill = 1'763'431'361'000'000;

UserlandEvent said(std::int64_t seconds_after_kill, UnitMessage message) {
  UserlandEvent event;
  event.time.realtime_us = kKill + seconds_after_kill * 1'000'000;
  event.fact = std::move(message);
  return event;
}

Document failed(const std::string& unit, const std::string& host = "db-07") {
  Document document;
  Incident incident;
  incident.started = Time{.realtime_us = kKill};
  incident.host = host;
  incident.userland.push_back(said(1, {.word = UnitWord::Failed, .unit = unit, .result = "oom-kill"}));
  document.incidents.push_back(incident);
  return document;
}

std::vector<std::string> sentences(Document document, const FakeRoot& root) {
  add_restart_rules(document, {0}, root.path());
  return document.incidents[0].summary;
}

}  // namespace

TEST_CASE("why a unit stays down is read from its unit file and drop-ins") {
  const FakeRoot root;
  root.write("/proc/sys/kernel/hostname", "db-07\n");
  root.write("/lib/systemd/system/mariadb.service", "[Service]\nRestart=on-failure\n");
  CHECK(
      sentences(failed("mariadb.service"), root) ==
      std::vector<std::string>{"mariadb.service has Restart=on-failure (/lib/systemd/system/mariadb.service, as it is "
                               "now), which covers the result oom-kill."});
  root.write("/etc/systemd/system/mariadb.service.d/50-restart.conf", "[Service]\nRestart=on-abort\n");
  CHECK(sentences(failed("mariadb.service"), root)[0].find("Restart=on-abort (") != std::string::npos);
}

TEST_CASE("nothing is said of another host, a unit without a file, a masked one, or one that came back by itself") {
  const FakeRoot root;
  root.write("/etc/hostname", "db-07\n");
  root.write("/lib/systemd/system/a.service", "[Service]\n");
  root.link("/etc/systemd/system/masked.service", "/dev/null");
  root.link("/etc/systemd/system/foreign.service", "/opt/foreign.service");
  CHECK(sentences(failed("a.service"), root).size() == 1);
  CHECK(sentences(failed("a.service", "db-08"), root).empty());
  CHECK(sentences(failed("a.service", ""), root).empty());
  CHECK(sentences(failed("nowhere.service"), root).empty());
  CHECK(sentences(failed("masked.service"), root).empty());
  CHECK(sentences(failed("foreign.service"), root).empty());
  Document back = failed("a.service");
  back.incidents[0].userland.push_back(said(2, {.word = UnitWord::RestartScheduled, .unit = "a.service", .count = 1}));
  CHECK(sentences(back, root).empty());
  Document of_user = failed("a.service");
  std::get<UnitMessage>(of_user.incidents[0].userland[0].fact).user_manager = true;
  CHECK(sentences(of_user, root).empty());
}

TEST_CASE("an instance is given its template's files, its own drop-ins over those of the wider names") {
  const FakeRoot root;
  root.write("/lib/systemd/system/postgresql@.service", "[Service]\nRestart=no\nRestartForceExitStatus=3\n");
  root.write("/etc/systemd/system/service.d/10-all.conf", "[Service]\nRestart=always\n");
  CHECK(read_unit_policy(root.path(), "postgresql@15-main.service")->restart == "always");
  root.write("/etc/systemd/system/postgresql@.service.d/20.conf", "[Service]\nRestart=on-abnormal\n");
  root.write("/etc/systemd/system/postgresql@15-main.service.d/20.conf",
             "[Service]\nRestart=on-watchdog\nRestartForceExitStatus=SIGKILL\n");
  const auto policy = read_unit_policy(root.path(), "postgresql@15-main.service");
  REQUIRE(policy);
  CHECK(policy->restart == "on-watchdog");
  CHECK(policy->restart_force_exit_status == "3 SIGKILL");
  CHECK(policy->file == "/lib/systemd/system/postgresql@.service");
  root.write("/run/systemd/transient/job.service", "[Service]\n");
  CHECK(read_unit_policy(root.path(), "job.service")->file == "/run/systemd/transient/job.service");
  CHECK_FALSE(read_unit_policy(root.path(), "../a.service"));
}

TEST_CASE("unit files are those of the log that is asked for, or are not asked") {
  Request request;
  CHECK(root_of_log(request) == "");
  request.journal.root = "/mnt/image/";
  CHECK(root_of_log(request) == "/mnt/image");
  request.journal.merge = true;
  CHECK_FALSE(root_of_log(request));
  request = {};
  request.inputs = {"kern.log"};
  CHECK_FALSE(root_of_log(request));
  request = {};
  request.journal.directory = "/var/log/journal/remote";
  CHECK_FALSE(root_of_log(request));
}
