#include "cli/latest_first.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/renderer.hpp"
#include "report/replace_all.hpp"
#include "tests/cli/fake_root.hpp"

using namespace oomwhy;
using nlohmann::json;

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kHourUs = 3600 * kSecondUs;

// Small enough for the files of a test.
constexpr Stretches kSmall{.worth_it = 1, .first = 4096, .for_neighbours = std::uint64_t{1} << 30};

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// How rsyslog stamps a line: RFC 3339 as it does by itself, or RFC 3164 in the traditional format.
struct Stamping {
  bool iso = false;
  std::size_t width() const { return iso ? 32 : 15; }
  std::string stamp(std::int64_t at_us) const {
    const std::tm time = fmt::gmtime(static_cast<std::time_t>(at_us / kSecondUs));
    return iso ? fmt::format("{:%Y-%m-%dT%H:%M:%S}.000000+00:00", time)
               : fmt::format("{:%b} {:%e} {:%H:%M:%S}", time, time, time);
  }
};

std::string noise(const Stamping& stamping, std::int64_t from_us, std::int64_t to_us, std::int64_t every_us) {
  std::string text;
  std::size_t number = 0;
  for (std::int64_t at = from_us; at < to_us; at += every_us) {
    text += fmt::format("{} dbhost1 cron[77]: job {} of the night is done\n", stamping.stamp(at), ++number);
  }
  return text;
}

// Another kill of the same kind, of the boot before and later in it.
std::string earlier_kill(const Stamping& stamping, const std::vector<std::string>& lines, std::int64_t at_us) {
  std::string text;
  for (std::string line : lines) {
    const std::size_t uptime = line.find("kernel: [");
    if (uptime != std::string::npos) line.insert(line.find_first_of("0123456789", uptime), "9");
    text += stamping.stamp(at_us) + line.substr(std::min(line.size(), stamping.width())) + "\n";
  }
  replace_all(text, "file-rss:", "file-rss:1");
  return text;
}

Request explain(const std::string& path) {
  Request request;
  request.inputs = {path};
  request.selection.limit = 1;
  request.output.quiet = true;
  return request;
}

Answer read_whole(const Request& request) {
  auto answer = judge_and_select(read_inputs(request), request.selection);
  REQUIRE(answer);
  return std::move(*answer);
}

json incident_of(const Answer& answer) {
  return json::parse(render_json(pick(answer.document, answer.selected.incidents), JsonEvents::Include))
      .at("incidents")
      .at(0);
}

// Lines of the end as lines of the file, and its name as the file's.
void move_to_file(json& value, const std::string& from, const std::string& to, std::uint64_t lines) {
  if (value.is_string()) {
    std::string text = value;
    replace_all(text, from, to);
    value = text;
  }
  if (!value.is_structured()) return;
  for (const char* key : {"line", "first_line", "last_line", "origin_line"}) {
    if (value.is_object() && value.contains(key) && value[key].is_number())
      value[key] = value[key].get<std::uint64_t>() + lines;
  }
  for (json& inner : value) move_to_file(inner, from, to, lines);
}

std::uint64_t lines_before(const std::string& path, std::uint64_t byte) {
  std::ifstream file(path, std::ios::binary);
  std::string text(byte, '\0');
  file.read(text.data(), static_cast<std::streamsize>(byte));
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_same_answer(const std::string& path, const Answer& latest) {
  const InputSummary& input = latest.document.inputs.front();
  const json whole = incident_of(read_whole(explain(path)));
  json incident = incident_of(latest);
  move_to_file(incident, input.source, path, lines_before(path, input.first_byte));
  INFO(json::diff(incident, whole).dump(1));
  CHECK((incident == whole));
}

std::int64_t begin_of(const std::string& path) {
  const Document document = read_whole(explain(path)).document;
  const Time& first = document.inputs.front().first.value();
  return first.realtime_us ? *first.realtime_us : first.wall_us.value();
}

}  // namespace

