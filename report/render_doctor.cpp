// The doctor's findings on a screen, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/doctor.hpp"
#include "report/json_parts.hpp"
#include "report/text_lines.hpp"

namespace oomwhy {
namespace {

using json::Json;

std::size_t count(const Diagnosis& diagnosis, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(diagnosis.findings.begin(), diagnosis.findings.end(),
                    [&](const HostFinding& finding) { return finding.severity == severity; }));
}

std::string headline(const Diagnosis& diagnosis) {
  const std::string where = diagnosis.root == "/" ? "This host" : diagnosis.root;
  if (diagnosis.findings.empty()) return fmt::format("{}: {} checks, no finding.", where, diagnosis.checked.size());
  const auto plural = [](std::size_t number, const char* noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
  };
  return fmt::format("{}: {} checks, {}, {}, {} unknown.", where, diagnosis.checked.size(),
                     plural(count(diagnosis, Severity::Problem), "problem"),
                     plural(count(diagnosis, Severity::Warning), "warning"), count(diagnosis, Severity::Unknown));
}

TextLines finding_lines(const HostFinding& finding, const TextStyle& style) {
  const auto name = [&](const std::string& raw) { return escape_terminal(raw, charset_of(style)); };
  const Tone tone = finding.severity == Severity::Problem ? Tone::Alarm : Tone::Heading;
  TextLines lines = {{}};
  append(lines, wrapped(fmt::format("{}  {}: {}", spell(finding.severity), finding.id, name(finding.what)), {0, 9},
                        style, tone));
  append(lines, wrapped("why   " + name(finding.why), {2, 8}, style));
  const char* action = finding.severity == Severity::Unknown ? "ask   " : "mend  ";
  // A command is copied: it stands on one line whatever its length.
  lines.push_back({{"  " + (action + name(finding.command)), Tone::Plain}});
  return lines;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Json pressure_or_null(const std::optional<MemoryPressure>& pressure) {
  if (!pressure) return nullptr;
  return {{"some_percent_10s", pressure->some_10s},
          {"full_percent_10s", pressure->full_10s},
          {"some_percent_5min", pressure->some_5min},
          {"full_percent_5min", pressure->full_5min}};
}

Json finding(const HostFinding& finding) {
  Json object;
  object["id"] = finding.id;
  object["severity"] = spell(finding.severity);
  object["what"] = json::text(finding.what);
  object["why"] = json::text(finding.why);
  object["command"] = json::text(finding.command);
  return object;
}

}  // namespace

std::string render_diagnosis(const Diagnosis& diagnosis, const TextStyle& style) {
  TextLines lines = wrapped(escape_terminal(headline(diagnosis), charset_of(style)), {0, 2}, style, Tone::Heading);
  if (diagnosis.pressure) {
    append(lines, wrapped(fmt::format("Memory pressure now: some {:.2f}%, full {:.2f}% of the last 10 s.",
                                      diagnosis.pressure->some_10s, diagnosis.pressure->full_10s),
                          {0, 2}, style));
  }
  TextStyle wide = style;
  for (const HostFinding& one : diagnosis.findings) {
    append(lines, finding_lines(one, style));
    wide.width = std::max(wide.width, one.command.size() * 4 + 16);
  }
  if (!diagnosis.not_checked.empty()) {
    lines.push_back({});
    append(lines,
           wrapped("Not checked, only a running system tells: " + join(diagnosis.not_checked) + ".", {0, 2}, style));
  }
  return to_text(lines, wide);
}

std::string render_diagnosis_json(const Diagnosis& diagnosis) {
  const auto name = [](const std::string& id) { return Json(id); };
  Json object;
  object["schema"] = "oomwhy/1";
  object["tool"] = json::tool();
  object["root"] = json::text(diagnosis.root);
  object["findings"] = json::array_of(diagnosis.findings, finding);
  object["checked"] = json::array_of(diagnosis.checked, name);
  object["not_checked"] = json::array_of(diagnosis.not_checked, name);
  object["memory_pressure"] = pressure_or_null(diagnosis.pressure);
  return json::readable(object, 0) + "\n";
}

}  // namespace oomwhy
