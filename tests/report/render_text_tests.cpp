// The terminal screen: what stands first, how much room it takes, what hostile names cannot do.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "report/format.hpp"
#include "report/renderer.hpp"
#include "tests/report/sample_documents.hpp"

namespace oomwhy::tests {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string screen(const Document& document, const TextStyle& style) {
  return render_text(document, document.incidents.front(), style);
}

TextStyle style_of(std::size_t width, bool utf8, Detail detail) {
  TextStyle style;
  style.width = width;
  style.utf8 = utf8;
  style.detail = detail;
  return style;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A storm: 200 victims, 60 reports, more evidence, advice and neighbours than any screen holds.
Document storm() {
  Document document = everything_said();
  Incident& incident = document.incidents.front();
  for (int i = 0; i < 200; ++i) incident.victims.push_back(incident.victims.front());
  incident.victims_total = incident.victims.size();
  std::vector<Incident> neighbours;
  for (int i = 0; i < 60; ++i) {
    incident.events.push_back(incident.events.front());
    incident.cause.evidence.push_back(incident.cause.evidence.front());
    incident.advice.push_back(incident.advice.front());
    neighbours.push_back(document.incidents.back());
    document.coverage.blind_spots.push_back({BlindSpotKind::Gap, "from here to there"});
  }
  incident.events_total = 61;
  incident.loop = true;
  document.incidents.insert(document.incidents.end(), neighbours.begin(), neighbours.end());
  return document;
}

const char* const kHostile[] = {"\x1b[2J\x1b[H",
                                "a\nb",
                                "\xe2\x80\xae"
                                "evil",
                                "\xff\xfe",
                                "\xc2\x9b"
                                "31m",
                                "\r",
                                "\xef\xbb\xbf",
                                "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c",
                                "",
                                "a very long name of a unit, longer than any screen is wide, and longer still.service",
                                "\x07\x08\x7f",
                                "%s%n",
                                "{}{:>9999}"};

}  // namespace

TEST_CASE("cause and victim stand in the first three lines, the scope before them") {
  const std::vector<std::string> lines = lines_of(screen(swarm_kills_database(), {}));
  std::string first;
  std::size_t taken = 0;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    if (++taken > 3) break;
    first += line + " ";
  }
  CHECK(contains(first, "7c3e91b2"));
  CHECK(contains(first, "db-07"));
  CHECK(contains(first, "2025-11-18 02:02:41 UTC"));
  CHECK(contains(first, "php"));
  CHECK(contains(first, "mariadbd"));
  CHECK(first.find("HOST") < first.find("php"));
}

TEST_CASE("a report that a process wrote is told so before anything else, on the screen and in a ticket") {
  constexpr const char* kScreen = "A process wrote this report, not the kernel: do not act on it alone.";
  constexpr const char* kTicket = "a process wrote the report, not the kernel. Do not act on it alone.";
  Document document = swarm_kills_database();
  for (const Trust trust : {Trust::Kernel, Trust::Unknowable, Trust::Userspace}) {
    document.incidents.front().events.front().event.trust = trust;
    const bool forged = trust == Trust::Userspace;
    const std::string text = render_text(document, document.incidents.front(), {.width = 200});
    CHECK(contains(text, kScreen) == forged);
    if (forged) CHECK(text.find(kScreen) < text.find(document.incidents.front().summary.front().substr(0, 12)));
    CHECK(contains(render_markdown(document, "oomwhy"), kTicket) == forged);
  }
}

TEST_CASE("the brief screen has no more than forty lines, however much there is to say") {
  for (const Document& document : {swarm_kills_database(), everything_said(), storm(), nothing_said()}) {
    for (const std::size_t width : {60U, 80U, 132U}) {
      INFO(width);
      CHECK(lines_of(screen(document, style_of(width, true, Detail::Brief))).size() <= 40);
    }
  }
}

TEST_CASE("however short the screen, it says what to do and what was not seen") {
  Document document = everything_said();
  document.coverage.blind_spots = {{BlindSpotKind::RecordsLost, "Missed 542 kernel messages"}};
  const std::string text = screen(document, style_of(60, true, Detail::Brief));
  CHECK(contains(text, "More: "));
  for (const char* section : {"WENT", "TASKS", "PROOF", "PREVENT", "Missed 542 kernel messages"}) {
    CAPTURE(section);
    CHECK(contains(text, section));
  }
}

