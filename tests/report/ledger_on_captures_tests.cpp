// Ledgers of captured kills against /proc/meminfo and memory.stat, read a moment before by a recorder that could not be
// killed. Memory moves in between, so rows agree within a share of the whole; the sum has to.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "report/ledger.hpp"
#include "tests/report/captured.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

constexpr double kMovement = 0.05;  // of the whole: up to half a second passes while something allocates

std::string_view name_of(LedgerItem item) {
  switch (item) {
    case LedgerItem::Anonymous:
      return "anonymous";
    case LedgerItem::FileCache:
      return "file cache";
    case LedgerItem::Shmem:
      return "shmem";
    case LedgerItem::SlabReclaimable:
      return "slab reclaimable";
    case LedgerItem::SlabUnreclaimable:
      return "slab unreclaimable";
    case LedgerItem::PageTables:
      return "page tables";
    case LedgerItem::KernelStack:
      return "kernel stack";
    case LedgerItem::Hugetlb:
      return "hugetlb";
    case LedgerItem::Free:
      return "free";
    case LedgerItem::Other:
      return "other";
    case LedgerItem::Unaccounted:
      return "unaccounted";
  }
  return "";
}

// "Name:   123 kB" of /proc/meminfo, in kB.
std::int64_t meminfo(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + ":");
  const auto begin = at == std::string::npos ? (text.starts_with(name + ":") ? 0 : std::string::npos) : at + 1;
  if (begin == std::string::npos) return 0;
  return std::atoll(text.c_str() + begin + name.size() + 1);
}

// What /proc/meminfo says of a row; absent: nothing of its own.
std::optional<std::int64_t> in_meminfo(const std::string& text, LedgerItem item) {
  const auto kb = [&text](const char* name) { return meminfo(text, name); };
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
    case LedgerItem::Other:
    case LedgerItem::Unaccounted:
      return std::nullopt;
  }
  return std::nullopt;
}

std::int64_t kb_of(const LedgerRow& row) { return static_cast<std::int64_t>(row.size.count / 1024); }

nlohmann::json read_json(const fs::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file, nullptr, false);
}

std::string text_of(const fs::path& capture, std::size_t event) {
  const auto sample = read_json(capture / "truth" / fmt::format("event-{:03}-before.json", event));
  return sample.is_object() && sample.contains("meminfo") ? sample["meminfo"].get<std::string>() : std::string();
}

double share_of(const Ledger& ledger, LedgerItem item) {
  for (const LedgerRow& row : ledger.rows) {
    if (row.item == item) return row.share;
  }
  return 0;
}

}  // namespace

TEST_CASE("table of ledgers of the captures against /proc/meminfo", "[table]") {
  const auto folders = capture_folders();
  if (folders.empty()) {
    WARN("OOMWHY_CAPTURES is not set: no ledger was held against /proc/meminfo");
    return;
  }
  std::string table = "kB by the report, kB by /proc/meminfo before it\n";
  std::size_t compared = 0;
  for (const fs::path& folder : folders) {
    const auto events = read_events(complete_log(folder));
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto ledger = account(events[i]);
      if (!ledger) continue;
      const std::string name =
          fmt::format("{} {} #{}", folder.parent_path().filename().string(), folder.filename().string(), i);
      CAPTURE(name);
      if (ledger->overcounted) CHECK(ledger->total.count > 0);
      const std::string truth = ledger->of_cgroup ? std::string() : text_of(folder, i);
      if (i == 0) table += fmt::format("{}: total {}\n", name, ledger->total.count / 1024);
      for (const LedgerRow& row : ledger->rows) {
        const auto stated = truth.empty() ? std::nullopt : in_meminfo(truth, row.item);
        if (i == 0) {
          table += fmt::format("  {:<20} {:>9} {:>5.1f}% {:>9}\n", name_of(row.item), kb_of(row), row.share * 100,
                               stated ? std::to_string(*stated) : "");
        }
        if (!stated) continue;
        ++compared;
        CAPTURE(name_of(row.item), kb_of(row), *stated);
        CHECK(std::abs(static_cast<double>(kb_of(row) - *stated)) <=
              kMovement * static_cast<double>(ledger->total.count) / 1024);
      }
      if (!truth.empty()) CHECK(meminfo(truth, "MemTotal") == static_cast<std::int64_t>(ledger->total.count / 1024));
      if (ledger->of_cgroup) CHECK(share_of(*ledger, LedgerItem::Unaccounted) < 0.03);
    }
  }
  fmt::print("{}\n", table);
  if (compared == 0) WARN("the captures' /proc files are packed: only the sums were checked");
}
