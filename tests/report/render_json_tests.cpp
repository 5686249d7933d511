// The JSON document: keys, order, units, absence, hostile names.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/json_read.hpp"
#include "report/renderer.hpp"
#include "tests/report/sample_documents.hpp"

namespace oomwhy::tests {

namespace {

using Json = nlohmann::ordered_json;

Json parse(const Document& document) { return Json::parse(render_json(document, JsonEvents::Include)); }

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

Document one_event(void (*change)(OomEvent&)) {
  Document document = swarm_kills_database();
  change(document.incidents.front().events.front().event);
  return document;
}

Json event_of(const Document& document) { return parse(document)["incidents"][0]["events"][0]; }

}  // namespace

TEST_CASE("the document's keys stand in the contract's order") {
  const Json json = parse(swarm_kills_database());
  CHECK(keys(json) == std::vector<std::string>{"schema", "tool", "inputs", "coverage", "incidents", "other_kills",
                                               "refused_allocations", "diagnostics", "diagnostics_omitted"});
  CHECK(json["schema"] == "oomwhy/1");
}

TEST_CASE("numbers of pages become bytes by the page size of their own event") {
  const Json event = event_of(one_event([](OomEvent& e) { e.page_size = {65536, Certainty::Derived}; }));
  CHECK(event["page_size_bytes"] == 65536);
  CHECK(event["page_size_certainty"] == "derived");
  CHECK(event["tasks"][0]["rss_pages"] == 1'600'256);
  // 1 600 256 pages of 64 KiB
  CHECK(event["tasks"][0]["rss_bytes"] == 104'874'377'216);
  // the kill line counts kB whatever the page size: 6 400 000 kB
  CHECK(event["victims"][0]["anon_rss_bytes"] == 6'553'600'000);
}

TEST_CASE("what the log did not say is null and never 0 or an empty text") {
  const Json event = event_of(one_event([](OomEvent& e) {
    e.kernel = {};
    e.trigger = {};
    e.constraint.reset();
    e.memory.reset();
    e.has_task_table = false;
    e.tasks.clear();
    e.time = {};
  }));
  CHECK(event["kernel"]["release"].is_null());
  CHECK(event["trigger"]["comm"].is_null());
  CHECK(event["trigger"]["gfp_flags"].is_null());
  CHECK(event["trigger"]["oom_adj"].is_null());
  CHECK(event["constraint"].is_null());
  CHECK(event["memcg"].is_null());
  CHECK(event["memory"].is_null());
  CHECK(event["zones"].is_null());
  CHECK(event["tasks"].is_null());
  CHECK(event["time"]["realtime"].is_null());
  CHECK(event["time"]["clock"].is_null());
}

TEST_CASE("a table without rows is an empty list, not null") {
  const Json event = event_of(one_event([](OomEvent& e) { e.tasks.clear(); }));
  CHECK(event["tasks"] == Json::array());
}

TEST_CASE("64-bit numbers come through whole") {
  const Json event = event_of(one_event([](OomEvent& e) {
    e.tasks[0].pgtables = Bytes{18'446'744'073'709'551'615ULL};
    e.tasks[0].total_vm = Pages{9'007'199'254'740'993};  // 2^53 + 1, which a double cannot hold
    e.page_size.bytes = 1;
  }));
  CHECK(event["tasks"][0]["pgtables_bytes"].get<std::uint64_t>() == 18'446'744'073'709'551'615ULL);
  CHECK(event["tasks"][0]["total_vm_bytes"].get<std::uint64_t>() == 9'007'199'254'740'993ULL);
}

TEST_CASE("a uid that the kernel printed as a negative number is unsigned again") {
  const Json event = event_of(one_event([](OomEvent& e) {
    e.tasks[0].uid = -2;           // 2^32 - 2, "nobody" of some systems
    e.tasks[1].uid = -2147483648;  // 2^31
    e.tasks[2].uid = 65534;
  }));
  CHECK(event["tasks"][0]["uid"] == 4'294'967'294);
  CHECK(event["tasks"][1]["uid"] == 2'147'483'648);
  CHECK(event["tasks"][2]["uid"] == 65534);
}

TEST_CASE("an unlimited limit is null and says so") {
  const Json event = event_of(one_event([](OomEvent& e) {
    e.memcg.emplace();
    e.memcg->limiting = "/a.slice";
    e.memcg->memory = MemcgCounter{.usage = Kibibytes{512000}, .limit = Kibibytes{512000}, .failcnt = 7};
    e.memcg->swap = MemcgCounter{.usage = Kibibytes{0}, .limit = std::nullopt, .failcnt = 0};
    e.memcg->stats = {{"anon", 4096, true}, {"pgfault", 12, false}};
  }));
  CHECK(event["memcg"]["usage_bytes"] == 524'288'000);
  CHECK(event["memcg"]["limit_bytes"] == 524'288'000);
  CHECK(event["memcg"]["limit_unlimited"] == false);
  CHECK(event["memcg"]["swap_usage_bytes"] == 0);
  CHECK(event["memcg"]["swap_limit_bytes"].is_null());
  CHECK(event["memcg"]["swap_limit_unlimited"] == true);
  CHECK(event["memcg"]["memsw_usage_bytes"].is_null());
  CHECK(event["memcg"]["memsw_limit_unlimited"].is_null());
  CHECK(event["memcg"]["stats"] == Json({{"anon_bytes", 4096}, {"pgfault", 12}}));
}

TEST_CASE("a name that is no valid UTF-8 comes with its bytes, a valid one without") {
  const Json event = event_of(one_event([](OomEvent& e) {
    e.tasks[0].comm = "bad\xff\xfe";
    e.tasks[1].comm = "caf\xc3\xa9 \n\x1b[31m";
  }));
  CHECK(event["tasks"][0]["comm"] == "bad\xef\xbf\xbd\xef\xbf\xbd");
  // printf 'bad\xff\xfe' | base64
  CHECK(event["tasks"][0]["comm_bytes"] == "YmFk//4=");
  CHECK(event["tasks"][1]["comm"] == "caf\xc3\xa9 \n\x1b[31m");
  CHECK_FALSE(event["tasks"][1].contains("comm_bytes"));
}

TEST_CASE("a time is RFC 3339 in UTC only where it is known") {
  const Json json = parse(swarm_kills_database());
  const Json& time = json["incidents"][0]["started"];
  CHECK(time["realtime"] == "2025-11-18T02:02:41.204Z");
  CHECK(time["uptime_seconds"] == 65721.5);
  CHECK(time["clock"] == "received");
  CHECK(time["certainty"] == "stated");
  const Json event = event_of(one_event([](OomEvent& e) {
    e.time.realtime_us.reset();
    e.time.as_printed = "Nov 18 03:02:41";
  }));
  CHECK(event["time"]["realtime"].is_null());
  CHECK(event["time"]["as_printed"] == "Nov 18 03:02:41");
}

TEST_CASE("a stamp beyond the year 9999 has no RFC 3339 form") {
  const Json event = event_of(one_event([](OomEvent& e) { e.time.realtime_us = 300'000'000'000'000'000; }));
  CHECK(event["time"]["realtime"].is_null());
}

TEST_CASE("a list has the same document without events") {
  Json whole = parse(swarm_kills_database());
  const Json list = Json::parse(render_json(swarm_kills_database(), JsonEvents::LeaveOut));
  CHECK_FALSE(list["incidents"][0].contains("events"));
  whole["incidents"][0].erase("events");
  CHECK(list == whole);
}

TEST_CASE("of reports that are only counted the totals are told, and what is not there for them") {
  const Json incident = parse(with_counted_reports())["incidents"][0];
  CHECK(incident["events_total"] == 100'000);
  CHECK(incident["victims_total"] == 100'000);
  CHECK(incident["omitted"] == Json{"event_ids", "victims", "events", "timeline"});
  CHECK(parse(swarm_kills_database())["incidents"][0]["omitted"].empty());
}

TEST_CASE("the totals of a storm are read back from its line") {
  RunReader reader;
  std::istringstream lines(render_json_lines(with_counted_reports()));
  for (std::string line; std::getline(lines, line);) CHECK(reader.feed(line));
  Document back;
  merge_runs(back, reader.finish(), "host.jsonl");
  REQUIRE(back.incidents.size() == 1);
  CHECK(back.incidents[0].events_total == 100'000);
  CHECK(back.incidents[0].victims_total == 100'000);
  CHECK(parse(back)["incidents"][0]["omitted"].size() == 4);
}

TEST_CASE("an event left out for size names what is not there and keeps its victims") {
  Document document = swarm_kills_database();
  document.incidents.front().events.front().omitted = true;
  const Json event = event_of(document);
  CHECK(event["omitted"].size() > 0);
  for (const Json& part : event["omitted"]) {
    INFO(part);
    REQUIRE(event.contains(part.get<std::string>()));
    const Json& value = event[part.get<std::string>()];
    CHECK((value.is_null() || value.empty()));
  }
  CHECK(event["victims"][0]["pid"] == 812);
}

TEST_CASE("a victim of an event knows its unit from the incident") {
  const Json event = event_of(swarm_kills_database());
  CHECK(event["victims"][0]["unit"] == "mariadb.service");
  CHECK(event["victims"][0]["unit_certainty"] == "stated");
  CHECK(event["victims"][0]["is_cause"] == false);
}

TEST_CASE("every typed line is JSON of its own and names the schema; the last one is the end") {
  std::istringstream lines(render_json_lines(swarm_kills_database()));
  std::vector<std::string> types;
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line);
    CHECK(json["schema"] == "oomwhy/1");
    types.push_back(json["type"]);
  }
  CHECK(types == std::vector<std::string>{"begin", "incident", "coverage", "end"});
}

TEST_CASE("a host where nothing happened still has begin, coverage and end") {
  std::istringstream lines(render_json_lines(nothing_found()));
  std::vector<Json> parsed;
  for (std::string line; std::getline(lines, line);) parsed.push_back(Json::parse(line));
  REQUIRE(parsed.size() == 3);
  CHECK(parsed[1]["type"] == "coverage");
  CHECK(parsed[1]["complete"] == false);
  CHECK(parsed[1]["blind_spots"][0]["kind"] == "records_lost");
}

TEST_CASE("the incident of a line is the incident of the document") {
  const Json document = parse(swarm_kills_database());
  std::istringstream lines(render_json_lines(swarm_kills_database()));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  Json incident = Json::parse(line);
  incident.erase("type");
  incident.erase("schema");
  CHECK(incident == document["incidents"][0]);
}

TEST_CASE("names of any bytes leave the document valid JSON") {
  for (const std::string name : {"\"", "\\", "\x01\x1f", "\xff\xfe", "\xed\xa0\x80", "</script>", "\xe2\x80\xa8", ""}) {
    INFO(name);
    CHECK(parse(with_names(name))["incidents"].size() == 1);
    CHECK(render_json_lines(with_names(name)).find("\n\n") == std::string::npos);
  }
}

}  // namespace oomwhy::tests
