// What must hold for any log, tried on changed ones. A failure prints its seed: OOMWHY_SEED=N tries that one again, and
// OOMWHY_ROUNDS=N more of them.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "parser/reader.hpp"
#include "report/renderer.hpp"
#include "tests/data/allocations.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"
#include "tests/fuzz/mutate.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

std::uint32_t number_of(const char* variable, std::uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}
std::uint32_t first_seed() { return number_of("OOMWHY_SEED", 1); }
std::uint32_t rounds(std::uint32_t usual) { return std::getenv("OOMWHY_SEED") ? 1 : number_of("OOMWHY_ROUNDS", usual); }

std::filesystem::path input_of(const std::string& name) {
  return std::filesystem::path(OOMWHY_TESTDATA) / name / "input.dmesg.txt";
}

const std::vector<std::string> kCases = {"host-swarm-kills-database", "cgroup-oom-group", "odd-names",
                                         "era-3.10-el7-memcg",        "era-2.6.18-el5",   "interleaved-two-cpus"};

std::uint32_t drawn(std::mt19937& draw) { return static_cast<std::uint32_t>(draw()); }

// A report of a case, changed a few times.
std::string changed_report(std::uint32_t seed) {
  std::mt19937 draw(seed);
  std::string text = file_bytes(input_of(kCases[draw() % kCases.size()]));
  for (std::size_t changes = 1 + draw() % 12; changes > 0; --changes) text = fuzz::mutate_report(text, drawn(draw));
  return text;
}

std::string first_control_character(const std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte < ' ' && text[at] != '\n') || byte == 0x7f) return text.substr(at < 40 ? 0 : at - 40, 80);
    // C1 controls and the marks that turn the direction of text, as UTF-8.
    const std::string two = text.substr(at, 2), three = text.substr(at, 3);
    if (two >= "\xc2\x80" && two <= "\xc2\x9f") return text.substr(at < 40 ? 0 : at - 40, 80);
    if (three >= "\xe2\x80\xaa" && three <= "\xe2\x80\xae") return text.substr(at < 40 ? 0 : at - 40, 80);
  }
  return "";
}

TEST_CASE("no output has a raw control character, and JSON is JSON, whatever the log", "[properties]") {
  TextStyle style;
  style.detail = Detail::Full;
  style.show_evidence = true;
  style.utf8 = true;
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(60); ++seed) {
    CAPTURE(seed);
    const Document document = document_of(changed_report(seed));
    for (const Incident& incident : document.incidents) {
      CHECK(first_control_character(render_text(document, incident, style)) == "");
    }
    CHECK(first_control_character(render_list(document, style) + render_nothing(document, style)) == "");
    CHECK(first_control_character(render_markdown(document, "oomwhy") + render_list_markdown(document)) == "");
    const std::string text = render_json(document, JsonEvents::Include);
    CHECK(first_control_character(text) == "");
    const json parsed = json::parse(text, nullptr, false);
    REQUIRE_FALSE(parsed.is_discarded());
    CHECK(json::parse(parsed.dump()) == parsed);
  }
}

// Lines of others, as they stand in real logs; none can be taken for the kernel's word on memory.
std::string unrelated_line(std::uint32_t draw) {
  const char* const kLines[] = {"[    1.000000] usb 1-1: new high-speed USB device number 4 using xhci_hcd",
                                "[    1.000000] EXT4-fs (vda1): mounted filesystem with ordered data mode",
                                "[    1.000000] IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready",
                                "[    1.000000] systemd[1]: Starting Daily apt upgrade and clean activities..."};
  return kLines[draw % 4];
}

TEST_CASE("unrelated lines before and behind a report change nothing but positions", "[properties]") {
  for (const std::string& name : kCases) {
    const std::string text = file_bytes(input_of(name));
    const auto alone = events_of_text(text);
    for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(3); ++seed) {
      CAPTURE(name, seed);
      std::mt19937 draw(seed);
      std::string before, behind;
      for (std::uint32_t lines = drawn(draw) % 50; lines > 0; --lines) before += unrelated_line(drawn(draw)) + "\n";
      for (std::uint32_t lines = drawn(draw) % 50; lines > 0; --lines) behind += unrelated_line(drawn(draw)) + "\n";
      const auto among = events_of_text(before + text + behind);
      REQUIRE(among.size() == alone.size());
      for (std::size_t i = 0; i < alone.size(); ++i) {
        CHECK(without_spelling(incident_of(among[i])) == without_spelling(incident_of(alone[i])));
      }
    }
  }
}

