// The lower part of the screen: what proves the verdict, what to change, what could not be seen, what else happened.
#include <fmt/format.h>

#include <algorithm>

#include "report/neighbours.hpp"
#include "report/spelling.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

// "PROOF (oomwhy explain 7c3e91b2 --show-evidence)"; an example has no commands to copy.
std::string heading(const Screen& screen, std::string_view text, std::string_view verb, std::string_view option) {
  if (screen.is_example()) return std::string(text);
  return fmt::format("{} (oomwhy {} {}{})", text, verb, screen.name(short_id(screen.incident.id)), option);
}

// The kernel's choice as a sentence: what its arithmetic says of it.
std::string choice_words(const Screen& screen) {
  if (screen.lead == nullptr) return "";
  const Choice& choice = screen.lead->analysis.scoring.choice;
  if (!choice.explanation.empty()) return screen.name(choice.explanation);
  if (choice.agrees.value_or(false)) return "The victim had the highest score of the table.";
  return choice.deviation ? std::string(words(*choice.deviation)) : "";
}

std::string first_clause(const std::string& text) { return text.substr(0, text.find("; ")); }

// What to look at or to run: the reason, and the command whole, for copying. An example has none to copy.
TextLines command_rows(const Screen& screen, const Advice& advice) {
  const std::string verb = advice.action == AdviceAction::Run ? "run" : "check";
  TextLines lines = wrapped(screen.name(verb + ": " + first_clause(advice.reason)), {2, 4}, screen.style);
  if (!screen.is_example()) append(lines, wrapped(screen.name(advice_words(advice)), {4, 6}, screen.style));
  return lines;
}

TextLines setting_rows(const Screen& screen, const Advice& advice) {
  const bool is_for_unit = advice.target_kind != TargetKind::Kernel;
  std::string text(standing_words(advice));
  if (is_for_unit) text += advice_target(screen.incident, advice) + "  ";
  text += advice_words(advice);
  std::string why = first_clause(advice.proposed ? advice.reason : advice.gate);
  // A condition may name a command.
  if (!advice.proposed && screen.is_example()) why.clear();
  if (!why.empty()) text += (text.empty() ? "" : ": ") + why;
  return wrapped(screen.name(text), {2, 4}, screen.style);
}

TextLines advice_rows(const Screen& screen, const Advice& advice) {
  switch (advice.action) {
    case AdviceAction::Run:
    case AdviceAction::Check:
      return command_rows(screen, advice);
    case AdviceAction::Set:
    case AdviceAction::None:
      return setting_rows(screen, advice);
  }
  return {};
}

// The first three in their order; of those that wait for the same unknown, the first.
std::vector<const Advice*> chosen_advice(const std::vector<Advice>& all) {
  constexpr std::size_t kMost = 3;
  std::vector<const Advice*> chosen;
  for (const Advice& advice : all) {
    const bool waits_too = !advice.proposed && std::any_of(chosen.begin(), chosen.end(), [&](const Advice* other) {
      return !other->proposed && other->target == advice.target;
    });
    if (!waits_too && chosen.size() < kMost) chosen.push_back(&advice);
  }
  return chosen;
}

TextLine neighbour_row(const Screen& screen, const Incident& other) {
  const std::string victim = other.victims.empty() ? "nobody killed" : screen.name(other.victims.front().victim.comm);
  const std::string more = other.victims_total > 1 ? fmt::format(" and {} more", other.victims_total - 1) : "";
  return {{fmt::format("  {}  {}  {}: {}{}", screen.name(short_id(other.id)), screen_time(other.started, screen.style),
                       spell(other.scope), victim, more),
           Tone::Plain}};
}

}  // namespace

Section proof(const Screen& screen) {
  Section section;
  std::size_t shown = 0;
  for (const Evidence& evidence : screen.incident.cause.evidence) {
    const std::string text = fmt::format("{:<4}{}{}", screen.name(evidence.rule), screen.name(evidence.text),
                                         place(evidence.origin, screen.style));
    const Rank rank = shown < 2 ? Rank::Important : shown < 4 ? Rank::Extra : Rank::Spare;
    section.add(wrapped(text, {2, 6}, screen.style), rank);
    ++shown;
  }
  const std::string choice = choice_words(screen);
  if (!choice.empty()) section.add(wrapped("    " + choice, {2, 6}, screen.style), Rank::Extra);
  section.heading = {{{heading(screen, "PROOF", "explain", " --show-evidence"), Tone::Heading}}};
  return section;
}

Section prevention(const Screen& screen) {
  Section section;
  std::size_t deeds = 0;
  for (const Advice* advice : chosen_advice(screen.incident.advice)) {
    // That nothing can be set is worth less than what can be done instead.
    const bool is_deed = advice->action != AdviceAction::None;
    const Rank rank = is_deed && deeds == 0 ? Rank::Important : deeds < 2 ? Rank::Useful : Rank::Extra;
    section.add(advice_rows(screen, *advice), rank);
    if (is_deed) ++deeds;
  }
  section.heading = {{{heading(screen, "PREVENT", "advise", ""), Tone::Heading}}};
  section.items = screen.incident.advice.size();
  return section;
}

Section unseen(const Screen& screen) {
  Section section;
  for (const InputSummary& input : screen.document.inputs) {
    const std::string unread = unread_words(input, screen_time(input.first, screen.style));
    if (!unread.empty()) section.add(wrapped(screen.name(unread), {0, 2}, screen.style), Rank::Important);
  }
  for (const BlindSpot& spot : screen.document.coverage.blind_spots) {
    const std::string text = fmt::format("not seen: {}: {}", words(spot.kind), screen.name(spot.detail));
    const Rank rank = section.blocks.size() < 2 ? Rank::Important : Rank::Spare;
    section.add(wrapped(text, {0, 2}, screen.style), rank);
  }
  return section;
}

Section neighbours(const Screen& screen) {
  constexpr std::size_t kMost = 6;
  Section section;
  const std::vector<const Incident*> others = find_neighbours(screen.document, screen.incident);
  if (others.empty()) return section;
  section.heading = {{{"IN THE 24 HOURS BEFORE, the gravest first", Tone::Heading}}};
  for (std::size_t i = 0; i < std::min(others.size(), kMost); ++i) {
    section.add({neighbour_row(screen, *others[i])}, i == 0 ? Rank::Important : i < 3 ? Rank::Extra : Rank::Spare);
  }
  if (others.size() > kMost) {
    section.add({{{fmt::format("  and {} more{}", others.size() - kMost, screen.is_example() ? "" : ": oomwhy list"),
                   Tone::Faint}}},
                Rank::Useful);
  }
  return section;
}

}  // namespace oomwhy
