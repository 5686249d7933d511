// Scores against what kernels printed or chose; figures of real reports (kernel-formats 3.5) and rules worked by hand.
#include "report/badness.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

namespace {

// CentOS 7 on two nodes: 3.10.0-514.6.1.el7, "Out of memory: Kill process 6576 (mysqld) score 651".
OomEvent centos7_mysqld() {
  OomEvent event = on_host(whole_event("3.10.0-514.6.1.el7.x86_64", table_of_3_6(),
                                       {old_row(6576, 27, 5157063, 15483, 1527848, 0, "mysqld"),
                                        old_row(13560, 1000, 2716569, 6505, 226225, 0, "java")},
                                       6576),
                           8379834, 192987, 8388604);
  event.victims.front().score = 651;
  return event;
}

// Arch Linux 6.1.1: doxygen killed, a chrome of adj 300 next to it.
OomEvent arch_doxygen() {
  return on_host(whole_event("6.1.1-arch1-1", table_of_4_15(),
                             {row(376692, 1000, 2362, 446 * 4096, 57194, 300, "chrome"),
                              row(473206, 504, 2308581, 59264 * 1024, 5225427, 0, "doxygen")},
                             473206),
                 4115400, 97082, 25165820);
}

}  // namespace

TEST_CASE("the score that CentOS 7 printed is reproduced") {
  const Scoring scoring = score(centos7_mysqld());
  REQUIRE(scoring.totalpages);
  CHECK(scoring.totalpages->pages == Pages{10283998});  // 8379834 - 192987 + 8388604 / 4
  CHECK(scoring.scores[0].points == 6700394);           // 5157063 + 15483 + 1527848
  CHECK(scoring.scores[0].permille == 651);
  CHECK(scoring.scores[1].points == 2949299);
  CHECK(scoring.choice.recomputed_score == 651);
  CHECK(scoring.choice.predicted_pid == 6576U);
  CHECK(scoring.choice.runner_up_pid == 13560U);
  CHECK(scoring.choice.margin_points == 3751095);  // 6700394 - 2949299
  CHECK(scoring.choice.agrees == true);
}

TEST_CASE("a point of oom_score_adj is a thousandth of the allowed pages, divided before it is multiplied") {
  const Scoring scoring = score(arch_doxygen());
  CHECK(scoring.totalpages->pages == Pages{10309773});  // 4115400 - 97082 + 25165820 / 4
  CHECK(scoring.totalpages->unit() == 10309);
  CHECK(scoring.scores[0].base == 60002);      // 2362 + 446 + 57194
  CHECK(scoring.scores[0].points == 3152702);  // + 300 * 10309, not 300 * 10309.773
  CHECK(scoring.scores[1].points == 7548824);
  CHECK(scoring.choice.predicted_pid == 473206U);
  CHECK(scoring.choice.agrees == true);
}

TEST_CASE("in a memcg without swap the limit alone is the measure") {
  // A Proxmox container: limit 31211520 kB, swap limit 0; 3195335 + 6597 page table pages.
  const Scoring scoring = score(
      in_memcg(whole_event("5.15.39-3-pve", table_of_4_15(), {row(7, 0, 3195335, 6597 * 4096, 0, 0, "php-fpm")}, 7),
               31211520, 0));
  CHECK(scoring.totalpages->pages == Pages{7802880});
  CHECK(scoring.totalpages->certainty == Certainty::Derived);
  CHECK(scoring.scores[0].points == 3201932);
  CHECK(scoring.scores[0].permille == 410);
  CHECK(scoring.choice.agrees == true);
  CHECK_FALSE(scoring.choice.runner_up_pid);
}

