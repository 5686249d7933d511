// Drop-ins: what stands in them, in which section, and what only as a comment.
#include "report/drop_in.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "report/advice_target.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Lines that systemd would act on.
std::vector<std::string> live_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

Advice setting(std::string target, std::string name, std::string value) {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = std::move(target);
  advice.setting = std::move(name);
  advice.value = std::move(value);
  advice.reason = "a reason";
  return advice;
}

Incident with_advice(std::vector<Advice> advice) {
  Incident incident;
  incident.id = "7c3e91b200000000";
  incident.summary = {"The HOST ran out of memory."};
  incident.advice = std::move(advice);
  return incident;
}

// mariadbd is killed for a swarm whose unit is not in the log.
Incident swarm() {
  return judge(with_own_anon(host_of_16_gib(
      join({row(812, 110, 6246 * kMiB, 12 << 20, 0, 0, "mariadbd")}, pool(20400, 41, 172 * kMiB, "php")), 812)));
}

}  // namespace

TEST_CASE("settings of one unit stand in one file, each in its section, what is held back as a comment") {
  Advice held = setting("a.service", "MemoryHigh", "1G");
  held.proposed = false;
  held.gate = "no swap";
  const std::vector<DropIn> files =
      drop_ins(with_advice({setting("a.service", "MemoryMax", "2G"), setting("a.service", "StartLimitBurst", "5"), held,
                            setting("t.slice", "MemoryMax", "4G")}));
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "a.service.d/50-oom.conf");
  CHECK(live_lines(files[0].text) ==
        std::vector<std::string>{"[Unit]", "StartLimitBurst=5", "[Service]", "MemoryMax=2G"});
  CHECK(contains(files[0].text, "# held back: no swap\n#MemoryHigh=1G\n"));
  CHECK(live_lines(files[1].text) == std::vector<std::string>{"[Slice]", "MemoryMax=4G"});
}

TEST_CASE("each file says how it is applied, taken back and, where that is possible, set for now") {
  const std::string text = drop_ins(with_advice({setting("a.service", "MemoryMax", "2G")})).front().text;
  CHECK(contains(text, "systemctl set-property a.service MemoryMax=2G"));
  CHECK(contains(text, "rm '/etc/systemd/system/a.service.d/50-oom.conf' && systemctl daemon-reload"));
  CHECK(contains(text, "# incident 7c3e91b2"));
}

TEST_CASE("a unit that the log does not name has a drop-in in comments, and the way to its name once") {
  const Incident incident = swarm();
  const std::vector<DropIn> files = drop_ins(incident);
  const auto unnamed =
      std::find_if(files.begin(), files.end(), [](const DropIn& file) { return file.unit == "the unit of php"; });
  REQUIRE(unnamed != files.end());
  CHECK(unnamed->path.empty());
  CHECK(live_lines(unnamed->text).empty());
  CHECK(contains(unnamed->text, "#MemoryMax="));
  CHECK(contains(unnamed->text, "#OOMScoreAdjust="));
  const std::string_view command = "journalctl -b _PID=20400 -o verbose | grep -m1 _SYSTEMD_UNIT=";
  const std::size_t first = unnamed->text.find(command);
  REQUIRE(first != std::string::npos);
  CHECK(unnamed->text.find(command, first + 1) == std::string::npos);
}

TEST_CASE("advice is for the unit of the victim or of the cause, and says of which") {
  OomEvent event = with_own_anon(host_of_16_gib(
      join({row(812, 110, 6246 * kMiB, 12 << 20, 0, 0, "mariadbd")}, pool(20400, 41, 172 * kMiB, "php")), 812));
  event.victims.front().cgroup.reset();
  const Incident incident = judge(event);
  std::vector<std::string> whose;
  for (const Advice& advice : incident.advice) {
    if (const auto unnamed = unnamed_target(incident, advice); unnamed && advice.setting == "OOMScoreAdjust") {
      whose.push_back(unnamed->what);
    }
  }
  CHECK(whose == std::vector<std::string>{"the unit of php", "the unit of mariadbd"});
}

TEST_CASE("nothing in a name ends a comment or becomes a setting") {
  Incident incident = with_advice({setting("a.service", "MemoryMax", "2G")});
  incident.host = "x\n[Service]\nExecStart=/bin/evil";
  incident.summary = {"a\nExecStartPre=/bin/evil\\", "b\r[Unit]"};
  const std::string text = drop_ins(incident).front().text;
  CHECK(live_lines(text) == std::vector<std::string>{"[Service]", "MemoryMax=2G"});
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) CHECK_FALSE(line.ends_with('\\'));
}

TEST_CASE("what is no unit's has no file") {
  Advice kernel = setting("kernel", "vm.panic_on_oom", "0");
  kernel.target_kind = TargetKind::Kernel;
  Advice container = setting("1a2b3c4d5e6f", "--memory", "2G");
  container.target_kind = TargetKind::Container;
  const Incident incident = with_advice(
      {kernel, container, setting("../evil.service", "MemoryMax", "2G"), setting("no-suffix", "MemoryMax", "2G")});
  CHECK(drop_ins(incident).empty());
  for (const Advice& advice : incident.advice) CHECK_FALSE(is_in_drop_in(incident, advice));
}
