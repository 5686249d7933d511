// Units of tasks that still run, out of the files of a made host.
#include "cli/living_tasks.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/cli/fake_root.hpp"

using namespace oomwhy;

namespace {

const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";
constexpr std::int64_t kStartSeconds = 100;

// metrics-agent, PID 242 of uid 33, started 100 s after boot in metrics.service.
struct Host {
  FakeRoot root;
  std::string cgroup = "0::/system.slice/metrics.service\n";
  std::string pids = "pid:[4026531836]";

  void write() const {
    root.write("/proc/sys/kernel/random/boot_id", "b6c0a1d2-e3f4-0516-2738-495a6b7c8d41\n");
    root.link("/proc/self/ns/pid", pids);
    root.write("/proc/242/comm", "metrics-agent\n");
    root.write("/proc/242/status", "Name:\tmetrics-agent\nUmask:\t0022\nUid:\t33\t33\t33\t33\n");
    root.write("/proc/242/cgroup", cgroup);
    root.write("/proc/242/stat", "242 (metrics-agent) S 1 242 242 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 9 0 " +
                                     std::to_string(kStartSeconds * ::sysconf(_SC_CLK_TCK)) + " 1 2");
  }
};

OomEvent report_of(const std::string& comm, std::int64_t uid, std::int64_t at_seconds = 500) {
  OomEvent event;
  event.boot_id = kBoot;
  event.time.uptime_us = at_seconds * 1'000'000;
  Task task;
  task.pid = 242;
  task.comm = comm;
  task.uid = uid;
  event.tasks = {task};
  return event;
}

std::optional<std::string> unit_of(const Host& host, OomEvent event) {
  host.write();
  LivingTasks(host.root.path()).attribute(event);
  CHECK(event.tasks[0].unit_certainty == (event.tasks[0].unit ? std::optional(Certainty::Derived) : std::nullopt));
  return event.tasks[0].unit;
}

}  // namespace

TEST_CASE("a process of the table that still runs has its unit in the kernel's word for it") {
  CHECK(unit_of({}, report_of("metrics-agent", 33)) == "metrics.service");
}

TEST_CASE("so it is under cgroup v1, and of a report of the ring buffer, which names no boot") {
  const std::string v1 = "9:memory:/system.slice/metrics.service\n1:name=systemd:/system.slice/metrics.service\n0::/\n";
  CHECK(unit_of({.root = {}, .cgroup = v1}, report_of("metrics-agent", 33)) == "metrics.service");
  OomEvent of_ring = report_of("metrics-agent", 33);
  of_ring.boot_id.clear();
  CHECK_FALSE(unit_of({}, of_ring));
  of_ring.origin.source = "/dev/kmsg";
  CHECK(unit_of({}, of_ring) == "metrics.service");
}

TEST_CASE("whoever has the PID now and may be another is not taken for it") {
  CHECK_FALSE(unit_of({}, report_of("java", 33)));
  CHECK_FALSE(unit_of({}, report_of("metrics-agent", 0)));
  CHECK_FALSE(unit_of({}, report_of("metrics-agent", 33, kStartSeconds - 1)));  // started after the report
  OomEvent of_another_boot = report_of("metrics-agent", 33);
  of_another_boot.boot_id = "00000000000000000000000000000001";
  CHECK_FALSE(unit_of({}, of_another_boot));
  OomEvent gone = report_of("metrics-agent", 33);
  gone.tasks[0].pid = 243;
  CHECK_FALSE(unit_of({}, gone));
}

TEST_CASE("in a container with PIDs or cgroups of its own nothing is learnt") {
  CHECK_FALSE(unit_of({.root = {}, .pids = "pid:[4026532198]"}, report_of("metrics-agent", 33)));
  CHECK_FALSE(unit_of({.root = {}, .cgroup = "0::/../metrics.service\n"}, report_of("metrics-agent", 33)));
  CHECK_FALSE(unit_of({.root = {}, .cgroup = "0::/\n"}, report_of("metrics-agent", 33)));
}

TEST_CASE("what the log says of a unit stays") {
  OomEvent event = report_of("metrics-agent", 33);
  event.tasks[0].unit = "agent.service";
  event.tasks[0].unit_certainty = Certainty::Assumed;
  const Host host;
  host.write();
  LivingTasks(host.root.path()).attribute(event);
  CHECK(event.tasks[0].unit == "agent.service");
  CHECK(event.tasks[0].unit_certainty == Certainty::Assumed);
}
