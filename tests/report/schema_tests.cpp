// Everything that is printed as JSON holds to the schema in the repository, and prints no key that the schema does not
// name. Needs python3-jsonschema.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "report/renderer.hpp"
#include "tests/report/sample_documents.hpp"

namespace oomwhy::tests {

namespace {

constexpr int kSkipped = 77;

// The validator's exit status.
int validate(const std::string& json, const std::string& option) {
  const std::string root = std::string(OOMWHY_TESTDATA) + "/..";
  const std::string command =
      "python3 '" + root + "/tests/schema.py' '" + root + "/report/oomwhy-1.schema.json' " + option;
  FILE* const pipe = popen(command.c_str(), "w");
  REQUIRE(pipe != nullptr);
  std::fwrite(json.data(), 1, json.size(), pipe);
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void check(const Document& document) {
  const int whole = validate(render_json(document, JsonEvents::Include), "");
  if (whole == kSkipped) {
    WARN("skipped: python3-jsonschema is not installed");
    return;
  }
  CHECK(whole == 0);
  CHECK(validate(render_json(document, JsonEvents::LeaveOut), "") == 0);
  CHECK(validate(render_json_lines(document), "--lines") == 0);
}

}  // namespace

TEST_CASE("a document of an incident holds to the schema", "[schema]") { check(swarm_kills_database()); }
TEST_CASE("a document of everything that can be said holds to the schema", "[schema]") { check(everything_said()); }
TEST_CASE("a document with nothing in it but absence holds to the schema", "[schema]") { check(nothing_said()); }
TEST_CASE("a document without an incident holds to the schema", "[schema]") { check(nothing_found()); }
TEST_CASE("a document of names that are no UTF-8 holds to the schema", "[schema]") { check(with_names("\xff\xfe\n")); }

TEST_CASE("a document of a storm whose reports are only counted holds to the schema", "[schema]") {
  check(with_counted_reports());
}

TEST_CASE("the validator does refuse a document that lacks a key or has one of its own", "[schema]") {
  std::string json = render_json(swarm_kills_database(), JsonEvents::Include);
  if (validate(json, "") == kSkipped) return;
  std::string misspelt = json;
  misspelt.replace(misspelt.find("\"killers\""), 9, "\"killer_\"");
  CHECK(validate(misspelt, "") == 1);
}

}  // namespace oomwhy::tests
