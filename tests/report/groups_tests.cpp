#include "report/groups.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

namespace {

Bytes mib(std::uint64_t size) { return {size << 20}; }

OomEvent event_of(std::vector<Task> tasks) { return whole_event("6.1.0-1", table_of_4_15(), std::move(tasks), 1); }

// A row of `size_mib` MiB.
Task sized(std::uint32_t pid, std::int64_t uid, std::uint64_t size_mib, std::string comm) {
  Task task = row(pid, uid, size_mib * 256, 0, 0, 0, std::move(comm));
  task.total_vm = Pages{size_mib * 512};
  return task;
}

std::vector<Task> many(std::size_t count, std::uint64_t size_mib, const std::string& comm) {
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(sized(static_cast<std::uint32_t>(100 + i), 33, size_mib, comm));
  }
  return tasks;
}

}  // namespace

TEST_CASE("tasks are summed by name and uid, the largest sum first") {
  OomEvent event = event_of(
      {sized(1, 33, 100, "php"), sized(2, 27, 150, "mysqld"), sized(3, 33, 70, "php"), sized(4, 0, 10, "php")});
  event.tasks[2].swapents = Pages{2560};  // 10 MiB
  const auto groups = group_tasks(event);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].name == "php");
  CHECK(groups[0].uid == 33);
  CHECK(groups[0].count() == 2);
  CHECK(groups[0].rss == mib(170));
  CHECK(groups[0].swap == mib(10));
  CHECK(groups[0].largest == mib(100));
  CHECK(groups[1].name == "mysqld");
  CHECK(groups[2].uid == 0);
}

TEST_CASE("a sum over rows that may share pages is an upper bound, one row is not") {
  const auto groups =
      group_tasks(event_of({sized(1, 33, 100, "php"), sized(2, 33, 70, "php"), sized(3, 27, 9, "mysqld")}));
  CHECK(groups[0].upper_bound);
  CHECK_FALSE(groups[0].anon_known);
  CHECK_FALSE(groups[1].upper_bound);
}

TEST_CASE("a table with a column for anonymous pages tells what is a row's own") {
  OomEvent event = event_of(
      {sized(1, 26, 100, "postgres"), sized(2, 26, 100, "postgres"), sized(3, 33, 60, "php"), sized(4, 33, 60, "php")});
  for (Task& task : event.tasks) task.rss_anon = task.comm == "php" ? task.rss : Pages{10 * 256};
  const auto groups = group_tasks(event);
  CHECK(groups[0].name == "php");  // 120 MiB of its own against 20
  CHECK(groups[0].anon == mib(120));
  CHECK_FALSE(groups[0].upper_bound);
  CHECK(groups[1].anon == mib(20));
  CHECK(groups[1].rss == mib(200));
  CHECK(groups[1].upper_bound);
}

TEST_CASE("threads of one process count once") {
  OomEvent event = event_of({sized(10, 33, 100, "java"), sized(11, 33, 100, "java"), sized(12, 33, 100, "java")});
  for (Task& task : event.tasks) task.tgid = 10;
  const auto groups = group_tasks(event);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].rss == mib(100));
  CHECK(groups[0].count() == 1);
}

TEST_CASE("tasks whose unit is known are summed by unit, whatever they are called") {
  OomEvent event = event_of({sized(1, 0, 30, "nginx"), sized(2, 33, 50, "worker"), sized(3, 27, 60, "mysqld")});
  event.tasks[0].unit = event.tasks[1].unit = "nginx.service";
  event.tasks[0].unit_certainty = Certainty::Derived;
  event.tasks[1].unit_certainty = Certainty::Assumed;
  const auto groups = group_tasks(event);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].by == GroupBy::Unit);
  CHECK(groups[0].name == "nginx.service");
  CHECK(groups[0].comm == "worker");
  CHECK(groups[0].unit_certainty == Certainty::Assumed);
  CHECK_FALSE(groups[0].uid);
  CHECK(groups[1].by == GroupBy::Name);
}

