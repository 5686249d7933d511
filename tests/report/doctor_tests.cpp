#include "report/doctor.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// A host with nothing to find: every fact known, every fact good.
HostFacts healthy() {
  HostFacts facts;
  facts.root = "/";
  facts.ram = Bytes{16 * kGiB};
  facts.swap = Bytes{2 * kGiB};
  facts.log_buffer = Bytes{1 << 20};
  facts.processes = ProtectedMemory{
      .processes = 300, .protected_processes = 3, .resident = Bytes{8 * kGiB}, .protected_resident = Bytes{1 << 20}};
  facts.oom_dump_tasks = 1;
  facts.oom_kill_allocating_task = 0;
  facts.panic_on_oom = 0;
  facts.overcommit_memory = 0;
  facts.cgroup_version = 2;
  facts.pressure = MemoryPressure{};
  facts.journal_storage = JournalStorage::Persistent;
  facts.journal_readable = true;
  facts.ring_readable = true;
  facts.units = std::vector<UnitPolicy>{{.name = "a.service"}};
  return facts;
}

struct Row {
  const char* id;
  Severity severity;
  void (*spoil)(HostFacts&);
};

const std::vector<Row> kRows = {
    {"journal", Severity::Problem, [](HostFacts& f) { f.journal_storage = JournalStorage::Volatile; }},
    {"journal", Severity::Problem, [](HostFacts& f) { f.journal_storage = JournalStorage::None; }},
    {"journal", Severity::Unknown, [](HostFacts& f) { f.journal_storage = std::nullopt; }},
    {"journal", Severity::Problem, [](HostFacts& f) { f.max_level_store = "notice"; }},
    {"journal", Severity::Problem, [](HostFacts& f) { f.read_kmsg_off = true; }},
    {"permissions", Severity::Warning, [](HostFacts& f) { f.journal_readable = false; }},
    // 6 KiB and 112 bytes for each of 300 tasks are 39 KiB.
    {"log-buffer", Severity::Warning, [](HostFacts& f) { f.log_buffer = Bytes{32 * 1024}; }},
    {"log-buffer", Severity::Unknown, [](HostFacts& f) { f.log_buffer = std::nullopt; }},
    {"oom-dump-tasks", Severity::Problem, [](HostFacts& f) { f.oom_dump_tasks = 0; }},
    {"oom-dump-tasks", Severity::Unknown, [](HostFacts& f) { f.oom_dump_tasks = std::nullopt; }},
    {"oom-kill-allocating-task", Severity::Problem, [](HostFacts& f) { f.oom_kill_allocating_task = 1; }},
    {"oom-kill-allocating-task", Severity::Unknown, [](HostFacts& f) { f.oom_kill_allocating_task = std::nullopt; }},
    {"panic-on-oom", Severity::Problem, [](HostFacts& f) { f.panic_on_oom = 2; }},
    {"panic-on-oom", Severity::Unknown, [](HostFacts& f) { f.panic_on_oom = std::nullopt; }},
    {"overcommit", Severity::Warning, [](HostFacts& f) { f.overcommit_memory = 1; }},
    {"overcommit", Severity::Warning, [](HostFacts& f) { f.overcommit_memory = 2; }},
    {"overcommit", Severity::Unknown, [](HostFacts& f) { f.overcommit_memory = std::nullopt; }},
    {"cgroup-version", Severity::Warning, [](HostFacts& f) { f.cgroup_version = 1; }},
    {"cgroup-version", Severity::Unknown, [](HostFacts& f) { f.cgroup_version = std::nullopt; }},
    {"memory-pressure", Severity::Unknown, [](HostFacts& f) { f.pressure = std::nullopt; }},
    {"memory-pressure", Severity::Problem, [](HostFacts& f) { f.pressure->full_10s = 42.5; }},
    {"unkillable-units", Severity::Warning, [](HostFacts& f) { f.units->front().oom_score_adjust = "-1000"; }},
    {"protected-memory", Severity::Problem, [](HostFacts& f) { f.processes->protected_resident = Bytes{5 * kGiB}; }},
    {"memory-high-without-swap", Severity::Warning,
     [](HostFacts& f) {
       f.swap = Bytes{0};
       f.units->front().memory_high = "1G";
     }},
    {"memory-high-without-swap", Severity::Warning,
     [](HostFacts& f) {
       f.units->front().memory_swap_max = "0";
       f.units->front().memory_high = "1G";
     }},
    {"limits-against-ram", Severity::Warning,
     [](HostFacts& f) {
       f.limits = {{"a.service", Bytes{9 * kGiB}}, {"b.service", Bytes{8 * kGiB}}};
     }},
    {"restart-after-oom", Severity::Warning, [](HostFacts& f) { f.units->front().restart = "on-abort"; }},
    {"restart-after-oom", Severity::Warning,
     [](HostFacts& f) {
       f.units->front().restart = "always";
       f.units->front().oom_policy = "continue";
     }},
    {"killers", Severity::Warning,
     [](HostFacts& f) {
       f.enabled_killers = {"earlyoom.service", "nohang.service"};
     }},
    {"killers", Severity::Warning,
     [](HostFacts& f) {
       f.swap = Bytes{0};
       f.enabled_killers = {"systemd-oomd.service"};
     }},
};

}  // namespace

