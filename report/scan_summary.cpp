#include "report/scan_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/format.hpp"
#include "report/spelling.hpp"
#include "report/words.hpp"

namespace oomwhy {
namespace {

std::string limit_of(const Incident& incident) {
  const AnalysedEvent* lead = lead_event(incident);
  if (lead == nullptr || !lead->event.memcg || !lead->event.memcg->memory) return "-";
  const auto& limit = lead->event.memcg->memory->limit;
  return limit ? fmt::format("{}", limit->count) : "unlimited";
}

std::string victim_of(const Incident& incident) {
  if (incident.victims.empty()) return "-";
  const IncidentVictim& first = incident.victims.front();
  return first.unit.value_or(first.victim.comm);
}

bool hides_kills(const BlindSpot& spot) {
  return spot.kind == BlindSpotKind::RecordsLost || spot.kind == BlindSpotKind::Unreadable ||
         spot.kind == BlindSpotKind::Damaged || spot.kind == BlindSpotKind::RingOverrun ||
         spot.kind == BlindSpotKind::Gap || spot.kind == BlindSpotKind::LevelFiltered;
}

using Hosts = std::set<std::string>;

std::size_t size_without(const Hosts& hosts, const Hosts& others) {
  return static_cast<std::size_t>(
      std::count_if(hosts.begin(), hosts.end(), [&](const std::string& host) { return !others.contains(host); }));
}

struct HostSets {
  Hosts all, silent, unreadable, uncovered, noticed;
};

HostSets sort_hosts(const ScanSummary& summary) {
  HostSets sets;
  for (const ScanSource& source : summary.sources) {
    sets.all.insert(source.host);
    if (source.silent_since_us) sets.silent.insert(source.host);
    if (source.failed) sets.unreadable.insert(source.host);
    if (source.silent_since_us || source.failed || source.empty) sets.uncovered.insert(source.host);
  }
  for (const auto& [host, spot] : summary.blind_spots) {
    sets.all.insert(host);
    if (hides_kills(spot)) sets.uncovered.insert(host);
    sets.noticed.insert(host);
  }
  for (const ScanIncident& incident : summary.incidents) sets.noticed.insert(incident.host);
  sets.all.insert(sets.noticed.begin(), sets.noticed.end());
  for (const OtherKill& kill : summary.other_kills) sets.noticed.insert(kill.host);
  sets.noticed.insert(sets.uncovered.begin(), sets.uncovered.end());
  return sets;
}

}  // namespace

bool is_kernel_kill(const Incident& incident) { return !incident.events.empty(); }

std::string signature_of(const Incident& incident) {
  return fmt::format("{}|{}|{}|{}|{}", spell(incident.scope),
                     incident.killers.empty() ? "-" : to_utf8(incident.killers.front()),
                     to_utf8(cause_name(incident.cause)), to_utf8(victim_of(incident)), limit_of(incident));
}

ScanCounts count(const ScanSummary& summary) {
  ScanCounts counts;
  std::set<std::pair<std::string, std::string>> groups;
  for (const ScanIncident& found : summary.incidents) {
    ++counts.incidents;
    ++(found.known_since_us ? counts.known_incidents : counts.new_incidents);
    counts.open_incidents += found.open ? 1 : 0;
    counts.loops += found.incident.loop ? 1 : 0;
    counts.userspace_kills += is_kernel_kill(found.incident) ? 0 : 1;
    groups.emplace(found.host, signature_of(found.incident));
  }
  counts.groups = groups.size();
  counts.other_kills = summary.other_kills.size();
  const HostSets hosts = sort_hosts(summary);
  counts.hosts = hosts.all.size();
  counts.silent_hosts = hosts.silent.size();
  counts.unreadable_hosts = hosts.unreadable.size();
  counts.covered_hosts = size_without(hosts.all, hosts.uncovered);
  counts.quiet_hosts = size_without(hosts.all, hosts.noticed);
  return counts;
}

bool is_uneventful(const ScanSummary& summary) {
  const ScanCounts counts = count(summary);
  return counts.incidents == 0 && counts.other_kills == 0 && counts.covered_hosts == counts.hosts &&
         summary.notes.empty() && summary.blind_spots.empty();
}

}  // namespace oomwhy
