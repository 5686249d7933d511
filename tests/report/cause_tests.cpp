// The misleading cases: what it looks like, and what it is.
#include <catch2/catch.hpp>

#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

const std::string kPodSlice =
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0f3f8f3e_0000_4000_8000_000000000001.slice";

}  // namespace

TEST_CASE("a host's OOM is the swarm's doing and not that of the database it killed") {
  // 41 x 172 MiB = 6.9 GiB against 6.1 GiB, as in the example screen.
  OomEvent event = with_own_anon(host_of_16_gib(
      join({row(812, 110, 6246 * kMiB, 12 << 20, 0, 0, "mariadbd")}, pool(20400, 41, 172 * kMiB, "php")), 812));
  const Incident incident = judge(event);
  CHECK(incident.cause.kind == CauseKind::Processes);
  CHECK(incident.cause.name == "php");
  CHECK(incident.cause.process_count == 41u);
  CHECK(incident.cause.confidence == Confidence::High);
  CHECK(incident.victim_is_cause == false);
  CHECK(incident.scope == Scope::Host);
  CHECK(fired(incident.cause.evidence, "C3"));
  CHECK(fired(incident.cause.evidence, "C4"));
  CHECK(incident.cause.unit == std::nullopt);
}

TEST_CASE("a swarm that is somewhat smaller than the victim is still named where it was started later") {
  OomEvent event = with_own_anon(host_of_16_gib(
      join({row(812, 110, 7 * kGiB, 12 << 20, 0, 0, "mariadbd")}, pool(20400, 41, 150 * kMiB, "php")), 812));
  CHECK(judge(event).cause.name == "php");
  CHECK(judge(event).cause.confidence <= Confidence::Medium);
}

TEST_CASE("a pool that ran before the large process is not made the cause of it") {
  OomEvent event = with_own_anon(host_of_16_gib(
      join(pool(400, 41, 150 * kMiB, "php"), {row(20812, 110, 7 * kGiB, 12 << 20, 0, 0, "report")}), 20812));
  CHECK(judge(event).cause.name == "report");
}

