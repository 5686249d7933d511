// --redact=all over every log of testdata/: nothing that its lines say of a host, a container or a command line is left
// in any format, every figure and every process name is.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "parser/reader.hpp"
#include "report/redact.hpp"
#include "report/renderer.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

Document document_of(const std::filesystem::path& path) {
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> userland;
  ReadOptions options;
  options.userland = [&userland](UserlandEvent event) { userland.push_back(std::move(event)); };
  auto summaries = read_file(path.string(), options, [&events](OomEvent event) { events.push_back(std::move(event)); });
  return analyse(std::move(summaries), std::move(events), {}, userland);
}

std::vector<std::string> in_every_format(const Redacted& redacted) {
  const Document& document = redacted.document;
  TextStyle style;
  style.detail = Detail::Full;
  style.show_evidence = true;
  std::string text = render_list(document, style) + render_nothing(document, style);
  for (const Incident& incident : document.incidents) text += render_text(document, incident, style);
  std::string command;
  for (const std::string& word : redacted.command) command += word + " ";
  return {text, render_markdown(document, command), render_list_markdown(document), render_json_lines(document),
          render_json(document, JsonEvents::Include)};
}

// --- what a log says of its host, read by where it stands and not by our parser -----------------------------------

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool has_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_alphanumeric(text[at - 1])) && (end == text.size() || !is_alphanumeric(text[end]))) return true;
  }
  return false;
}

// The values behind a mark, each up to one of `ends`.
void collect(std::set<std::string>& values, const std::string& text, const std::string& mark, const char* ends) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto start = at + mark.size();
    const std::string value = text.substr(start, text.find_first_of(ends, start) - start);
    if (value.size() > 3) values.insert(value);
  }
}

bool is_hex_word(const std::string& word) { return word.find_first_not_of("0123456789abcdef") == std::string::npos; }

// 32 digits and more: ids of machines, boots, containers.
void collect_ids(std::set<std::string>& ids, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_alphanumeric(text[end])) ++end;
    const std::string word = text.substr(at, end - at);
    if (word.size() >= 32 && is_hex_word(word)) ids.insert(word);
    at = end + 1;
  }
}

std::set<std::string> words_of_the_host(const std::filesystem::path& path, const std::string& log) {
  std::set<std::string> words;
  for (const char* mark : {"_HOSTNAME=", "_CMDLINE=", "_MACHINE_ID=", "_BOOT_ID="}) collect(words, log, mark, "\n");
  for (const char* mark : {"\"_HOSTNAME\":\"", "\"_MACHINE_ID\":\"", "\"_BOOT_ID\":\"", "\"_CMDLINE\":\""}) {
    collect(words, log, mark, "\"");
  }
  // "Nov 21 00:18:08 host kernel:", "2026-11-21T00:18:08+00:00 host kernel:"
  for (const std::string& line : lines_of(log)) {
    const auto kernel = line.find(" kernel:");
    if (kernel == std::string::npos || kernel == 0) continue;
    const auto before = line.rfind(' ', kernel - 1);
    const std::string host = before == std::string::npos ? "" : line.substr(before + 1, kernel - before - 1);
    const bool stamp = host.find_first_of("[]:") != std::string::npos;
    if (!host.empty() && !stamp && host.front() != '-' && line.find(':') < kernel) words.insert(host);
  }
  collect_ids(words, log);
  words.insert(path.parent_path().filename().string() + "/");
  return words;
}

std::set<std::string> process_names(const Document& document) {
  std::set<std::string> names;
  for (const Incident& incident : document.incidents) {
    for (const AnalysedEvent& event : incident.events) {
      for (const Task& task : event.event.tasks) names.insert(task.comm);
      for (const Victim& victim : event.event.victims) names.insert(victim.comm);
    }
  }
  return names;
}

