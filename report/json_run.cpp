// What one run has to say beside its incidents: tool, inputs, coverage, diagnostics.
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

Json error_or_null(const std::optional<Error>& error) {
  if (!error) return nullptr;
  Json object;
  object["what"] = text(error->what);
  object["why"] = text(error->why);
  object["hint"] = text_or_null(error->hint);
  return object;
}

Json input(const InputSummary& input) {
  Json object;
  object["source"] = text(input.source);
  object["kind"] = input.kind.empty() ? Json("unknown") : text(input.kind);
  object["first"] = time_or_null(input.first);
  object["last"] = time_or_null(input.last);
  object["bytes"] = input.bytes;
  object["lines"] = input.lines;
  object["error"] = error_or_null(input.error);
  if (input.first_byte > 0) {
    object["first_byte"] = input.first_byte;
    object["omitted"] = {"incidents", "kills_of_this_boot", "growth", "peaks", "coverage"};
  }
  return object;
}

Json blind_spot(const BlindSpot& spot) {
  Json object;
  object["kind"] = spell(spot.kind);
  object["detail"] = text(spot.detail);
  return object;
}

}  // namespace

Json tool() {
  Json object;
  object["name"] = "oomwhy";
  object["version"] = OOMWHY_VERSION;
  return object;
}

Json inputs(const Document& document) { return array_of(document.inputs, input); }

Json coverage(const Coverage& coverage) {
  Json object;
  object["complete"] = coverage.complete;
  object["from"] = time_or_null(coverage.from);
  object["to"] = time_or_null(coverage.to);
  object["blind_spots"] = array_of(coverage.blind_spots, blind_spot);
  return object;
}

Json diagnostics(const Document& document) {
  Json array = Json::array();
  for (const InputSummary& input : document.inputs) {
    for (const Diagnostic& diagnostic : input.diagnostics) {
      Json object;
      object["origin"] = origin_or_null(diagnostic.origin);
      object["kind"] = spell(diagnostic.kind);
      object["text"] = text(diagnostic.text);
      array.push_back(std::move(object));
    }
  }
  return array;
}

std::uint64_t diagnostics_omitted(const Document& document) {
  std::uint64_t omitted = 0;
  for (const InputSummary& input : document.inputs) omitted = saturating_add(omitted, input.diagnostics_omitted);
  return omitted;
}

}  // namespace oomwhy::json
