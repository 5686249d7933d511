#include "report/gathering.hpp"

#include <algorithm>
#include <utility>

#include "report/append.hpp"
#include "report/coverage.hpp"
#include "report/folding.hpp"
#include "report/idle_words.hpp"
#include "report/incident.hpp"
#include "report/judgement.hpp"
#include "report/other_kills.hpp"
#include "report/reading_off.hpp"
#include "report/retention.hpp"
#include "report/userland_incidents.hpp"
#include "report/userland_verdict.hpp"

namespace oomwhy {
namespace {

constexpr std::uint64_t kBytesAnEvent = 2048;  // of tables, for each report: less than what is left of one without
constexpr std::size_t kFullStorms = 4;         // as many reports as these keep are held before they are counted

}  // namespace

Gathering::Gathering(Background background, GatheringLimits limits)
    : background_(std::move(background)), limits_(std::move(limits)), most_events_(kFullStorms * 2 * limits_.at_ends) {}

void Gathering::take(OomEvent event) {
  EventAnalysis analysis = analyse(event, recent_.before(event));
  recent_.remember(event);
  events_.push_back({.event = std::move(event), .analysis = std::move(analysis)});
  held_ += weight(events_.back());
  if (held_ > limits_.bytes || events_.size() > most_events_) make_room();
}

void Gathering::take(UserlandEvent word) {
  refused_.take(word);
  words_.push_back(std::move(word));
  if (words_.size() <= limits_.words) return;
  drop_idle_words(words_, events_);
  // What has to stay is not looked through again and again.
  limits_.words = std::max(limits_.words, 2 * words_.size());
}

bool Gathering::is_wanted(const Incident& incident) const {
  return std::any_of(limits_.wanted.begin(), limits_.wanted.end(),
                     [&](const std::string& digits) { return answers_to(incident, digits); });
}

Background Gathering::background_of(const Incident& incident, const UserlandWords& words) const {
  return {with_earlier_runs(background_.history, incident, words), background_.site};
}

// The newest incident is the one that a person asks for, and may go on.
void Gathering::make_room() {
  const UserlandWords words(words_);
  std::vector<Incident> incidents = cluster(std::exchange(events_, {}));
  held_ = 0;
  for (Incident& incident : incidents) {
    const Background background = background_of(incident, words);
    leave_middle_out(incident, background, is_wanted(incident) ? kIncidentBudget : limits_.bytes / 8);
    count_middle(incident, background, limits_.at_ends);
    held_ += weight(incident);
  }
  for (std::size_t i = 0; i + 1 < incidents.size() && held_ > limits_.bytes / 2; ++i) {
    if (is_wanted(incidents[i])) continue;
    held_ -= weight(incidents[i]);
    leave_all_out(incidents[i], background_of(incidents[i], words));
    held_ += weight(incidents[i]);
  }
  for (Incident& incident : incidents) append(events_, std::move(incident.events));
  // What has to stay, and the many reports of a storm, are not gone through again and again.
  limits_.bytes = std::max({limits_.bytes, 2 * held_, kBytesAnEvent * events_.size()});
  most_events_ = std::max(most_events_, 2 * events_.size());
}

Document Gathering::finish(std::vector<InputSummary> inputs) {
  Document document;
  document.coverage = cover(inputs);
  document.inputs = std::move(inputs);
  document.incidents = cluster(std::exchange(events_, {}));
  const UserlandWords words(words_);
  for (Incident& incident : document.incidents) {
    const Background background = background_of(incident, words);
    count_middle(incident, background, limits_.at_ends);
    judge(incident, background);
    for (AnalysedEvent& event : incident.events) event.findings.reset();
  }
  join_userland(document.incidents, words);
  document.other_kills = find_other_kills(document.incidents, words);
  document.refused_allocations = refused_.finish();
  for (Incident& incident : document.incidents) {
    if (incident.events.empty()) judge_without_report(incident);
    for (std::string& sentence : fate_sentences(incident)) incident.summary.push_back(std::move(sentence));
    keep_within(incident);
  }
  return document;
}

}  // namespace oomwhy
