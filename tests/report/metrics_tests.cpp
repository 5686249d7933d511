#include "report/metrics.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

TEST_CASE("counters are printed with their labels") {
  ScanTotals totals;
  totals.incidents[{"host", "kernel"}] = 3;
  totals.victim_kills["mariadb.service"] = 2;
  totals.last_incident_us["host"] = 1700000000'500000;
  totals.missed_kernel_messages = 4112;
  const std::string text = render_metrics(totals, {.finished_us = 1700000001'000000, .unreadable_sources = 1});
  for (const char* line :
       {"\noomwhy_incidents_total{scope=\"host\",killer=\"kernel\"} 3\n",
        "\noomwhy_victim_kills_total{unit=\"mariadb.service\"} 2\n",
        "\noomwhy_last_incident_timestamp_seconds{scope=\"host\"} 1700000000.500\n",
        "\noomwhy_journal_missed_kernel_messages_total 4112\n",
        "\noomwhy_scan_last_success_timestamp_seconds 1700000001.000\n", "\noomwhy_scan_unreadable_sources 1\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("a label cannot be left by what is in it") {
  ScanTotals totals;
  totals.victim_kills["a\"} 9\nb\\c"] = 1;
  const std::string text = render_metrics(totals, {});
  CHECK(text.find("{unit=\"a\\\"} 9\\\\x0ab\\\\c\"} 1\n") != std::string::npos);
}

TEST_CASE("no more than twenty units are named, the largest; the others are one") {
  ScanTotals totals;
  for (int i = 1; i <= 50; ++i)
    totals.victim_kills["unit" + std::to_string(i) + ".service"] = static_cast<std::uint64_t>(i);
  const std::string text = render_metrics(totals, {});
  CHECK(text.find("{unit=\"unit31.service\"} 31\n") != std::string::npos);
  CHECK(text.find("{unit=\"unit30.service\"}") == std::string::npos);
  // 1 + 2 + … + 30
  CHECK(text.find("oomwhy_victim_kills_total{unit=\"other\"} 465\n") != std::string::npos);
}

TEST_CASE("one that was exiting already is not counted as killed") {
  Incident incident;
  IncidentVictim killed, exiting;
  killed.unit = exiting.unit = "pool.service";
  exiting.victim.already_exiting = true;
  incident.victims = {killed, exiting};
  ScanTotals totals;
  add(totals, incident);
  CHECK(totals.victim_kills.at("pool.service") == 1);
}

TEST_CASE("names are bounded in number from run to run") {
  ScanTotals totals;
  for (int i = 0; i < 3000; ++i) {
    Incident incident;
    incident.killers = {"kernel"};
    incident.cause.unit = "u" + std::to_string(i);
    add(totals, incident);
  }
  CHECK(totals.cause_incidents.size() <= 1001);
  std::uint64_t sum = 0;
  for (const auto& [unit, number] : totals.cause_incidents) sum += number;
  CHECK(sum == 3000);
}

TEST_CASE("lost messages are counted by what the journal says of them") {
  CHECK(missed_messages({BlindSpotKind::RecordsLost, "Missed 4112 kernel messages"}) == 4112);
  CHECK(missed_messages({BlindSpotKind::RecordsSuppressed, "Suppressed 20 messages from a.service"}) == 0);
  CHECK(missed_messages({BlindSpotKind::RecordsLost, "some messages lost"}) == 0);
}
