// The facts of a root that the test builds: what stands in its files, and nothing that does not.
#include "cli/host_facts.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "cli/unit_files.hpp"
#include "tests/cli/fake_root.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {}  // namespace

TEST_CASE("a running system's files become facts") {
  const FakeRoot root;
  root.write("/proc/meminfo", "MemTotal:       16384000 kB\nMemFree: 1 kB\nSwapTotal:       2097148 kB\n");
  root.write("/proc/cmdline", "ro log_buf_len=4M quiet\n");
  root.write("/proc/pressure/memory",
             "some avg10=1.50 avg60=0.40 avg300=0.30 total=5\nfull avg10=0.25 avg60=0.00 avg300=0.10 total=3\n");
  root.write("/proc/sys/vm/oom_dump_tasks", "0\n");
  root.write("/proc/sys/vm/panic_on_oom", "2\n");
  root.write("/proc/812/statm", "1000 500 0 0 0 0 0\n");
  root.write("/proc/812/oom_score_adj", "-1000\n");
  root.write("/proc/900/statm", "1000 300 0 0 0 0 0\n");
  root.write("/proc/900/oom_score_adj", "0\n");
  root.write("/proc/2/statm", "0 0 0 0 0 0 0\n");  // a kernel thread
  root.write("/proc/2/oom_score_adj", "0\n");
  root.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
  root.write("/sys/fs/cgroup/system.slice/a.service/memory.max", "1073741824\n");
  root.write("/sys/fs/cgroup/system.slice/b.service/memory.max", "max\n");
  const HostFacts facts = read_host_facts(root.path() + "/");
  CHECK_FALSE(facts.image);
  CHECK(facts.ram == Bytes{16384000ULL * 1024});
  CHECK(facts.swap == Bytes{2097148ULL * 1024});
  CHECK(facts.log_buffer == Bytes{4 << 20});
  REQUIRE(facts.pressure);
  CHECK(facts.pressure->some_10s == 1.5);
  CHECK(facts.pressure->full_10s == 0.25);
  CHECK(facts.pressure->full_5min == 0.1);
  CHECK(facts.oom_dump_tasks == 0);
  CHECK(facts.panic_on_oom == 2);
  CHECK(facts.overcommit_memory == std::nullopt);  // no such file
  REQUIRE(facts.processes);
  CHECK(facts.processes->processes == 2);
  CHECK(facts.processes->protected_processes == 1);
  CHECK(facts.processes->protected_resident.count * 8 == facts.processes->resident.count * 5);
  CHECK(facts.cgroup_version == 2);
  REQUIRE(facts.limits.size() == 1);
  CHECK(facts.limits.front().limit == Bytes{1073741824});
  CHECK(facts.units == std::nullopt);
}

TEST_CASE("an image's sysctl files speak for its kernel, the last name wins") {
  const FakeRoot root;
  root.write("/etc/sysctl.d/90-oom.conf", "# ours\nvm.oom_dump_tasks = 0\nvm/panic_on_oom=1\n");
  root.write("/usr/lib/sysctl.d/95-vendor.conf", "vm.panic_on_oom = 2\n");
  const HostFacts facts = read_host_facts(root.path());
  CHECK(facts.image);
  CHECK(facts.oom_dump_tasks == 0);
  CHECK(facts.panic_on_oom == 2);
  CHECK(facts.overcommit_memory == 0);  // the kernel's default
  CHECK(facts.processes == std::nullopt);
}

TEST_CASE("where the journal is kept follows from its folder and its settings") {
  const FakeRoot kept;
  kept.folder("/var/log/journal");
  CHECK(read_host_facts(kept.path()).journal_storage == JournalStorage::Persistent);
  const FakeRoot bare;
  bare.folder("/var/log");
  CHECK(read_host_facts(bare.path()).journal_storage == JournalStorage::Volatile);
  const FakeRoot off;
  off.folder("/var/log/journal");
  off.write("/etc/systemd/journald.conf",
            "[Journal]\n#Storage=auto\nStorage=none\nMaxLevelStore=notice\nReadKMsg=no\n");
  const HostFacts facts = read_host_facts(off.path());
  CHECK(facts.journal_storage == JournalStorage::None);
  CHECK(facts.max_level_store == "notice");
  CHECK(facts.read_kmsg_off);
}

TEST_CASE("drop-ins win over their unit, /etc over /usr/lib, and an empty value takes one back") {
  const FakeRoot root;
  root.write("/usr/lib/systemd/system/db.service", "[Service]\nRestart=on-abort\nOOMScoreAdjust=-1000\nMemoryMax=3G\n");
  root.write("/usr/lib/systemd/system/db.service.d/10-a.conf", "[Service]\nRestart=no\n");
  root.write("/etc/systemd/system/db.service.d/10-a.conf", "[Service]\nRestart=on-abnormal\n");
  root.write("/etc/systemd/system/db.service.d/20-b.conf", "[Service]\nMemoryMax=\n");
  root.link("/etc/systemd/system/gone.service", "/dev/null");
  root.write("/usr/lib/systemd/system/gone.service", "[Service]\nRestart=on-abort\n");
  const auto units = read_unit_files(root.path());
  REQUIRE(units);
  REQUIRE(units->size() == 1);
  const UnitPolicy& unit = units->front();
  CHECK(unit.name == "db.service");
  CHECK(unit.restart == "on-abnormal");
  CHECK(unit.oom_score_adjust == "-1000");
  CHECK(unit.memory_max == std::nullopt);
}

TEST_CASE("a killer counts as enabled where a target wants it") {
  const FakeRoot root;
  root.link("/etc/systemd/system/multi-user.target.wants/earlyoom.service", "/lib/systemd/system/earlyoom.service");
  root.write("/usr/lib/systemd/system/systemd-oomd.service", "[Service]\n");
  CHECK(read_host_facts(root.path()).enabled_killers == std::vector<std::string>{"earlyoom.service"});
}
