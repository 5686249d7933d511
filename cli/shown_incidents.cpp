#include "cli/shown_incidents.hpp"

#include <algorithm>
#include <utility>

namespace oomwhy {

std::vector<std::size_t> ShownIncidents::take_new(const Document& document, const std::vector<std::size_t>& selected) {
  std::map<std::string, std::size_t> kills;
  std::vector<std::size_t> fresh;
  for (const std::size_t i : selected) {
    const Incident& incident = document.incidents[i];
    const std::size_t count = std::max(incident.events_total, incident.victims_total);
    const auto known = kills_.find(incident.id);
    if (known == kills_.end() || known->second < count) fresh.push_back(i);
    kills[incident.id] = count;
  }
  kills_ = std::move(kills);
  return fresh;
}

}  // namespace oomwhy