TEST_CASE("the latest incident read from the end is the one that a whole reading gives") {
  std::size_t compared = 0;
  for (const auto& folder : std::filesystem::directory_iterator(OOMWHY_TESTDATA)) {
    for (const char* name : {"input.rsyslog.log", "input.rsyslog-iso.log"}) {
      const std::filesystem::path input = folder.path() / name;
      if (!std::filesystem::exists(input)) continue;
      const std::vector<std::string> lines = lines_of(input);
      if (read_whole(explain(input.string())).selected.incidents.empty()) continue;
      INFO(input.string());
      const Stamping stamping{.iso = lines.front().size() > 32 && lines.front()[10] == 'T'};
      const std::int64_t begin = begin_of(input.string());
      // Days before another kill, and other lines around it.
      std::string text = noise(stamping, begin - 600 * kHourUs, begin - 120 * kHourUs, 60 * kSecondUs);
      text += earlier_kill(stamping, lines, begin - 120 * kHourUs);
      text += noise(stamping, begin - 119 * kHourUs, begin - 60 * kSecondUs, 60 * kSecondUs);
      for (const std::string& line : lines) text += line + "\n";
      const FakeRoot root;
      root.write("/kern.log", text);
      const std::string path = root.path() + "/kern.log";
      const auto latest = read_latest(explain(path), kSmall);
      REQUIRE(latest);
      CHECK(latest->document.inputs.front().first_byte > 0);
      check_same_answer(path, *latest);
      ++compared;
    }
  }
  CHECK(compared > 20);
}

TEST_CASE("a loop that began long before the end is read to its first kill") {
  const Stamping stamping;
  const std::int64_t begin = 1'700'000'000 * kSecondUs;
  std::string text = noise(stamping, begin - 48 * kHourUs, begin, 600 * kSecondUs);
  const std::size_t first_byte = text.size();
  // Three kills within minutes make it a loop, which goes on every 25 minutes for two days.
  for (std::uint32_t kill = 0; kill < 120; ++kill) {
    const std::int64_t at = begin + (kill < 4 ? kill * 60 : 240 + (kill - 3) * 1500) * kSecondUs;
    text += fmt::format(
        "{} dbhost1 kernel: [{}.000000] Memory cgroup out of memory: Killed process {} (worker) total-vm:92480kB, "
        "anon-rss:81{:03}kB, file-rss:5416kB, shmem-rss:0kB, UID:0 pgtables:216kB oom_score_adj:0\n",
        stamping.stamp(at), at / kSecondUs % 1'000'000, 1000 + kill, kill);
    text += noise(stamping, at + kSecondUs, at + 50 * kSecondUs, kSecondUs);
  }
  const FakeRoot root;
  root.write("/kern.log", text);
  const std::string path = root.path() + "/kern.log";
  REQUIRE(read_whole(explain(path)).document.incidents.size() == 1);
  // Only the first kills say that the later ones belong together: the file is read whole, or from before them.
  const auto latest = read_latest(explain(path), kSmall);
  if (latest) {
    CHECK(latest->document.inputs.front().first_byte < first_byte);
    check_same_answer(path, *latest);
  }
  CHECK_FALSE(read_latest(explain(path), {.worth_it = 1, .first = 4096, .for_neighbours = 1}));
}

namespace {

// A kill at the end of days of other lines.
class OneKill {
 public:
  OneKill() {
    const Stamping stamping;
    const std::int64_t end = 1'700'000'000 * kSecondUs;
    text_ = noise(stamping, end - 400 * kHourUs, end, 60 * kSecondUs) + stamping.stamp(end) +
            " dbhost1 kernel: [ 1000.000000] Out of memory: Killed process 4711 (mariadbd) total-vm:92480kB, "
            "anon-rss:81624kB, file-rss:5416kB, shmem-rss:0kB, UID:0 pgtables:216kB oom_score_adj:0\n";
    root_.write("/kern.log", text_);
  }
  std::string path() const { return root_.path() + "/kern.log"; }
  const std::string& text() const { return text_; }

 private:
  FakeRoot root_;
  std::string text_;
};

std::string without_stamps(const std::string& text) {
  std::string lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines += text.substr(begin + Stamping().width() + 1, end - begin - Stamping().width());
  }
  return lines;
}

}  // namespace

