#include "parser/assembler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/boot_tracker.hpp"
#include "parser/open_reports.hpp"
#include "parser/recent_events.hpp"
#include "parser/rejoin.hpp"
#include "parser/repeated_line.hpp"
#include "parser/report_opening.hpp"

namespace oomwhy {

namespace {

// Lines of others behind which an open report is given up: its end was lost.
constexpr std::uint64_t kGiveUpAfter = 20000;
// How near before a report its prelude stands ("sysrq: Manual OOM execution", "N callbacks suppressed").
constexpr std::uint64_t kPreludeWithin = 8;

Trust trust_of(const LogLine& line) {
  switch (line.transport) {
    case Transport::Kernel:
      return Trust::Kernel;
    case Transport::Userspace:
      return Trust::Userspace;
    case Transport::Unknown:
      return Trust::Unknowable;
  }
  return Trust::Unknowable;
}

// Lines that another program wrote are no report lines. Where the source itself names the writer (a journal, /dev/kmsg)
// a report-like line is kept, as that program's word.
bool may_report(const LogLine& line) {
  const bool writer_is_named = line.form == EnvelopeForm::KmsgRecord || line.form == EnvelopeForm::JournalExport ||
                               line.form == EnvelopeForm::JournalJson || line.form == EnvelopeForm::JournalVerbose;
  if ((line.transport == Transport::Userspace && writer_is_named) || line.identifier.empty()) return true;
  return line.identifier == "kernel" || line.identifier == "vmunix";
}

// The kernel of its own buffer, journald and rsyslog (imjournal) in their own names of what they missed.
bool may_tell_of_loss(const LogLine& line) {
  // What journald missed of the ring buffer is still in the ring buffer.
  if (line.identifier.starts_with("systemd-journal")) return line.form != EnvelopeForm::KmsgRecord;
  if (line.identifier == "rsyslogd") return true;
  return line.transport != Transport::Userspace && may_report(line);
}

DiagnosticKind kind_of(const Damaged& why) {
  return why.out_of_range ? DiagnosticKind::NumberOutOfRange : DiagnosticKind::DamagedLine;
}

constexpr std::size_t kQuoted = 80;  // of a line, in a diagnostic

// What the kernel did, and no line of a report: a process's word for it says nothing of the kernel's reports.
bool tells_of_kernel(const Fact& fact) {
  return std::holds_alternative<BootStart>(fact) || std::holds_alternative<SysrqOom>(fact) ||
         std::holds_alternative<CallbacksSuppressed>(fact);
}

// A number of the fact was too large for its field and is left out.
bool lost_a_number(const Fact& fact) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.out_of_range; }) return bool{value.out_of_range};
        return false;
      },
      fact);
}

// What was lost or suppressed, told once for the whole source.
struct Loss {
  std::uint64_t times = 0, records = 0, first_line = 0;

  void add(std::uint64_t line, std::uint64_t count) {
    if (times++ == 0) first_line = line;
    records += count;
  }
};

}  // namespace

class Assembler::State {
 public:
  State(std::string source, EventSink events, std::function<void(Diagnostic)> diagnostics,
        std::function<void(BlindSpot)> blind_spots)
      : source_(std::move(source)),
        diagnostics_(std::move(diagnostics)),
        blind_spots_(std::move(blind_spots)),
        recent_(std::move(events)),
        rejoiner_([this](const LogLine& line, const Fact& fact) { take(line, fact); }) {}

  void feed(const LogLine& line) { rejoiner_.feed(line); }
  void lose_records() {
    rejoiner_.flush();
    note_loss();
  }
  void settle() {
    rejoiner_.flush();
    close(open_.take_ended(), AtEnd::No);
    if (open_.empty()) recent_.release_all();
  }
  void finish() {
    rejoiner_.flush();
    close(open_.take_all(), AtEnd::Yes);
    recent_.release_all();
    report_losses();
  }
  std::uint32_t boots() const { return boots_.count(); }

  bool quiet() const {
    const auto ended = [](const auto& report) { return report->ended(); };
    return rejoiner_.quiet() && std::all_of(open_.all().begin(), open_.all().end(), ended);
  }
  bool has_ended_reports() const { return !open_.empty(); }
  std::optional<std::int64_t> uptime_us() const { return boots_.uptime_us(); }
  void pass(std::uint64_t lines);