TEST_CASE("a manual kill scores like any other and is no deviation where the score explains it") {
  // A virtual machine of 506349 managed pages without swap, SysRq f: 5232 + 26 page table pages.
  OomEvent event =
      on_host(whole_event("5.4.0-1-amd64", table_of_4_15(),
                          {row(20, 0, 5232, 26 * 4096, 0, 0, "unattended-upgr"), row(30, 0, 900, 4096, 0, 0)}, 20),
              506349, 0, 0);
  event.trigger.manual = true;
  const Scoring scoring = score(event);
  CHECK(scoring.scores[0].points == 5258);
  CHECK(scoring.scores[0].permille == 10);
  CHECK(scoring.choice.agrees == true);
  CHECK_FALSE(scoring.choice.deviation);
}

TEST_CASE("below zero a score is one before 5.9 and stays negative from then on") {
  // A pod of 1 GiB (262144 pages), java with adj -998: 119961 + 1661 + 136409 - 998 * 262 = -3445.
  const auto event_of = [](const char* release, TaskTableLayout layout, Task java) {
    OomEvent event = whole_event(release, std::move(layout), {std::move(java)}, 4);
    event.memory.emplace();
    return in_memcg(std::move(event), 1048576, 0);
  };
  Task old_java = old_row(4, 1000, 119961, 1661, 136409, -998, "java");
  OomEvent before = event_of("4.4.102-k8s", table_of_4_0(), old_java);
  before.victims.front().score = 0;
  const Scoring old_scoring = score(before);
  CHECK(old_scoring.scores[0].base == 258031);
  CHECK(old_scoring.scores[0].points == 1);
  CHECK(old_scoring.choice.recomputed_score == 0);  // 1 * 1000 / 262144, as the kernel printed

  const Scoring new_scoring =
      score(event_of("5.10.0-8-amd64", table_of_4_15(), row(4, 1000, 119961, 1661 * 4096, 136409, -998, "java")));
  CHECK(new_scoring.scores[0].points == -3445);
  CHECK(new_scoring.scores[0].permille == -13);  // C truncates -13.14 towards zero
}

TEST_CASE("a table without page tables and swap cannot confirm a victim") {
  // CentOS 6: "score 16" for a mysqld of 3283 pages; its table leaves the other 136000 pages out.
  Task mysqld = old_row(27, 27, 3283, 0, 0, 0, "mysqld");
  Task savscand = old_row(28, 0, 59785, 0, 0, 0, "savscand");
  for (Task* task : {&mysqld, &savscand}) {
    task->nr_ptes.reset();
    task->swapents.reset();
    task->oom_adj = 0;
  }
  OomEvent event = on_host(whole_event("2.6.32-642.6.2.el6.x86_64", table_of_2_6_36(), {mysqld, savscand}, 27), 8388607,
                           181790, 2097148);
  event.victims.front().score = 16;
  const Scoring scoring = score(event);
  CHECK(scoring.totalpages->pages == Pages{8731104});
  CHECK_FALSE(scoring.scores[0].points);
  CHECK_FALSE(scoring.choice.predicted_pid);
  CHECK_FALSE(scoring.choice.agrees);
  CHECK_FALSE(scoring.choice.recomputed_score);
  CHECK_FALSE(scoring.choice.explanation.empty());
}

TEST_CASE("kernels up to 2.6.35 have scores that no report lets anyone recompute") {
  OomEvent event = on_host(
      whole_event("2.6.32-5-amd64", layout_of({TaskColumn::OomAdj}), {old_row(3, 1, 9, 1, 0, 0)}, 3), 1000, 10, 0);
  const Scoring scoring = score(event);
  CHECK_FALSE(scoring.scores[0].points);
  CHECK_FALSE(scoring.choice.predicted_pid);
}

TEST_CASE("in 2.6.36 to 2.6.38 a host without swap shows all that is scored") {
  Task big = old_row(5, 33, 50000, 0, 0, 100);
  Task root = old_row(6, 0, 60000, 0, 0, 0);
  for (Task* task : {&big, &root}) {
    task->nr_ptes.reset();
    task->swapents.reset();
  }
  const Scoring scoring =
      score(on_host(whole_event("2.6.37-1-amd64", table_of_2_6_36(), {big, root}, 5), 101000, 1000, 0));
  CHECK(scoring.scores[0].points == 600);  // 50000 * 1000 / 100000 + 100
  CHECK(scoring.scores[1].points == 570);  // 600 - 30 for root
  CHECK(scoring.choice.predicted_pid == 5U);
}