TEST_CASE("a process that holds most of the memory and was killed is its own cause") {
  const Incident incident = judge(with_own_anon(host_of_16_gib(
      {row(812, 110, 2 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(5000, 0, 12 * kGiB, 24 << 20, 0, 0, "report")}, 5000)));
  CHECK(incident.cause.name == "report");
  CHECK(incident.cause.unit == "report.service");
  CHECK(incident.cause.unit_certainty == Certainty::Stated);
  CHECK(incident.cause.confidence == Confidence::High);
  CHECK(incident.victim_is_cause == true);
  CHECK(incident.cause.share_of_ram == Approx(12.0 / 15.75));
}

TEST_CASE("the reason of a confidence says what is so") {
  const auto why = [](std::uint64_t largest, std::uint64_t second) {
    const Incident incident = judge(with_own_anon(host_of_16_gib(
        {row(812, 110, second * kMiB, 12 << 20, 0, 0, "mariadbd"), row(5000, 0, largest * kMiB, 24 << 20, 0, 0, "etl")},
        5000)));
    CHECK(incident.cause.confidence == Confidence::Medium);
    return incident.cause.why_this_confidence;
  };
  // Of 16128 MiB: 53 % and 31 %, then 47 % and 28 %.
  CHECK(why(8600, 5000) == "it holds most of the memory, but another holds more than half as much");
  CHECK(why(7600, 4500) == "it is the largest by far, but holds less than half of the memory in use");
}

TEST_CASE("a leak that is protected from the killer is the cause, not the innocent that dies for it") {
  OomEvent event = with_own_anon(host_of_16_gib(
      {row(812, 110, 3 * kGiB, 6 << 20, 0, 0, "mariadbd"), row(5000, 0, 11 * kGiB, 24 << 20, 0, -900, "agent")}, 812));
  const Incident incident = judge(event);
  CHECK(incident.cause.name == "agent");
  CHECK(incident.cause.confidence == Confidence::High);
  CHECK(incident.victim_is_cause == false);
  CHECK(fired(incident.cause.evidence, "V2"));
}

TEST_CASE("who asked for memory is never a suspect for having asked") {
  OomEvent event = with_own_anon(host_of_16_gib(
      {row(812, 110, 12 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(5000, 0, 20 * kMiB, 65536, 0, 0, "nginx")}, 812));
  event.trigger.comm = "nginx";
  event.trigger.pid = 5000;
  for (const Evidence& evidence : judge(event).cause.evidence) {
    CHECK(evidence.text.find("nginx") == std::string::npos);
  }
}

TEST_CASE("nobody is named with more than low confidence where two hold alike") {
  const Incident incident = judge(with_own_anon(host_of_16_gib(
      {row(812, 110, 7 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(900, 0, 6 * kGiB, 24 << 20, 0, 0, "java")}, 812)));
  CHECK(incident.cause.confidence == Confidence::Low);
  CHECK(incident.victim_is_cause == std::nullopt);
}

TEST_CASE("shared buffers that stand in many rows do not make a pool the cause") {
  // 60 backends map the same 8 GiB; each holds 20 MiB of its own. The rows of before 6.8 say 481 GiB.
  std::vector<Task> tasks = pool(700, 60, 8 * kGiB + 20 * kMiB, "postgres", 106);
  tasks.push_back(row(9000, 0, 6 * kGiB, 12 << 20, 0, 0, "etl"));
  OomEvent event = host_of_16_gib(std::move(tasks), 9000);
  event.memory->inactive_anon = Pages{8 * kGiB + 1200 * kMiB + 6 * kGiB};
  event.memory->shmem = Pages{8 * kGiB};
  event.memory->mapped = Pages{8 * kGiB};
  CHECK(fires(event, "C6"));
  CHECK_FALSE(fires(event, "C7"));  // the segment is mapped: it is no forgotten file
  const Incident incident = judge(event);
  // What 60 rows share is 480 GiB - 8 GiB too much; what is left of the pool is about 9 GiB.
  CHECK(incident.cause.held->count <= (10ULL << 30U));
  CHECK(incident.cause.confidence <= Confidence::Medium);
}

TEST_CASE("the columns of 6.8 count shared memory once") {
  std::vector<Task> tasks = pool(700, 60, 8 * kGiB + 20 * kMiB, "postgres", 106);
  tasks.push_back(row(9000, 0, 6 * kGiB, 12 << 20, 0, 0, "etl"));
  for (Task& task : tasks) {
    const bool is_postgres = task.comm == "postgres";
    task.rss_anon = Pages{is_postgres ? 20 * kMiB : task.rss->count};
    task.rss_file = Pages{0};
    task.rss_shmem = Pages{is_postgres ? 8 * kGiB : 0};
  }
  OomEvent event = host_of_16_gib(std::move(tasks), 9000);
  event.table_layout = table_of_6_8();
  event.kernel.release = "6.12.0";
  event.memory->inactive_anon = Pages{8 * kGiB + 1200 * kMiB + 6 * kGiB};
  event.memory->shmem = Pages{8 * kGiB};
  event.memory->mapped = Pages{8 * kGiB};
  CHECK(fires(event, "C6"));
  const Incident incident = judge(event);
  CHECK(incident.cause.held->count <= (10ULL << 30U));
}

TEST_CASE("a save child and its parent are one memory") {
  // Redis forks to save: both rows say 6 GiB, but only 7 GiB of anonymous memory exist.
  OomEvent event = with_anon(host_of_16_gib({row(812, 110, 6 * kGiB, 12 << 20, 0, 0, "redis-server"),
                                             row(9000, 110, 6 * kGiB - 10 * kMiB, 12 << 20, 0, 0, "redis-server"),
                                             row(500, 0, 7 * kGiB, 14 << 20, 0, 0, "java")},
                                            500),
                             14 * kGiB);
  CHECK(fires(event, "C5"));
  const Incident incident = judge(event);
  CHECK(incident.cause.held->count <= (8ULL << 30U));
}

TEST_CASE("memory in kernel hands is not blamed on the processes that die for it") {
  struct Case {
    const char* what;
    CauseKind kind;
    const char* rule;
    void (*fill)(OomEvent&);
  };
  const std::vector<Case> cases = {
      {"files in tmpfs", CauseKind::Shmem, "C7",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{12 * kGiB};
         event.memory->shmem = Pages{9 * kGiB};
         event.memory->mapped = Pages{200 * kMiB};
       }},
      {"unreclaimable slab", CauseKind::Slab, "C8",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{3 * kGiB};
         event.memory->slab_unreclaimable = Pages{10 * kGiB};
         event.slabs = {{"dentry", Kibibytes{900}, Kibibytes{1000}},
                        {"kmalloc-1k", Kibibytes{9 << 20}, Kibibytes{9 << 20}}};
       }},
      {"reclaimable slab", CauseKind::Slab, "C9",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{3 * kGiB};
         event.memory->slab_reclaimable = Pages{8 * kGiB};
       }},
      {"a pool of huge pages", CauseKind::Hugepages, "C11",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{3 * kGiB};
         event.hugepages = {{0, 4096, 4096, 0, Kibibytes{2048}}};
       }},
      {"page tables", CauseKind::PageTables, "C10",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{3 * kGiB};
         event.memory->pagetables = Pages{6 * kGiB};
         event.memory->active_file = Pages{6 * kGiB};
       }},
      {"memory in no counter", CauseKind::Unaccounted, "C13",
       [](OomEvent& event) { event.memory->inactive_anon = Pages{3 * kGiB}; }},
      {"a balloon that the kernel counts", CauseKind::Balloon, "C14",
       [](OomEvent& event) {
         event.memory->inactive_anon = Pages{3 * kGiB};
         event.memory->reserved = Pages{10 * kGiB};
         event.memory->active_file = Pages{3 * kGiB - kGiB / 8};
       }},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    OomEvent event = host_of_16_gib(
        {row(812, 110, 2 * kGiB, 4 << 20, 0, 0, "mariadbd"), row(900, 0, kGiB, 2 << 20, 0, 0, "java")}, 812);
    one.fill(event);
    const Incident incident = judge(event);
    CHECK(incident.cause.kind == one.kind);
    CHECK(fired(incident.cause.evidence, one.rule));
    CHECK(incident.victim_is_cause == false);
    CHECK(incident.cause.confidence >= Confidence::Medium);
    CHECK(incident.cause.pids.empty());
  }
}