TEST_CASE("what the end of a log leaves unknown is said") {
  const OneKill log;
  const auto latest = read_latest(explain(log.path()), kSmall);
  REQUIRE(latest);
  const InputSummary& input = latest->document.inputs.front();
  CHECK(input.source == log.path() + "@" + std::to_string(input.first_byte));
  CHECK(log.text()[input.first_byte - 1] == '\n');
  CHECK(input.bytes == log.text().size() - input.first_byte);

  const Incident& incident = latest->document.incidents.at(latest->selected.incidents.front());
  const auto is_said = [](std::string text) {
    replace_all(text, "\n", " ");
    replace_all(text, "  ", " ");
    return text.find("growth and peaks before are not known") != std::string::npos;
  };
  CHECK(is_said(render_text(latest->document, incident, {})));
  CHECK(is_said(render_markdown(latest->document, "")));
  const json said = json::parse(render_json(latest->document, JsonEvents::Include)).at("inputs").at(0);
  CHECK(said.at("first_byte") == input.first_byte);
  CHECK(said.at("omitted").size() == 5);

  const Document whole = read_whole(explain(log.path())).document;
  CHECK_FALSE(is_said(render_text(whole, whole.incidents.front(), {})));
  CHECK_FALSE(is_said(render_markdown(whole, "")));
  CHECK_FALSE(json::parse(render_json(whole, JsonEvents::Include)).at("inputs").at(0).contains("first_byte"));
}

TEST_CASE("the end alone is read only where it answers what was asked") {
  const OneKill log;
  REQUIRE(read_latest(explain(log.path()), kSmall));
  const auto is_read_whole = [&](const std::function<void(Request&)>& change) {
    Request request = explain(log.path());
    change(request);
    return !read_latest(request, kSmall);
  };
  CHECK(is_read_whole([](Request& request) { request.command = Command::List; }));
  CHECK(is_read_whole([](Request& request) { request.command = Command::Report; }));
  CHECK(is_read_whole([](Request& request) { request.selection.limit.reset(); }));
  CHECK(is_read_whole([](Request& request) { request.selection.limit = 2; }));
  CHECK(is_read_whole([](Request& request) { request.selection.matches = {{MatchField::Any, "mariadbd"}}; }));
  CHECK(is_read_whole([](Request& request) { request.selection.units = {"mariadb.service"}; }));
  CHECK(is_read_whole([](Request& request) { request.selection.boot = BootChoice{}; }));
  CHECK(is_read_whole([](Request& request) { request.selection.since_us = 0; }));
  CHECK(is_read_whole([](Request& request) { request.inputs.push_back(request.inputs.front()); }));
  CHECK(is_read_whole([](Request& request) { request.inputs = {"/dev/null"}; }));
  CHECK(is_read_whole([](Request& request) { request.kernel_ring = true; }));
  CHECK_FALSE(read_latest(explain(log.path())));  // a small file
}

TEST_CASE("a log whose end is not known to be the latest is read whole") {
  const auto is_read_whole = [](const std::string& text) {
    const FakeRoot root;
    root.write("/kern.log", text);
    return !read_latest(explain(root.path() + "/kern.log"), kSmall);
  };
  const OneKill log;
  REQUIRE_FALSE(is_read_whole(log.text()));
  CHECK(is_read_whole(without_stamps(log.text())));
  CHECK(is_read_whole(std::string("a\0b\n", 4) + log.text()));
  // kern.log before kern.log.1: the youngest lines stand first.
  const Stamping stamping;
  CHECK(is_read_whole(stamping.stamp(1'700'100'000 * kSecondUs) + " dbhost1 cron[77]: a later job\n" + log.text()));
  // The newest line first.
  std::string reversed;
  for (std::size_t end = log.text().size(); end > 0;) {
    const std::size_t begin = end < 2 ? 0 : log.text().rfind('\n', end - 2) + 1;
    reversed += log.text().substr(begin, end - begin);
    end = begin;
  }
  CHECK(is_read_whole(reversed));
}
