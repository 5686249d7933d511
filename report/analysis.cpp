#include "report/analysis.hpp"

#include <utility>

#include "report/event_id.hpp"
#include "report/gathering.hpp"

namespace oomwhy {

EventAnalysis analyse(const OomEvent& event) { return analyse(event, ScoringContext{}); }

EventAnalysis analyse(const OomEvent& event, const ScoringContext& context) {
  return {
      .id = event_id(event), .scoring = score(event, context), .ledger = account(event), .groups = group_tasks(event)};
}

Document analyse(std::vector<InputSummary> inputs, std::vector<OomEvent> events, const Background& background,
                 const std::vector<UserlandEvent>& userland) {
  Gathering gathering(background);
  for (OomEvent& event : events) {
    gathering.take(std::move(event));
  }
  for (const UserlandEvent& word : userland) {
    gathering.take(word);
  }
  return gathering.finish(std::move(inputs));
}

}  // namespace oomwhy
