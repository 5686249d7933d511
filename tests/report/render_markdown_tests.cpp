// The ticket: its parts, and names that must not become Markdown. What a browser would show is asked of cmark-gfm,
// where it is installed.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "report/format.hpp"
#include "report/renderer.hpp"
#include "tests/report/sample_documents.hpp"

namespace oomwhy::tests {

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool have_cmark() {
  static const bool have = std::system("cmark-gfm --version >/dev/null 2>&1") == 0;
  if (!have) WARN("skipped: cmark-gfm is not installed");
  return have;
}

std::string read_pipe(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char block[4096];
  for (std::size_t size = 0; (size = std::fread(block, 1, sizeof block, pipe)) > 0;) text.append(block, size);
  REQUIRE(pclose(pipe) == 0);
  return text;
}

// As GitHub renders it, its sanitizer left out: HTML of a name would come through.
std::string to_html(const std::string& markdown) {
  char path[] = "/tmp/oomwhy-markdown-XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  close(fd);
  std::ofstream(path, std::ios::binary) << markdown;
  const std::string html = read_pipe(
      "cmark-gfm --unsafe -e footnotes -e table -e autolink -e strikethrough -e tasklist " + std::string(path));
  std::remove(path);
  return html;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The text that a reader sees.
std::string text_of(const std::string& html) {
  std::string text = std::regex_replace(html, std::regex("<[^>]*>"), "");
  for (const auto& [entity, character] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""), std::pair("&amp;", "&")}) {
    text = replace_all(text, entity, character);
  }
  return text;
}

// The tags without their text.
std::string tags_of(const std::string& html) {
  static const std::regex tag("<[^>]*>");
  std::string tags;
  for (std::sregex_iterator found(html.begin(), html.end(), tag), end; found != end; ++found) tags += found->str();
  return replace_all(replace_all(tags, "<code>", ""), "</code>", "");
}

// GitHub looks for these in the text of the rendered page, outside of code. (No emoji has a name of one or two digits.)
bool has_live_sign(const std::string& html) {
  const std::string text = text_of(std::regex_replace(html, std::regex("<code>[^<]*</code>"), "\x01"));
  static const std::regex live("@[A-Za-z0-9]|#[0-9]|GH-[0-9]|:(?![0-9]{1,2}:)[A-Za-z0-9_+-]+:|://|www\\.|\\$",
                               std::regex::icase);
  return std::regex_search(text, live);
}

const char* const kHostile[] = {"**bold**",
                                "_em_",
                                "__init__",
                                "`code`",
                                "``a`",
                                "[link](http://evil)",
                                "![img](x)",
                                "[^1]",
                                "[^1]: note",
                                "[a]: /url",
                                "<script>",
                                "</details>",
                                "<!--",
                                "&lt;",
                                "&#35;",
                                "a|b",
                                "a\\|b",
                                "\\",
                                "a\\",
                                "# heading",
                                "- item",
                                "+ item",
                                "* item",
                                "1. item",
                                "12) item",
                                "> quote",
                                "===",
                                "---",
                                "***",
                                "```",
                                "~~~",
                                "~~gone~~",
                                "    code",
                                "a  ",
                                " a",
                                "a\nb",
                                "a\r\n# b",
                                "@octocat",
                                "@@octocat",
                                "a@b.example",
                                "#123",
                                "##123",
                                "o/r#1",
                                "GH-1",
                                "gh-12",
                                ":x:",
                                "::x:",
                                ":+1:",
                                "5:100:",
                                "http://evil.example",
                                "https://a.b",
                                "mailto:a@b.c",
                                "www.evil.example",
                                "WWW.evil.example",
                                "$x$",
                                "$$",
                                "`@`@a",
                                "@`a",
                                ":`:x:",
                                "- [ ] task",
                                "| a | b |\n|---|---|",
                                "<https://a.b>",
                                ("\xe2\x80\xae"
                                 "evil"),
                                "\xff\xfe",
                                "\x1b[31m",
                                "a\tb",
                                "\\`x",
                                "\\x60",
                                "x\\x7c",
                                "02:02:41",
                                "dev-sda\\x2d1.device",
                                "php-fpm: pool w",
                                "kworker/0:2",
                                "CPU 2/KVM",
                                "(sd-pam)"};

}  // namespace

TEST_CASE("a name in a sentence, a list, a heading or a table is nothing but its text") {
  if (!have_cmark()) return;
  struct Place {
    const char *before, *after, *tags;
  };
  const Place places[] = {
      {"", "\n", "<p></p>"},
      {"The kernel killed ", " (PID 1).\n", "<p></p>"},
      {"text\n", "\n", "<p></p>"},
      {"* ", "\n", "<ul><li></li></ul>"},
      {"## ", "\n", "<h2></h2>"},
      {"| a | b |\n| --- | --- |\n| ", " | c |\n",
       "<table><thead><tr><th></th><th></th></tr></thead><tbody><tr><td></td><td></td></tr></tbody></table>"}};
  // One text of all places, apart by comments, because starting the renderer takes longer than rendering.
  for (const char* name : kHostile) {
    for (const std::string& shown : {escape_markdown(name), markdown_code(name)}) {
      std::string markdown, tags;
      for (const Place& place : places) {
        markdown += place.before + shown + place.after + "\n<!-- -->\n\n";
        tags += std::string(place.tags) + "<!-- -->";
      }
      const std::string html = to_html(markdown);
      INFO(name << " as " << shown << " gives " << html);
      CHECK(tags_of(html) == tags);
      CHECK_FALSE(has_live_sign(html));
    }
  }
}

