// What /proc and the cgroup tree said just before a kill agrees with what is read in the kernel's report of it.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/data/capture_folder.hpp"
#include "tests/data/reading.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

// "RssAnon:\t  213492 kB" of /proc/PID/status.
std::optional<std::int64_t> status_kb(const json& process, const std::string& key) {
  const auto status = process["status"].get<std::string>();
  const auto at = status.find("\n" + key + ":");
  if (at == std::string::npos) return std::nullopt;
  return std::strtoll(status.c_str() + at + key.size() + 2, nullptr, 10);
}

// "0::/system.slice/x.service\n", or "4:memory:/system.slice/x.service\n" on cgroup v1.
std::string memory_cgroup(const json& process) {
  const auto text = process["cgroup"].get<std::string>();
  for (const std::string mark : {":memory:", "0::"}) {
    if (const auto at = text.find(mark); at != std::string::npos) {
      return text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
    }
  }
  return {};
}

// A sample may be two seconds older than the report, and the hogs of the captures grow at up to 250 MB/s; shrinking is
// not in their nature, but for 64 pages that each thread's counter may be off (SPLIT_RSS_COUNTING).
constexpr std::int64_t kGrowthKb = 2 * 250 * 1024;
constexpr std::int64_t kCounterErrorKb = 64 * 4 * 16;

void compare_victim(const Victim& victim, const json& sample) {
  const std::string pid = std::to_string(victim.pid);
  if (!sample["procs"].contains(pid)) return;  // started and killed between two samples
  const json& process = sample["procs"][pid];
  INFO("victim " << pid);
  if (const auto anon = status_kb(process, "RssAnon"); anon && victim.anon_rss) {
    const auto printed = static_cast<std::int64_t>(victim.anon_rss->count);
    CHECK(printed >= *anon - kCounterErrorKb);
    CHECK(printed <= *anon + kGrowthKb);
  }
  if (victim.oom_score_adj) {
    CHECK(std::to_string(*victim.oom_score_adj) == process["oom_score_adj"].get<std::string>());
  }
  if (victim.cgroup) CHECK(*victim.cgroup == memory_cgroup(process));
  if (victim.uid) CHECK(static_cast<std::int64_t>(*victim.uid) == status_kb(process, "Uid"));
}

// Rows have the process's own pid, uid and adj; their rss lies between the samples' within growth and error.
void compare_tasks(const OomEvent& event, const json& sample) {
  std::size_t known = 0;
  for (const Task& task : event.tasks) {
    const std::string pid = std::to_string(task.pid);
    if (!sample["procs"].contains(pid)) continue;
    const json& process = sample["procs"][pid];
    const auto stat = process["stat"].get<std::string>();
    if (stat.find("(" + task.comm + ")") == std::string::npos) continue;  // it has called exec since
    ++known;
    INFO("row " << pid << " " << task.comm);
    CHECK(status_kb(process, "Uid") == task.uid);
    CHECK(std::to_string(task.oom_score_adj.value_or(9999)) == process["oom_score_adj"].get<std::string>());
  }
  CHECK((event.tasks.empty() || known > 0));
}

TEST_CASE("a report agrees with what /proc said just before the kill", "[captures]") {
  for (const auto& folder : captures({"6.1/01", "6.1/03", "6.1/04c", "6.1/05", "6.1/08a", "5.10/01", "5.10/04b"})) {
    const UnpackedCapture capture(folder);
    const json log = capture.truth("events.json");
    if (log.is_discarded() || !capture.has("kmsg-follow.raw")) continue;
    const auto events = events_of_file(capture.path("kmsg-follow.raw").string());
    std::size_t next = 0;
    for (const json& sampled : log["events"]) {
      // The sampler's events and ours are in one order; a burst's bare kill lines have no sample.
      while (next < events.size() && !events[next].lines.invocation) ++next;
      REQUIRE(next < events.size());
      INFO(capture.name() << " " << sampled["before"]);
      const json sample = capture.truth(sampled["before"]);
      const OomEvent& event = events[next++];
      for (const Victim& victim : event.victims) compare_victim(victim, sample);
      compare_tasks(event, sample);
    }
  }
}

}  // namespace
}  // namespace oomwhy
