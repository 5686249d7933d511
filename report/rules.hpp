// The decision table: each row of it a small function that looks at one event and says what it found, or nothing. What
// a finding proves of the cause is weighed by report/ranking; here is only what stands in the report.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/rule_id.hpp"
#include "report/scene.hpp"

namespace oomwhy {

// Memory that a rule found a holder for: the ranking weighs holdings against each other.
struct Holding {
  CauseKind kind = CauseKind::Unknown;
  Bytes size;
  std::optional<std::string> name;
  std::optional<std::size_t> suspect;  // index into Scene::suspects, where processes hold it
};

struct Finding {
  Evidence evidence;
  Confidence confidence = Confidence::High;  // in the finding itself (the table's P and H: High)
  std::optional<Holding> holding;
};

using Rule = std::optional<Finding> (*)(const Scene& scene);
struct NamedRule {
  RuleId id;
  Rule rule;
};

std::span<const NamedRule> scope_rules();          // S1 to S9
std::span<const NamedRule> process_rules();        // C1, C3 to C6
std::span<const NamedRule> kernel_memory_rules();  // C7 to C14
std::span<const NamedRule> swap_rules();           // C15 to C17
std::span<const NamedRule> zone_rules();           // C18 to C20
std::span<const NamedRule> cgroup_rules();         // C21 to C25
std::span<const NamedRule> kill_rules();           // K3, K4, V1 to V3

// All of the above, in the order of the table.
std::vector<Finding> apply_rules(const Scene& scene);

// C26, the evidence for a group that is named for want of a stronger rule: what its rows, or without a table the kill
// line, say that it held. Not one of the rules above: which group is named is the ranking's to say.
Finding c26_held_so_much(const Scene& scene, const Suspect& suspect);

const Finding* find(const std::vector<Finding>& findings, RuleId rule);
bool fired(const std::vector<Evidence>& evidence, std::string_view rule);

// The command of the decision table that confirms a finding; empty where the report proves it alone.
std::string_view confirming_command(std::string_view rule);

}  // namespace oomwhy