 private:
  enum class AtEnd { No, Yes };
  using Reports = std::vector<std::unique_ptr<ReportBuilder>>;

  void take(const LogLine& line, const Fact& fact);
  void note_loss() {
    lost_since_report_ = true;
    for (const auto& report : open_.all()) report->lose_lines();
  }
  void follow_boot(const LogLine& line);
  bool goes_on(const LogLine& line) const;
  void pass(const LogLine& line);
  bool take_notice(const LogLine& line, const Fact& fact);
  void damage(const LogLine& line, const Damaged& why);
  void suppress(const LogLine& line, const CallbacksSuppressed& fact);
  void reap(const LogLine& line, std::uint32_t pid, bool reaped);
  void place(const LogLine& line, const Fact& fact, Block block);
  ReportBuilder& open(const LogLine& line, ReportKind kind);
  void rejoin_boot(const ReportBuilder& report);
  Prelude take_prelude();
  void close(const Reports& over, AtEnd at_end);
  void report_losses();

  std::string source_;
  std::function<void(Diagnostic)> diagnostics_;
  std::function<void(BlindSpot)> blind_spots_;
  OpenReports open_;
  RecentEvents recent_;
  BootTracker boots_;
  RecentLines recent_lines_;
  // Preludes, by the count of lines at which they came; 0: none.
  std::uint64_t fed_ = 0, sysrq_at_ = 0, suppressed_at_ = 0;
  std::uint64_t sysrq_line_ = 0, suppressed_ = 0;
  std::uint64_t memory_asked_for_at_ = 0;  // "sysrq: Show Memory" prints a Mem-Info of its own
  bool is_near(std::uint64_t at) const { return at != 0 && fed_ - at <= kPreludeWithin; }
  std::uint64_t since_fact_ = 0;
  bool lost_since_report_ = false;
  Loss lost_, callbacks_, unseen_kills_, hidden_;
  Rejoiner rejoiner_;
};

void Assembler::State::take(const LogLine& line, const Fact& fact) {
  ++fed_;
  follow_boot(line);
  if (std::holds_alternative<Unrelated>(fact)) return pass(line);
  if (recent_lines_.is_repeat(line, fact)) return;
  if (const auto* lost = std::get_if<MessagesLost>(&fact)) {
    if (!may_tell_of_loss(line)) return pass(line);
    lost_.add(line.line, lost->count.value_or(0));
    note_loss();
    return;
  }
  if (!may_report(line)) return pass(line);
  since_fact_ = 0;
  if (take_notice(line, fact)) return;
  if (lost_a_number(fact)) {
    diagnostics_(
        {Origin{source_, line.line, std::string(line.cursor)}, DiagnosticKind::NumberOutOfRange,
         fmt::format("a number does not fit its field and is left out of \"{}\"", line.text.substr(0, kQuoted))});
  }
  if (const auto block = block_of(fact)) place(line, fact, *block);
}

// Whether the line goes on with an open report although the clock went back: two boots' lines, or two stretches of one,
// mixed line by line.
bool Assembler::State::goes_on(const LogLine& line) const {
  constexpr std::int64_t kSecond = 1000000;
  return std::any_of(open_.all().begin(), open_.all().end(), [&](const auto& report) {
    const auto apart = report->distance(line);
    return apart && *apart > -kSecond && *apart < 10 * kSecond;
  });
}

void Assembler::State::follow_boot(const LogLine& line) {
  switch (boots_.observe(line)) {
    case BootTracker::Change::None:
      return;
    case BootTracker::Change::ClockBack:
      if (!goes_on(line)) boots_.start_boot(line, false);
      return;
    case BootTracker::Change::OtherBoot:
      close(open_.take_all(), AtEnd::No);
      return;
  }
}