TEST_CASE("memory in no counter is the swap's where swap is compressed in RAM") {
  // 4 GiB are swapped out into zram, which keeps 3.5 GiB of them in RAM outside of every counter.
  OomEvent event = host_of_16_gib(
      {row(812, 110, 2 * kGiB, 4 << 20, 0, 0, "mariadbd"), row(5000, 0, 9 * kGiB, 20 << 20, 4 * kGiB, 0, "etl")}, 5000);
  event.memory->inactive_anon = Pages{11 * kGiB};
  event.memory->swap_total = Kibibytes{4 << 20};
  const Incident incident = judge(event);
  CHECK(incident.cause.name == "etl");
  CHECK(incident.victim_is_cause == true);
  CHECK(fired(incident.cause.evidence, "C13"));
}

TEST_CASE("memory that a process has locked is the process's") {
  OomEvent event = host_of_16_gib(
      {row(812, 110, 3 * kGiB, 4 << 20, 0, 0, "mariadbd"), row(900, 0, 11 * kGiB, 22 << 20, 0, -900, "java")}, 812);
  event.memory->unevictable = Pages{10 * kGiB};
  event.memory->inactive_anon = Pages{4 * kGiB};
  const Incident incident = judge(event);
  CHECK(incident.cause.kind == CauseKind::Locked);
  CHECK(incident.cause.name == "java");
  CHECK(incident.victim_is_cause == false);
}

TEST_CASE("free memory in pieces is fragmentation") {
  OomEvent event = with_anon(host_of_16_gib({row(812, 110, 9 * kGiB, 4 << 20, 0, 0, "mariadbd")}, 812), 9 * kGiB);
  event.trigger.order = 3;
  event.trigger.gfp_flags = {"GFP_KERNEL"};
  event.zones = {zone("Normal", 900000, 60000, 16000000)};
  event.zones[0].free_blocks = {{0, 100000, "UME"}, {1, 50000, "UM"}, {2, 100, "U"}, {3, 0, ""}, {4, 12, "H"}};
  CHECK(judge(event).cause.kind == CauseKind::Fragmentation);
  CHECK(judge(event).victim_is_cause == false);

  event.zones[0].free_blocks[3].count = 1;  // one usable block and it is none
  CHECK_FALSE(fires(event, "C18"));
  event.zones[0].free_blocks[3].count = 0;
  event.zones[0].free = Kibibytes{50000};  // short of memory at all
  CHECK_FALSE(fires(event, "C18"));
}

