// Looking ahead gives what parsing every line gives: the same document, the same words of other programs, the same
// counts; whatever the input, wherever it is cut, and however it is read.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <sstream>

#include "parser/look_ahead.hpp"
#include "parser/read_ahead.hpp"
#include "parser/reader.hpp"
#include "report/analysis.hpp"
#include "report/renderer.hpp"
#include "tests/data/capture_folder.hpp"
#include "tests/data/case_folder.hpp"

namespace oomwhy {
namespace {

// A text that is read in blocks of one size.
class BlockStream : public ByteStream {
 public:
  BlockStream(const std::string& text, std::size_t block) : text_(text), block_(block) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t count = std::min({size, block_, text_.size() - at_});
    std::copy_n(text_.data() + at_, count, to);
    at_ += count;
    return count;
  }
  const Error* error() const override { return nullptr; }

 private:
  const std::string& text_;
  std::size_t block_;
  std::size_t at_ = 0;
};

constexpr std::size_t kWhole = 1 << 24;

std::string told(const std::string& text, Pace pace, std::size_t block, std::size_t threads = 0) {
  std::ostringstream out;
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> userland;
  ReadOptions options;
  options.pace = pace;
  options.userland = [&](UserlandEvent event) {
    out << event.origin.line << ' ' << event.fact.index() << ' ' << event.host << ' ' << event.time.as_printed << ' '
        << event.text << '\n';
    userland.push_back(std::move(event));
  };
  auto stream = std::make_unique<BlockStream>(text, block);
  auto source = threads == 0 ? TextSource::from_stream(std::move(stream), "log")
                             : TextSource::from_stream_ahead(std::move(stream), "log", threads);
  InputSummary summary =
      read_source(std::move(source), options, [&](OomEvent event) { events.push_back(std::move(event)); });
  out << summary.lines << " lines, " << summary.boots << " boots, " << summary.kind << '\n';
  const Document document = analyse({std::move(summary)}, std::move(events), {}, userland);
  out << render_json(document, JsonEvents::Include);
  return out.str();
}

std::string first_difference(const std::string& left, const std::string& right) {
  if (left == right) return {};
  const auto at = static_cast<std::size_t>(std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first -
                                           left.begin());
  const std::size_t from = at > 100 ? at - 100 : 0;
  return left.substr(from, 250) + "\n--- against ---\n" + right.substr(from, 250);
}

void check_same(const std::string& text, const std::vector<std::size_t>& blocks) {
  const std::string every_line = told(text, Pace::EveryLine, kWhole);
  for (const std::size_t block : blocks) {
    INFO("blocks of " << block << " bytes");
    const std::string difference = first_difference(told(text, Pace::LookAhead, block), every_line);
    INFO(difference);
    CHECK(difference.empty());
  }
}

// Lines that a server writes all day, and lines that look like more than they are. "@" becomes the printk clock.
constexpr const char* kNoise[] = {
    "sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 4242 ssh2",
    "CRON[12]: (root) CMD (run-parts /etc/cron.hourly)",
    "kernel: [@] eth0: link is up",
    "kernel: [@] [UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.9",
    "kernel: [@] audit: type=1400 audit(1.1:2): apparmor=\"DENIED\"",
    "kernel: usb 1-1: new high-speed USB device number 5",
    "kernel: [@] [   T12] a caller is named",
    "kernel: [@] pci 0000:00:1f.3: claimed",
    "systemd[1]: Started Session 12 of User root.",
    "systemd[1]: session-12.scope: Deactivated successfully.",
    "systemd[1]: redis-server.service: Main process exited, code=killed, status=9/KILL",
    "systemd[1]: Started redis-server.service - Advanced key-value store.",
    "app[99]: requests 512",
    "app[99]: [  1] 2 3 4 5 6 7 8 looks like a row",
    "app[99]: ...",
    "app[99]: quoting Mar  2 04:00:00 web-07 kernel: Mem-Info:",
    "app[99]: a line#012with an escaped newline",
    "app: java.lang.OutOfMemoryError: Java heap space",
    "earlyoom[7]: mem avail:   100 of  2000 MiB ( 5.00%), swap free: 0 of 0 MiB ( 0.00%)",
    "a line without a tag",
    "app[99]: \xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0 hard spaces",
    "app[99]: &nbsp; &nbsp; &nbsp; and a \\_ b",
    "app[99]: was killed process 12 by hand",
    "app[99]: no proof: &nbsp and \\_ and caf\xC3\xA9\xC2\xAB",
    "kernel: [@] ** 5 printk messages dropped **",
    "kernel: [@] slab_out_of_memory: 4 callbacks suppressed",
    "kernel: [@] oom_kill_process: 4 callbacks suppressed",
};

struct Clock {
  std::int64_t micros = 4'000'000'000;  // since the boot
  std::int64_t booted = 0;              // by the wall clock
  void boot(std::int64_t to) {
    booted += micros - to + 60'000'000;
    micros = to;
  }
  std::string uptime() const {
    std::string digits = std::to_string(micros % 1'000'000);
    digits.insert(0, 6 - digits.size(), '0');
    std::string seconds = std::to_string(micros / 1'000'000);
    if (seconds.size() < 5) seconds.insert(0, 5 - seconds.size(), ' ');
    return seconds + "." + digits;
  }
  std::string wall(bool iso) const {
    const std::int64_t second = (booted + micros) / 1'000'000;
    const auto two = [](std::int64_t number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    const std::string day = two(20 + second / 86400 % 10);
    const std::string time = two(second / 3600 % 24) + ":" + two(second / 60 % 60) + ":" + two(second % 60);
    return iso ? "2026-11-" + day + "T" + time + "." + two((booted + micros) / 10'000 % 100) + "0000+00:00"
               : "Nov " + day + " " + time;
  }
};

enum class Spelling { Syslog, SyslogIso, Dmesg };

std::string spelled(std::string line, const Clock& clock, Spelling spelling) {
  if (const auto at = line.find('@'); at != std::string::npos) line.replace(at, 1, clock.uptime());
  if (spelling != Spelling::Dmesg) return clock.wall(spelling == Spelling::SyslogIso) + " web-07 " + line + "\n";
  const auto text = line.find("] ");
  if (line.starts_with("kernel: [")) line = line.substr(text + 2);
  return "[" + clock.uptime() + "] " + line + "\n";
}

// The lines of a report as dmesg prints them, without their stamps.
std::vector<std::string> report_lines(const std::string& name) {
  std::vector<std::string> lines;
  std::istringstream text(file_bytes(std::string(OOMWHY_TESTDATA) + "/" + name + "/input.dmesg.txt"));
  for (std::string line; std::getline(text, line);) {
    if (const auto end = line.find("] "); line.starts_with('[') && end < 20) lines.push_back(line.substr(end + 2));
  }
  return lines;
}

// Noise, with reports in it. Mostly plain lines; `odd_in` of them one is any other.
std::string sparse_log(std::mt19937& random, Spelling spelling, unsigned odd_in) {
  constexpr const char* kReports[] = {"cgroup-oom-group", "host-no-task-dump", "host-swap-full", "cut-by-a-reboot"};
  constexpr std::size_t kPlain = 5;
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  Clock clock;
  std::string log;
  for (std::size_t part = 0; part < 4; ++part) {
    const std::size_t quiet = below(600);
    for (std::size_t i = 0; i < quiet; ++i) {
      const std::size_t kind = below(odd_in) == 0 ? below(std::size(kNoise)) : below(kPlain);
      log += spelled(kNoise[kind], clock, spelling);
      clock.micros += static_cast<std::int64_t>(below(5'000'000));
    }
    for (const std::string& line : report_lines(kReports[below(std::size(kReports))])) {
      log += spelled("kernel: [@] " + line, clock, spelling);
      clock.micros += static_cast<std::int64_t>(below(2000));
      if (below(40) == 0) log += spelled(kNoise[below(std::size(kNoise))], clock, spelling);
    }
    if (below(4) == 0) clock.boot(1'000'000);
    if (below(4) == 0) log += "a line without any envelope\n    and an indented one\n";
  }
  return log;
}

TEST_CASE("looking ahead changes nothing for any input of the tests") {
  for (const CaseFolder& folder : all_cases()) {
    for (const auto& input : folder.inputs) {
      INFO(input);
      check_same(file_bytes(input), {kWhole, 4096, 61});
    }
  }
}

TEST_CASE("looking ahead changes nothing in a log with little in it, whatever the block") {
  std::mt19937 random(20261120);
  for (const Spelling spelling : {Spelling::Syslog, Spelling::SyslogIso, Spelling::Dmesg}) {
    INFO(static_cast<int>(spelling));
    check_same(sparse_log(random, spelling, 50), {1, 2, 3, 5, 13, 31, 32, 33, 64, 100, 1000, 4096, 65536, kWhole});
    for (int i = 0; i < 4; ++i)
      check_same(sparse_log(random, spelling, 2 + 40 * static_cast<unsigned>(i)), {7777, kWhole});
  }
}

TEST_CASE("a large log is read and searched by any number of threads with the same results") {
  std::mt19937 random(20261121);
  for (const Spelling spelling : {Spelling::Syslog, Spelling::SyslogIso}) {
    std::string log;
    // Blocks begin and end anywhere in it, in reports, too.
    while (log.size() < 4 * ReadAhead::kBlock) log += sparse_log(random, spelling, 50);
    log.insert(log.find('\n', log.size() / 2) + 1, std::string(ReadAhead::kBlock * 3 / 2, 'x') + "\n");
    const std::string every_line = told(log, Pace::EveryLine, kWhole);
    for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
      INFO(threads << " threads");
      const std::string difference = first_difference(told(log, Pace::LookAhead, 100'003, threads), every_line);
      INFO(difference);
      CHECK(difference.empty());
    }
  }
}

TEST_CASE("looking ahead changes nothing in a log that is cut anywhere") {
  std::mt19937 random(1);
  for (int i = 0; i < 30; ++i) {
    const std::string log = sparse_log(random, static_cast<Spelling>(i % 3), 30);
    const std::size_t from = random() % log.size();
    const std::size_t length = random() % (log.size() - from);
    INFO(i << ": " << length << " bytes from " << from);
    check_same(log.substr(from, length), {1 + random() % 5000});
  }
}

TEST_CASE("looking ahead changes nothing over New Year, between hosts and with CR LF") {
  std::string log;
  for (int i = 0; i < 600; ++i) {
    const bool old_year = i < 300;
    log += std::string(old_year ? "Dec 31 23:5" : "Jan  1 00:0") + std::to_string(i / 30 % 10) + ":0" +
           std::to_string(i % 10) + (i % 97 < 90 ? " a" : " b") + " cron[1]: job\n";
  }
  for (const std::string& line : report_lines("cgroup-oom-group")) log += "Jan  1 00:11:00 a kernel: " + line + "\n";
  check_same(log, {kWhole, 100});
  std::string with_returns;
  for (const char c : log) with_returns += c == '\n' ? std::string("\r\n") : std::string(1, c);
  check_same(with_returns, {kWhole, 100});
}

std::string noise(Clock& clock, std::size_t kernel_lines, std::size_t others) {
  std::string log;
  for (std::size_t i = 0; i < kernel_lines + others; ++i) {
    log += spelled(i < kernel_lines ? kNoise[2] : kNoise[1], clock, Spelling::Syslog);
    clock.micros += 1'000'000;
  }
  return log;
}

TEST_CASE("looking ahead counts the boots that begin where nothing else happens") {
  constexpr std::int64_t kSecond = 1'000'000;
  Clock clock;
  // A boot between plain lines, whose clock overtakes the first one's before anything else happens.
  std::string log = noise(clock, 100, 0);
  clock.boot(10 * kSecond);
  log += noise(clock, 100, 0);
  clock.micros += 9000 * kSecond;
  log += noise(clock, 100, 200);
  // A boot behind the last line with a printk stamp, which other programs' lines have pushed out of sight.
  clock.boot(9150 * kSecond);
  log += noise(clock, 1, 400);
  log += noise(clock, 50, 50);
  CHECK(told(log, Pace::EveryLine, kWhole).find(" 3 boots") != std::string::npos);
  check_same(log, {kWhole, 1000});
}

TEST_CASE("looking ahead changes nothing where a report is given up after twenty thousand lines") {
  for (const bool whole : {true, false}) {
    Clock clock;
    std::string log;
    const auto lines = report_lines("host-swap-full");
    for (std::size_t i = 0; i < (whole ? lines.size() : lines.size() / 2); ++i) {
      log += spelled("kernel: [@] " + lines[i], clock, Spelling::Syslog);
    }
    for (int i = 0; i < 20100; ++i) {
      clock.micros += 400'000;
      log += spelled(kNoise[i % 3], clock, Spelling::Syslog);
    }
    for (std::size_t i = lines.size() / 2; i < lines.size(); ++i) {
      log += spelled("kernel: [@] " + lines[i], clock, Spelling::Syslog);
    }
    check_same(log, {kWhole});
  }
}

// How many lines are parsed where the reader looks ahead.
std::uint64_t lines_parsed(const std::string& log) {
  auto source = TextSource::from_memory(log, "log");
  std::optional<LookAhead> look_ahead;
  Assembler assembler(
      "log", [](OomEvent) {}, [](Diagnostic) {}, [](BlindSpot) {});
  Normalizer normalizer(
      {},
      [&](const LogLine& line) {
        look_ahead->learn(normalizer.line_of_text(), line);
        assembler.feed(line);
      },
      [](Diagnostic) {});
  std::uint64_t parsed = 0;
  const auto feed = [&](const PhysicalLine& line) {
    ++parsed;
    normalizer.feed(line.bytes, line.line);
  };
  look_ahead.emplace(source, normalizer, assembler, feed);
  PhysicalLine line;
  for (look_ahead->pass(); source.next(line); look_ahead->pass()) feed(line);
  return parsed;
}

TEST_CASE("a log's plain lines are passed over before its first report, and behind it") {
  for (const Spelling spelling : {Spelling::Syslog, Spelling::SyslogIso, Spelling::Dmesg}) {
    INFO(static_cast<int>(spelling));
    Clock clock;
    std::string log;
    const auto add_noise = [&] {
      for (int i = 0; i < 30'000; ++i) {
        log += spelled(kNoise[i % 5], clock, spelling);
        clock.micros += 100'000;
      }
    };
    add_noise();
    CHECK(lines_parsed(log) < 300);
    const auto report = report_lines("host-swap-full");
    for (const std::string& line : report) log += spelled("kernel: [@] " + line, clock, spelling);
    add_noise();
    CHECK(lines_parsed(log) < report.size() + 600);
  }
}

TEST_CASE("looking ahead changes nothing for the captures", "[captures]") {
  for (const auto& folder : captures({"6.1/01", "6.1/05", "6.1/11", "5.10/04c"})) {
    const UnpackedCapture capture(folder);
    for (const auto& file : std::filesystem::recursive_directory_iterator(capture.path(""))) {
      if (!file.is_regular_file() || file.path().extension() == ".journal") continue;
      INFO(file.path());
      check_same(file_bytes(file.path()), {kWhole, 10007});
    }
  }
}

}  // namespace
}  // namespace oomwhy
