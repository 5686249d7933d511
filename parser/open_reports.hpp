// The reports that are being printed: usually none or one; two where two CPUs print at once, or where the end of one
// was lost and nobody can know it yet. Finds the one that a fact belongs to.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "parser/report_builder.hpp"

namespace oomwhy {

class OpenReports {
 public:
  struct Choice {
    ReportBuilder* report = nullptr;  // none: the fact belongs to no open report
    bool repeat = false;              // a line that an open report has taken already
  };
  // By the caller that printk names, by what can follow what, by what the report knows of the task and the victim, by
  // the stamps; where all that leaves a choice, the report that took the last line takes this one, and both are marked.
  Choice choose(const LogLine& line, const Fact& fact, Block block);

  // Adds a report behind the others and gives back those that it ends.
  std::vector<std::unique_ptr<ReportBuilder>> open(std::unique_ptr<ReportBuilder> report);
  // The fact went to `report`: those that it was printed in place of are over.
  std::vector<std::unique_ptr<ReportBuilder>> settle(ReportBuilder& report);
  std::vector<std::unique_ptr<ReportBuilder>> take_all();
  std::vector<std::unique_ptr<ReportBuilder>> take_ended();

  void pass_over(const ReportBuilder* except);
  bool empty() const { return reports_.empty(); }
  const std::vector<std::unique_ptr<ReportBuilder>>& all() const { return reports_; }
  // The report that the line's writer is printing as far as one can tell, or null.
  ReportBuilder* current(const LogLine& line) const;
  std::uint64_t first_line() const;

 private:
  ReportBuilder* likeliest(std::vector<ReportBuilder*> candidates, const LogLine& line, const Fact& fact);

  std::vector<std::unique_ptr<ReportBuilder>> reports_;
  ReportBuilder* last_ = nullptr;  // took the last fact
};

}  // namespace oomwhy
