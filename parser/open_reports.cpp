#include "parser/open_reports.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace oomwhy {

namespace {

constexpr std::ptrdiff_t kMostOpen = 8;  // of the kernel, and as many of processes

using Candidates = std::vector<ReportBuilder*>;

// Reports that can end or displace each other: no process's words do that to the kernel's.
bool are_neighbours(const ReportBuilder& one, const ReportBuilder& other) {
  return one.host() == other.host() && one.is_of_process() == other.is_of_process();
}

// Keeps those for which `holds`, unless that is none.
template <typename Predicate>
void narrow(Candidates& candidates, Predicate holds) {
  Candidates kept;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(kept), holds);
  if (!kept.empty()) candidates = std::move(kept);
}

// Stamps tell two reports apart only where they lie well apart; on two CPUs at once they do not.
void narrow_by_time(Candidates& candidates, const LogLine& line) {
  constexpr std::int64_t kApart = 500000;
  std::int64_t nearest = std::numeric_limits<std::int64_t>::max();
  for (const ReportBuilder* report : candidates) {
    if (const auto apart = report->distance(line)) nearest = std::min(nearest, std::abs(*apart));
  }
  narrow(candidates, [&](const ReportBuilder* report) {
    const auto apart = report->distance(line);
    return !apart || std::abs(*apart) - nearest < kApart;
  });
}

// The report that has just printed what comes before this line: another of the same kind, or the kind before it.
void narrow_by_order(Candidates& candidates, int step) {
  const auto skipped = [step](const ReportBuilder* report) {
    const int steps = step - report->step();
    return steps >= 0 ? std::max(steps, 1) : std::numeric_limits<int>::max();
  };
  int least = std::numeric_limits<int>::max();
  for (const ReportBuilder* report : candidates) least = std::min(least, skipped(report));
  narrow(candidates, [&](const ReportBuilder* report) { return skipped(report) == least; });
}

}  // namespace

ReportBuilder* OpenReports::likeliest(Candidates candidates, const LogLine& line, const Fact& fact) {
  int strongest = std::numeric_limits<int>::min();
  for (const ReportBuilder* report : candidates) strongest = std::max(strongest, report->relation(fact));
  narrow(candidates, [&](const ReportBuilder* report) { return report->relation(fact) == strongest; });
  narrow_by_time(candidates, line);
  narrow_by_order(candidates, step_of(fact));
  if (const auto* row = std::get_if<TaskRow>(&fact)) {
    // Most tables are in the order of the pids.
    narrow(candidates, [&](const ReportBuilder* report) { return report->last_row_pid() < row->pid; });
  }
  if (candidates.size() > 1) {
    for (ReportBuilder* report : candidates) report->doubt();
    narrow(candidates, [&](const ReportBuilder* report) { return report == last_; });
  }
  return candidates.back();
}

OpenReports::Choice OpenReports::choose(const LogLine& line, const Fact& fact, Block block) {
  Choice choice;
  // A further line of one record is where the record's first line is.
  const bool same_record = !line.starts_record && last_ != nullptr;
  if (same_record && last_->fit(line, fact, block) == ReportBuilder::Fit::Yes) return {last_, false};
  ReportBuilder* only = nullptr;
  Candidates candidates;
  for (const auto& report : reports_) {
    const ReportBuilder::Fit fit = report->fit(line, fact, block);
    if (fit == ReportBuilder::Fit::Repeat) return {report.get(), true};
    if (fit == ReportBuilder::Fit::No) continue;
    if (only != nullptr && candidates.empty()) candidates.push_back(only);
    if (only != nullptr) candidates.push_back(report.get());
    only = report.get();
  }
  choice.report = candidates.empty() ? only : likeliest(std::move(candidates), line, fact);
  return choice;
}

std::vector<std::unique_ptr<ReportBuilder>> OpenReports::open(std::unique_ptr<ReportBuilder> report) {
  std::vector<std::unique_ptr<ReportBuilder>> over;
  const auto same_writer = [&](const auto& other) {
    return other != nullptr && other->is_of_process() == report->is_of_process();
  };
  for (auto& other : reports_) {
    const bool full = std::count_if(reports_.begin(), reports_.end(), same_writer) >= kMostOpen;
    const bool ended = other->ended() && are_neighbours(*other, *report);
    if (ended || (full && same_writer(other))) over.push_back(std::move(other));
  }
  std::erase(reports_, nullptr);
  last_ = report.get();
  reports_.push_back(std::move(report));
  return over;
}

// A report that took nothing while a later one was printed from its beginning to its end has lost its own end. One that
// did take something is being printed at the same time.
std::vector<std::unique_ptr<ReportBuilder>> OpenReports::settle(ReportBuilder& report) {
  const auto self =
      std::find_if(reports_.begin(), reports_.end(), [&](const auto& other) { return other.get() == &report; });
  const bool behind_it =
      std::any_of(std::next(self), reports_.end(), [&](const auto& other) { return are_neighbours(*other, report); });
  if (behind_it) {
    report.mix();
    std::for_each(std::next(self), reports_.end(), [&](const auto& other) {
      if (are_neighbours(*other, report)) other->mix();
    });
  }
  last_ = &report;
  std::vector<std::unique_ptr<ReportBuilder>> over;
  if (!report.ended()) return over;
  for (auto other = reports_.begin(); other != self; ++other) {
    if (!(*other)->mixed() && are_neighbours(**other, report)) over.push_back(std::move(*other));
  }
  std::erase(reports_, nullptr);
  return over;
}

std::vector<std::unique_ptr<ReportBuilder>> OpenReports::take_all() {
  last_ = nullptr;
  return std::exchange(reports_, {});
}

std::vector<std::unique_ptr<ReportBuilder>> OpenReports::take_ended() {
  std::vector<std::unique_ptr<ReportBuilder>> over;
  for (auto& report : reports_) {
    if (report->ended()) over.push_back(std::move(report));
  }
  std::erase(reports_, nullptr);
  if (!over.empty()) last_ = reports_.empty() ? nullptr : reports_.back().get();
  return over;
}

ReportBuilder* OpenReports::current(const LogLine& line) const {
  const bool of_process = line.transport == Transport::Userspace;
  if (last_ != nullptr && last_->is_of_process() == of_process) return last_->ended() ? nullptr : last_;
  const auto latest = std::find_if(reports_.rbegin(), reports_.rend(), [&](const auto& report) {
    return report->is_of_process() == of_process && !report->ended();
  });
  return latest == reports_.rend() ? nullptr : latest->get();
}

void OpenReports::pass_over(const ReportBuilder* except) {
  for (const auto& report : reports_) {
    if (report.get() != except && !report->ended()) report->pass_over();
  }
}

std::uint64_t OpenReports::first_line() const {
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const auto& report : reports_) first = std::min(first, report->first_line());
  return first;
}

}  // namespace oomwhy
