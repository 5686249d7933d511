// The contract's spellings of the model's enumerators: what JSON prints, and what text prints in its place.
#pragma once

#include <string_view>

#include "report/analysis.hpp"

namespace oomwhy {

std::string_view spell(Certainty certainty);
std::string_view spell(Clock clock);
std::string_view spell(Trust trust);
std::string_view spell(Constraint constraint);
std::string_view spell(Outcome outcome);
std::string_view spell(ReportPart part);
std::string_view spell(Grade grade);
std::string_view spell(VictimRole role);
std::string_view spell(PanicReason reason);
std::string_view spell(Deviation deviation);
std::string_view spell(WhyNotEligible why_not);
std::string_view spell(LedgerItem item);
std::string_view spell(GroupBy by);
std::string_view spell(Scope scope);
std::string_view spell(Confidence confidence);
std::string_view spell(CauseKind kind);
std::string_view spell(AdviceAction action);
std::string_view spell(TargetKind kind);
std::string_view spell(UnitWord word);
std::string_view spell(RefusedBy by);
std::string_view spell(DiagnosticKind kind);
std::string_view spell(BlindSpotKind kind);

}  // namespace oomwhy
