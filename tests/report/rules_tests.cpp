// Every rule of the decision table twice: a report in which it fires, and a near miss in which it is silent. A rule
// without such a pair fails here.
#include <catch2/catch.hpp>
#include <set>

#include "report/rule_id.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

struct Given {
  std::vector<OomEvent> events;
  History history;
  std::vector<UserlandEvent> userland;
};

struct Pair {
  std::string_view rule;
  const char* difference;  // what keeps the near miss from it
  Given fires, is_near;
};

std::set<std::string> rules_of(const Given& given) {
  const Document document = analyse({}, given.events, {given.history, {}}, given.userland);
  std::set<std::string> rules;
  for (const Incident& incident : document.incidents) {
    for (const Evidence& evidence : incident.cause.evidence) rules.insert(evidence.rule);
  }
  return rules;
}

using Change = void (*)(OomEvent&);

Given changed(OomEvent event, Change change) {
  change(event);
  return {{std::move(event)}, {}, {}};
}

Pair pair_of(std::string_view rule, const char* difference, const OomEvent& event, Change fires, Change is_near) {
  return {rule, difference, changed(event, fires), changed(event, is_near)};
}

void as_it_is(OomEvent&) {}

// 16128 MiB managed; mariadbd, 6 GiB, is killed next to java with 5.
OomEvent calm_host() {
  return with_own_anon(host_of_16_gib(
      {row(812, 110, 6 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(900, 0, 5 * kGiB, 10 << 20, 0, 0, "java")}, 812));
}

OomEvent host_with(std::vector<Task> tasks, std::uint32_t victim) {
  return with_own_anon(host_of_16_gib(std::move(tasks), victim));
}

// app.service at its limit of 2 GiB.
OomEvent full_unit() {
  return with_stat(cgroup_case({row(812, 0, 100 * kMiB, 4 << 16, 0, 0, "app")}, 812, 2 << 20,
                               "/system.slice/app.service", "/system.slice/app.service"),
                   "anon", 100 << 20);
}

constexpr std::uint64_t percent_of_2_gib(std::uint64_t percent) { return (2ULL << 30U) / 100 * percent; }

Pair stat_pair(std::string_view rule, const char* key, std::uint64_t fires_at, std::uint64_t silent_at) {
  return {rule,
          key,
          {{with_stat(full_unit(), key, percent_of_2_gib(fires_at))}, {}, {}},
          {{with_stat(full_unit(), key, percent_of_2_gib(silent_at))}, {}, {}}};
}

Pair host_pair(std::string_view rule, const char* difference, Change fires, Change is_near) {
  return pair_of(rule, difference, calm_host(), fires, is_near);
}

std::vector<Pair> of_limits() {
  const Change by_host = [](OomEvent& event) {
    event.constraint = Constraint::None;
    event.message = KillMessage::OutOfMemory;
  };
  return {
      pair_of("S1", "the constraint is the host's", full_unit(), as_it_is, by_host),
      pair_of("S2", "the limit is on the slice", full_unit(), as_it_is,
              [](OomEvent& event) { event.memcg->limiting = "/system.slice"; }),
      pair_of(
          "S3", "its path begins alike, but it is no ancestor", full_unit(),
          [](OomEvent& event) { event.memcg->limiting = "/system.slice"; },
          [](OomEvent& event) { event.memcg->limiting = "/system.sli"; }),
  };
}

std::vector<Pair> of_who_asked() {
  return {
      host_pair("S4", "it was asked for by hand", as_it_is, [](OomEvent& event) { event.trigger.manual = true; }),
      host_pair(
          "S5", "a mempolicy is printed, but it did not bind",
          [](OomEvent& event) { event.constraint = Constraint::MemoryPolicy; },
          [](OomEvent& event) { event.nodemask = "0"; }),
      host_pair(
          "S6", "moom_callback was only in a task's name", [](OomEvent& event) { event.trigger.manual = true; },
          [](OomEvent& event) { event.trigger.comm = "moom_callback"; }),
      host_pair(
          "S7", "who asked was killed, but by its score",
          [](OomEvent& event) { event.message = KillMessage::AllocatingTask; },
          [](OomEvent& event) { event.trigger.comm = "mariadbd"; }),
  };
}

std::vector<Pair> of_no_kill() {
  return {
      host_pair(
          "S8", "the panic was configured, candidates there were",
          [](OomEvent& event) {
            event.victims.clear();
            event.outcome = Outcome::NoKillable;
          },
          [](OomEvent& event) {
            event.victims.clear();
            event.outcome = Outcome::Panic;
            event.panic = PanicReason::PanicOnOom;
          }),
      host_pair(
          "S9", "the kernel panicked for want of candidates",
          [](OomEvent& event) {
            event.outcome = Outcome::Panic;
            event.panic = PanicReason::PanicOnOom;
          },
          [](OomEvent& event) {
            event.outcome = Outcome::Deadlock;
            event.panic = PanicReason::NoKillable;
          }),
  };
}

Given alone_and_second(std::uint64_t first_mib, std::uint64_t second_mib) {
  return {{host_with({row(812, 110, first_mib * kMiB, 4096, 0, 0, "mariadbd"),
                      row(900, 0, second_mib * kMiB, 4096, 0, 0, "java")},
                     812)},
          {},
          {}};
}

// app.service holds 6 GiB, the page cache the rest.
Given with_earlier_peak(std::uint64_t mib) {
  Given given{{host_with({row(812, 110, 6 * kGiB, 12 << 20, 0, 0, "app")}, 812)}, {}, {}};
  given.events.front().memory->active_file = Pages{9 * kGiB};
  given.history.runs["app.service"] = {.count = 2, .highest = Bytes{mib << 20U}};
  return given;
}

Given swarm(std::size_t count, std::uint64_t mib) {
  return {{host_with(join({row(812, 110, 2 * kGiB, 4 << 20, 0, 0, "mariadbd")}, pool(20400, count, mib * kMiB, "php")),
                     812)},
          {},
          {}};
}

std::vector<Pair> of_sizes() {
  return {
      {"C1", "the second holds more than half of it", alone_and_second(9000, 4400), alone_and_second(9000, 4600)},
      {"C1", "it holds less than half of 16128 MiB", alone_and_second(8100, 2000), alone_and_second(8000, 2000)},
      {"C2", "an earlier run took more than half of it", with_earlier_peak(3072), with_earlier_peak(3100)},
      {"C3", "nine are no ten", swarm(10, 500), swarm(9, 560)},
      {"C3", "29 % are no 30", swarm(10, 500), swarm(10, 470)},
      {"C3", "one of 5 % is not small", swarm(10, 500), swarm(10, 810)},
      {"C4", "the other holds as much", alone_and_second(5000, 5001), alone_and_second(5000, 5000)},
      {"C26", "C1 speaks for it", alone_and_second(8000, 2000), alone_and_second(8100, 2000)},
      {"C4", "the victim holds half of it", alone_and_second(8000, 8060), alone_and_second(8064, 8063)},
  };
}

// Two of one name of 6 GiB each, where 7 GiB exist.
OomEvent saving_redis() {
  return with_anon(host_of_16_gib({row(812, 110, 6 * kGiB, 12 << 20, 0, 0, "redis-server"),
                                   row(9000, 110, 6 * kGiB - 10 * kMiB, 12 << 20, 0, 0, "redis-server")},
                                  812),
                   7 * kGiB);
}

// Three map a segment of 1 GiB each, in the columns of 6.8.
Given mapped_by_three(std::uint64_t shmem_mib) {
  OomEvent event = calm_host();
  event.table_layout = table_of_6_8();
  event.kernel.release = "6.12.0";
  event.tasks = pool(700, 3, kGiB + 10 * kMiB, "postgres");
  event.victims.front().pid = 700;
  for (Task& task : event.tasks) {
    task.rss_anon = Pages{10 * kMiB};
    task.rss_file = Pages{0};
    task.rss_shmem = Pages{kGiB};
  }
  event.memory->shmem = Pages{shmem_mib * kMiB};
  return {{std::move(event)}, {}, {}};
}

std::vector<Pair> of_shared_memory() {
  return {
      pair_of("C5", "the second has another address space", saving_redis(), as_it_is,
              [](OomEvent& event) { event.tasks[1].total_vm = Pages{event.tasks[0].total_vm->count * 2}; }),
      pair_of("C5", "there is room for both", saving_redis(), as_it_is,
              [](OomEvent& event) { event.memory->inactive_anon = Pages{12 * kGiB}; }),
      {"C6", "3 GiB in the rows, 2.1 in all", mapped_by_three(1900), mapped_by_three(2100)},
  };
}

std::vector<Pair> of_memory_without_owner() {
  return {
      host_pair(
          "C7", "half of it can be mapped",
          [](OomEvent& event) {
            event.memory->shmem = Pages{2 * kGiB};
            event.memory->mapped = Pages{kGiB};
          },
          [](OomEvent& event) {
            event.memory->shmem = Pages{2 * kGiB};
            event.memory->mapped = Pages{kGiB + 1};
          }),
      host_pair(
          "C8", "9.9 %", [](OomEvent& event) { event.memory->slab_unreclaimable = Pages{1613 * kMiB}; },
          [](OomEvent& event) { event.memory->slab_unreclaimable = Pages{1600 * kMiB}; }),
      host_pair(
          "C8", "no table of caches was printed",
          [](OomEvent& event) {
            event.slabs = {{"kmalloc-1k", Kibibytes{100}, Kibibytes{200}}};
          },
          as_it_is),
      host_pair(
          "C9", "19.8 %", [](OomEvent& event) { event.memory->slab_reclaimable = Pages{3226 * kMiB}; },
          [](OomEvent& event) { event.memory->slab_reclaimable = Pages{3200 * kMiB}; }),
      host_pair(
          "C10", "4.96 %", [](OomEvent& event) { event.memory->pagetables = Pages{807 * kMiB}; },
          [](OomEvent& event) { event.memory->pagetables = Pages{800 * kMiB}; }),
      host_pair(
          "C11", "19.8 %",
          [](OomEvent& event) {
            event.hugepages = {{0, 1613, 1613, 0, Kibibytes{2048}}};
          },
          [](OomEvent& event) {
            event.hugepages = {{0, 1600, 1600, 0, Kibibytes{2048}}};
          }),
      host_pair(
          "C12", "29.8 %", [](OomEvent& event) { event.memory->unevictable = Pages{4839 * kMiB}; },
          [](OomEvent& event) { event.memory->unevictable = Pages{4800 * kMiB}; }),
  };
}

std::vector<Pair> of_what_is_missing() {
  return {
      host_pair(
          "C13", "4.96 % of 16128 MiB are missing",
          [](OomEvent& event) { event.memory->inactive_anon = Pages{(16128 - 810) * kMiB}; },
          [](OomEvent& event) { event.memory->inactive_anon = Pages{(16128 - 800) * kMiB}; }),
      host_pair(
          "C14", "9.8 % of 16384 MiB", [](OomEvent& event) { event.memory->reserved = Pages{1640 * kMiB}; },
          [](OomEvent& event) { event.memory->reserved = Pages{1600 * kMiB}; }),
  };
}

std::vector<Pair> of_swap() {
  const Change one_gib = [](OomEvent& event) { event.memory->swap_total = Kibibytes{1 << 20}; };
  const auto with_free = [&](std::uint64_t kb) {
    Given given = changed(calm_host(), one_gib);
    given.events.front().memory->swap_free = Kibibytes{kb};
    return given;
  };
  return {
      host_pair("C15", "there was some, if all in use", as_it_is, one_gib),
      {"C16", "2.01 % were left", with_free(20971), with_free(21076)},
      {"C17", "9.99 % were left", with_free(104962), with_free(104752)},
  };
}

// 600 MB of memory are free, and 32 KiB in one piece are asked for.
OomEvent broken_memory() {
  OomEvent event = calm_host();
  event.trigger.order = 3;
  event.trigger.gfp_flags = {"GFP_KERNEL"};
  event.zones = {zone("Normal", 600000, 60000, 16000000)};
  event.zones[0].free_blocks = {{0, 100000, "UME"}, {2, 12500, "U"}, {3, 0, ""}, {4, 12, "H"}};
  return event;
}

// 32 bit with PAE: low memory is full, and the request may take no other.
OomEvent full_low_memory(std::uint64_t high_free_kb) {
  OomEvent event = calm_host();
  event.trigger.gfp_flags = {"GFP_KERNEL"};
  event.zones = {zone("Normal", 3000, 3700, 800000), zone("HighMem", high_free_kb, 1000, 16000000)};
  return event;
}

std::vector<Pair> of_zones() {
  const auto only = [](OomEvent event) { return Given{{std::move(event)}, {}, {}}; };
  OomEvent full = calm_host();
  full.zones = {zone("DMA32", 30, 60, 15000), zone("Normal", 60000, 61000, 16000000)};
  return {
      pair_of("C18", "one block of 64 KiB could have served", broken_memory(), as_it_is,
              [](OomEvent& event) { event.zones[0].free_blocks[3].types = "M"; }),
      pair_of("C18", "the order is one that the kernel kills nobody for", broken_memory(), as_it_is,
              [](OomEvent& event) { event.trigger.order = 5; }),
      pair_of("C19", "one zone had a page to spare", full, as_it_is,
              [](OomEvent& event) { event.zones[1].free = Kibibytes{61004}; }),
      // High mark 1500 kB, 64 MiB over it is rich.
      {"C20", "high memory had little left too", only(full_low_memory(1500 + 65536 + 4)),
       only(full_low_memory(1500 + 65536))},
      pair_of("C20", "the request could have taken high memory", full_low_memory(9000000), as_it_is,
              [](OomEvent& event) { event.trigger.gfp_flags = {"GFP_HIGHUSER"}; }),
  };
}

std::vector<Pair> of_cgroups() {
  const auto with_swap = [](std::uint64_t used_kb) {
    Given given = changed(full_unit(), as_it_is);
    given.events.front().memcg->swap = MemcgCounter{Kibibytes{used_kb}, Kibibytes{100000}, 0};
    return given;
  };
  return {
      stat_pair("C8", "slab_unreclaimable", 11, 9),
      stat_pair("C9", "slab_reclaimable", 21, 19),
      stat_pair("C10", "pagetables", 6, 4),
      stat_pair("C13", "percpu", 11, 9),
      stat_pair("C21", "sock", 11, 9),
      stat_pair("C22", "file_writeback", 31, 29),
      stat_pair("C23", "shmem", 31, 29),
      pair_of(
          "C24", "9999 times are not yet long", full_unit(),
          [](OomEvent& event) { event.memcg->memory->failcnt = 10000; },
          [](OomEvent& event) { event.memcg->memory->failcnt = 9999; }),
      {"C25", "97 % are not all", with_swap(98000), with_swap(97000)},
  };
}

Given in_turn(std::vector<OomEvent> events) { return {ten_seconds_apart(std::move(events)), {}, {}}; }

// app.service at its limit, with workers of these PIDs, the first of which is killed.
OomEvent app_with(std::uint32_t first_pid, std::size_t count) {
  OomEvent event = cgroup_case(pool(first_pid, count, 300 * kMiB, "app"), first_pid, 2 << 20,
                               "/system.slice/app.service", "/system.slice/app.service");
  event.victims.front().pid = first_pid;
  return event;
}

OomEvent files_in_ram(std::uint32_t pid, const char* comm) {
  OomEvent event = host_with({row(pid, 0, 500 * kMiB, 1 << 20, 0, 0, comm)}, pid);
  event.memory->shmem = Pages{9 * kGiB};
  event.memory->inactive_anon = Pages{10 * kGiB};
  return event;
}

std::vector<Pair> of_several_kills() {
  OomEvent first = calm_host(), again = calm_host(), other = calm_host();
  again.victims.front().anon_rss = Kibibytes{6 << 20};
  other.victims.front().pid = 813;
  return {
      {"K1", "the second and third were the same pool", in_turn({app_with(100, 5), app_with(200, 5), app_with(300, 5)}),
       in_turn({app_with(100, 5), app_with(200, 5), app_with(201, 4)})},
      {"K2", "all kills hit one program",
       in_turn({files_in_ram(1, "cron"), files_in_ram(2, "sshd"), files_in_ram(3, "nginx")}),
       in_turn({files_in_ram(1, "cron"), files_in_ram(2, "cron"), files_in_ram(3, "cron")})},
      {"K3", "it was another process", in_turn({first, again}), in_turn({first, other})},
      host_pair(
          "K3", "it was reaped", [](OomEvent& event) { event.victims.front().reaped = false; },
          [](OomEvent& event) { event.victims.front().reaped = true; }),
      pair_of(
          "K4", "the kernel named two, but no group", full_unit(),
          [](OomEvent& event) { event.group_kill_path = "/system.slice/app.service"; },
          [](OomEvent& event) { event.victims.push_back(event.victims.front()); }),
  };
}

std::vector<Pair> of_the_choice() {
  return {
      host_pair(
          "V1", "adj 0", [](OomEvent& event) { event.tasks[0].oom_score_adj = 1; }, as_it_is),
      // java is the larger one with 7 GiB and not with 5, whatever protects it.
      host_pair(
          "V2", "who is protected would not have been chosen anyway",
          [](OomEvent& event) {
            event.tasks[1].rss = Pages{7 * kGiB};
            event.tasks[1].oom_score_adj = -600;
          },
          [](OomEvent& event) { event.tasks[1].oom_score_adj = -600; }),
      host_pair(
          "V3", "65 pages are more than the counters' error",
          [](OomEvent& event) {
            event.tasks[1] = event.tasks[0];
            event.tasks[1].pid = 900;
            event.tasks[1].rss->count -= 64;
          },
          [](OomEvent& event) {
            event.tasks[1] = event.tasks[0];
            event.tasks[1].pid = 900;
            event.tasks[1].rss->count -= 65;
          }),
  };
}

// A host with a batch of `mib`, which is the cause, and a victim that held 100 MiB.
OomEvent batch_of(std::uint64_t mib, std::uint32_t victim) {
  OomEvent event =
      host_with({row(700, 0, mib * kMiB, 4096, 0, 0, "batch"), row(victim, 0, 100 * kMiB, 4096, 0, 0, "web")}, victim);
  event.victims.front().anon_rss = Kibibytes{100 << 10};
  return event;
}

std::vector<Pair> of_growth() {
  const Given grows = in_turn({batch_of(9000, 10), batch_of(9600, 11)});
  OomEvent exiting = batch_of(9600, 11);
  exiting.victims.front().already_exiting = true;
  return {
      {"G1", "it shrank", grows, in_turn({batch_of(9600, 10), batch_of(9000, 11)})},
      {"G2", "the second was dying already", grows, in_turn({batch_of(9000, 10), exiting})},
  };
}

std::vector<Pair> of_userspace_killers() {
  UserlandEvent event;
  event.time.realtime_us = 1'763'431'361'000'000;
  event.text = "sending SIGTERM to process 812 uid 0 \"mariadbd\"";
  event.fact = UserspaceKill{.killer = "earlyoom", .pid = 812, .comm = "mariadbd"};
  UserlandEvent dry = event;
  dry.fact = UserspaceKill{.killer = "earlyoom", .pid = 812, .comm = "mariadbd", .dry_run = true};
  return {{"U1", "it only said what it would have done", {{}, {}, {event}}, {{}, {}, {dry}}}};
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const auto& part : {of_limits(), of_who_asked(), of_no_kill(), of_sizes(), of_shared_memory(),
                           of_memory_without_owner(), of_what_is_missing(), of_swap(), of_zones(), of_cgroups(),
                           of_several_kills(), of_the_choice(), of_growth(), of_userspace_killers()}) {
    pairs.insert(pairs.end(), part.begin(), part.end());
  }
  return pairs;
}

}  // namespace

TEST_CASE("every rule fires where it should and is silent next to it") {
  for (const Pair& pair : all_pairs()) {
    CAPTURE(pair.rule, pair.difference);
    const std::string rule(pair.rule);
    CHECK(rules_of(pair.fires).count(rule) == 1);
    CHECK(rules_of(pair.is_near).count(rule) == 0);
  }
}

TEST_CASE("no rule is without such a pair, and no pair without a rule") {
  std::set<std::string_view> shown;
  for (const Pair& pair : all_pairs()) shown.insert(pair.rule);
  CHECK(shown == std::set<std::string_view>(kRuleIds.begin(), kRuleIds.end()));
}
