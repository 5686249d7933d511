// Ledgers of captured kills against /proc, read a moment before by a recorder that could not be killed. Memory moves in
// between, so rows agree within a share of the whole; the sum has to.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "report/ledger.hpp"
#include "report/words.hpp"
#include "tests/report/captured.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

constexpr double kMovement = 0.05;  // of the whole: up to half a second passes while something allocates
constexpr double kMissing = 0.20;   // rule C13: from here on what is in no counter can be the cause

// What the recorder read before one kill.
struct Truth {
  std::string meminfo;                  // empty: it read nothing
  std::optional<std::int64_t> charged;  // kB charged to the cgroup whose limit was hit
};

// "Name:   123 kB" of /proc/meminfo, in kB; of a name that the kernel does not have: 0.
std::int64_t kilobytes(const std::string& meminfo, const std::string& name) {
  const std::string start = "\n" + name + ":";
  const std::size_t at = ("\n" + meminfo).find(start);
  return at == std::string::npos ? 0 : std::atoll(meminfo.c_str() + at + start.size() - 1);
}

// What /proc/meminfo says of a row; absent: nothing of its own.
std::optional<std::int64_t> stated(const std::string& meminfo, LedgerItem item) {
  const auto kb = [&](const char* name) { return kilobytes(meminfo, name); };
  switch (item) {
    case LedgerItem::Anonymous:
      return kb("AnonPages") + kb("SwapCached");
    case LedgerItem::FileCache:
      return kb("Cached") + kb("Buffers") - kb("Shmem");
    case LedgerItem::Shmem:
      return kb("Shmem");
    case LedgerItem::SlabReclaimable:
      return kb("SReclaimable");
    case LedgerItem::SlabUnreclaimable:
      return kb("SUnreclaim");
    case LedgerItem::PageTables:
      return kb("PageTables") + kb("SecPageTables");
    case LedgerItem::KernelStack:
      return kb("KernelStack");
    case LedgerItem::Hugetlb:
      return kb("Hugetlb");
    case LedgerItem::Free:
      return kb("MemFree");
    case LedgerItem::Unaccounted: {
      std::int64_t left = kb("MemTotal");
      for (int counted = 0; counted < static_cast<int>(LedgerItem::Other); ++counted) {
        left -= stated(meminfo, static_cast<LedgerItem>(counted)).value_or(0);
      }
      return left;
    }
    case LedgerItem::Other:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::int64_t> charged_to(const nlohmann::json& cgroups, const std::string& path) {
  if (!cgroups.contains(path)) return std::nullopt;
  for (const char* const file : {"memory.current", "memory.usage_in_bytes"}) {
    if (cgroups[path].contains(file)) return std::atoll(cgroups[path][file].get<std::string>().c_str()) / 1024;
  }
  return std::nullopt;
}

Truth truth_of(const fs::path& capture, std::size_t number, const OomEvent& event) {
  const std::string text = capture_text(capture / "truth" / fmt::format("event-{:03}-before.json", number));
  const auto sample = nlohmann::json::parse(text, nullptr, false);
  Truth truth;
  if (!sample.is_object()) return truth;
  truth.meminfo = sample.value("meminfo", std::string());
  if (event.memcg && event.memcg->limiting && sample.contains("cgroups")) {
    truth.charged = charged_to(sample["cgroups"], *event.memcg->limiting);
  }
  return truth;
}

std::int64_t kb_of(Bytes size) { return static_cast<std::int64_t>(size.count / 1024); }

bool are_near(std::int64_t a, std::int64_t b, Bytes total) {
  return std::abs(static_cast<double>(a - b)) <= kMovement * static_cast<double>(kb_of(total));
}

double share_of(const Ledger& ledger, LedgerItem item) {
  for (const LedgerRow& row : ledger.rows) {
    if (row.item == item) return row.share;
  }
  return 0;
}

double sum_of_shares(const Ledger& ledger) {
  double sum = 0;
  for (const LedgerRow& row : ledger.rows) sum += row.share;
  return sum;
}

std::string in_words(const Ledger& ledger, const Truth& truth) {
  std::string text;
  for (const LedgerRow& row : ledger.rows) {
    const auto other = ledger.of_cgroup || truth.meminfo.empty() ? std::nullopt : stated(truth.meminfo, row.item);
    text += fmt::format("  {:<24} {:>9} {:>5.1f}% {:>9}\n", words(row.item), kb_of(row.size), row.share * 100,
                        other ? std::to_string(*other) : "");
  }
  return text;
}

void check_host(const Ledger& ledger, const Truth& truth) {
  CHECK(kilobytes(truth.meminfo, "MemTotal") == kb_of(ledger.total));
  for (const LedgerRow& row : ledger.rows) {
    const auto other = stated(truth.meminfo, row.item);
    CAPTURE(words(row.item), kb_of(row.size), other.value_or(-1));
    if (other) CHECK(are_near(kb_of(row.size), *other, ledger.total));
  }
  // What is in no counter is large where /proc says so, and nowhere else.
  const auto missing = static_cast<double>(*stated(truth.meminfo, LedgerItem::Unaccounted));
  CHECK((share_of(ledger, LedgerItem::Unaccounted) > kMissing) ==
        (missing > kMissing * static_cast<double>(kb_of(ledger.total))));
}

void check_cgroup(const Ledger& ledger, const Truth& truth) {
  CHECK(share_of(ledger, LedgerItem::Unaccounted) < 0.03);
  // At the kill it stands at its limit; a moment before it held no more.
  if (truth.charged) CHECK(*truth.charged <= kb_of(ledger.total) + kb_of(ledger.total) / 20);
}

// Whatever the report says: the rows come to all of it, and nothing is less than nothing.
void check_sum(const Ledger& ledger) {
  CHECK(sum_of_shares(ledger) == Approx(1.0).margin(0.001));
  for (const LedgerRow& row : ledger.rows) CHECK(row.share >= 0.0);
  // How much the counters may exceed the whole, which an unaccounted row below zero would say.
  Bytes sum;
  for (const LedgerRow& row : ledger.rows) sum += row.size;
  CHECK(kb_of(sum) <= kb_of(ledger.total) + kb_of(ledger.total) / 50);
}

struct Compared {
  std::size_t hosts = 0, cgroups = 0;
};

void compare(const Ledger& ledger, const Truth& truth, Compared& compared) {
  check_sum(ledger);
  if (truth.meminfo.empty()) return;
  ledger.of_cgroup ? check_cgroup(ledger, truth) : check_host(ledger, truth);
  ++(ledger.of_cgroup ? compared.cgroups : compared.hosts);
}

}  // namespace

TEST_CASE("table of ledgers of the captures against /proc/meminfo", "[table]") {
  const auto folders = capture_folders();
  if (folders.empty()) {
    WARN("OOMWHY_CAPTURES is not set: no ledger was held against /proc/meminfo");
    return;
  }
  std::string table = "kB by the report, kB by /proc/meminfo before it\n";
  Compared compared;
  for (const fs::path& folder : folders) {
    const auto events = read_events(complete_log(folder));
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto ledger = account(events[i]);
      if (!ledger) continue;
      const std::string name =
          fmt::format("{} {} #{}", folder.parent_path().filename().string(), folder.filename().string(), i);
      CAPTURE(name);
      const Truth truth = truth_of(folder, i, events[i]);
      compare(*ledger, truth, compared);
      if (i > 0) continue;
      table += fmt::format("{}: {} {}\n{}", name, ledger->of_cgroup ? "cgroup, usage" : "total", kb_of(ledger->total),
                           in_words(*ledger, truth));
    }
  }
  fmt::print("{}{} ledgers of hosts and {} of cgroups held against /proc\n\n", table, compared.hosts, compared.cgroups);
  CHECK(compared.hosts > 0);
}
