#include "cli/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/conf.hpp"
#include "cli/doctor.hpp"
#include "cli/follow.hpp"
#include "cli/inputs.hpp"
#include "cli/match.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "cli/pager.hpp"
#include "cli/redaction_key.hpp"
#include "cli/restart_rules.hpp"
#include "cli/sandbox.hpp"
#include "cli/scan.hpp"
#include "cli/selection.hpp"
#include "cli/terminal.hpp"
#include "cli/units_now.hpp"
#include "report/unit_pattern.hpp"

namespace oomwhy {
namespace {

ExitStatus fail(const Error& error, ExitStatus status) {
  print_error(error);
  return status;
}

// "oomwhy messages" looks for a process of that name; somebody may have meant the file.
void hint_at_files(const Selection& selection) {
  for (const Match& match : selection.matches) {
    std::error_code ignored;
    if (match.field != MatchField::Any || !std::filesystem::exists(match.value, ignored)) continue;
    print_error({match.value, "taken as a MATCH, though a file of that name exists", "./" + match.value + " reads it"});
  }
}

// Why nothing is shown although something was read: said beside the answer, not in it.
void hint_at_rest(const Document& document, const Selected& selected, bool implied_stdin) {
  if (selected.without_time > 0) {
    print_error({fmt::format("{} of {} incidents", selected.without_time, document.incidents.size()),
                 "left out: their time of day is not known, so -S and -U cannot be applied",
                 "--assume-timezone=ZONE and --assume-year=YEAR"});
  }
  if (!selected.incidents.empty()) return;
  if (!document.incidents.empty()) {
    print_error(
        {fmt::format("{} other incident{}", document.incidents.size(), document.incidents.size() == 1 ? "" : "s"),
         "read, but not what was asked for", "oomwhy list"});
  } else if (implied_stdin) {
    print_error(
        {"standard input", "read because something is piped in", "oomwhy < /dev/null reads the logs of this machine"});
  }
}

// The claim that nothing was found holds for the interval asked for only.
void narrow_coverage(Coverage& coverage, const Selection& selection) {
  if (selection.since_us && coverage.from && coverage.from->realtime_us &&
      *coverage.from->realtime_us < *selection.since_us) {
    coverage.from = Time{.realtime_us = selection.since_us};
  }
  if (selection.until_us && coverage.to && coverage.to->realtime_us &&
      *coverage.to->realtime_us > *selection.until_us) {
    coverage.to = Time{.realtime_us = selection.until_us};
  }
}

bool is_within(const Time& time, const Selection& selection) {
  const auto& at = time.realtime_us;
  return !at ||
         ((!selection.since_us || *at >= *selection.since_us) && (!selection.until_us || *at <= *selection.until_us));
}

bool is_asked_for(const OtherKill& kill, const Selection& selection) {
  return is_within(kill.time, selection) && (selection.units.empty() || names_unit(selection.units, kill.unit));
}

// A program of which no unit is known counts under its own name: "api" for api.service.
bool is_asked_for(const RefusedAllocation& refused, const Selection& selection) {
  const AllocationRefused& what = refused.what();
  return is_within(refused.first.time, selection) &&
         (selection.units.empty() ||
          names_unit(selection.units, what.unit.empty() ? what.program + ".service" : what.unit));
}

void narrow_other_words(Document& document, const Selection& selection) {
  std::erase_if(document.other_kills, [&](const OtherKill& kill) { return !is_asked_for(kill, selection); });
  std::erase_if(document.refused_allocations,
                [&](const RefusedAllocation& refused) { return !is_asked_for(refused, selection); });
}

CommandOutput run_command(View view) {
  switch (view.request.command) {
    case Command::Explain:
      return run_explain(std::move(view));
    case Command::List:
      return run_list(std::move(view));
    case Command::Report:
      return run_report(std::move(view));
    case Command::Advise:
      return run_advise(std::move(view));
    case Command::Scan:
    case Command::Doctor:
      break;  // they read in their own way: run_scan(), run_doctor()
  }
  return {};
}

ExitStatus show(const CommandOutput& shown, const Request& request, Output& output, bool found, bool unreadable) {
  for (const std::string& note : shown.notes) {
    if (!request.output.quiet) print_note(note);
  }
  for (const Error& error : shown.errors) print_error(error);
  const auto failed = shown.text ? output.write(shown.text) : std::nullopt;
  if (failed) return fail(*failed, ExitStatus::Unreadable);
  if (unreadable || !shown.errors.empty()) return ExitStatus::Unreadable;
  return found ? ExitStatus::Found : ExitStatus::Nothing;
}

// What the conf says. A mistake in it stops a scan, which nobody watches; a person gets the answer without it.
std::optional<ExitStatus> take_conf(Request& request) {
  std::error_code ignored;
  if (!request.conf_file.empty() && !std::filesystem::exists(request.conf_file, ignored)) {
    return fail({request.conf_file, "no such file", "man oomwhy"}, ExitStatus::Unreadable);
  }
  if (request.conf_file.empty() && is_mapper(request)) return std::nullopt;
  const auto conf =
      read_conf(request.conf_file.empty() ? conf_files(kConfPath) : std::vector<std::string>{request.conf_file});
  if (conf) {
    apply_conf(*conf, request);
    return std::nullopt;
  }
  print_error(conf.error());
  return request.command == Command::Scan ? std::optional(ExitStatus::Usage) : std::nullopt;
}

// What a command that shows something writes beside its output.
Allowed needs_of(const Request& request) {
  const std::string& folder = request.advice.out_directory;
  return {.writable_folders = folder.empty() ? std::vector<std::string>{} : std::vector{folder}};
}

ExitStatus run_request(Request request, std::int64_t now_us) {
  const auto redaction = redaction_choice(request.output);
  if (!redaction) return fail(redaction.error(), ExitStatus::Unreadable);
  if (!request.output.quiet) hint_at_files(request.selection);
  Output output(request.follow ? PagerMode::Never : request.output.pager);
  enter_sandbox(needs_of(request));
  if (request.follow) return run_follow(std::move(request), *redaction, now_us);
  auto read = read_and_select(request);
  if (!read) return fail(read.error(), ExitStatus::Usage);
  auto& [errors, typed_lines, implied_stdin, document, selected] = *read;
  for (const Error& error : errors) print_error(error);
  if (!request.output.quiet) hint_at_rest(document, selected, implied_stdin);
  // The other commands say the same of a log at any time; what another oomwhy told may be of another host.
  if (request.command == Command::Explain && !typed_lines) {
    add_units_now(document, selected.incidents, "");
    if (const auto root = root_of_log(request)) add_restart_rules(document, selected.incidents, *root);
  }
  narrow_coverage(document.coverage, request.selection);
  narrow_other_words(document, request.selection);
  Redacted shown = redact(std::move(document), request.arguments, *redaction);
  request.arguments = std::move(shown.command);
  View view{request, std::move(shown.document), selected.incidents, choose_style(request)};
  return show(run_command(std::move(view)), request, output, !selected.incidents.empty(), !errors.empty());
}

}  // namespace

ExitStatus run_program(const std::vector<std::string>& argv, std::int64_t now_us) {
  auto parsed = parse_options(argv, now_us);
  if (const Error* error = std::get_if<Error>(&parsed)) return fail(*error, ExitStatus::Usage);
  if (const Notice* notice = std::get_if<Notice>(&parsed)) {
    const auto failed = write_output(notice->text, PagerMode::Never);
    return failed ? fail(*failed, ExitStatus::Unreadable) : ExitStatus::Found;
  }
  Request& request = std::get<Request>(parsed);
  if (request.command == Command::Doctor) return run_doctor(request);
  if (const auto failed = take_conf(request)) return *failed;
  return request.command == Command::Scan ? run_scan(request, now_us) : run_request(std::move(request), now_us);
}

}  // namespace oomwhy
