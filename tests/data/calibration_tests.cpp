// Whether "high" is high enough: of causes whose truth is known, from whole logs and from logs damaged as logs are, how
// many of each confidence are right. A failure prints its seed. OOMWHY_SEED=N starts at that seed, OOMWHY_ROUNDS=N
// takes that many of them for each log and kind of damage, OOMWHY_SHOW=1 prints every wrong one.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <utility>

#include "tests/data/capture_folder.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

using Lines = std::vector<std::string>;
using Draw = std::mt19937;
using nlohmann::json;

std::uint32_t number_of(const char* variable, std::uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

// What the scenario did, from who wrote it ("truth" in expected.facts.json, truth/scenario.json of a capture).
struct Truth {
  CauseKind kind = CauseKind::Unknown;
  std::string name, unit;  // of processes; unit empty: not known
  std::optional<bool> victim_is_cause;
};

struct Sample {
  std::string name;
  Lines lines;
  Truth truth;
};

CauseKind kind_named(const std::string& word) {
  static const std::map<std::string, CauseKind> kKinds = {
      {"processes", CauseKind::Processes}, {"one_process", CauseKind::Processes},
      {"unit", CauseKind::Processes},      {"many_processes", CauseKind::Processes},
      {"shmem", CauseKind::Shmem},         {"tmpfs", CauseKind::Shmem},
      {"slab", CauseKind::Slab},           {"kernel_slab", CauseKind::Slab},
      {"hugepages", CauseKind::Hugepages}, {"hugetlb_reservation", CauseKind::Hugepages},
      {"manual", CauseKind::Manual},       {"administrator", CauseKind::Manual},
  };
  const auto kind = kKinds.find(word);
  return kind == kKinds.end() ? CauseKind::Unknown : kind->second;
}

std::optional<bool> flag_of(const json& object, const char* key) {
  return object.contains(key) && object[key].is_boolean() ? std::optional(object[key].get<bool>()) : std::nullopt;
}

std::string word_of(const json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string();
}

std::vector<Sample> samples_of_cases() {
  std::vector<Sample> samples;
  for (const CaseFolder& folder : all_cases()) {
    if (!folder.facts.contains("truth")) continue;
    const json& truth = folder.facts["truth"];
    samples.push_back({folder.name,
                       lines_of(file_bytes(golden_input(folder))),
                       {kind_named(word_of(truth, "cause")), word_of(truth, "name"), word_of(truth, "unit"),
                        flag_of(truth, "victim_is_cause")}});
  }
  return samples;
}

std::vector<Sample> samples_of_captures() {
  std::vector<Sample> samples;
  for (const auto& folder : captures({"6.1/0", "5.10/0"})) {
    const UnpackedCapture capture(folder);
    const json scenario = capture.truth("scenario.json");
    const std::string form = capture.has("kmsg-follow.raw") ? "kmsg-follow.raw" : "dmesg.txt";
    const json cause = scenario.is_object() ? scenario.value("cause", json::object()) : json::object();
    const Truth truth{kind_named(word_of(cause, "type")), word_of(cause, "comm"), word_of(cause, "unit"),
                      flag_of(scenario, "victim_is_cause")};
    const bool names_nobody = truth.kind == CauseKind::Processes && truth.name.empty();
    if (truth.kind == CauseKind::Unknown || names_nobody || !capture.has(form)) continue;
    samples.push_back({capture.name(), lines_of(file_bytes(capture.path(form))), truth});
  }
  return samples;
}

bool is_right(const Incident& incident, const Truth& truth) {
  const Cause& cause = incident.cause;
  const bool told = incident.victim_is_cause && truth.victim_is_cause;
  if (cause.kind != truth.kind || (told && incident.victim_is_cause != truth.victim_is_cause)) return false;
  return truth.kind != CauseKind::Processes || cause.name == truth.name || (cause.unit && cause.unit == truth.unit);
}

// --- damage -------------------------------------------------------------------------------------------------------

std::size_t below(Draw& draw, std::size_t count) { return count == 0 ? 0 : draw() % count; }

Lines cut_head(Lines lines, Draw& draw) {
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(below(draw, lines.size())));
  return lines;
}

Lines cut_tail(Lines lines, Draw& draw) {
  lines.resize(below(draw, lines.size()));
  return lines;
}

template <typename Pick>
Lines lose(const Lines& lines, Draw& draw, std::size_t permille, Pick may_go) {
  Lines left;
  for (const std::string& line : lines) {
    if (!may_go(line) || below(draw, 1000) >= permille) left.push_back(line);
  }
  return left;
}

