// The judgement of what other programs said: an incident without a kernel report, and what became of the units.
#pragma once

#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Cause and summary of an incident that only other programs tell of. They say whom they killed, not who was guilty: the
// cause is at most of low confidence, and nothing is said about whether the victim was it.
void judge_without_report(Incident& incident);

// Sentences about the units' fate after the kill: failed, back or not, restarted how often.
std::vector<std::string> fate_sentences(const Incident& incident);

}  // namespace oomwhy