void Assembler::State::pass(const LogLine& line) {
  if (line.text.size() < 64 && line.text.find("Show Memory") != std::string_view::npos) {
    memory_asked_for_at_ = fed_;
  }
  if (is_hidden_record(line.text) && may_report(line)) {
    hidden_.add(line.line, 1);
    for (const auto& report : open_.all()) report->lose_record();
  }
  if (open_.empty()) return;
  if (++since_fact_ > kGiveUpAfter) return close(open_.take_all(), AtEnd::No);
  ReportBuilder* current = open_.current(line);
  const bool elision = is_elision(line.text);
  if (current != nullptr && !elision && may_report(line) && line.transport != Transport::Userspace &&
      !line.text.empty()) {
    current->pass_over_unknown(line);
    open_.pass_over(current);
  } else {
    open_.pass_over(nullptr);
  }
  if (!elision) return;
  for (const auto& report : open_.all()) report->elide();
}

void Assembler::State::pass(std::uint64_t lines) {
  rejoiner_.pass(lines);
  fed_ += lines;
  boots_.pass(lines);
  if (open_.empty()) return;
  since_fact_ += lines;
  if (since_fact_ > kGiveUpAfter) close(open_.take_all(), AtEnd::No);
}

bool Assembler::State::take_notice(const LogLine& line, const Fact& fact) {
  if (line.transport == Transport::Userspace && tells_of_kernel(fact)) return true;
  if (const auto* damaged = std::get_if<Damaged>(&fact)) {
    damage(line, *damaged);
  } else if (std::holds_alternative<BootStart>(fact)) {
    if (boots_.start_boot(line, true)) close(open_.take_all(), AtEnd::No);
  } else if (const auto* sysrq = std::get_if<SysrqOom>(&fact)) {
    sysrq_at_ = sysrq->ignored ? 0 : fed_;
    sysrq_line_ = line.line;
  } else if (const auto* suppressed = std::get_if<CallbacksSuppressed>(&fact)) {
    suppress(line, *suppressed);
  } else if (const auto* reaped = std::get_if<Reaped>(&fact)) {
    reap(line, reaped->pid, true);
  } else if (const auto* unable = std::get_if<UnableToReap>(&fact)) {
    reap(line, unable->pid, false);
  } else if (std::holds_alternative<AllocationFailure>(fact)) {
    open(line, ReportKind::AllocationFailure);
  } else {
    return std::holds_alternative<FaultRetry>(fact);
  }
  return true;
}

void Assembler::State::damage(const LogLine& line, const Damaged& why) {
  ReportBuilder* current = open_.current(line);
  // Many lines look a little like a row; only inside a report is one of them a row that was damaged.
  if (current == nullptr && why.kind == "task row") return;
  if (current != nullptr) current->damage(line, why);
  diagnostics_({Origin{source_, line.line, std::string(line.cursor)}, kind_of(why),
                fmt::format("{}: {}; skipped", why.kind, why.why)});
}

void Assembler::State::suppress(const LogLine& line, const CallbacksSuppressed& fact) {
  // "__ratelimit" speaks for anyone; it counts if a report follows at once.
  const bool ours = fact.function.find("oom") != std::string_view::npos || fact.function == "dump_header";
  if (!ours && fact.function != "__ratelimit") return;
  if (ours) callbacks_.add(line.line, fact.count);
  suppressed_at_ = fed_;
  suppressed_ = fact.count;
}

void Assembler::State::reap(const LogLine& line, std::uint32_t pid, bool reaped) {
  const auto& reports = open_.all();
  const bool found = std::any_of(reports.rbegin(), reports.rend(), [&](const auto& report) {
    return report->is_of_process() == (line.transport == Transport::Userspace) && report->reap(pid, reaped, line.line);
  });
  if (!found && !recent_.reap(pid, reaped, line) && line.transport != Transport::Userspace)
    unseen_kills_.add(line.line, 1);
}

Prelude Assembler::State::take_prelude() {
  Prelude prelude;
  prelude.manual = is_near(sysrq_at_);
  prelude.sysrq_line = sysrq_line_;
  if (is_near(suppressed_at_)) prelude.suppressed = suppressed_;
  prelude.records_lost = lost_since_report_;
  sysrq_at_ = suppressed_at_ = 0;
  lost_since_report_ = false;
  return prelude;
}

ReportBuilder& Assembler::State::open(const LogLine& line, ReportKind kind) {
  const Prelude prelude = kind == ReportKind::OutOfMemory ? take_prelude() : Prelude{};
  auto report = std::make_unique<ReportBuilder>(kind, source_, line, trust_of(line), boots_.index(), prelude);
  ReportBuilder& opened = *report;
  close(open_.open(std::move(report)), AtEnd::No);
  return opened;
}

