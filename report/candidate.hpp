// What is put forward as the cause of one event, before it is described.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/scene.hpp"

namespace oomwhy {

struct Candidate {
  CauseKind kind = CauseKind::Unknown;
  Bytes size;
  std::optional<std::string> name;
  const Suspect* suspect = nullptr;  // of the scene
  Confidence confidence = Confidence::None;
  std::string why;
  std::vector<std::string_view> rules;  // that speak for it
};

inline void be(Candidate& candidate, Confidence confidence, std::string why) {
  candidate.confidence = confidence;
  candidate.why = std::move(why);
}

constexpr double kWorthNaming = 0.2;  // of the charged memory: below it nobody is named
constexpr double kDominant = 0.5;     // of the charged memory

}  // namespace oomwhy