TEST_CASE("the order of the input files does not matter", "[properties]") {
  std::vector<OomEvent> events;
  for (const char* name : {"cgroup-unit-limit", "host-swap-full", "cgroup-oom-group", "host-tmpfs"}) {
    for (OomEvent& event : events_of_file(input_of(name).string())) events.push_back(std::move(event));
  }
  const auto incidents = [](const std::vector<OomEvent>& in_order) {
    std::map<std::string, std::string> by_id;
    for (const Incident& incident : analyse(std::vector<InputSummary>{}, in_order).incidents) {
      Document one;
      one.incidents = {incident};
      by_id[incident.id] = render_json(one, JsonEvents::Include);
    }
    return by_id;
  };
  for (OomEvent& event : events) event.host = event.origin.source;  // four hosts: nothing else tells them apart
  const auto expected = incidents(events);
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(5); ++seed) {
    CAPTURE(seed);
    std::shuffle(events.begin(), events.end(), std::mt19937(seed));
    CHECK(incidents(events) == expected);
  }
}

template <typename Unit>
bool stands_in(const std::string& log, const std::optional<Quantity<Unit>>& figure) {
  return !figure || log.find(std::to_string(figure->count)) != std::string::npos;
}

TEST_CASE("every figure of a victim and of a row stands in the log", "[properties]") {
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(60); ++seed) {
    CAPTURE(seed);
    const std::string log = changed_report(seed);
    for (const OomEvent& event : events_of_text(log)) {
      for (const Victim& victim : event.victims) {
        CHECK(log.find(std::to_string(victim.pid)) != std::string::npos);
        for (const auto& figure : {victim.total_vm, victim.anon_rss, victim.file_rss, victim.shmem_rss}) {
          CHECK(stands_in(log, figure));
        }
      }
      for (const Task& task : event.tasks) {
        CHECK(stands_in(log, task.rss));
        CHECK(stands_in(log, task.total_vm));
      }
    }
  }
}

// Sums over zones, nodes and pools, and what is left of RAM: not printed, but bounded by what is.
bool is_worked_out(const std::string& key) {
  constexpr const char* kSums[] = {"managed_bytes",       "mlocked_bytes",      "kernel_stack_bytes",
                                   "hugetlb_total_bytes", "hugetlb_free_bytes", "pgtables_bytes"};
  return std::find(std::begin(kSums), std::end(kSums), key) != std::end(kSums);
}

// As bytes, as kB or as pages.
bool is_figure_of(const std::string& log, std::uint64_t bytes, std::uint64_t page) {
  const auto stands = [&log](std::uint64_t figure) { return log.find(std::to_string(figure)) != std::string::npos; };
  return stands(bytes) || (bytes % 1024 == 0 && stands(bytes / 1024)) || (bytes % page == 0 && stands(bytes / page));
}

// The first figure that the log does not have; empty: none.
std::string unprinted(const json& value, const std::string& log, std::uint64_t page, const std::string& path) {
  if (!value.is_structured()) return {};
  for (const auto& [key, child] : value.items()) {
    const bool is_size = child.is_number() && key.ends_with("_bytes") && !is_worked_out(key);
    if (is_size && !is_figure_of(log, child.get<std::uint64_t>(), page)) return path + "/" + key + " " + child.dump();
    if (auto found = unprinted(child, log, page, path + "/" + key); !found.empty()) return found;
  }
  return {};
}

TEST_CASE("every size that is the kernel's stands in the log", "[properties]") {
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(60); ++seed) {
    const std::string log = changed_report(seed);
    for (const json& event : kernel_events(json::parse(render_json(document_of(log), JsonEvents::Include)))) {
      for (const char* part : {"memcg", "memory", "zones", "tasks", "victims"}) {
        CAPTURE(seed, part);
        CHECK(unprinted(event[part], log, event["page_size_bytes"].get<std::uint64_t>(), part) == "");
      }
    }
  }
}

Bytes held_together(const OomEvent& event, std::optional<Pages> Task::*column) {
  Bytes sum;
  for (const Task& task : event.tasks) sum += to_bytes((task.*column).value_or(Pages{}), event.page_size);
  return sum;
}

// What was worked out of the figures is within them: parts within the whole, groups within the rows.
void check_bounds(const AnalysedEvent& analysed) {
  const Bytes rows = held_together(analysed.event, &Task::rss);
  for (const Group& group : analysed.analysis.groups) {
    CHECK(group.rss <= rows);
    CHECK(group.largest <= group.rss);
  }
  if (!analysed.analysis.ledger) return;
  Bytes whole;
  for (const LedgerRow& row : analysed.analysis.ledger->rows) whole += row.size;
  CHECK((analysed.analysis.ledger->overcounted || whole == analysed.analysis.ledger->total));
}

