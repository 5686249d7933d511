#include "cli/growing_journal.hpp"

#ifdef OOMWHY_JOURNAL
#include <algorithm>
#include <utility>

#include "cli/journal_input.hpp"
#include "cli/messages.hpp"
#include "parser/clock.hpp"
#include "parser/journal_alarm.hpp"
#endif

namespace oomwhy {

#ifdef OOMWHY_JOURNAL
namespace {

// What came before tells loops, usual sizes and the other incidents at the end of the screen.
constexpr std::int64_t kStoryBefore = std::int64_t{24} * 3600 * 1'000'000;

// Holds nothing but its place: read() goes back into the journal.
class GrowingJournal : public GrowingLog {
 public:
  GrowingJournal(JournalAlarm alarm, const Request& request, std::int64_t since_us)
      : alarm_(std::move(alarm)), request_(request), unread_since_us_(since_us) {}

  pollfd awaited() const override { return {alarm_.descriptor(), alarm_.events(), 0}; }
  std::optional<std::int64_t> patience_us() const override { return alarm_.patience_us(); }

  News take(std::int64_t) override {
    const JournalAlarm::News news = alarm_.take();
    if (news.files_changed && !request_.output.quiet)
      print_note("journal files were rotated or removed; reading goes on");
    return news.kill ? News::Kill : News::Nothing;
  }

  Inputs read() override {
    const std::int64_t now = realtime_now_us();
    Inputs inputs = read_followed_journal(request_, std::min(unread_since_us_, now) - kStoryBefore);
    unread_since_us_ = now;
    return inputs;
  }

 private:
  JournalAlarm alarm_;
  const Request& request_;
  std::int64_t unread_since_us_;
};

}  // namespace

Result<std::unique_ptr<GrowingLog>> open_growing_journal(const Request& request, std::int64_t since_us) {
  auto alarm = JournalAlarm::open(locate_journal(request.journal), since_us);
  if (!alarm) return alarm.error();
  return std::unique_ptr<GrowingLog>(std::make_unique<GrowingJournal>(std::move(*alarm), request, since_us));
}

#else

Result<std::unique_ptr<GrowingLog>> open_growing_journal(const Request&, std::int64_t) {
  return Error{"journal", "this oomwhy was built without libsystemd", "oomwhy --kmsg --follow"};
}

#endif

}  // namespace oomwhy
