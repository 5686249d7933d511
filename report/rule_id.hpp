// The ids of the decision table, in one place: one that is not here does not compile, and the tests show each of them
// firing and staying silent.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace oomwhy {

constexpr std::array<std::string_view, 45> kRuleIds = {
    "S1",  "S2",  "S3",  "S4",  "S5",  "S6",  "S7",  "S8",  "S9",  // what ran out, and who asked for the kill
    "C1",  "C2",  "C3",  "C4",  "C5",  "C6",                       // who used the memory
    "C7",  "C8",  "C9",  "C10", "C11", "C12", "C13", "C14",        // memory that no process owns
    "C15", "C16", "C17",                                           // swap
    "C18", "C19", "C20",                                           // free memory that could not be used
    "C21", "C22", "C23", "C24", "C25",                             // what a cgroup's limit was spent on
    "C26",                                                         // who is named where none of C1, C3 and C4 fires
    "K1",  "K2",  "K3",  "K4",                                     // kills that repeat, fail or take many
    "V1",  "V2",  "V3",                                            // why this one and not another
    "G1",  "G2",                                                   // growth, and what kills gained
    "U1",                                                          // a userspace killer's word
};

class RuleId {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is an id
  consteval RuleId(const char* id) : id_(id) {
    if (std::find(kRuleIds.begin(), kRuleIds.end(), id_) == kRuleIds.end()) throw "no such rule";
  }
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator std::string_view() const { return id_; }

 private:
  std::string_view id_;
};

}  // namespace oomwhy