// 1 to 20 % of all lines, as when a slow console or a full socket drops them.
Lines lose_lines(Lines lines, Draw& draw) {
  const std::size_t permille = 10 + below(draw, 191);
  return lose(lines, draw, permille, [](const std::string&) { return true; });
}

// "[    340]     0   340    88018    87760 …"
bool is_row(const std::string& line) {
  const auto close = line.rfind(']');
  const auto open = close == std::string::npos ? close : line.rfind('[', close);
  return open != std::string::npos && line.find_first_not_of(" 0123456789", open + 1) == close &&
         line.find_first_of("0123456789", close) != std::string::npos && line.find('.', open) > close;
}

Lines lose_rows(Lines lines, Draw& draw) { return lose(lines, draw, 10 + below(draw, 491), is_row); }

bool is_of_mem_info(const std::string& line) {
  for (const char* part : {"Mem-Info", "active_anon", "active_file", "unevictable", "slab_reclaimable",
                           "mapped:", "free:", "Node 0", "lowmem_reserve", "pages ", " swap", "hugepages"}) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

Lines lose_mem_info(Lines lines, Draw& draw) {
  const std::size_t permille = below(draw, 2) == 0 ? 1000 : 50 + below(draw, 900);
  return lose(lines, draw, permille, is_of_mem_info);
}

Lines add_noise(Lines lines, Draw& draw) {
  constexpr std::array kNoise = {
      "[    1.000000] usb 1-1: new high-speed USB device number 4 using xhci_hcd",
      "[    1.000000] audit: type=1400 audit(1.2:3): apparmor=\"DENIED\" pid=812 comm=\"mysqld\"",
      "Nov 18 03:02:41 db-07 sshd[4711]: Accepted publickey for root",
      "[    1.000000] TCP: request_sock_TCP: Possible SYN flooding on port 80.",
      "",
      "--"};
  for (std::size_t count = 1 + below(draw, 60); count > 0; --count) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(draw, lines.size() + 1)),
                 kNoise[below(draw, kNoise.size())]);
  }
  return lines;
}

// A console that is cut at 80 columns, or loses the end of some lines and runs them into the next.
Lines cut_lines(Lines lines, Draw& draw) {
  const bool at_column = below(draw, 3) == 0;
  const std::size_t permille = 10 + below(draw, 90);
  Lines left;
  for (std::string& line : lines) {
    const bool cut = at_column ? line.size() > 80 : below(draw, 1000) < permille;
    if (cut) line.resize(at_column ? 80 : below(draw, line.size() + 1));
    const bool joins = !left.empty() && cut && below(draw, 4) == 0;
    if (joins) {
      left.back() += line;
    } else {
      left.push_back(std::move(line));
    }
  }
  return left;
}

Lines leave_whole(Lines lines, Draw&) { return lines; }

struct Damage {
  const char* name;
  Lines (*apply)(Lines lines, Draw& draw);
};
constexpr std::array<Damage, 8> kDamages = {{{"none", leave_whole},
                                             {"head lost", cut_head},
                                             {"tail lost", cut_tail},
                                             {"lines lost", lose_lines},
                                             {"rows lost", lose_rows},
                                             {"memory lost", lose_mem_info},
                                             {"noise", add_noise},
                                             {"lines cut", cut_lines}}};

// The lines of both, each log's own in order, in stretches of up to 30.
Lines shuffle_together(const Lines& a, const Lines& b, Draw& draw) {
  Lines both;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool first = j >= b.size() || (i < a.size() && below(draw, 2) == 0);
    const Lines& from = first ? a : b;
    std::size_t& at = first ? i : j;
    for (std::size_t run = 1 + below(draw, 30); run > 0 && at < from.size(); --run) both.push_back(from[at++]);
  }
  return both;
}

// --- the table ----------------------------------------------------------------------------------------------------

struct Score {
  std::size_t said = 0, right = 0;
};

class Table {
 public:
  void add(const std::string& damage, const Incident& incident, bool right, const std::string& where) {
    for (const std::string& row : {damage, std::string("all")}) {
      Score& score = scores_[row][incident.cause.confidence];
      ++score.said;
      score.right += right ? 1 : 0;
    }
    const bool sure = incident.cause.confidence >= Confidence::Medium;
    if (!right && sure && std::getenv("OOMWHY_SHOW") != nullptr) show(incident, where);
  }

