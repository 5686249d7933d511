#include "cli/selection.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "cli/match.hpp"

namespace oomwhy {
namespace {

// -b needs to know how many boots each source holds, those in which nothing was killed included.
class Boots {
 public:
  Boots(const Document& document, const BootChoice& choice) : choice_(choice) {
    for (const InputSummary& input : document.inputs) {
      boots_[input.source] = input.boots;
      if (input.kind == "journal") narrowed_.insert(input.source);
    }
    for (const Incident& incident : document.incidents) {
      for (const AnalysedEvent& event : incident.events) learn(event.event);
    }
  }

  bool holds(const Incident& incident) const {
    if (choice_.all) return true;
    // Other programs' words alone: a journal was narrowed to the boot when it was read, a text does not tell.
    if (incident.events.empty()) return choice_.id.empty() || choice_.offset != 0 || incident.boot_id == choice_.id;
    return std::any_of(incident.events.begin(), incident.events.end(),
                       [&](const AnalysedEvent& event) { return holds(event.event); });
  }

 private:
  void learn(const OomEvent& event) {
    std::uint32_t& boots = boots_[event.origin.source];
    boots = std::max(boots, event.boot_index + 1);
    if (!choice_.id.empty() && event.boot_id == choice_.id) named_[event.origin.source] = event.boot_index;
  }

  bool holds(const OomEvent& event) const {
    // A journal was narrowed to the boot when it was read: the boot that an offset counts from may not have been.
    if (narrowed_.count(event.origin.source) > 0) return true;
    const std::int64_t index = event.boot_index;
    if (!choice_.id.empty()) {
      if (choice_.offset == 0) return event.boot_id == choice_.id;
      const auto named = named_.find(event.origin.source);
      return named != named_.end() && index == named->second + choice_.offset;
    }
    const auto boots = boots_.find(event.origin.source);
    const std::int64_t last = boots == boots_.end() ? 0 : std::int64_t{boots->second} - 1;
    return index == (choice_.offset > 0 ? choice_.offset - 1 : last + choice_.offset);
  }

  const BootChoice& choice_;
  std::map<std::string, std::uint32_t> boots_;
  std::map<std::string, std::int64_t> named_;
  std::set<std::string> narrowed_;
};

using Marks = std::vector<bool>;

void narrow(Marks& marks, const Marks& to) {
  for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = marks[i] && to[i];
}

template <typename Predicate>
void keep_if(Marks& marks, const std::vector<Incident>& incidents, Predicate predicate) {
  for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = marks[i] && predicate(incidents[i]);
}

std::optional<Error> apply_matches(Marks& marks, const Document& document, const std::vector<Match>& matches) {
  std::map<MatchField, Marks> by_field;
  for (const Match& match : matches) {
    const auto found = find_matches(document.incidents, match);
    if (!found) return found.error();
    Marks& alternatives = by_field.try_emplace(match.field, Marks(marks.size(), false)).first->second;
    for (const std::size_t i : *found) alternatives[i] = true;
  }
  for (const auto& field : by_field) narrow(marks, field.second);
  return std::nullopt;
}

bool is_between(const Incident& incident, const Selection& selection) {
  const auto begin = incident.started ? incident.started->realtime_us : std::nullopt;
  const auto end = incident.ended && incident.ended->realtime_us ? incident.ended->realtime_us : begin;
  return begin && (!selection.since_us || *end >= *selection.since_us) &&
         (!selection.until_us || *begin <= *selection.until_us);
}

bool has_time(const Incident& incident) { return incident.started && incident.started->realtime_us; }

std::size_t apply_times(Marks& marks, const std::vector<Incident>& incidents, const Selection& selection) {
  if (!selection.since_us && !selection.until_us) return 0;
  std::size_t without_time = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i] && !has_time(incidents[i])) ++without_time;
    marks[i] = marks[i] && is_between(incidents[i], selection);
  }
  return without_time;
}

template <typename Value>
bool contains(const std::vector<Value>& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void apply_lists(Marks& marks, const std::vector<Incident>& incidents, const Selection& selection) {
  if (!selection.units.empty()) {
    keep_if(marks, incidents, [&](const Incident& incident) {
      return std::any_of(selection.units.begin(), selection.units.end(),
                         [&](const std::string& unit) { return concerns_unit(incident, unit); });
    });
  }
  if (!selection.scopes.empty()) {
    keep_if(marks, incidents, [&](const Incident& incident) { return contains(selection.scopes, incident.scope); });
  }
  if (!selection.killers.empty()) {
    keep_if(marks, incidents, [&](const Incident& incident) {
      return std::any_of(incident.killers.begin(), incident.killers.end(),
                         [&](const std::string& killer) { return contains(selection.killers, killer); });
    });
  }
}

}  // namespace

Result<Selected> select(const Document& document, const Selection& selection) {
  Marks marks(document.incidents.size(), true);
  if (auto error = apply_matches(marks, document, selection.matches)) return *error;
  apply_lists(marks, document.incidents, selection);
  if (selection.boot) {
    const Boots boots(document, *selection.boot);
    keep_if(marks, document.incidents, [&](const Incident& incident) { return boots.holds(incident); });
  }
  Selected selected;
  selected.without_time = apply_times(marks, document.incidents, selection);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i]) selected.incidents.push_back(i);
  }
  if (selection.limit && selected.incidents.size() > *selection.limit) {
    const auto excess = static_cast<std::ptrdiff_t>(selected.incidents.size() - *selection.limit);
    selected.incidents.erase(selected.incidents.begin(), selected.incidents.begin() + excess);
  }
  return selected;
}

Document pick(Document document, const std::vector<std::size_t>& incidents) {
  std::vector<Incident> picked;
  picked.reserve(incidents.size());
  for (const std::size_t i : incidents) picked.push_back(std::move(document.incidents[i]));
  document.incidents = std::move(picked);
  return document;
}

Document only(const Document& document, std::size_t incident) {
  return {.inputs = document.inputs,
          .coverage = document.coverage,
          .incidents = {document.incidents[incident]},
          .other_kills = document.other_kills,
          .refused_allocations = document.refused_allocations};
}

}  // namespace oomwhy
