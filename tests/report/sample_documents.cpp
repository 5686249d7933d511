#include "tests/report/sample_documents.hpp"

#include <memory>
#include <utility>

#include "report/folding.hpp"

namespace oomwhy::tests {

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

// 2025-11-18T02:02:41.204Z: 20 410 days of 86 400 s since the epoch, and 7361.204 s of that day.
constexpr std::int64_t kKilledAt = (20410LL * 86400 + 7361) * 1'000'000 + 204'000;

Task task(std::uint32_t pid, const std::string& comm, std::int64_t uid, std::uint64_t rss_pages, std::uint64_t swap) {
  Task row;
  row.pid = pid;
  row.tgid = pid;
  row.uid = uid;
  row.comm = comm;
  row.total_vm = Pages{rss_pages * 2};
  row.rss = Pages{rss_pages};
  row.pgtables = Bytes{4096 * 100};
  row.swapents = Pages{swap};
  row.oom_score_adj = 0;
  row.origin_line = 100 + pid % 100;
  return row;
}

Victim mariadbd() {
  Victim victim;
  victim.pid = 812;
  victim.comm = "mariadbd";
  victim.uid = 110;
  victim.cgroup = "/system.slice/mariadb.service";
  victim.total_vm = Kibibytes{9'000'000};
  victim.anon_rss = Kibibytes{6'400'000};
  victim.file_rss = Kibibytes{1'024};
  victim.shmem_rss = Kibibytes{0};
  victim.pgtables = Kibibytes{13'000};
  victim.oom_score_adj = 0;
  victim.reaped = true;
  victim.origin_line = 186;
  return victim;
}

OomEvent event() {
  OomEvent event;
  event.time.realtime_us = kKilledAt;
  event.time.uptime_us = 65'721'500'000;
  event.time.as_printed = "2025-11-18T02:02:41.204Z";
  event.time.clock = Clock::Received;
  event.host = "db-07";
  event.origin = {.source = "kern.log", .line = 12, .cursor = ""};
  event.last_line = 187;
  event.completeness.grade = Grade::A;
  event.kernel.release = "6.12.107";
  event.trigger.comm = "php";
  event.trigger.pid = 20417;
  event.trigger.gfp_mask = "0x140cca";
  event.trigger.gfp_flags = {"GFP_HIGHUSER_MOVABLE", "__GFP_COMP"};
  event.trigger.order = 0;
  event.trigger.oom_score_adj = 0;
  event.constraint = Constraint::None;
  event.global_oom = true;
  event.outcome = Outcome::Killed;
  event.message = KillMessage::OutOfMemory;
  event.page_size = {.bytes = 4096, .certainty = Certainty::Stated};
  event.memory.emplace();
  event.memory->ram = Pages{4'115'400};
  event.memory->reserved = Pages{97'082};
  event.memory->shmem = Pages{52'000};
  event.memory->swap_total = Kibibytes{2'097'152};
  event.memory->swap_free = Kibibytes{0};
  event.has_task_table = true;
  event.tasks.push_back(task(812, "mariadbd", 110, 1'600'256, 78'000));
  for (std::uint32_t i = 0; i < 41; ++i) event.tasks.push_back(task(20'400 + i, "php", 33, 44'000 - i, 0));
  event.victims = {mariadbd()};
  event.lines.constraint = 185;
  event.lines.kill = 186;
  event.raw = "php invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0\n";
  return event;
}

Ledger ledger() {
  Ledger ledger;
  ledger.total = Bytes{4'018'318ULL * 4096};
  ledger.rows = {{LedgerItem::Anonymous, Bytes{14'000 * kMiB}, 0.892, Certainty::Derived},
                 {LedgerItem::FileCache, Bytes{200 * kMiB}, 0.0127, Certainty::Derived},
                 {LedgerItem::SlabUnreclaimable, Bytes{600 * kMiB}, 0.0382, Certainty::Derived},
                 {LedgerItem::Free, Bytes{90 * kMiB}, 0.0057, Certainty::Derived},
                 {LedgerItem::Unaccounted, Bytes{806 * kMiB}, 0.0514, Certainty::Derived}};
  return ledger;
}

std::vector<Group> groups() {
  Group php;
  php.name = "php";
  php.uid = 33;
  for (std::size_t i = 1; i <= 41; ++i) php.tasks.push_back(i);
  php.rss = Bytes{7'046 * kMiB};
  php.largest = Bytes{172 * kMiB};
  php.upper_bound = true;
  Group mariadb;
  mariadb.name = "mariadbd";
  mariadb.uid = 110;
  mariadb.tasks = {0};
  mariadb.rss = Bytes{6'251 * kMiB};
  mariadb.swap = Bytes{304 * kMiB};
  mariadb.largest = mariadb.rss;
  return {php, mariadb};
}

Scoring scoring(const OomEvent& event) {
  Scoring scoring;
  scoring.totalpages =
      TotalPages{.pages = Pages{4'542'606}, .certainty = Certainty::Derived, .derivation = "RAM + swap"};
  for (const Task& row : event.tasks) {
    const auto points = static_cast<std::int64_t>(row.rss->count + row.swapents->count + 100);
    scoring.scores.push_back({.points = points, .base = points, .permille = points * 1000 / 4'542'606});
  }
  scoring.choice.predicted_pid = 812;
  scoring.choice.agrees = true;
  scoring.choice.runner_up_pid = 20'400;
  scoring.choice.margin_points = 1'634'256;
  return scoring;
}

Cause cause() {
  Cause cause;
  cause.kind = CauseKind::Processes;
  cause.name = "php";
  cause.unit = "report-gen.service";
  cause.unit_certainty = Certainty::Assumed;
  for (std::uint32_t i = 0; i < 41; ++i) cause.pids.push_back(20'400 + i);
  cause.process_count = 41;
  cause.rss = Bytes{7'046 * kMiB};
  cause.held = cause.rss;
  cause.largest = Bytes{172 * kMiB};
  cause.upper_bound = true;
  cause.share_of_ram = 0.44;
  cause.share_of_allowed = 0.39;
  cause.confidence = Confidence::High;
  cause.why_this_confidence = "C3 and C4 agree";
  cause.evidence = {{"C3", "41 processes of the name php held 6.9 GiB together.", {"kern.log", 140, ""}},
                    {"C4", "41 x php held more than the victim.", {"kern.log", 140, ""}}};
  return cause;
}

Advice memory_max() {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = "report-gen.service";
  advice.target_kind = TargetKind::Unit;
  advice.target_certainty = Certainty::Assumed;
  advice.setting = "MemoryMax";
  advice.value = "3G";
  advice.reason = "contains the cause";
  advice.arithmetic = "2.6 GiB x 1.15";
  advice.source = "systemd.resource-control(5)";
  advice.replay = Replay{.before_pid = 812, .before_comm = "mariadbd", .after_pid = 20'400, .after_comm = "php"};
  advice.replay->freed = Bytes{172 * kMiB};
  return advice;
}

Incident incident() {
  Incident incident;
  incident.id = "7c3e91b2a0d45f17";
  incident.event_ids = {incident.id};
  AnalysedEvent analysed;
  analysed.event = event();
  analysed.analysis.id = incident.id;
  analysed.analysis.scoring = scoring(analysed.event);
  analysed.analysis.ledger = ledger();
  analysed.analysis.groups = groups();
  incident.started = analysed.event.time;
  incident.ended = analysed.event.time;
  incident.host = "db-07";
  incident.scope = Scope::Host;
  incident.killers = {"kernel"};
  incident.summary = {
      "The HOST ran out of memory.", "41 php processes (report-gen.service) used the most: at most 6.9 GiB.",
      "The kernel killed mariadbd (PID 812, mariadb.service); by its rules, not because that had caused "
      "it."};
  incident.victims = {
      {.victim = mariadbd(), .unit = "mariadb.service", .unit_certainty = Certainty::Stated, .is_cause = false}};
  incident.events_total = 1;
  incident.victims_total = incident.victims.size();
  incident.events.push_back(std::move(analysed));
  incident.cause = cause();
  incident.victim_is_cause = false;
  incident.advice = {memory_max()};
  incident.timeline = {{.time = *incident.started, .source = "kernel", .text = "mariadbd (PID 812) killed"}};
  return incident;
}

}  // namespace

Document swarm_kills_database() {
  Document document;
  InputSummary input;
  input.source = "kern.log";
  input.kind = "syslog";
  input.bytes = 20'480;
  input.lines = 300;
  document.inputs = {input};
  document.incidents.push_back(incident());
  return document;
}

Document with_counted_reports() {
  Document document = swarm_kills_database();
  Incident& incident = document.incidents.front();
  auto folded = std::make_shared<FoldedReports>();
  folded->reports = 99'999;
  folded->victims[{.comm = "mariadbd"}].all = 99'999;
  incident.events.front().folded = std::move(folded);
  incident.events_total = 100'000;
  incident.victims_total = 100'000;
  return document;
}

Document nothing_found() {
  Document document;
  InputSummary input;
  input.source = "kern.log";
  input.kind = "syslog";
  input.lines = 5;
  document.inputs = {input};
  Time from, to;
  from.realtime_us = kKilledAt - 86'400'000'000;
  to.realtime_us = kKilledAt;
  document.coverage.from = from;
  document.coverage.to = to;
  document.coverage.complete = false;
  document.coverage.blind_spots = {{BlindSpotKind::RecordsLost, "12 messages were dropped"}};
  return document;
}

Document nothing_said() {
  Document document;
  document.inputs.emplace_back();
  document.incidents.emplace_back();
  document.incidents.front().events.emplace_back();
  document.incidents.front().events.front().event.victims.emplace_back();
  document.incidents.front().victims.emplace_back();
  document.incidents.front().events_total = 1;
  document.incidents.front().timeline.emplace_back();
  document.incidents.front().advice.emplace_back();
  document.incidents.front().cause.evidence.emplace_back();
  return document;
}

namespace {

void fill_memory(OomEvent& event) {
  event.memcg.emplace();
  event.memcg->limiting = "/system.slice";
  event.memcg->victim = "/system.slice/mariadb.service";
  event.memcg->memory = MemcgCounter{Kibibytes{512000}, Kibibytes{512000}, 83420};
  event.memcg->swap = MemcgCounter{Kibibytes{0}, std::nullopt, 0};
  event.memcg->memsw = event.memcg->memory;
  event.memcg->kmem = event.memcg->swap;
  event.memcg->stats = {{"anon", 4096, true}, {"pgfault", 12, false}};
  event.nodes.emplace_back();
  event.nodes.back().kernel_stack = Kibibytes{8000};
  ZoneMemory zone;
  zone.node = 0;
  zone.zone = "Normal";
  zone.free = Kibibytes{62464};
  zone.min = Kibibytes{65536};
  zone.mlocked = Kibibytes{4};
  zone.lowmem_reserve_pages = {0, 0};
  zone.free_blocks = {{0, 12, "UME"}, {1, 0, ""}};
  event.zones = {zone};
  event.hugepages = {{.node = 0, .total = 512, .free = 500, .surplus = 0, .page_size = Kibibytes{2048}}};
  event.slabs = {{"dentry", Kibibytes{1000}, Kibibytes{1200}}};
  event.allocations = {{"1.2GiB", 40000, "mm/slub.c:123 func:alloc_slab_page"}};
}

template <typename Fact>
UserlandEvent said(Fact fact) {
  UserlandEvent event;
  event.fact = std::move(fact);
  event.origin = {.source = "syslog", .line = 7, .cursor = ""};
  event.text = "a line";
  return event;
}

std::vector<UserlandEvent> all_that_others_say() {
  UserspaceKill oomd;
  oomd.killer = "systemd-oomd";
  oomd.cgroup = "/user.slice";
  oomd.pid = 12;
  oomd.comm = "stress";
  UnitMessage unit;
  unit.unit = "mariadb.service";
  unit.result = "oom-kill";
  unit.word = UnitWord::Failed;
  RuntimeEcho runtime;
  runtime.runtime = "containerd";
  ApplicationEcho application;
  application.program = "postgres";
  return {said(oomd),
          said(unit),
          said(UserspaceKillDone{.killer = "earlyoom", .pid = 12}),
          said(MemoryTrend{}),
          said(runtime),
          said(application),
          said(RunningQuery{}),
          said(AllocationRefused{.program = "redis"})};
}

}  // namespace

Document everything_said() {
  Document document = swarm_kills_database();
  Incident& incident = document.incidents.front();
  fill_memory(incident.events.front().event);
  OomEvent& event = incident.events.front().event;
  event.panic = PanicReason::PanicOnOom;
  event.group_kill_path = "/system.slice";
  event.suppressed_before = 3;
  event.completeness.missing = {ReportPart::Header, ReportPart::Kill};
  event.tasks[1].unit = "report-gen.service";
  event.tasks[1].unit_certainty = Certainty::Derived;
  event.tasks[1].cmdline = "php worker.php";
  incident.events.front().analysis.scoring.scores[2].why_not = WhyNotEligible::AdjMinusThousand;
  incident.events.front().analysis.scoring.choice.deviation = Deviation::Child;
  incident.exclusions = {{"systemd stop timeout", "none was logged", Origin{"syslog", 9, ""}}};
  incident.userland = all_that_others_say();
  incident.what_if.emplace();
  incident.what_if->assumptions = {"php:OOMScoreAdjust=400"};
  incident.what_if->event_id = incident.id;
  incident.what_if->result.matched_pids = {20400};
  incident.what_if->result.replay = incident.advice.front().replay;
  incident.what_if->result.next_pid = 20401;
  incident.what_if->result.next_comm = "php";
  incident.what_if->result.warnings = {"the next victim holds 4 MiB"};
  document.incidents.push_back(Incident(incident));  // a copy first: `incident` refers into the growing list
  document.incidents.back().events.front().omitted = true;
  document.other_kills = {{.unit = "api.service", .time = {}, .sender = "stop timeout", .text = "a line"}};
  document.refused_allocations = {{.first = said(AllocationRefused{.program = "redis"}), .last = {}, .count = 2}};
  document.inputs.front().diagnostics = {{{"kern.log", 3, ""}, DiagnosticKind::DamagedLine, "row skipped"}};
  document.inputs.front().error = Error{.what = "kern.log", .why = "Input/output error", .hint = ""};
  document.inputs.front().first = document.incidents.front().started;
  document.coverage = nothing_found().coverage;
  return document;
}

Document with_names(const std::string& hostile) {
  Document document = swarm_kills_database();
  Incident& incident = document.incidents.front();
  OomEvent& event = incident.events.front().event;
  for (Task& row : event.tasks) row.comm = hostile;
  event.trigger.comm = hostile;
  event.host = incident.host = hostile;
  for (Victim& victim : event.victims) victim.comm = hostile;
  for (IncidentVictim& entry : incident.victims) {
    entry.victim.comm = hostile;
    entry.unit = hostile;
  }
  for (Group& group : incident.events.front().analysis.groups) group.name = hostile;
  incident.cause.name = incident.cause.unit = hostile;
  incident.summary = {"The kernel killed " + hostile + " (PID 812)."};
  incident.cause.evidence = {{"C3", "41 processes of the name " + hostile + " held 6.9 GiB.", {hostile, 140, ""}}};
  incident.timeline.front().text = hostile + " (PID 812) killed";
  incident.advice.front().target = hostile;
  incident.advice.front().replay->after_comm = hostile;
  document.inputs.front().source = hostile;
  document.inputs.front().diagnostics = {{{hostile, 3, ""}, DiagnosticKind::DamagedLine, hostile}};
  document.coverage.blind_spots = {{BlindSpotKind::RecordsLost, hostile}};
  event.raw = hostile + " invoked oom-killer\n";
  return document;
}

}  // namespace oomwhy::tests