TEST_CASE("the three per cent that root is spared may decide, so it decides nothing for certain") {
  // 100000 pages of uid 0 count 97000 with CAP_SYS_ADMIN, which nothing prints; uid 33 has 98000.
  OomEvent event = on_host(whole_event("4.4.0-21-generic", table_of_4_0(),
                                       {old_row(8, 0, 100000, 0, 0, 0), old_row(9, 33, 98000, 0, 0, 0)}, 9),
                           1000000, 0, 0);
  const Scoring scoring = score(event);
  CHECK(scoring.scores[0].points == 97000);
  CHECK(scoring.choice.predicted_pid == 9U);
  CHECK_FALSE(scoring.choice.agrees);
  CHECK_FALSE(scoring.choice.explanation.empty());
}

TEST_CASE("a printed score tells whether root was spared") {
  struct Case {
    std::int64_t printed, recomputed;
  };
  // 100000 of 1000000 pages: 100 per mille, 97 with the root bonus; 42 is neither.
  for (const Case& c : {Case{100, 100}, Case{97, 97}, Case{42, 97}}) {
    OomEvent event =
        on_host(whole_event("4.4.0-21-generic", table_of_4_0(), {old_row(8, 0, 100000, 0, 0, 0)}, 8), 1000000, 0, 0);
    event.victims.front().score = c.printed;
    CHECK(score(event).choice.recomputed_score == c.recomputed);
  }
}

TEST_CASE("the root bonus of 3.5 is thirty points of adj and gone from 4.18 on") {
  const auto points = [](const char* release, TaskTableLayout layout) {
    return score(on_host(whole_event(release, std::move(layout), {old_row(8, 0, 100000, 500, 0, 0)}, 8), 1000000, 0, 0))
        .scores[0]
        .points;
  };
  CHECK(points("3.8.0-19-generic", table_of_3_6()) == 70500);  // 100500 - 30 * 1000
  CHECK(points("3.16.0-4-amd64", table_of_3_6()) == 97485);    // 100500 - 100500 * 3 / 100
  CHECK(points("4.19.0-17-amd64", TaskTableLayout{}) == 100500);
}

TEST_CASE("among equals the first dies up to 3.13 and the last from 5.3 on") {
  const auto predicted = [](const char* release, TaskTableLayout layout) {
    return score(on_host(
                     whole_event(
                         release, std::move(layout),
                         {old_row(11, 5, 700, 3, 0, 0), old_row(12, 5, 700, 3, 0, 0), old_row(13, 5, 2, 1, 0, 0)}, 11),
                     1000000, 0, 0))
        .choice.predicted_pid;
  };
  CHECK(predicted("3.2.0-4-amd64", TaskTableLayout{}) == 11U);
  CHECK(predicted("3.10.0-1160.el7.x86_64", table_of_3_6()) == 11U);
  CHECK(predicted("4.4.0-21-generic", table_of_4_0()) == 11U);  // the first leader
  CHECK(predicted("4.8.0-58-generic", table_of_4_0()) == 12U);
  CHECK(predicted("4.9.0-19-amd64", table_of_4_0()) == 11U);
  CHECK(predicted("4.18.0-147.el8.x86_64", TaskTableLayout{}) == 11U);
  CHECK(predicted("4.18.0-240.el8.x86_64", TaskTableLayout{}) == 12U);
  CHECK(predicted("5.2.0-1-amd64", TaskTableLayout{}) == 11U);
  CHECK(predicted("5.3.0-1-amd64", TaskTableLayout{}) == 12U);
  CHECK(predicted("6.12.0-1-amd64", TaskTableLayout{}) == 12U);
}