  double share(Confidence level) const {
    const auto all = scores_.find("all");
    if (all == scores_.end() || !all->second.contains(level)) return 1;
    const Score& score = all->second.at(level);
    return static_cast<double>(score.right) / static_cast<double>(score.said);
  }

  std::size_t said(Confidence level) const {
    const auto all = scores_.find("all");
    return all == scores_.end() || !all->second.contains(level) ? 0 : all->second.at(level).said;
  }

  void print() const {
    constexpr std::array kLevels = {std::pair("high", Confidence::High), std::pair("medium", Confidence::Medium),
                                    std::pair("low", Confidence::Low), std::pair("none", Confidence::None)};
    std::printf("%-12s %-7s %6s %6s %6s\n", "damage", "level", "said", "right", "share");
    for (const auto& [damage, of_damage] : scores_) {
      for (const auto& [word, level] : kLevels) {
        const auto found = of_damage.find(level);
        if (found == of_damage.end()) continue;
        const Score& score = found->second;
        std::printf("%-12s %-7s %6zu %6zu %6.3f\n", damage.c_str(), word, score.said, score.right,
                    static_cast<double>(score.right) / static_cast<double>(score.said));
      }
    }
  }

 private:
  static void show(const Incident& incident, const std::string& where) {
    const Cause& cause = incident.cause;
    const char* guilt = !incident.victim_is_cause ? "-" : *incident.victim_is_cause ? "guilty" : "innocent";
    std::printf("wrong: %s: kind %d %s %s, victim %s, %s: %s\n", where.c_str(), static_cast<int>(cause.kind),
                cause.name.value_or("-").c_str(), cause.unit.value_or("-").c_str(), guilt,
                cause.confidence == Confidence::High ? "high" : "medium", cause.why_this_confidence.c_str());
  }

  std::map<std::string, std::map<Confidence, Score>> scores_;
};

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void judge(const std::string& log, const std::vector<const Truth*>& truths, const std::string& damage,
           const std::string& where, Table& table) {
  for (const Incident& incident : document_of(log).incidents) {
    const bool right =
        std::any_of(truths.begin(), truths.end(), [&](const Truth* truth) { return is_right(incident, *truth); });
    table.add(damage, incident, right, where);
  }
}

void judge_damaged(const std::vector<Sample>& samples, std::uint32_t rounds, Table& table) {
  const std::uint32_t first = number_of("OOMWHY_SEED", 1);
  for (const Damage& damage : kDamages) {
    const std::uint32_t last = damage.apply == leave_whole ? first + 1 : first + rounds;
    for (const Sample& sample : samples) {
      for (std::uint32_t seed = first; seed < last; ++seed) {
        Draw draw(seed);
        judge(joined(damage.apply(sample.lines, draw)), {&sample.truth}, damage.name,
              sample.name + ", " + damage.name + ", seed " + std::to_string(seed), table);
      }
    }
  }
}

void judge_shuffled(const std::vector<Sample>& samples, std::uint32_t rounds, Table& table) {
  const std::uint32_t first = number_of("OOMWHY_SEED", 1);
  for (std::uint32_t seed = first; seed < first + rounds * static_cast<std::uint32_t>(samples.size()); ++seed) {
    Draw draw(seed);
    const Sample& a = samples[below(draw, samples.size())];
    const Sample& b = samples[below(draw, samples.size())];
    judge(joined(shuffle_together(a.lines, b.lines, draw)), {&a.truth, &b.truth}, "two mixed",
          a.name + " and " + b.name + ", seed " + std::to_string(seed), table);
  }
}

void check_calibration(const std::vector<Sample>& samples) {
  if (samples.empty()) return;
  const std::uint32_t rounds = number_of("OOMWHY_ROUNDS", 4);
  Table table;
  judge_damaged(samples, rounds, table);
  judge_shuffled(samples, rounds, table);
  table.print();
  CHECK(table.said(Confidence::High) > samples.size());  // that it says nothing is no merit
  CHECK(table.share(Confidence::High) >= 0.98);
  CHECK(table.share(Confidence::Medium) >= 0.80);
}

TEST_CASE("a cause of high confidence is right, one of medium mostly", "[calibration]") {
  check_calibration(samples_of_cases());
}

TEST_CASE("so are those of real kernels' logs", "[calibration][captures]") { check_calibration(samples_of_captures()); }

}  // namespace
}  // namespace oomwhy
