// Logs come with things around their lines that no envelope knows: lists, markup, columns of other tools, hard blanks,
// page widths, the newest line first. Each of them is put around reports here, and the facts must stay the same.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"

namespace oomwhy {
namespace {

using Lines = std::vector<std::string>;
using Wrap = std::function<std::string(const Lines&)>;

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Wrap each(std::function<std::string(std::size_t, const std::string&)> wrap) {
  return [wrap = std::move(wrap)](const Lines& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) text += wrap(i, lines[i]) + "\n";
    return text;
  };
}

Wrap around(std::string before, std::string behind) {
  return each([before = std::move(before), behind = std::move(behind)](std::size_t, const std::string& line) {
    return before + line + behind;
  });
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

Wrap with(std::string what, std::string instead) {
  return each([what = std::move(what), instead = std::move(instead)](std::size_t, const std::string& line) {
    return replaced(line, what, instead);
  });
}

std::string joined(const Lines& lines, const std::string& separator) {
  std::string text;
  for (const std::string& line : lines) text += line + separator;
  return text;
}

Wrap page_of(std::size_t width) {
  return each([width](std::size_t, const std::string& line) {
    std::string broken;
    for (std::size_t at = 0; at < line.size(); at += width) {
      broken += (at == 0 ? "" : "\n") + line.substr(at, width);
    }
    return broken;
  });
}

std::string utf16(const Lines& lines) {
  std::string text = "\xFF\xFE";
  for (const char c : joined(lines, "\r\n")) text += {c, '\0'};
  return text;
}

std::string newest_first(const Lines& lines) { return joined(Lines(lines.rbegin(), lines.rend()), "\n"); }

std::string without_stamp(const std::string& line) {
  const auto end = line.find("] ");
  return line.starts_with('[') && end != std::string::npos ? line.substr(end + 2) : line;
}

// Another tool's columns in the kernel's stamp's place.
Wrap columns(std::string before) {
  return each(
      [before = std::move(before)](std::size_t, const std::string& line) { return before + without_stamp(line); });
}

std::string in_json(const std::string& line) { return replaced(replaced(line, "\\", "\\\\"), "\"", "\\\""); }

const std::vector<std::pair<std::string, Wrap>>& wrappings() {
  static const std::vector<std::pair<std::string, Wrap>> all{
      {"a list of strings",
       each([](std::size_t, const std::string& line) { return "        \"" + in_json(line) + "\","; })},
      {"single quotes", around("    '", "',")},
      {"backticks", around("`", "`")},
      {"quotes alone", around("\"", "\"")},
      {"a table of values", around("\"2026-11-20 23:01:43\",\"dbhost1\",\"", "\"")},
      {"breaks", around("", "<br>")},
      {"spans", around("<span class=\"line\">", "</span>")},
      {"blanks to the border", around("", std::string(60, ' '))},
      {"erase to the end of the line", around("", "\x1b[K")},
      {"a block of code", [](const Lines& lines) { return "<pre><code>" + joined(lines, "\n") + "</code></pre>\n"; }},
      {"a forum's block", [](const Lines& lines) { return "[code]" + joined(lines, "\n") + "[/code]\n"; }},
      {"grep -C", each([](std::size_t i, const std::string& line) {
         const std::string mark = i % 7 == 0 ? ":" : "-";
         return "/var/log/kern.log" + mark + std::to_string(i + 1) + mark + line;
       })},
      {"logcat", columns("11-20 23:01:43.123     0     0 W kernel  : ")},
      {"logcat, brief", columns("W/kernel  (    0): ")},
      {"levels", each([](std::size_t i, const std::string& line) {
         return std::string("2026-11-20 23:01:43.123 ") + (i % 3 == 0 ? "WARN" : "INFO") + "  [kernel] " +
                without_stamp(line);
       })},
      {"a day first", columns("20/11/2026 23:01:43 ")},
      {"seconds alone", columns("(103.660) ")},
      {"tabs", columns("2026-11-20 23:01:43\tdbhost1\tkern\twarning\tkernel:\t")},
      {"key and value", each([](std::size_t, const std::string& line) {
         return "ts=2026-11-20T23:01:43Z level=info msg=\"" + in_json(line) + "\"";
       })},
      {"a year behind the day", columns("Nov 20 23:01:43 2026 dbhost1 kernel: ")},
      {"hard blanks", with(" ", "\xC2\xA0")},
      {"every other blank hard", with("  ", " \xC2\xA0")},
      {"entities", with("  ", " &nbsp;")},
      {"Markdown's backslashes", each([](std::size_t, const std::string& line) {
         return replaced(replaced(replaced(line, "_", "\\_"), "[", "\\["), "]", "\\]");
       })},
      {"colours spelled out", each([](std::size_t, const std::string& line) {
         return line.starts_with('[') ? "^[[32m" + replaced(line, "] ", "] ^[[0m") : line;
       })},
      {"UTF-16", utf16},
      {"carriage returns alone", [](const Lines& lines) { return joined(lines, "\r"); }},
      {"one line with escapes", [](const Lines& lines) { return in_json(joined(lines, "\n")) + "\n"; }},
      {"a command's output in JSON",
       [](const Lines& lines) {
         return "{\"rc\": 0, \"stdout\": \"" + replaced(in_json(joined(lines, "\n")), "\n", "\\n") + "\"}\n";
       }},
      {"80 columns", page_of(80)},
      {"100 columns", page_of(100)},
      {"the newest line first", newest_first},
  };
  return all;
}

// What a person would check: who died, who asked, the table, the figures around it.
nlohmann::json facts_of(const std::vector<OomEvent>& events) {
  nlohmann::json facts = nlohmann::json::array();
  for (const OomEvent& event : events) {
    const nlohmann::json all = incident_of(event)["events"][0];
    nlohmann::json fact;
    for (const char* key : {"constraint", "groups", "memory"}) fact[key] = all[key];
    fact["trigger"] = {all["trigger"]["comm"], all["trigger"]["pid"], all["trigger"]["order"]};
    fact["grade"] = all["completeness"]["grade"];
    for (const nlohmann::json& victim : all["victims"]) {
      fact["victims"].push_back({victim["pid"], victim["comm"], victim["anon_rss_bytes"], victim["oom_score_adj"]});
    }
    for (const nlohmann::json& task : all["tasks"]) {
      fact["tasks"].push_back({task["pid"], task["comm"], task["rss_pages"], task["oom_score_adj"]});
    }
    if (all["memcg"].is_object()) fact["limit"] = all["memcg"]["limit_bytes"];
    facts.push_back(std::move(fact));
  }
  return facts;
}

// Through a file: its encoding is told there.
std::vector<OomEvent> events_of_wrapped(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "oomwhy-wrapped-XXXXXX").string();
  const int file = mkstemp(path.data());
  REQUIRE(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  close(file);
  auto events = events_of_file(path);
  std::filesystem::remove(path);
  return events;
}

TEST_CASE("what was put around the lines changes no fact") {
  for (const std::string name : {"host-swarm-kills-database", "cgroup-unit-limit", "era-3.10-el7-memcg", "era-4.9"}) {
    const std::string text = file_bytes(std::string(OOMWHY_TESTDATA) + "/" + name + "/input.dmesg.txt");
    REQUIRE(!text.empty());
    const nlohmann::json wanted = facts_of(events_of_text(text));
    REQUIRE(wanted.size() == 1);
    for (const auto& [what, wrap] : wrappings()) {
      INFO(name << " with " << what);
      CHECK(facts_of(events_of_wrapped(wrap(lines_of(text)))) == wanted);
    }
  }
}

}  // namespace
}  // namespace oomwhy
