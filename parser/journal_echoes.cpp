#include "parser/journal_echoes.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstring>
#include <variant>
#include <vector>

#include "parser/allocation_refused.hpp"
#include "parser/journal_windows.hpp"
#include "parser/userspace_killers.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kAround = std::int64_t{60} * 1'000'000;
constexpr std::size_t kMostSenders = 64;  // of one window
constexpr int kMostOfWindow = 256;        // words: a storm's workers all say the same
constexpr std::size_t kMostAsked = 256;   // units that a pattern names

// Runtimes speak of the containers that they look after.
const std::set<std::string>& runtimes() {
  static const std::set<std::string> names{"SYSLOG_IDENTIFIER=containerd", "SYSLOG_IDENTIFIER=kubelet"};
  return names;
}

void add_match(sd_journal* journal, const std::string& match) {
  sd_journal_add_match(journal, match.data(), match.size());
  sd_journal_add_disjunction(journal);
}

template <typename Senders>
void read_senders(sd_journal* journal, const Senders& senders, const JournalInterval& interval, int most,
                  const std::function<void(const JournalEntry&)>& handed_on) {
  sd_journal_flush_matches(journal);
  for (const std::string& sender : senders) add_match(journal, sender);
  JournalEntry entry;
  walk_within(journal, interval, [&] {
    const auto message = peek_message(journal);
    if (most <= 0 || !(may_be_echo(message) || may_tell_of_refusal(message)) || !entry.read(journal)) return;
    --most;
    handed_on(entry);
  });
}

// "_SYSTEMD_UNIT=a.service" of every unit that is asked for.
void find_asked(sd_journal* journal, const char* field, const JournalInterval& interval,
                std::vector<std::string>& matches) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_query_unique(journal, field) < 0) return;
  SD_JOURNAL_FOREACH_UNIQUE(journal, data, size) {
    const std::string match(static_cast<const char*>(data), size);
    if (matches.size() < kMostAsked && interval.is_asked_unit(match.substr(std::strlen(field) + 1)))
      matches.push_back(match);
  }
}

}  // namespace

void JournalEchoes::note(const OomEvent& event) {
  std::set<std::string> senders = runtimes();
  for (const Victim& victim : event.victims) {
    if (victim.cgroup && senders.size() < kMostSenders) senders.insert("_SYSTEMD_CGROUP=" + *victim.cgroup);
  }
  note(event.boot_id, event.time.realtime_us, senders);
}

void JournalEchoes::note(const UserlandEvent& word) {
  const auto* message = std::get_if<UnitMessage>(&word.fact);
  if (message == nullptr || !tells_of_kill(word.fact)) return;
  const char* field = message->user_manager ? "_SYSTEMD_USER_UNIT=" : "_SYSTEMD_UNIT=";
  note(word.boot_id, word.time.realtime_us, {field + message->unit});
}

void JournalEchoes::note(const std::string& boot_id, const std::optional<std::int64_t>& at_us,
                         const std::set<std::string>& senders) {
  if (!at_us || boot_id.empty()) return;
  Windows& windows = boots_[boot_id];
  std::int64_t from = *at_us - kAround;
  Window window{*at_us + kAround, senders};
  auto other = windows.upper_bound(window.until_us);
  // Those that begin before this one ends and end behind its begin become part of it.
  while (other != windows.begin() && std::prev(other)->second.until_us >= from) {
    --other;
    from = std::min(from, other->first);
    window.until_us = std::max(window.until_us, other->second.until_us);
    for (const std::string& sender : other->second.senders) {
      if (window.senders.size() < kMostSenders) window.senders.insert(sender);
    }
    other = windows.erase(other);
  }
  windows.emplace(from, std::move(window));
}

void JournalEchoes::read(sd_journal* journal, const std::function<void(const JournalEntry&)>& entry) const {
  for (const auto& [boot, windows] : boots_) {
    for (const auto& [from, window] : windows) {
      JournalInterval interval{.since_us = from, .until_us = window.until_us, .boot_id = boot};
      read_senders(journal, window.senders, interval, kMostOfWindow, entry);
    }
  }
}

void read_asked_units(sd_journal* journal, const JournalInterval& interval,
                      const std::function<void(const JournalEntry&)>& entry) {
  if (!interval.is_asked_unit) return;
  std::vector<std::string> matches;
  for (const char* field : {"_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT"}) find_asked(journal, field, interval, matches);
  if (!matches.empty()) read_senders(journal, matches, interval, INT32_MAX, entry);
}

}  // namespace oomwhy
