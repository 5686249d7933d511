// Whether a unit is up again, out of the files of a made host.
#include "cli/units_now.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "report/redact.hpp"
#include "report/renderer.hpp"
#include "tests/cli/fake_root.hpp"

using namespace oomwhy;

namespace {

const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";

Document killed(const std::string& unit, const std::string& boot = kBoot, const std::string& kind = "journal") {
  Document document;
  document.inputs.resize(1);
  document.inputs[0].kind = kind;
  Incident incident;
  incident.id = "00112233445566778899aabbccddeeff";
  incident.boot_id = boot;
  incident.victims.resize(1);
  incident.victims[0].victim.pid = 812;
  incident.victims[0].victim.comm = "mariadbd";
  incident.victims[0].unit = unit;
  document.incidents.push_back(incident);
  return document;
}

// Two processes in mariadb.service, the older one started 100 s after boot.
void write_host(const FakeRoot& root, const std::string& units, const std::string& memory) {
  root.write("/proc/sys/kernel/random/boot_id", "b6c0a1d2-e3f4-0516-2738-495a6b7c8d41\n");
  root.write("/proc/stat", "cpu  1 2 3\nintr 5\nbtime 1763424000\nprocesses 9\n");
  const std::string ticks = std::to_string(100 * ::sysconf(_SC_CLK_TCK));
  root.write("/proc/4711/stat",
             "4711 (maria) db d) S 1 4711 4711 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 9 0 " + ticks + " 1 2");
  root.write("/proc/4712/stat", "4712 (sh) S 1 4711 4711 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 9 0 9" + ticks + " 1 2");
  root.write(units + "/system.slice/mariadb.service/cgroup.procs", "4711\n");
  root.write(units + "/system.slice/mariadb.service/worker/cgroup.procs", "4712\n");
  root.folder(memory + "/system.slice/mariadb.service");
}

void write_unified(const FakeRoot& root) {
  write_host(root, "/sys/fs/cgroup", "/sys/fs/cgroup");
  root.write("/sys/fs/cgroup/cgroup.controllers", "memory pids\n");
  root.write("/sys/fs/cgroup/system.slice/mariadb.service/memory.current", "4509715660\n");
  root.write("/sys/fs/cgroup/system.slice/mariadb.service/memory.max", "6442450944\n");
}

std::vector<UnitNow> now_of(Document document, const FakeRoot& root) {
  add_units_now(document, {0}, root.path());
  return document.incidents[0].now;
}

}  // namespace

TEST_CASE("a unit that is up again is told with its size, its limit and its start") {
  const FakeRoot root;
  write_unified(root);
  const auto now = now_of(killed("mariadb.service"), root);
  REQUIRE(now.size() == 1);
  CHECK(now[0].processes == 2);
  CHECK(now[0].memory == Bytes{4509715660});
  CHECK(now[0].limit == Bytes{6442450944});
  CHECK(now[0].unlimited == false);
  REQUIRE(now[0].since);
  CHECK(now[0].since->realtime_us == 1763424100 * std::int64_t{1'000'000});
}

TEST_CASE("the memory of a unit under cgroup v1 is in the memory controller's tree") {
  const FakeRoot root;
  write_host(root, "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/memory");
  root.write("/sys/fs/cgroup/systemd/release_agent", "/lib/systemd/systemd-cgroups-agent\n");
  root.write("/sys/fs/cgroup/memory/system.slice/mariadb.service/memory.usage_in_bytes", "4096\n");
  root.write("/sys/fs/cgroup/memory/system.slice/mariadb.service/memory.limit_in_bytes", "9223372036854771712\n");
  const auto now = now_of(killed("mariadb.service"), root);
  REQUIRE(now.size() == 1);
  CHECK(now[0].processes == 2);
  CHECK(now[0].memory == Bytes{4096});
  CHECK_FALSE(now[0].limit);
  CHECK(now[0].unlimited == true);
}

TEST_CASE("a unit without a cgroup or without a process is down, and nothing else is said of it") {
  const FakeRoot root;
  write_unified(root);
  root.write("/sys/fs/cgroup/system.slice/empty.service/memory.current", "0\n");
  root.folder("/sys/fs/cgroup/system.slice/empty.service");
  for (const char* unit : {"gone.service", "empty.service"}) {
    const auto now = now_of(killed(unit), root);
    REQUIRE(now.size() == 1);
    CHECK_FALSE(now[0].is_up());
    CHECK_FALSE(now[0].memory);
    CHECK_FALSE(now[0].since);
    CHECK_FALSE(now[0].unlimited);
  }
}

TEST_CASE("nothing is said of another boot, of a text, of a host without cgroups or out of a container") {
  const FakeRoot root;
  write_unified(root);
  CHECK(now_of(killed("mariadb.service", "0" + kBoot.substr(1)), root).empty());
  CHECK(now_of(killed("mariadb.service", ""), root).empty());
  CHECK(now_of(killed("mariadb.service", kBoot, "journal_export"), root).empty());
  const FakeRoot bare;
  bare.write("/proc/sys/kernel/random/boot_id", "b6c0a1d2-e3f4-0516-2738-495a6b7c8d41\n");
  CHECK(now_of(killed("mariadb.service"), bare).empty());
  root.write("/sys/fs/cgroup/cgroup.events", "populated 1\n");
  CHECK(now_of(killed("mariadb.service"), root).empty());
}

TEST_CASE("of two users' units of one name neither is taken for the other") {
  const FakeRoot root;
  write_unified(root);
  root.write("/sys/fs/cgroup/user.slice/mariadb.service/cgroup.procs", "1\n");
  CHECK(now_of(killed("mariadb.service"), root).empty());
}

TEST_CASE("the ring buffer is always of the boot that is running") {
  const FakeRoot root;
  write_unified(root);
  Document document = killed("mariadb.service", "", "kmsg");
  document.incidents[0].events.resize(1);
  document.incidents[0].events[0].event.origin.source = "/dev/kmsg";
  CHECK(now_of(document, root).size() == 1);
}

TEST_CASE("what a unit is like now stands on the screen, in JSON and in Markdown, and is redacted") {
  const FakeRoot root;
  write_unified(root);
  Document document = killed("mariadb.service");
  add_units_now(document, {0}, root.path());
  // 4509715660 B are 4.2 GiB, 6442450944 B 6.0 GiB; 1763424100 is a hundred seconds behind 2025-11-18T00:00:00Z.
  const std::string text = render_text(document, document.incidents[0], {.width = 120});
  CHECK(text.find("NOW  mariadb.service runs since Tue 2025-11-18 00:01:40 UTC, 2 processes, 4.2 GiB of its limit of "
                  "6.0 GiB\n") != std::string::npos);
  const auto json = nlohmann::json::parse(render_json(document, JsonEvents::Include));
  const auto& now = json["incidents"][0]["now"][0];
  CHECK(now["up"] == true);
  CHECK(now["since"]["realtime"] == "2025-11-18T00:01:40Z");
  CHECK(now["memory_bytes"] == 4509715660);
  CHECK(render_markdown(document, "oomwhy").find("### Now") != std::string::npos);
  const std::string container(64, 'a');
  document.incidents[0].now[0].unit = "docker-" + container + ".scope";
  const Redacted hidden = redact(document, {}, {.what = Redaction::All});
  CHECK(render_json(hidden.document, JsonEvents::Include).find(container) == std::string::npos);
}
