// The story in sentences: scope, cause, victim, confidence; never more than the log says.
#include "report/sentences.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

using Sentences = std::vector<std::string>;

Sentences story_of(const OomEvent& event) {
  Sentences sentences = judge(event).summary;
  if (sentences.size() > 3) sentences.resize(3);  // the confidence stands for itself below
  return sentences;
}

std::vector<Task> database_and_batch() {
  return {row(812, 110, 2 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(5000, 0, 12 * kGiB, 24 << 20, 0, 0, "batch")};
}

OomEvent unit_at_its_limit(std::uint64_t rss_kib) {
  return with_stat(cgroup_case({row(812, 0, rss_kib / 4, 4 << 16, 0, 0, "worker")}, 812, 80 << 10,
                               "/system.slice/app.service", "/system.slice/app.service"),
                   "anon", 79 << 20);
}

}  // namespace

TEST_CASE("cause and victim in one: the name is said once") {
  CHECK(story_of(with_own_anon(host_of_16_gib(database_and_batch(), 5000))) ==
        Sentences{"The HOST ran out of memory.", "batch (PID 5000, batch.service) used the most: 12.0 GiB, 76% of RAM.",
                  "The kernel killed it; it is the cause itself."});
}

TEST_CASE("a victim that is not the cause is not said to be") {
  CHECK(story_of(with_own_anon(host_of_16_gib(database_and_batch(), 812))) ==
        Sentences{"The HOST ran out of memory.", "batch (PID 5000) used the most: 12.0 GiB, 76% of RAM.",
                  "The kernel killed mariadbd (PID 812, mariadbd.service); its rules chose it, it is not the cause."});
}

TEST_CASE("the unit whose limit it was is named once") {
  CHECK(story_of(unit_at_its_limit(75 << 10)) ==
        Sentences{"app.service reached its memory limit of 80 MiB; the host was not out of memory.",
                  "worker (PID 812) used the most: 75 MiB, 94% of the limit.",
                  "The kernel killed it; it is the cause itself."});
}

TEST_CASE("an RSS above the limit is not said to be a share of it") {
  CHECK(story_of(unit_at_its_limit(85 << 10))[1] == "worker (PID 812) used the most: 85 MiB of RSS, all of the limit.");
}

TEST_CASE("one of several that are the cause is killed as one of them") {
  std::vector<Task> workers = pool(900, 4, 19 * kMiB, "worker", 0);
  OomEvent event = with_stat(
      cgroup_case(workers, 902, 80 << 10, "/system.slice/app.service", "/system.slice/app.service"), "anon", 78 << 20);
  CHECK(story_of(event)[2] == "The kernel killed one of them, PID 902; they are the cause themselves.");
}

TEST_CASE("where kernel messages were lost, those that were killed are at least so many") {
  OomEvent group = unit_at_its_limit(75 << 10);
  Victim second = group.victims.front();
  second.pid = 813;
  second.role = VictimRole::Group;
  group.victims.push_back(second);
  CHECK(story_of(group)[2] == "The kernel killed 2 processes of the name worker; they are the cause themselves.");
  const std::string at_least =
      "The kernel killed at least 2 processes of the name worker; they are the cause themselves.";
  OomEvent behind_a_hole = group;
  behind_a_hole.completeness.records_lost = true;
  CHECK(story_of(behind_a_hole)[2] == at_least);
  OomEvent beheaded = group;
  beheaded.completeness.missing = {ReportPart::Header, ReportPart::Memory};
  CHECK(story_of(beheaded)[2] == at_least);
}

TEST_CASE("a container is named by the digits that its runtime shows") {
  const std::string id = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809";
  const std::string path = "/system.slice/docker-" + id + ".scope";
  OomEvent event = unit_at_its_limit(75 << 10);
  event.memcg->limiting = event.memcg->victim = path;
  CHECK(story_of(event)[0] ==
        "container 1a2b3c4d5e6f reached its memory limit of 80 MiB; the host was not out of memory.");
}

TEST_CASE("where nothing is sure nobody is accused") {
  const Incident incident = judge(with_own_anon(host_of_16_gib(
      {row(812, 110, 7 * kGiB, 12 << 20, 0, 0, "mariadbd"), row(900, 0, 6 * kGiB, 24 << 20, 0, 0, "java")}, 812)));
  REQUIRE(incident.summary.size() == 4);
  CHECK(incident.summary[1] ==
        "Who caused it is not certain; mariadbd (PID 812, mariadbd.service) held the most, 7.0 GiB, 44% of RAM.");
  CHECK(incident.summary[2] == "The kernel killed mariadbd (PID 812, mariadbd.service).");
  CHECK(incident.summary[3].rfind("Confidence in the cause: low (", 0) == 0);
}

TEST_CASE("a panic killed nobody, and a bare kill line tells of no cause") {
  OomEvent panic = with_own_anon(host_of_16_gib(database_and_batch(), 0));
  panic.victims.clear();
  panic.outcome = Outcome::Panic;
  CHECK(story_of(panic)[0] == "The HOST ran out of memory and the kernel panicked.");
  CHECK(story_of(panic)[2] == "No process was killed.");

  OomEvent bare;
  bare.outcome = Outcome::Killed;
  bare.message = KillMessage::OutOfMemory;
  bare.completeness.grade = Grade::C;
  bare.lines.kill = 7;
  bare.victims.emplace_back();
  bare.victims.front().pid = 812;
  bare.victims.front().comm = "mariadbd";
  CHECK(judge(bare).summary == Sentences{"The HOST ran out of memory.", "Who held the memory is not in the log.",
                                         "The kernel killed mariadbd (PID 812)."});
}

TEST_CASE("who is only named by the line before the kill is not said to be dead") {
  OomEvent cut = with_own_anon(host_of_16_gib(database_and_batch(), 812));
  cut.lines.kill.reset();
  CHECK(story_of(cut)[2] ==
        "The kernel chose mariadbd (PID 812, mariadbd.service); that it was killed is not in the log.");
}
