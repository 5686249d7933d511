#include "cli/restart_rules.hpp"

#include <algorithm>

#include "cli/small_files.hpp"
#include "cli/unit_files.hpp"
#include "report/restart_rule.hpp"

namespace oomwhy {
namespace {

// A running kernel's, else what an image will be called.
std::string host_of(const std::string& root) {
  for (const char* file : {"/proc/sys/kernel/hostname", "/etc/hostname"}) {
    std::string name = read_text(root + file).value_or("");
    name.resize(std::min(name.size(), name.find('\n')));
    if (!name.empty()) return name;
  }
  return "";
}

// What is back by its Restart= needs no word more; the files of a user's units are in a home.
bool is_unexplained(const UnitFate& fate) {
  return fate.failed && !fate.restart_scheduled && !fate.user_manager && fate.unit.ends_with(".service");
}

}  // namespace

std::optional<std::string> root_of_log(const Request& request) {
  const JournalChoice& journal = request.journal;
  const bool elsewhere =
      !journal.files.empty() || journal.directory || journal.machine || journal.name_space || journal.merge;
  if (!request.inputs.empty() || elsewhere) return std::nullopt;
  std::string root = journal.root.value_or("");
  while (root.ends_with('/')) root.pop_back();
  return root;
}

void add_restart_rules(Document& document, const std::vector<std::size_t>& chosen, const std::string& root) {
  const std::string host = host_of(root);
  if (host.empty()) return;
  for (const std::size_t index : chosen) {
    Incident& incident = document.incidents[index];
    if (incident.host != host) continue;
    for (const UnitFate& fate : trace_units(incident)) {
      const auto policy = is_unexplained(fate) ? read_unit_policy(root, fate.unit) : std::nullopt;
      if (!policy) continue;
      if (std::string sentence = restart_sentence(*policy, fate); !sentence.empty())
        incident.summary.push_back(std::move(sentence));
    }
  }
}

}  // namespace oomwhy
