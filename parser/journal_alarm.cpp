#include "parser/journal_alarm.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "parser/clock.hpp"
#include "parser/journal_handle.hpp"
#include "parser/journal_windows.hpp"
#include "parser/userland.hpp"

namespace oomwhy {
namespace {

bool is_alarming(const JournalEntry& entry) {
  const auto fact = classify_userland(entry.lines().front());
  return fact && tells_of_kill(*fact);
}

}  // namespace

struct JournalAlarm::State {
  JournalHandle journal;
  int descriptor = -1;
};

JournalAlarm::JournalAlarm(std::unique_ptr<State> state) : state_(std::move(state)) {}
JournalAlarm::JournalAlarm(JournalAlarm&&) noexcept = default;
JournalAlarm& JournalAlarm::operator=(JournalAlarm&&) noexcept = default;
JournalAlarm::~JournalAlarm() = default;

Result<JournalAlarm> JournalAlarm::open(const JournalLocation& location, std::int64_t since_us) {
  auto opened = open_journal(location);
  if (!opened) return opened.error();
  auto state = std::make_unique<State>();
  state->journal = std::move(*opened);
  // Watched before it is read: nothing falls between.
  state->descriptor = sd_journal_get_fd(state->journal.get());
  if (state->descriptor < 0) {
    return Error{"journal", std::string("cannot be watched: ") + std::strerror(-state->descriptor),
                 "is fs.inotify.max_user_instances or max_user_watches exhausted?"};
  }
  JournalInterval from_here;
  from_here.since_us = since_us;
  seek_hits(state->journal.get(), from_here);
  return JournalAlarm(std::move(state));
}

int JournalAlarm::descriptor() const { return state_->descriptor; }

short JournalAlarm::events() const { return static_cast<short>(sd_journal_get_events(state_->journal.get())); }

std::optional<std::int64_t> JournalAlarm::patience_us() const {
  std::uint64_t until = UINT64_MAX;
  if (sd_journal_get_timeout(state_->journal.get(), &until) < 0 || until == UINT64_MAX) return std::nullopt;
  // The library's timeouts are on CLOCK_MONOTONIC.
  return std::max<std::int64_t>(static_cast<std::int64_t>(until) - monotonic_now_us(), 0);
}

JournalAlarm::News JournalAlarm::take() {
  News news;
  sd_journal* journal = state_->journal.get();
  news.files_changed = sd_journal_process(journal) == SD_JOURNAL_INVALIDATE;
  const auto listen = [&](const JournalEntry& entry) { news.kill = news.kill || is_alarming(entry); };
  const JournalHits hits = collect_hits(journal, {}, listen);
  news.kill = news.kill || !hits.kernel.empty();
  return news;
}

}  // namespace oomwhy