TEST_CASE("equal scores explain another victim as a tie") {
  OomEvent event = on_host(
      whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 700, 0, 0, 0), row(12, 5, 700, 0, 0, 0)}, 11), 1000000, 0, 0);
  const Scoring scoring = score(event);
  CHECK(scoring.choice.predicted_pid == 12U);
  CHECK(scoring.choice.agrees == false);
  CHECK(scoring.choice.deviation == Deviation::Tie);
}

TEST_CASE("before 5.3 a memcg's table is not in scan order, so a tie in it cannot be called") {
  OomEvent event = in_memcg(
      whole_event("5.0.0-1", table_of_4_15(), {row(11, 5, 700, 0, 0, 0), row(12, 5, 700, 0, 0, 0)}, 12), 1000000, 0);
  const Scoring scoring = score(event);
  CHECK(scoring.choice.deviation == Deviation::Tie);
  CHECK_FALSE(scoring.choice.agrees);
}

TEST_CASE("tasks of adj -1000 are never chosen and have no score") {
  const Scoring scoring = score(on_host(
      whole_event("6.1.0-1", table_of_4_15(), {row(11, 0, 99000, 0, 0, -1000, "sshd"), row(12, 5, 7, 0, 0, 0)}, 12),
      1000000, 0, 0));
  CHECK_FALSE(scoring.scores[0].eligible);
  CHECK(scoring.scores[0].why_not == WhyNotEligible::AdjMinusThousand);
  CHECK_FALSE(scoring.scores[0].points);
  CHECK(scoring.scores[0].base == 99000);
  CHECK(scoring.choice.predicted_pid == 12U);
  CHECK_FALSE(scoring.choice.runner_up_pid);
}

TEST_CASE("where nothing may be killed nothing is predicted") {
  OomEvent event = on_host(whole_event("6.1.0-1", table_of_4_15(), {row(11, 0, 99000, 0, 0, -1000)}, 1), 1000000, 0, 0);
  event.victims.clear();
  event.outcome = Outcome::NoKillable;
  const Choice choice = score(event).choice;
  CHECK_FALSE(choice.predicted_pid);
  CHECK_FALSE(choice.agrees);
}

TEST_CASE("a panic kills nobody, yet the score says who would have died") {
  OomEvent event = on_host(
      whole_event("6.1.0-1", table_of_4_15(), {row(11, 0, 99000, 0, 0, 0), row(12, 0, 9, 0, 0, 0)}, 1), 1000000, 0, 0);
  event.victims.clear();
  event.outcome = Outcome::Panic;
  const Choice choice = score(event).choice;
  CHECK(choice.predicted_pid == 11U);
  CHECK_FALSE(choice.agrees);
}

TEST_CASE("the allocating task is taken without scoring where the sysctl says so") {
  OomEvent event =
      on_host(whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 70000, 0, 0, 0), row(12, 5, 700, 0, 0, 0)}, 12),
              1000000, 0, 0);
  event.message = KillMessage::AllocatingTask;
  CHECK(score(event).choice.deviation == Deviation::AllocatingTask);
  CHECK(score(event).choice.agrees == false);
  event.victims.front().pid = 11;  // the task that asked is the highest as well: nothing to explain
  CHECK_FALSE(score(event).choice.deviation);
}

TEST_CASE("a child that dies for its parent leaves the choice as it was") {
  OomEvent event =
      on_host(whole_event("4.4.0-21-generic", table_of_4_0(),
                          {old_row(100, 5, 50000, 9, 0, 0, "make"), old_row(101, 5, 400, 9, 0, 0, "cc1")}, 101),
              1000000, 0, 0);
  event.chosen = ChosenInstead{100, "make", 50};
  const Scoring scoring = score(event);
  CHECK(scoring.choice.predicted_pid == 100U);
  CHECK(scoring.choice.agrees == true);
  CHECK(scoring.choice.deviation == Deviation::Child);
  CHECK(scoring.choice.recomputed_score == 50);  // (50000 + 9) * 1000 / 1000000
}