TEST_CASE("a low zone that is full while high memory is free is a zone's OOM") {
  // 32 bit with PAE: 800 MiB of low memory, 30 GiB of high memory.
  OomEvent event = with_anon(host_of_16_gib({row(812, 110, kGiB, 4 << 20, 0, 0, "mariadbd")}, 812), kGiB);
  event.trigger.gfp_flags = {"GFP_KERNEL"};
  event.zones = {zone("DMA", 40, 60, 15000), zone("Normal", 3000, 3700, 800000),
                 zone("HighMem", 9000000, 500, 16000000)};
  CHECK(judge(event).cause.kind == CauseKind::Zone);
  CHECK(judge(event).cause.name == "zone Normal");
  CHECK(judge(event).victim_is_cause == false);

  event.trigger.gfp_flags = {"GFP_HIGHUSER_MOVABLE"};  // may use high memory: then something else is wrong
  CHECK_FALSE(fires(event, "C20"));
}

TEST_CASE("a task that is bound to one node fills that node") {
  OomEvent event = with_own_anon(host_of_16_gib(
      {row(812, 110, kGiB, 4 << 20, 0, 0, "mariadbd"), row(5000, 0, 6 * kGiB, 12 << 20, 0, 0, "sim")}, 5000));
  event.constraint = Constraint::MemoryPolicy;
  event.nodemask = "1";
  event.zones = {zone("Normal", 20000, 60000, 8 << 20)};
  event.zones[0].node = 1;
  event.lines.mem_info = 1;  // the zones between these two lines are all there are
  event.lines.pages_ram = 2;
  const Incident incident = judge(event);
  CHECK(incident.scope == Scope::MemoryPolicy);
  CHECK(incident.cause.name == "sim");
  CHECK(incident.cause.share_of_ram == Approx(6.0 / 8.0));
  CHECK(incident.cause.confidence == Confidence::Medium);
  CHECK(fired(incident.cause.evidence, "S5"));
}

TEST_CASE("a unit that hits its own limit is its own cause") {
  const Incident incident =
      judge(with_stat(cgroup_case({row(812, 0, 80 * kMiB, 4 << 16, 0, 0, "worker")}, 812, 80 << 10,
                                  "/system.slice/worker.service", "/system.slice/worker.service"),
                      "anon", 79 << 20));
  CHECK(incident.scope == Scope::Cgroup);
  CHECK(incident.cause.name == "worker");
  CHECK(incident.cause.unit == "worker.service");
  CHECK(incident.cause.confidence == Confidence::High);
  CHECK(incident.victim_is_cause == true);
}

TEST_CASE("under an ancestor's limit the steady neighbour is not the cause of its death") {
  // 04c: a cache of 80 MiB and an importer whose workers fill the slice's 150 MiB.
  OomEvent event = with_stat(
      cgroup_case(join({row(331, 0, 20618, 200704, 0, 0, "tenant-cache")}, pool(355, 8, 2640, "importer", 0)), 331,
                  153600, "/tenant.slice/tenant-a.slice", "/tenant.slice/tenant-a.slice/tenant-cache.service"),
      "anon", 156221440);
  const Incident incident = judge(event);
  CHECK(incident.cause.name == "importer");
  CHECK(incident.cause.unit == std::nullopt);
  CHECK(incident.victim_is_cause == false);
  CHECK(incident.victims.front().unit == "tenant-cache.service");
  CHECK(fired(incident.cause.evidence, "S3"));
}

TEST_CASE("a cgroup's limit can be spent on kernel memory, sockets, tmpfs or slow disks") {
  struct Case {
    const char* key;
    CauseKind kind;
    const char* rule;
  };
  const std::vector<Case> cases = {
      {"slab_unreclaimable", CauseKind::Slab, "C8"}, {"slab_reclaimable", CauseKind::Slab, "C9"},
      {"pagetables", CauseKind::PageTables, "C10"},  {"sock", CauseKind::Slab, "C21"},
      {"percpu", CauseKind::Unaccounted, "C13"},     {"shmem", CauseKind::Shmem, "C23"},
      {"file_dirty", CauseKind::Unknown, "C22"}};
  for (const Case& one : cases) {
    INFO(one.key);
    OomEvent event = cgroup_case({row(812, 0, 10 * kMiB, 4 << 16, 0, 0, "app")}, 812, 2 << 20, kPodSlice + "/app",
                                 kPodSlice + "/app");
    const Incident incident = judge(with_stat(with_stat(event, "anon", 40 << 20), one.key, 1500ULL << 20U));
    CHECK(incident.cause.kind == one.kind);
    CHECK(fired(incident.cause.evidence, one.rule));
    CHECK(incident.victim_is_cause == false);
  }
}

