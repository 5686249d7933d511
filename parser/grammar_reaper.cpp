// What became of a victim's memory (mm/oom_kill.c: oom_reap_task(), since 4.6).
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view kind = "oom_reaper line";

// "anon-rss:0kB, file-rss:0kB, shmem-rss:0kB".
std::optional<Kibibytes> read_size(std::string_view figures, std::string_view key) {
  const std::size_t at = figures.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  Scan scan(figures.substr(at + key.size()));
  const auto value = scan.number<std::uint64_t>();
  if (!value || !scan.literal("kB")) return std::nullopt;
  return Kibibytes{*value};
}

Fact reaped(Scan scan) {
  scan.literal(":");  // "reaped process :%d" in the first release candidates
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) return unreadable_number(kind, "the pid", scan);
  if (!scan.literal(" (")) return cut_short(kind, "the process name is missing");
  const std::string_view text = scan.rest();
  std::size_t end = text.rfind("), now anon-rss:");
  if (end == std::string_view::npos) end = text.rfind(") anon-rss:");
  Reaped fact{*pid, {}, {}, {}, {}, true};
  if (end == std::string_view::npos) {
    end = text.rfind(')');
    if (end == std::string_view::npos) return cut_short(kind, "the process name has no end");
    fact.comm = text.substr(0, end);
    return fact;
  }
  fact.comm = text.substr(0, end);
  const std::string_view figures = text.substr(end);
  fact.anon_rss = read_size(figures, "anon-rss:");
  fact.file_rss = read_size(figures, "file-rss:");
  fact.shmem_rss = read_size(figures, "shmem-rss:");
  fact.cut = !fact.shmem_rss;
  return fact;
}

Fact not_reaped(Scan scan) {
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) return unreadable_number(kind, "the pid", scan);
  if (!scan.literal(" (")) return cut_short(kind, "the process name is missing");
  const std::size_t end = scan.rest().rfind(')');
  if (end == std::string_view::npos) return cut_short(kind, "the process name has no end");
  return UnableToReap{*pid, scan.rest().substr(0, end)};
}

}  // namespace

Fact reaper_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("oom_reaper: ")) return Unrelated{};
  if (scan.literal("reaped process ")) return reaped(scan);
  if (scan.literal("unable to reap pid:") || scan.literal("giving up pid:")) return not_reaped(scan);
  return Unrelated{};
}

}  // namespace oomwhy::grammar