TEST_CASE("a thread that is named as chosen has no row and stands for its process") {
  OomEvent event =
      on_host(whole_event("3.10.0-1160.el7.x86_64", table_of_3_6(), {old_row(100, 5, 50000, 9, 0, 0, "java")}, 100),
              1000000, 0, 0);
  event.chosen = ChosenInstead{177, "http-8080", 50};
  const Choice choice = score(event).choice;
  CHECK(choice.agrees == true);
  CHECK_FALSE(choice.deviation);
}

TEST_CASE("a lead smaller than the counters' error proves nothing against the kernel") {
  struct Case {
    const char* release;
    std::uint64_t lead;
    Deviation expected;
  };
  // Both off, 64 pages for each of 16 threads; 4 counters of 32 for each of 16 CPUs; 64 at all where sums are exact.
  for (const Case& c : {Case{"6.1.0-1", 2048, Deviation::Tolerance}, Case{"6.1.0-1", 2049, Deviation::Unknown},
                        Case{"6.12.0-1", 4096, Deviation::Tolerance}, Case{"6.12.0-1", 4097, Deviation::Unknown},
                        Case{"7.2.12-1", 128, Deviation::Tolerance}, Case{"7.2.12-1", 129, Deviation::Unknown}}) {
    OomEvent event = on_host(whole_event(c.release, TaskTableLayout{},
                                         {row(11, 5, 70000 + c.lead, 0, 0, 0), row(12, 5, 70000, 0, 0, 0)}, 12),
                             1000000, 0, 0);
    CAPTURE(c.release, c.lead);
    CHECK(score(event).choice.deviation == c.expected);
    CHECK(score(event).choice.agrees == false);
  }
}

TEST_CASE("a victim that grew while the report was printed shows how far sizes moved") {
  OomEvent event =
      on_host(whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 72500, 0, 0, 0), row(12, 5, 70000, 0, 0, 0)}, 12),
              1000000, 0, 0);
  event.victims.front().anon_rss = Kibibytes{72600 * 4};  // 2600 pages more than in the table
  event.victims.front().file_rss = Kibibytes{0};
  CHECK(score(event).choice.deviation == Deviation::Tolerance);
}

TEST_CASE("a task that was killed a moment ago is passed over") {
  OomEvent event = in_memcg(
      whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 70000, 0, 0, 0), row(12, 5, 9000, 0, 0, 0)}, 12), 1000000, 0);
  const Scoring scoring = score(event, ScoringContext{{11, 5, 12}});
  CHECK(scoring.choice.predicted_pid == 12U);
  CHECK(scoring.choice.agrees == true);
  CHECK(scoring.choice.deviation == Deviation::AlreadyDying);
  CHECK(scoring.scores[0].why_not == WhyNotEligible::AlreadyDying);
  CHECK(scoring.scores[1].eligible);  // killed by this event, not before it
}

TEST_CASE("a victim whose row was lost is explained by the loss") {
  OomEvent event = on_host(whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 700, 0, 0, 0)}, 99), 1000000, 0, 0);
  CHECK(score(event).choice.deviation == Deviation::Unknown);
  event.completeness.lost_rows = 2;
  CHECK(score(event).choice.deviation == Deviation::PartialTable);
}

TEST_CASE("a group kill that began with a small task is explained by the group") {
  OomEvent event = in_memcg(
      whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 70000, 0, 0, 0), row(12, 5, 9000, 0, 0, 0)}, 12), 1000000, 0);
  event.group_kill_path = "/system.slice/pool.service";
  CHECK(score(event).choice.deviation == Deviation::Group);
}

TEST_CASE("of a table that is not proven whole nothing is predicted, but its rows are scored") {
  OomEvent event = arch_doxygen();
  event.completeness.grade = Grade::C;
  const Scoring scoring = score(event);
  CHECK(scoring.scores[1].points == 7548824);
  CHECK_FALSE(scoring.choice.predicted_pid);
  CHECK_FALSE(scoring.choice.agrees);
}