TEST_CASE("a name in Markdown reads as it does on a terminal") {
  if (!have_cmark()) return;
  for (const char* name : kHostile) {
    const std::string html = to_html("x " + escape_markdown(name) + " y\n");
    INFO(name << " gives " << html);
    // blanks at an end or in a row survive as entities
    CHECK(text_of(html) == "x " + escape_terminal(name) + " y\n");
  }
}

TEST_CASE("hostile names leave the ticket's structure as it is") {
  if (!have_cmark()) return;
  const std::string plain = tags_of(to_html(render_markdown(with_names("mariadbd"), "oomwhy report")));
  CHECK(contains(plain, "<details>"));
  for (const char* name : kHostile) {
    const std::string html = to_html(render_markdown(with_names(name), "oomwhy report"));
    INFO(name);
    CHECK(tags_of(html) == plain);
  }
}

TEST_CASE("the raw report is fenced by more backticks than it has, and shows its control characters") {
  Document document = swarm_kills_database();
  document.incidents.front().events.front().event.raw = "````\n</details>\n\x1b[31m\n";
  const std::string text = render_markdown(document, "");
  CHECK(contains(text, "`````text\n````\n</details>\n\\x1b[31m\n`````\n"));
}

TEST_CASE("the ticket has the parts that a reader looks for") {
  const std::string text = render_markdown(swarm_kills_database(), "oomwhy report 7c3e91b2 kern.log");
  for (const char* part : {"## OOM kill 7c3e91b2", "**Summary.**", "| Scope | host |", "### Timeline (UTC)",
                           "### Where the memory was", "### What would have changed the outcome", "<details>",
                           "2025-11-18T02:02:41.204Z", "`oomwhy report 7c3e91b2 kern.log`", "**high**"}) {
    INFO(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("the same document gives the same ticket in every zone") {
  const std::string here = render_markdown(everything_said(), "x");
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  CHECK(render_markdown(everything_said(), "x") == here);
  unsetenv("TZ");
  tzset();
}

TEST_CASE("a ticket without an incident says what was read and what could not be seen") {
  const std::string text = render_markdown(nothing_found(), "");
  CHECK(contains(text, "No OOM kill found"));
  CHECK(contains(text, "`kern.log`"));
  CHECK(contains(text, "12 messages were dropped"));
  CHECK(contains(text, "2025-11-17T02:02:41.204Z"));
}

TEST_CASE("a ticket without an incident says who else sent SIGKILL and who was refused memory") {
  Document document = nothing_found();
  document.other_kills = {{.unit = "api.service", .time = *document.coverage.to, .sender = "stop timeout"},
                          {.unit = "b|[x](y).service", .time = *document.coverage.to}};
  RefusedAllocation refused;
  refused.first.fact =
      AllocationRefused{.program = "java", .by = RefusedBy::OwnLimit, .pid = 812, .unit = "kafka.service"};
  refused.first.time = refused.last = *document.coverage.to;
  refused.first.text = "java.lang.OutOfMemoryError: Java heap space | `x`";
  refused.count = 3;
  document.refused_allocations.assign(9, refused);
  const std::string text = render_markdown(document, "");
  CHECK(contains(text, "## No OOM kill found, but an allocation was refused\n"));
  CHECK(contains(text, "| Ended by SIGKILL | `api.service` at 2025-11-18T02:02:41.204Z; sent by: stop timeout |\n"));
  CHECK(contains(text, "no line tells who sent it |\n"));
  CHECK(contains(text,
                 "| Memory refused | `java` (PID 812) of `kafka.service` at 2025-11-18T02:02:41.204Z: its own runtime "
                 "refused it memory: a heap's limit: "));
  CHECK(contains(text, ", 3 times until 2025-11-18T02:02:41.204Z |\n"));
  CHECK(contains(text, "| Memory refused | 1 more in `-o json` |\n"));
  // No name opens a cell of its own.
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    if (!line.starts_with("| ")) continue;
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
    CHECK(bars == 3);
  }
}

TEST_CASE("every incident has its own section") {
  const std::string text = render_markdown(everything_said(), "");
  std::size_t sections = 0;
  for (std::size_t at = 0; (at = text.find("\n## ", at)) != std::string::npos; ++at) ++sections;
  CHECK(sections == 1);
  CHECK(text.compare(0, 3, "## ") == 0);
}

}  // namespace oomwhy::tests