TEST_CASE("a pool of which one is known to be of a unit stays together under its name") {
  OomEvent event = event_of(many(3, 50, "php"));
  event.victims.front().pid = 101;
  event.victims.front().cgroup = "/system.slice/php-fpm.service";
  const auto groups = group_tasks(event);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].by == GroupBy::Name);
  CHECK(groups[0].unit == "php-fpm.service");
  CHECK(groups[0].unit_certainty == Certainty::Assumed);
  CHECK(groups[0].count() == 3);
}

TEST_CASE("two pools of one name in two units are two groups") {
  OomEvent event = event_of(many(4, 50, "php"));
  event.tasks[0].unit = event.tasks[1].unit = "shop.service";
  event.tasks[2].unit = "blog.service";
  const auto groups = group_tasks(event);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].name == "shop.service");
  CHECK(groups[0].rss == mib(100));
}

TEST_CASE("a victim of known container makes a group of its own") {
  OomEvent event = event_of({sized(1, 33, 100, "php")});
  event.victims.front().cgroup = "/docker/0123456789abcdef";
  const auto groups = group_tasks(event);
  CHECK(groups[0].by == GroupBy::Container);
  CHECK(groups[0].name == "0123456789abcdef");
  CHECK(groups[0].comm == "php");
}

TEST_CASE("sums of absurd rows stop at the largest value") {
  OomEvent event = event_of({sized(1, 33, 1, "x"), sized(2, 33, 1, "x")});
  event.tasks[0].rss = event.tasks[1].rss = Pages{std::numeric_limits<std::uint64_t>::max()};
  CHECK(group_tasks(event)[0].rss.count == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("ten and more small alike rows that hold a third of the memory are a swarm") {
  struct Case {
    std::size_t rows;
    std::uint64_t each_mib, total_mib;
    bool swarm;
  };
  for (const Case& c : {Case{41, 172, 16000, true},  // 44 %, 1 % each
                        Case{10, 49, 1000, true},    // 49 %, just below 5 % each
                        Case{10, 50, 1000, false},   // a row of 5 %
                        Case{9, 49, 1000, false},    // too few
                        Case{30, 9, 1000, false},    // 27 %
                        Case{30, 10, 1000, true},    // 30 %
                        Case{30, 10, 0, false}}) {   // of nothing
    const OomEvent event = event_of(many(c.rows, c.each_mib, "php"));
    CAPTURE(c.rows, c.each_mib);
    CHECK(is_swarm(event, group_tasks(event)[0], mib(c.total_mib)) == c.swarm);
  }
}

TEST_CASE("two alike rows that hold more than there is are a fork and its parent") {
  const auto pair_on = [](std::uint64_t second_mib, std::uint64_t anon_mib, std::uint64_t mapped_mib) {
    OomEvent event = event_of(
        {sized(1, 101, 300, "redis-server"), sized(2, 101, second_mib, "redis-server"), sized(3, 0, 20, "sshd")});
    event.memory.emplace();
    event.memory->active_anon = Pages{anon_mib * 256};
    event.memory->inactive_anon = Pages{0};
    event.memory->mapped = Pages{mapped_mib * 256};
    return is_fork_pair(event, group_tasks(event)[0]);
  };
  CHECK(pair_on(295, 400, 10));         // 595 MiB of rows, 400 + 2 * 10 that can be
  CHECK_FALSE(pair_on(295, 600, 10));   // all of it exists: two processes of one size
  CHECK_FALSE(pair_on(295, 400, 100));  // mapped files may be what is shared
  CHECK_FALSE(pair_on(200, 300, 10));   // not alike
  const OomEvent single = event_of({sized(1, 101, 300, "redis-server")});
  CHECK_FALSE(is_fork_pair(single, group_tasks(single)[0]));
}