TEST_CASE("what is worked out stays within what is printed", "[properties]") {
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(60); ++seed) {
    CAPTURE(seed);
    for (const Incident& incident : document_of(changed_report(seed)).incidents) {
      for (const AnalysedEvent& analysed : incident.events) check_bounds(analysed);
      if (incident.events.empty() || incident.events[incident.telling_event].event.tasks.empty()) continue;
      const OomEvent& event = incident.events[incident.telling_event].event;
      const Bytes rows = held_together(event, &Task::rss);
      const Bytes swap = held_together(event, &Task::swapents);
      CHECK(incident.cause.rss.value_or(Bytes{}) <= rows);
      for (const Advice& advice : incident.advice) {
        if (advice.replay && advice.replay->freed) CHECK(*advice.replay->freed <= rows + swap);
      }
    }
  }
}

TEST_CASE("work grows as the log does: twice the log, twice the allocations", "[properties]") {
  const std::string report = file_bytes(input_of("host-swarm-kills-database"));
  const auto work = [&](std::size_t copies) {
    std::string log;
    for (std::size_t i = 0; i < copies; ++i) {
      log += report;
      for (std::uint32_t n = 0; n < 200; ++n) log += unrelated_line(n) + "\n";
    }
    const Allocations before = allocations_so_far();
    std::size_t events = 0;
    read_source(TextSource::from_memory(std::move(log), "log"), {}, [&events](const OomEvent&) { ++events; });
    const Allocations after = allocations_so_far();
    return Allocations{after.count - before.count, after.bytes - before.bytes};
  };
  const Allocations once = work(20), twice = work(40);
  CAPTURE(once.count, twice.count, once.bytes, twice.bytes);
  CHECK(static_cast<double>(twice.count) < 2.2 * static_cast<double>(once.count));
  CHECK(static_cast<double>(twice.bytes) < 2.2 * static_cast<double>(once.bytes));
}

// --- Markdown as GitHub and GitLab read it ------------------------------------------------------------------------

bool has_cmark() { return std::system("command -v cmark-gfm >/dev/null 2>&1") == 0; }

// How many there are of each element, by cmark-gfm's own XML.
std::map<std::string, std::size_t> elements_of(const std::string& markdown) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string path = (folder / ("oomwhy-properties-" + std::to_string(::getpid()))).string();
  std::ofstream(path, std::ios::binary) << markdown;
  const std::string command =
      "cmark-gfm -e table -e autolink -e strikethrough -e tagfilter -t xml '" + path + "' >'" + path + ".xml'";
  REQUIRE(std::system(command.c_str()) == 0);
  std::map<std::string, std::size_t> count;
  for (const std::string& line : lines_of(file_bytes(path + ".xml"))) {
    const auto start = line.find('<');
    if (start == std::string::npos || line.compare(start, 2, "</") == 0) continue;
    const std::string element = line.substr(start + 1, line.find_first_of(" />", start + 1) - start - 1);
    // How a sentence is cut into texts and pieces of code is the escaping's own business.
    if (element != "text" && element != "code" && element != "softbreak") ++count[element];
    const auto at = element == "text" ? line.find('@') : std::string::npos;
    if (at != std::string::npos) ++count["mention"];
  }
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".xml");
  return count;
}

std::string markdown_of_names(std::vector<OomEvent> events, const std::string& name) {
  for (OomEvent& event : events) {
    event.trigger.comm = name;
    for (Victim& victim : event.victims) victim.comm = name;
    for (Task& task : event.tasks) task.comm = name;
    event.raw = name + " invoked oom-killer\n";
  }
  return render_markdown(analyse(std::vector<InputSummary>{}, std::move(events)), "oomwhy");
}

TEST_CASE("a process name adds no element to the Markdown", "[properties]") {
  if (!has_cmark()) {
    WARN("skipped: cmark-gfm is not installed");
    return;
  }
  const auto events = events_of_text(file_bytes(input_of("host-swarm-kills-database")));
  const auto plain = elements_of(markdown_of_names(events, "plain"));
  CHECK(plain.at("heading") > 3);
  const std::vector<std::string> names = {
      "[x](http://x)",   "![x](http://x)", "<b>bold</b>",   "<!-- c",      "www.x.org",  "http://x.org", "a@x.org",
      "@everyone",       "| a | b |",      "# heading",     "\n# heading", "```",        "~~~",          "`a` ``b",
      "**b** _i_ ~~s~~", "- item",         "1. item",       "> quote",     "---",        "&lt;b&gt;",    "a\\",
      "a\n\n<script>",   "</details>",     "[1]: http://x", "<http://x>",  "#1 GH-1 !2", "\t code",      "$x$"};
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(elements_of(markdown_of_names(events, name)) == plain);
  }
  for (std::uint32_t seed = first_seed(); seed < first_seed() + rounds(20); ++seed) {
    std::string name(fuzz::hostile_name(seed));
    name += fuzz::hostile_name(seed * 7 + 3);
    CAPTURE(seed, name);
    CHECK(elements_of(markdown_of_names(events, name)) == plain);
  }
}

}  // namespace
}  // namespace oomwhy
