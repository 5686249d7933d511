// --follow without a clock, a kernel and a journal: what is waited for and when something is shown is scripted.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "cli/follow_loop.hpp"
#include "cli/growing_ring.hpp"
#include "cli/shown_incidents.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
using Wake = FollowHost::Wake;
using News = GrowingLog::News;

// A log whose news is written down beforehand.
class ScriptedLog : public GrowingLog {
 public:
  explicit ScriptedLog(std::deque<News> news) : news_(std::move(news)) {}
  pollfd awaited() const override { return {-1, POLLIN, 0}; }
  std::optional<std::int64_t> patience_us() const override { return patience; }
  News take(std::int64_t) override {
    if (news_.empty()) return News::Nothing;
    const News next = news_.front();
    news_.pop_front();
    return next;
  }
  Inputs read() override { return {}; }
  std::optional<std::int64_t> patience;

 private:
  std::deque<News> news_;
};

// Time passes only while somebody waits.
struct ScriptedHost {
  struct Step {
    Wake wake;
    std::int64_t after_us;  // ignored for TimedOut: the whole timeout passes
  };
  std::deque<Step> steps;
  std::vector<std::optional<std::int64_t>> timeouts;
  std::int64_t now = 1000 * kSecond;

  FollowHost host() {
    return {.wait =
                [this](const pollfd&, std::optional<std::int64_t> timeout) {
                  timeouts.push_back(timeout);
                  if (steps.empty()) return Wake::Stopped;
                  const Step step = steps.front();
                  steps.pop_front();
                  now += step.wake == Wake::TimedOut ? timeout.value_or(0) : step.after_us;
                  return step.wake;
                },
            .now_us = [this] { return now; }};
  }
};

using Timeouts = std::vector<std::optional<std::int64_t>>;

// The times at which something was shown.
std::vector<std::int64_t> times_shown(ScriptedLog& log, ScriptedHost& scripted) {
  std::vector<std::int64_t> times;
  follow(log, scripted.host(), [&](const Inputs&) { return times.push_back(scripted.now), true; });
  return times;
}

}  // namespace

TEST_CASE("a log in which nothing happens is waited for without a timeout") {
  ScriptedLog log({});
  ScriptedHost scripted{.steps = {{Wake::Grown, 5 * kSecond}, {Wake::Stopped, 0}}};
  CHECK(times_shown(log, scripted).empty());
  CHECK(scripted.timeouts == Timeouts{std::nullopt, std::nullopt});
}

TEST_CASE("an incident is shown ten seconds after its last sign, once") {
  ScriptedLog log({News::Nothing, News::Kill, News::Nothing, News::Kill});
  ScriptedHost scripted{.steps = {{Wake::Grown, 7 * kSecond},     // a kill at 1007
                                  {Wake::Grown, kSecond},         // unrelated at 1008
                                  {Wake::Grown, 2 * kSecond},     // a kill at 1010
                                  {Wake::TimedOut, 0},            // 1020
                                  {Wake::Grown, 60 * kSecond}}};  // unrelated
  CHECK(times_shown(log, scripted) == std::vector{1020 * kSecond});
  CHECK(scripted.timeouts ==
        Timeouts{std::nullopt, 10 * kSecond, 9 * kSecond, 10 * kSecond, std::nullopt, std::nullopt});
}

TEST_CASE("a storm is shown after ten minutes though it goes on") {
  ScriptedLog log(std::deque<News>(200, News::Kill));
  ScriptedHost scripted{.steps = std::deque<ScriptedHost::Step>(150, {Wake::Grown, 5 * kSecond})};
  // The first kill is there at 1000; at the end (150 steps of 5 s) what is still open is shown, too.
  CHECK(times_shown(log, scripted) == std::vector{1600 * kSecond, 1750 * kSecond});
}

TEST_CASE("what is not over when the signal comes is shown before the end") {
  ScriptedLog log({News::Kill});
  ScriptedHost scripted{.steps = {{Wake::Stopped, kSecond}}};
  CHECK(times_shown(log, scripted) == std::vector{1001 * kSecond});
}

TEST_CASE("what came at the last moment is shown before the end") {
  ScriptedLog log({News::Nothing, News::Kill});
  ScriptedHost scripted{.steps = {{Wake::Stopped, kSecond}}};
  CHECK(times_shown(log, scripted) == std::vector{1001 * kSecond});
}

