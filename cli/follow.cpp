#include "cli/follow.hpp"

#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "cli/growing_journal.hpp"
#include "cli/growing_ring.hpp"
#include "cli/journal_input.hpp"
#include "cli/messages.hpp"
#include "cli/pager.hpp"
#include "cli/selection.hpp"
#include "cli/shown_incidents.hpp"
#include "cli/stop_signals.hpp"
#include "cli/terminal.hpp"
#include "cli/units_now.hpp"

namespace oomwhy {
namespace {

bool follows_ring(const Request& request) {
  return request.kernel_ring || (!request.journal.named() && !has_local_journal());
}

Result<std::unique_ptr<GrowingLog>> open_log(const Request& request, std::int64_t since_us) {
  if (!follows_ring(request)) return open_growing_journal(request, since_us);
  auto ring = GrowingRing::open(kKernelRing, request);
  if (!ring) return ring.error();
  return std::unique_ptr<GrowingLog>(std::move(*ring));
}

// Shows what is new of each reading. A run of typed lines is complete each time: one that is cut off leaves no
// half-written one behind.
class Display {
 public:
  Display(const Request& request, const RedactionChoice& redaction) : request_(request), redaction_(redaction) {}

  bool show(Inputs inputs) {
    for (const Error& error : inputs.errors) note_failure(error);
    Document document = inputs.gathering.finish(std::move(inputs.summaries));
    const auto selected = select(document, request_.selection);
    if (!selected) return note_failure(selected.error()), false;
    const auto fresh = shown_.take_new(document, selected->incidents);
    return fresh.empty() || print(std::move(document), fresh);
  }

  ExitStatus status() const {
    if (failed_) return ExitStatus::Unreadable;
    return any_ ? ExitStatus::Found : ExitStatus::Nothing;
  }

 private:
  void note_failure(const Error& error) {
    failed_ = true;
    print_error(error);
  }

  bool print(Document document, const std::vector<std::size_t>& incidents) {
    const bool lines = request_.output.format == Format::JsonLines;
    add_units_now(document, incidents, "");
    Redacted told = redact(std::move(document), request_.arguments, redaction_);
    const CommandOutput shown = run_explain({request_, std::move(told.document), incidents, choose_style(request_)});
    const bool apart = std::exchange(any_, true) && !lines;
    const auto failure = Output(PagerMode::Never).write([&](const TextSink& out) {
      if (apart) out("\n");
      shown.text(out);
    });
    if (failure) note_failure(*failure);
    return !failure;
  }

  const Request& request_;
  const RedactionChoice& redaction_;
  ShownIncidents shown_;
  bool any_ = false, failed_ = false;
};

}  // namespace

ExitStatus run_follow(Request request, const RedactionChoice& redaction, std::int64_t now_us) {
  const std::int64_t since_us = request.selection.since_us.value_or(now_us);
  const bool ring = follows_ring(request);
  // The records of the ring buffer have no time of day; those from before are not read.
  if (!ring) request.selection.since_us = since_us;
  const FollowHost host = make_follow_host();
  const auto log = open_log(request, since_us);
  if (!log) {
    print_error(log.error());
    return ExitStatus::Unreadable;
  }
  if (!request.output.quiet) {
    print_note(std::string("following ") + (ring ? kKernelRing : "the journal") + "; Ctrl-C ends it");
  }
  Display display(request, redaction);
  follow(**log, host, [&](Inputs inputs) { return display.show(std::move(inputs)); });
  return display.status();
}

}  // namespace oomwhy