TEST_CASE("redacting leaves no word of the host in any log's report", "[redaction]") {
  std::size_t looked_for = 0;
  for (const CaseFolder& folder : all_cases()) {
    for (const auto& input : folder.inputs) {
      CAPTURE(input.string());
      const Document document = document_of(input);
      const auto processes = process_names(document);
      const Redacted redacted = redact(document, {"oomwhy", input.string()}, {Redaction::All});
      // JSON has every field; the other formats are looked at once a case.
      const auto formats = input == golden_input(folder)
                               ? in_every_format(redacted)
                               : std::vector<std::string>{render_json(redacted.document, JsonEvents::Include)};
      for (const std::string& word : words_of_the_host(input, file_bytes(input))) {
        if (processes.count(word) != 0) continue;  // a host called like a process is not a leak
        ++looked_for;
        for (const std::string& text : formats) {
          if (has_word(text, word)) FAIL_CHECK("leaked: " << word);
        }
      }
    }
  }
  CHECK(looked_for > 200);
}

// --- field by field -----------------------------------------------------------------------------------------------

const std::set<std::string> kReplaced = {"host", "boot_id", "cmdline", "source", "cursor", "container"};
const std::set<std::string> kPaths = {"cgroup", "limiting", "victim", "monitored"};

bool is_placeholder(const std::string& text) {
  const auto dash = text.rfind('-');
  return dash != std::string::npos && dash > 0 && dash + 1 < text.size() &&
         text.find_first_not_of("0123456789", dash + 1) == std::string::npos;
}

// A part of a cgroup's path that may stay: a unit, or what every host has.
bool is_common_part(const std::string& part) {
  for (const char* suffix : {".slice", ".scope", ".service"}) {
    if (part.size() > std::string(suffix).size() && part.find(suffix) != std::string::npos) return true;
  }
  static const std::set<std::string> common = {"",           "docker", "kubepods", "lxc", "burstable",
                                               "besteffort", "system", "user",     "init"};
  return common.count(part) != 0 || is_placeholder(part);
}

void compare(const std::string& key, const json& before, const json& after) {
  CAPTURE(key, before.dump(), after.dump());
  REQUIRE(before.type() == after.type());
  if (before.is_object()) {
    REQUIRE(before.size() == after.size());
    for (const auto& [name, value] : before.items()) compare(name, value, after.at(name));
  } else if (before.is_array()) {
    REQUIRE(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i) compare(key, before[i], after[i]);
  } else if (before.is_string() && kReplaced.count(key) != 0) {
    static const std::set<std::string> common = {"kernel", "systemd", "standard input", "systemd-oomd", "earlyoom"};
    CHECK((is_placeholder(after) || common.count(after) != 0 || after == before));
    if (key == "host" || key == "boot_id" || key == "cmdline") CHECK(is_placeholder(after));
  } else if (before.is_string() && kPaths.count(key) != 0) {
    const std::string path = after;
    for (std::size_t at = 0; at < path.size();) {
      const auto slash = std::min(path.find('/', at), path.size());
      CHECK(is_common_part(path.substr(at, slash - at)));
      at = slash + 1;
    }
  } else if (!before.is_string() || key == "comm" || key == "kind" || key == "id" || key == "rule" ||
             key == "release") {
    CHECK(before == after);
  }
}

TEST_CASE("redacting changes no figure and no process name, and every host, path and id field", "[redaction]") {
  for (const CaseFolder& folder : all_cases()) {
    const auto input = golden_input(folder);
    CAPTURE(input.string());
    const Document document = document_of(input);
    const json before = json::parse(render_json(document, JsonEvents::Include));
    const Redacted redacted = redact(document, {}, {Redaction::All});
    compare("", before, json::parse(render_json(redacted.document, JsonEvents::Include)));
  }
}

TEST_CASE("two logs of one host have the same placeholders with a key", "[redaction]") {
  const std::filesystem::path cases = OOMWHY_TESTDATA;
  const std::string key = "a key of 16 bytes and more";
  const auto host = [&](const char* path) {
    return redact(document_of(cases / path), {}, {Redaction::All, key}).document.incidents.front().host;
  };
  const std::string syslog = host("cgroup-unit-limit/input.rsyslog.log");
  CHECK(syslog.substr(0, 5) == "host-");
  CHECK(syslog == host("host-swap-full/input.rsyslog.log"));
}

}  // namespace
}  // namespace oomwhy
