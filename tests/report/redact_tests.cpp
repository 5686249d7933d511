// What --redact replaces, by the words of a text and by the fields of a document; and what it must leave alone.
#include <catch2/catch.hpp>

#include "report/redact.hpp"
#include "report/redact_words.hpp"
#include "report/renderer.hpp"
#include "report/site_patterns.hpp"
#include "tests/report/sample_documents.hpp"

namespace oomwhy {
namespace {

WordRedactor words(const std::vector<std::string>& patterns = {}) {
  KnownWords known;
  known.hosts = {"web1", "web1.example.com", "php"};
  known.users = {"alice"};
  known.machines = {"shop-vm"};
  known.kept = {"php", "kworker/0:1", "2.6.32.68", "7c3e91b2a0d45f17", "10.0.0.9"};
  return WordRedactor(known, patterns, Placeholders(""));
}

TEST_CASE("free text loses what identifies somebody, and nothing else") {
  struct Row {
    const char *raw, *redacted;
  };
  const std::vector<Row> rows = {
      // Stays: the kernel's words, sizes, process names, our ids.
      {"Killed process 812 (php) total-vm:30290680kB, anon-rss:28GB", nullptr},
      {"CPU: 0 PID: 1 Comm: kworker/0:1 Not tainted 2.6.32.68 #1", nullptr},
      {"active_anon:974 inactive_anon:109480 isolated_anon:0", nullptr},
      {"Node 0 DMA: 1*4kB (U) 0*8kB = 15360kB, 12 kB/s", nullptr},
      {"RIP: 0033:0x7f3a1b2c3d4e RAX: 0000000000000001 [<ffffffff81515f8d>]", nullptr},
      {"gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0", nullptr},
      {"grep VmPTE /proc/*/status; ls -lS /dev/shm; df -h /tmp", nullptr},
      {"[ 1234.567890] at 12:34:56 of incident 7c3e91b2a0d45f17", nullptr},
      {"mm/slub.c:123 func:alloc_slab_page, mariadb.service, user-1000.slice, user@1000.service", nullptr},
      // A process that is called like an address is still a process.
      {"Killed process 5 (10.0.0.9)", nullptr},
      {"", nullptr},
      // Goes.
      {"on web1 and web1.example.com.", "on host-1 and host-2."},
      {"alice's files", "user-1's files"},
      {"/home/alice/run.sh:12: failed", "path-1:12: failed"},
      {"./home/alice", ".path-1"},
      {"10.1.2.3:5432, 10.1.2.4", "ip-1:5432, ip-2"},
      {"from fe80::1 and ::1", "from ip-1 and ip-2"},
      {"link 52:54:00:12:34:56 up", "link ip-1 up"},
      {"mail bob@example.org", "mail user-1@host-1"},
      {"see https://alice:pw@db/x?y=z now", "see url-1 now"},
      {"--password=hunter2 --api-key xyz", "--password=secret-1 --api-key secret-2"},
      {"DB_PASSWORD='hunter2' TOKEN: x", "DB_PASSWORD='secret-1 TOKEN: x"},
      {"container 0123456789ab stopped", "container container-1 stopped"},
      {"boot 0f8ac6e7ae8e4b5b9a8d0c1e2f3a4b5c", "boot id-1"},
      {"pod 4a1b2c3d-0000-4000-8000-0123456789ab", "pod id-1"},
      {"syncthing@alice.service, home-alice.mount", "syncthing@instance-1.service, path-1.mount"},
      {"machine-shop.scope and shop-vm", "machine-machine-1.scope and machine-2"},
      {"app-alice.slice", "app-user-1.slice"},
      {"/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope",
       "/system.slice/docker-container-1.scope"},
      {"/sys/fs/cgroup/shop/memory.max", "/sys/fs/cgroup/cgroup-1/memory.max"},
      {"/lxc.payload.shop/init.scope", "/lxc.payload.machine-1/init.scope"},
  };
  for (const Row& row : rows) {
    CHECK(words().text(row.raw) == (row.redacted == nullptr ? row.raw : row.redacted));
  }
}

TEST_CASE("a site's own patterns go wherever they stand, but in names of processes") {
  WordRedactor redactor = words({"acme[ -]?corp", "cust[0-9]+", "php", "("});
  CHECK(redactor.text("Acme acme corp paid for cust17.") == "Acme site-1 paid for site-2.");
  CHECK(redactor.text("php of cust17 ate it") == "php of site-2 ate it");
  CHECK(redactor.cgroup("/system.slice/cust17-db.service") == "/system.slice/site-2-db.service");
  CHECK(redactor.name("cust18@1.service") == "site-3@1.service");
  // A process name that the log spells as a word of its own.
  CHECK(redactor.text("php-fpm: pool cust17") == "site-4-fpm: pool site-2");
}

TEST_CASE("a pattern that is none, or that finds nothing everywhere, is told from one") {
  CHECK(is_site_pattern("cust[0-9]+"));
  CHECK_FALSE(is_site_pattern("("));
  CHECK_FALSE(is_site_pattern("x*"));
  CHECK_FALSE(is_site_pattern(""));
}

TEST_CASE("one value has one placeholder, two values have two") {
  WordRedactor redactor = words();
  CHECK(redactor.text("10.0.0.1 10.0.0.2 10.0.0.1") == "ip-1 ip-2 ip-1");
  CHECK(redactor.text("ip-1") == "ip-1");  // no placeholder of a placeholder
  // The short and the long id of one container.
  CHECK(redactor.identifier("0123456789ab") == redactor.identifier("0123456789abcdef0123456789abcdef0123456789abcdef"
                                                                   "0123456789abcdef"));
}

TEST_CASE("with a key a placeholder is the same everywhere, and another key gives another") {
  // printf 'host\0web1' | openssl dgst -sha256 -hmac 'a key of 16 bytes and more'
  Placeholders keyed("a key of 16 bytes and more"), same("a key of 16 bytes and more"),
      other("another key of 16 bytes");
  same.of("host", "somebody before it");
  CHECK(keyed.of("host", "web1") == "host-af2b7956d0");
  CHECK(same.of("host", "web1") == keyed.of("host", "web1"));
  CHECK(other.of("host", "web1") != keyed.of("host", "web1"));
}

std::string everything_rendered(const Document& document, const std::vector<std::string>& command) {
  TextStyle style;
  style.detail = Detail::Full;
  style.show_evidence = true;
  std::string text;
  for (const Incident& incident : document.incidents) text += render_text(document, incident, style);
  for (const std::string& word : command) text += word + " ";
  return text + render_list(document, style) + render_nothing(document, style) + render_json_lines(document) +
         render_json(document, JsonEvents::Include) + render_markdown(document, "") + render_list_markdown(document);
}

// Every field that names something holds its own mark.
Document marked() {
  Document document = tests::everything_said();
  InputSummary& input = document.inputs.front();
  input.source = "/home/MARK/web.log";
  input.diagnostics = {{{"/home/MARK/web.log", 3, "s=MARK"},
                        DiagnosticKind::DamagedLine,
                        "rss is no number (\"MARK said so at length, to nobody in particular\")"}};
  input.error = Error{"/home/MARK/web.log", "Input/output error", "cat /home/MARK/web.log"};
  for (Incident& incident : document.incidents) {
    incident.host = "MARK-host";
    incident.summary = {"It happened on MARK-host in /MARK/shop with 192.0.2.1 (MARK-host.example.org)."};
    OomEvent& event = incident.events.front().event;
    event.host = "MARK-host";
    event.origin = {"/home/MARK/web.log", 5, "s=MARK;i=1"};
    event.last_cursor = "s=MARK;i=2";
    event.cpuset = "MARKset";
    event.memcg->limiting = "/MARK a, (b)/c MARK";
    event.memcg->victim = "/MARK a, (b)/c MARK/d";
    event.group_kill_path = "/MARK group";
    event.raw = "php cpuset=MARKset mems_allowed=0\noom_memcg=/MARK a, (b)/c MARK,task_memcg=/MARK a, (b)/c MARK/d\n";
    event.tasks[1].cmdline = "php worker.php --user=MARK";
    event.victims.front().cgroup = "/MARK a, (b)/c MARK/d";
    incident.victims.front().victim.cgroup = "/MARK a, (b)/c MARK/d";
    incident.cause.evidence = {{"S2", "The limit is the victim's own: /MARK a, (b)/c MARK.", event.origin}};
    incident.timeline = {{{}, "kernel", "host MARK-host"}};
    incident.loop_of = "/MARK group";
    UserlandEvent query;
    query.fact = RunningQuery{"SELECT 'MARK'"};
    query.text = "DETAIL:  Failed process was running: SELECT 'MARK'";
    query.host = "MARK-host";
    UserlandEvent early;
    early.fact = UserspaceKill{.killer = "earlyoom"};
    early.text = "sending SIGTERM to process 5 uid 0 \"php\": cmdline \"php --MARK\"";
    incident.userland = {query, early};
  }
  document.other_kills.front().host = "MARK-host";
  document.other_kills.front().text = "on MARK-host";
  return document;
}

const std::vector<std::string> kCommand = {"oomwhy",   "report", "--host=MARK-host", "-i/home/MARK/web.log", "-i",
                                           "MARK.log", "-u",     "app@MARK.service", "host=MARK-host"};

TEST_CASE("no field of a document is left out") {
  const std::string raw = everything_rendered(marked(), kCommand);
  REQUIRE(raw.find("MARK") != std::string::npos);
  for (const char* key : {"", "a key of 16 bytes and more"}) {
    const Redacted redacted = redact(marked(), kCommand, {Redaction::All, key});
    const std::string shown = everything_rendered(redacted.document, redacted.command);
    const auto at = shown.find("MARK");
    CHECK((at == std::string::npos ? "" : shown.substr(at < 60 ? 0 : at - 60, 120)) == "");
    CHECK(shown.find("192.0.2.1") == std::string::npos);
    CHECK(shown.find("example.org") == std::string::npos);
  }
}

TEST_CASE("cmdline replaces command lines and queries alone") {
  const Redacted redacted = redact(marked(), kCommand, {Redaction::CommandLines});
  const std::string shown = everything_rendered(redacted.document, {});
  CHECK(shown.find("--user=MARK") == std::string::npos);
  CHECK(shown.find("SELECT") == std::string::npos);
  CHECK(shown.find("php --MARK") == std::string::npos);
  CHECK(redacted.document.incidents.front().host == "MARK-host");
  CHECK(redacted.document.incidents.front().events.front().event.tasks[1].cmdline == "cmdline-1");
  CHECK(redacted.command == kCommand);
}

TEST_CASE("none changes nothing, and no redaction changes a figure or a process name") {
  const std::string raw = everything_rendered(marked(), kCommand);
  CHECK(everything_rendered(redact(marked(), kCommand, {Redaction::None}).document, kCommand) == raw);
  const Document document = redact(marked(), kCommand, {Redaction::All}).document;
  const OomEvent before = marked().incidents.front().events.front().event;
  const OomEvent after = document.incidents.front().events.front().event;
  CHECK(after.memory == before.memory);
  CHECK(after.zones == before.zones);
  REQUIRE(after.tasks.size() == before.tasks.size());
  for (std::size_t i = 0; i < after.tasks.size(); ++i) {
    CHECK(after.tasks[i].comm == before.tasks[i].comm);
    CHECK(after.tasks[i].rss == before.tasks[i].rss);
  }
  CHECK(document.incidents.front().id == marked().incidents.front().id);
}

TEST_CASE("the command that reproduces a report keeps its shape") {
  const Redacted redacted = redact(marked(), kCommand, {Redaction::All});
  REQUIRE(redacted.command.size() == kCommand.size());
  CHECK(redacted.command[0] == "oomwhy");
  CHECK(redacted.command[1] == "report");
  CHECK(redacted.command[2] == "--host=host-1");
  CHECK(redacted.command[3] == "-ipath-1");
  CHECK(redacted.command[4] == "-i");
  CHECK(redacted.command[7] == "app@instance-1.service");
  CHECK(redacted.command[8] == "host=host-1");
}

}  // namespace
}  // namespace oomwhy