// A line went to a report of the boot before: what looked like another boot was the same one.
void Assembler::State::rejoin_boot(const ReportBuilder& report) {
  const std::uint32_t from = boots_.index();
  const std::uint32_t to = report.boot_index();
  if (from == to) return;
  boots_.rejoin(to);
  recent_.rejoin_boots(from, to);
  for (const auto& other : open_.all()) {
    if (other->boot_index() == from) other->set_boot_index(to);
  }
}

void Assembler::State::place(const LogLine& line, const Fact& fact, Block block) {
  const OpenReports::Choice choice = open_.choose(line, fact, block);
  if (choice.repeat) return;
  ReportBuilder* report = choice.report;
  if (report == nullptr) {
    if (!opens_report(fact)) return pass(line);
    const bool asked_for = is_near(memory_asked_for_at_);
    report = &open(line, asked_for && block == Block::Memory ? ReportKind::AllocationFailure : ReportKind::OutOfMemory);
  }
  rejoin_boot(*report);
  report->take(line, fact, block);
  if (report->confirmed()) boots_.note_report();
  open_.pass_over(report);
  close(open_.settle(*report), AtEnd::No);
}

void Assembler::State::close(const Reports& over, AtEnd at_end) {
  for (const auto& report : over) {
    if (!report->confirmed() && !(at_end == AtEnd::Yes && report->is_open_mem_info())) continue;
    std::vector<Diagnostic> diagnostics;
    OomEvent event = report->finish(diagnostics);
    for (Diagnostic& diagnostic : diagnostics) diagnostics_(std::move(diagnostic));
    recent_.keep(std::move(event));
  }
  if (!over.empty()) recent_.release(open_.first_line());
}

void Assembler::State::report_losses() {
  if (lost_.times > 0) {
    blind_spots_({BlindSpotKind::RecordsLost,
                  fmt::format("kernel messages were lost {} times{}{}", lost_.times,
                              lost_.records == 0 ? "" : fmt::format(" ({} counted)", lost_.records),
                              // A journal has no lines.
                              lost_.first_line == 0 ? "" : fmt::format(", first at line {}", lost_.first_line))});
  }
  if (callbacks_.times > 0) {
    blind_spots_({BlindSpotKind::RecordsSuppressed,
                  fmt::format("the kernel's rate limit suppressed {} OOM reports, first at line {}", callbacks_.records,
                              callbacks_.first_line)});
  }
  if (hidden_.times > 0) {
    blind_spots_({BlindSpotKind::RecordsLost,
                  fmt::format("journalctl's text hides {} kernel records with bytes that are not text (\"blob data\"), "
                              "first at line {}; journalctl -a shows them",
                              hidden_.times, hidden_.first_line)});
  }
  if (unseen_kills_.times > 0) {
    blind_spots_(
        {BlindSpotKind::RecordsLost,
         fmt::format("the oom_reaper speaks {} times of a process whose kill is not in the log, first at line {}",
                     unseen_kills_.times, unseen_kills_.first_line)});
  }
}

Assembler::Assembler(std::string source, EventSink events, std::function<void(Diagnostic)> diagnostics,
                     std::function<void(BlindSpot)> blind_spots)
    : state_(std::make_unique<State>(std::move(source), std::move(events), std::move(diagnostics),
                                     std::move(blind_spots))) {}
Assembler::~Assembler() = default;

void Assembler::feed(const LogLine& line) { state_->feed(line); }
void Assembler::lose_records() { state_->lose_records(); }
void Assembler::settle() { state_->settle(); }
void Assembler::finish() { state_->finish(); }
std::uint32_t Assembler::boots() const { return state_->boots(); }
bool Assembler::quiet() const { return state_->quiet(); }
bool Assembler::has_ended_reports() const { return state_->has_ended_reports(); }
std::optional<std::int64_t> Assembler::uptime_us() const { return state_->uptime_us(); }
void Assembler::pass(std::uint64_t lines) { state_->pass(lines); }

}  // namespace oomwhy