TEST_CASE("a manual kill has no cause but the one who asked") {
  OomEvent event = with_own_anon(host_of_16_gib({row(812, 110, 3 * kGiB, 4 << 20, 0, 0, "mariadbd")}, 812));
  event.trigger.manual = true;
  event.trigger.order = -1;
  const Incident incident = judge(event);
  CHECK(incident.cause.kind == CauseKind::Manual);
  CHECK(incident.victim_is_cause == false);
}

TEST_CASE("a kill of whoever asked does not make it the cause") {
  OomEvent event = with_own_anon(host_of_16_gib(
      {row(812, 110, 12 * kGiB, 4 << 20, 0, 0, "java"), row(900, 0, 10 * kMiB, 65536, 0, 0, "cron")}, 900));
  event.message = KillMessage::AllocatingTask;
  const Incident incident = judge(event);
  CHECK(incident.cause.name == "java");
  CHECK(incident.victim_is_cause == false);
  CHECK(fired(incident.cause.evidence, "S7"));
}

TEST_CASE("a service that is started anew only to be killed again is a loop, and one incident") {
  const auto killed = [](std::uint32_t pid) {
    return with_stat(cgroup_case({row(pid, 0, 500 * kMiB, 1 << 20, 0, 0, "prometheus")}, pid, 512 << 10,
                                 "/system.slice/prometheus.service", "/system.slice/prometheus.service"),
                     "anon", 500 << 20);
  };
  const Incident incident = judge(ten_seconds_apart({killed(700), killed(800), killed(900)}));
  CHECK(incident.events_total == 3);
  CHECK(incident.loop);
  CHECK(incident.loop_of == "/system.slice/prometheus.service");
  CHECK(incident.cause.unit == "prometheus.service");
  CHECK(incident.victim_is_cause == true);
  CHECK(std::any_of(incident.advice.begin(), incident.advice.end(), [](const Advice& advice) {
    return advice.setting == "StartLimitBurst" && advice.target == "prometheus.service";
  }));
}

TEST_CASE("a panic has a cause but no victim") {
  OomEvent event = with_own_anon(host_of_16_gib({row(812, 110, 12 * kGiB, 4 << 20, 0, 0, "java")}, 0));
  event.victims.clear();
  event.outcome = Outcome::Panic;
  event.panic = PanicReason::PanicOnOom;
  event.constraint.reset();
  event.message = KillMessage::None;
  const Incident incident = judge(event);
  CHECK(incident.cause.name == "java");
  CHECK(incident.victim_is_cause == std::nullopt);
  CHECK(fired(incident.cause.evidence, "S9"));
}

TEST_CASE("without a task table only a victim that held most can be named, and not for sure") {
  OomEvent event = host_of_16_gib({}, 812);
  event.completeness.grade = Grade::B;
  event.has_task_table = false;
  event.victims.front().comm = "report";
  event.memory->inactive_anon = Pages{15 * kGiB};
  event.victims.front().anon_rss = Kibibytes{12 << 20};
  CHECK(judge(event).cause.name == "report");
  CHECK(judge(event).cause.confidence == Confidence::Medium);
  CHECK(judge(event).victim_is_cause == true);

  event.victims.front().anon_rss = Kibibytes{4 << 20};
  CHECK(judge(event).cause.confidence <= Confidence::Low);
  CHECK(judge(event).victim_is_cause == std::nullopt);
}

TEST_CASE("a bare kill line of a host names no cause") {
  OomEvent event;
  event.completeness.grade = Grade::C;
  event.outcome = Outcome::Killed;
  event.message = KillMessage::OutOfMemory;
  event.victims.emplace_back();
  event.victims.front().pid = 812;
  event.victims.front().comm = "mariadbd";
  event.victims.front().anon_rss = Kibibytes{6 << 20};
  const Incident incident = judge(event);
  CHECK(incident.cause.kind == CauseKind::Unknown);
  CHECK(incident.cause.confidence == Confidence::None);
  CHECK(incident.victim_is_cause == std::nullopt);
  CHECK(incident.summary.size() >= 2);
}

TEST_CASE("a report that is not proven whole names a cause with low confidence at most") {
  OomEvent event = with_own_anon(host_of_16_gib(
      {row(812, 110, 2 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(5000, 0, 12 * kGiB, 24 << 20, 0, 0, "report")}, 5000));
  event.completeness.grade = Grade::C;
  event.completeness.missing = {ReportPart::TaskRows};
  CHECK(judge(event).cause.confidence == Confidence::Low);
  CHECK(judge(event).victim_is_cause == std::nullopt);
}