TEST_CASE("without a release agreement is claimed only where all kernels that fit concur") {
  // With the floor (up to 5.8) both count 1 and the last dies; without it -5 beats -995.
  const auto event_of = [](std::uint32_t victim) {
    OomEvent event = on_host(
        whole_event("", table_of_4_15(), {row(11, 5, 995, 0, 0, -1), row(12, 5, 5, 0, 0, -1)}, victim), 1000000, 0, 0);
    event.kernel.release.reset();
    return event;
  };
  CHECK_FALSE(score(event_of(11)).choice.agrees);
  CHECK_FALSE(score(event_of(12)).choice.agrees);
  OomEvent modern = event_of(11);
  modern.memory->sec_pagetables = Pages{0};  // 6.1 and later: one rule
  CHECK(score(modern).choice.agrees == true);
  OomEvent clear = event_of(11);
  clear.tasks[0].rss = Pages{50000};
  CHECK(score(clear).choice.agrees == true);
}

TEST_CASE("a swap limit that the host may not have leaves the unit of adj open") {
  // limit 1000000 pages, swap limit 1000000: the unit is 1000 to 2000 pages.
  const auto event_of = [](std::uint64_t second) {
    return in_memcg(
        whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 500000, 0, 0, 0), row(12, 5, second, 0, 0, 100)}, 12),
        4000000, 4000000);
  };
  const Scoring close = score(event_of(350000));  // 450000 or 550000 against 500000
  CHECK(close.totalpages->certainty == Certainty::Assumed);
  CHECK(close.totalpages->pages == Pages{2000000});
  CHECK(close.choice.predicted_pid == 12U);
  CHECK_FALSE(close.choice.agrees);
  CHECK(score(event_of(450000)).choice.agrees == true);  // 550000 or 650000
}

TEST_CASE("a printed score tells whether the host had the swap that a cgroup was allowed") {
  // docker -m 512m: memory 131072 pages, memory+swap 262144. 72822 points are 555 or 277 per mille.
  struct Case {
    std::optional<std::int64_t> printed;
    std::uint64_t total;
    Certainty certainty;
  };
  for (const Case& c : {Case{555, 131072, Certainty::Derived}, Case{277, 262144, Certainty::Derived},
                        Case{300, 262144, Certainty::Assumed}, Case{std::nullopt, 262144, Certainty::Assumed}}) {
    OomEvent event = in_memcg(
        whole_event("4.14.301-224.520.amzn2.x86_64", table_of_4_0(), {old_row(9, 1000, 72622, 200, 0, 0, "celery")}, 9),
        524288, 0);
    event.memcg->swap.reset();
    event.memcg->memsw = MemcgCounter{Kibibytes{524288}, Kibibytes{1048576}, 0};
    event.victims.front().score = c.printed;
    const Scoring scoring = score(event);
    REQUIRE(scoring.totalpages);
    CHECK(scoring.totalpages->pages == Pages{c.total});
    CHECK(scoring.totalpages->certainty == c.certainty);
  }
}

TEST_CASE("numbers of forged rows neither overflow nor trap") {
  constexpr auto top = std::numeric_limits<std::uint64_t>::max();
  Task forged = row(11, 0, top, top, top, std::numeric_limits<int>::max());
  Task other = row(12, 0, top, top, top, std::numeric_limits<int>::min());
  OomEvent event = on_host(whole_event("4.4.0-1", TaskTableLayout{}, {forged, other}, 11), top, 1, top);
  event.page_size.bytes = 0;
  CHECK(score(event).choice.predicted_pid == 11U);
  event.page_size.bytes = 1;
  CHECK(score(event).choice.predicted_pid == 11U);
}

TEST_CASE("other settings are scored on the tasks given, not on the event's own") {
  const OomEvent event = arch_doxygen();
  std::vector<Task> tasks = event.tasks;
  tasks[0].oom_score_adj = 1000;
  CHECK(score(event, tasks).choice.predicted_pid == 376692U);  // 60002 + 10309000
}