TEST_CASE("no line is wider than the terminal, whatever the names are") {
  for (const char* name : kHostile) {
    for (const std::size_t width : {40U, 80U, 120U}) {
      for (const Detail detail : {Detail::Brief, Detail::Full}) {
        for (const bool utf8 : {true, false}) {
          const TextStyle style = style_of(width, utf8, detail);
          const Document document = with_names(name);
          for (const std::string& text :
               {screen(document, style), render_list(document, style), render_nothing(document, style)}) {
            for (const std::string& line : lines_of(text)) {
              if (display_width(line) > width) FAIL(width << ": " << line);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("no byte of a name reaches the terminal unescaped") {
  for (const char* name : kHostile) {
    for (const Detail detail : {Detail::Brief, Detail::Full}) {
      TextStyle style = style_of(80, false, detail);
      style.show_evidence = true;
      const Document document = with_names(name);
      for (const std::string& text :
           {screen(document, style), render_list(document, style), render_nothing(document, style)}) {
        for (const char c : text) {
          const auto byte = static_cast<unsigned char>(c);
          if (byte != '\n' && (byte < 0x20 || byte > 0x7e)) FAIL(name << ": byte " << static_cast<int>(byte));
        }
      }
    }
  }
}

TEST_CASE("colour only repeats what the words say") {
  for (const Detail detail : {Detail::Brief, Detail::Full}) {
    TextStyle plain = style_of(80, true, detail);
    TextStyle coloured = plain;
    coloured.color = true;
    const std::string text = screen(storm(), coloured);
    CHECK(contains(text, "\x1b["));
    CHECK(std::regex_replace(text, std::regex("\x1b\\[[0-9]*m"), "") == screen(storm(), plain));
  }
}

TEST_CASE("an example says that it is none of this host's and has no command to copy") {
  TextStyle style = style_of(80, true, Detail::Full);
  style.example_of = "testdata/host-swarm-kills-database";
  const std::string text = screen(everything_said(), style);
  const std::vector<std::string> lines = lines_of(text);
  CHECK(contains(lines[0] + " " + lines[1],
                 "EXAMPLE from testdata/host-swarm-kills-database, not this host; for this host:"));
  CHECK_FALSE(contains(text, "oomwhy explain"));
  CHECK_FALSE(contains(text, "oomwhy advise"));
}

TEST_CASE("with evidence every sentence names its line") {
  TextStyle style;
  style.show_evidence = true;
  const std::string text = screen(swarm_kills_database(), style);
  CHECK(contains(text, "[kern.log:140]"));
  CHECK_FALSE(contains(screen(swarm_kills_database(), {}), "[kern.log:140]"));
}

TEST_CASE("the full screen has every task, zone, statistic and diagnostic") {
  const std::string text = screen(everything_said(), style_of(100, true, Detail::Full));
  for (int pid = 20'400; pid <= 20'440; ++pid) CHECK(contains(text, std::to_string(pid)));
  for (const char* part : {"Normal", "pgfault", "dentry", "slub.c:123", "row skipped", "12 messages were dropped",
                           "A text file cannot tell who wrote it"}) {
    INFO(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("a sum that may count shared memory twice is marked") {
  CHECK(contains(screen(swarm_kills_database(), style_of(80, true, Detail::Brief)), "\xe2\x89\xa4 6.9 GiB"));
  CHECK(contains(screen(swarm_kills_database(), style_of(80, false, Detail::Brief)), "<= 6.9 GiB"));
}

TEST_CASE("a storm is one row of the list, with its count") {
  Document document = storm();
  document.incidents.resize(1);
  const std::vector<std::string> lines = lines_of(render_list(document, style_of(132, true, Detail::Brief)));
  REQUIRE(lines.size() == 2);
  CHECK(contains(lines[1], "201 x mariadbd"));
}

TEST_CASE("no kill found is a claim with its interval, its sources and what could not be seen") {
  const std::string text = render_nothing(nothing_found(), style_of(120, true, Detail::Brief));
  CHECK(contains(text, "No OOM kill found"));
  CHECK(contains(text, "2025-11-17 02:02:41 UTC"));
  CHECK(contains(text, "2025-11-18 02:02:41 UTC"));
  CHECK(contains(text, "kern.log"));
  CHECK(contains(text, "12 messages were dropped"));
  CHECK(contains(text, "may have gone unseen"));
}

TEST_CASE("where nothing could be read, nothing is claimed") {
  Document document;
  document.inputs.push_back({.source = "kern.log", .error = Error{"kern.log", "Permission denied", "sudo oomwhy"}});
  document.coverage.complete = false;
  const std::string text = render_nothing(document, style_of(120, true, Detail::Brief), "db.service");
  CHECK(contains(text, "Nothing could be read"));
  CHECK(contains(text, "Permission denied"));
  CHECK_FALSE(contains(text, "No OOM kill"));
  const std::string ticket = render_markdown(document, "");
  CHECK(contains(ticket, "Nothing could be read"));
  CHECK_FALSE(contains(ticket, "No OOM kill"));
  // An empty log that was read is a log without a kill.
  document.inputs.front().error.reset();
  CHECK(contains(render_nothing(document, style_of(120, true, Detail::Brief)), "No OOM kill found"));
}

}  // namespace oomwhy::tests