TEST_CASE("a host without a fault has no finding, and says how much was checked") {
  const Diagnosis diagnosis = examine(healthy());
  for (const HostFinding& finding : diagnosis.findings) FAIL_CHECK(finding.id << ": " << finding.what);
  CHECK(diagnosis.not_checked.empty());
  CHECK(diagnosis.checked.size() == 15);
  CHECK(render_diagnosis(diagnosis, {}).find("15 checks, no finding") != std::string::npos);
}

TEST_CASE("each fault is one finding with its reason and its command") {
  for (const Row& row : kRows) {
    HostFacts facts = healthy();
    row.spoil(facts);
    const Diagnosis diagnosis = examine(facts);
    CAPTURE(row.id);
    REQUIRE(diagnosis.findings.size() == 1);
    const HostFinding& finding = diagnosis.findings.front();
    CHECK(finding.id == row.id);
    CHECK(finding.severity == row.severity);
    CHECK(finding.what.ends_with('.'));
    CHECK(finding.why.ends_with('.'));
    CHECK(finding.why.find(". ") == std::string::npos);  // one sentence
    CHECK_FALSE(finding.command.empty());
  }
}

TEST_CASE("what could not be read is unknown, never fine") {
  HostFacts nothing;
  nothing.root = "/";
  const Diagnosis diagnosis = examine(nothing);
  CHECK(diagnosis.findings.size() >= 11);
  CHECK(std::all_of(diagnosis.findings.begin(), diagnosis.findings.end(),
                    [](const HostFinding& finding) { return finding.severity == Severity::Unknown; }));
}

TEST_CASE("of an image only its files are judged") {
  HostFacts facts = healthy();
  facts.image = true;
  facts.processes = std::nullopt;
  facts.pressure = std::nullopt;
  facts.ram = std::nullopt;
  facts.cgroup_version = std::nullopt;
  const Diagnosis diagnosis = examine(facts);
  CHECK(diagnosis.findings.empty());
  CHECK(diagnosis.not_checked == std::vector<std::string>{"permissions", "log-buffer", "cgroup-version",
                                                          "memory-pressure", "protected-memory", "limits-against-ram"});
}

TEST_CASE("problems come before warnings, and those before what is unknown") {
  HostFacts facts = healthy();
  facts.cgroup_version = std::nullopt;
  facts.overcommit_memory = 1;
  facts.panic_on_oom = 1;
  const Diagnosis diagnosis = examine(facts);
  REQUIRE(diagnosis.findings.size() == 3);
  CHECK(diagnosis.findings[0].id == "panic-on-oom");
  CHECK(diagnosis.findings[2].severity == Severity::Unknown);
}

TEST_CASE("a hostile unit name cannot write on the terminal") {
  HostFacts facts = healthy();
  facts.units = std::vector<UnitPolicy>{{.name = "a\x1b[2J.service", .restart = "on-abort"}};
  const std::string text = render_diagnosis(examine(facts), {});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\\x1b[2J") != std::string::npos);
}

TEST_CASE("sizes in unit files are read as systemd reads them") {
  const Bytes ram{8 * kGiB};
  CHECK(parse_unit_size("3G", ram) == Bytes{3 * kGiB});
  CHECK(parse_unit_size("512M", ram) == Bytes{512 << 20});
  CHECK(parse_unit_size("1048576", ram) == Bytes{1048576});
  CHECK(parse_unit_size("50%", ram) == Bytes{4 * kGiB});
  CHECK(parse_unit_size("0", ram) == Bytes{0});
  CHECK(parse_unit_size("50%", std::nullopt) == std::nullopt);
  CHECK(parse_unit_size("infinity", ram) == std::nullopt);
  CHECK(parse_unit_size("3X", ram) == std::nullopt);
  CHECK(parse_unit_size("", ram) == std::nullopt);
  CHECK(parse_unit_size("99999999999999999999E", ram) == std::nullopt);
}