TEST_CASE("a log that gives no notice is looked at in its own time") {
  ScriptedLog log({News::Nothing, News::Kill});
  log.patience = 250'000;
  ScriptedHost scripted{.steps = {{Wake::TimedOut, 0}, {Wake::TimedOut, 0}}};
  times_shown(log, scripted);
  CHECK(scripted.timeouts == Timeouts{250'000, 250'000, 250'000});
}

TEST_CASE("the end of standard output ends it") {
  ScriptedLog log({News::Kill});
  ScriptedHost scripted{.steps = {{Wake::TimedOut, 0}, {Wake::Grown, 0}}};
  CHECK_FALSE(follow(log, scripted.host(), [](const Inputs&) { return false; }));
  CHECK(scripted.timeouts == Timeouts{10 * kSecond});
}

namespace {

// A socket of records gives one record a read and EAGAIN at its end, as /dev/kmsg does.
struct Ring {
  std::array<int, 2> ends{};
  Request request;
  std::unique_ptr<GrowingRing> log;
  std::uint64_t sequence = 1000;

  Ring() {
    request.output.quiet = true;
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) == 0);
    log = std::make_unique<GrowingRing>(ends[0], request);
  }
  ~Ring() { ::close(ends[1]); }
  void print(const std::string& text) {
    const std::string record = "6," + std::to_string(sequence++) + ",5678000,-;" + text + "\n";
    REQUIRE(::send(ends[1], record.data(), record.size(), 0) > 0);
  }
};

const std::string kKill =
    "Out of memory: Killed process 812 (mariadbd) total-vm:2097152kB, anon-rss:1048576kB, file-rss:0kB, shmem-rss:0kB, "
    "UID:110 pgtables:4096kB oom_score_adj:0";

}  // namespace

TEST_CASE("a kill in the ring buffer is heard of, and other records are not") {
  Ring ring;
  ring.print("usb 1-1: new high-speed USB device");
  CHECK(ring.log->take(0) == News::Nothing);
  ring.print(kKill);
  CHECK(ring.log->take(kSecond) == News::Kill);
  Inputs inputs = ring.log->read();
  const Document document = inputs.gathering.finish({});
  REQUIRE(document.incidents.size() == 1);
  REQUIRE_FALSE(document.incidents[0].victims.empty());
  CHECK(document.incidents[0].victims[0].victim.pid == 812);
  REQUIRE(inputs.summaries.size() == 1);
  CHECK(inputs.summaries[0].blind_spots.empty());
}

TEST_CASE("records that were overwritten between two looks at the ring buffer are a blind spot") {
  Ring ring;
  ring.print("one");
  ring.log->take(0);
  ring.sequence += 7;
  ring.print(kKill);
  ring.log->take(kSecond);
  const Inputs inputs = ring.log->read();
  REQUIRE(inputs.summaries[0].blind_spots.size() == 1);
  CHECK(inputs.summaries[0].blind_spots[0].kind == BlindSpotKind::RecordsLost);
  CHECK(inputs.summaries[0].blind_spots[0].detail ==
        "7 records of the ring buffer were overwritten before they could be read");
}

TEST_CASE("an incident that goes on within ten minutes is read whole again, and later forgotten") {
  Ring ring;
  ring.print(kKill);
  ring.log->take(0);
  CHECK(ring.log->read().gathering.finish({}).incidents.size() == 1);
  std::string second = kKill;
  second.replace(second.find("812"), 3, "813");
  ring.print(second);
  ring.log->take(599 * kSecond);
  const Document both = ring.log->read().gathering.finish({});
  REQUIRE(both.incidents.size() == 1);
  CHECK(both.incidents[0].events_total == 2);
  ring.print("usb 1-1: USB disconnect");
  ring.log->take(1200 * kSecond);
  CHECK(ring.log->read().gathering.finish({}).incidents.empty());
}

TEST_CASE("weeks of records without a kill stay within bounds") {
  Ring ring;
  const std::string line(800, 'x');
  for (int day = 0; day < 50; ++day) {
    for (int n = 0; n < 50; ++n) ring.print(line);
    ring.log->take(day * 86'400 * kSecond);
  }
  // 64 KiB and what came last.
  CHECK(ring.log->bytes_held() < 110'000);
}

TEST_CASE("an incident is shown once, and again when it has killed more") {
  Document document;
  document.incidents.resize(2);
  document.incidents[0].id = "aaaa000000000000";
  document.incidents[0].events_total = 1;
  document.incidents[1].id = "bbbb000000000000";
  document.incidents[1].events_total = 1;
  ShownIncidents shown;
  const std::vector<std::size_t> both = {0, 1};
  CHECK(shown.take_new(document, both) == both);
  CHECK(shown.take_new(document, both).empty());
  document.incidents[1].events_total = 2;
  CHECK(shown.take_new(document, both) == std::vector<std::size_t>{1});
}
