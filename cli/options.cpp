#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "cli/arguments.hpp"
#include "cli/boot_choice.hpp"
#include "cli/help.hpp"
#include "cli/match.hpp"
#include "cli/time_spec.hpp"
#include "cli/zone.hpp"

namespace oomwhy {
namespace {

// What CLI11 fills in; the checks that need more than one word come after it.
struct Typed {
  std::vector<std::string> inputs, units, scopes, killers, what_if, journal_files;
  std::optional<std::string> directory, root, machine, name_space;
  std::optional<std::string> cursor_file, textfile, fail_on;
  std::optional<std::size_t> jobs;
  std::optional<std::string> boot, since, until, timezone, host, format, color, out, supervisor, example_of, redact,
      redact_key, conf;
  std::optional<int> year;
  std::optional<std::size_t> last;
  bool all = false, reverse = false, no_pager = false, utc = false, quiet = false, show_evidence = false, force = false;
  bool help = false, version = false, merge = false, kernel_ring = false, follow = false;
};

constexpr std::size_t kMostIncidents = 1'000'000;

const std::vector<std::string> kFormats = {"text", "full", "markdown", "json", "json-lines"};
const std::vector<std::string> kAdviseFormats = {"text", "json", "json-lines"};
const std::vector<std::string> kScanFormats = {"text", "json-lines"};
const std::vector<std::string> kFailOn = {"none", "incident", "loop"};  // FailOn's order
const std::vector<std::string> kDoctorFormats = {"text", "json"};
const std::vector<std::string> kColors = {"auto", "always", "never"};
const std::vector<std::string> kRedactions = {"none", "cmdline", "all"};
const std::vector<std::string> kSupervisors = {"upstart", "nosh",  "openrc", "runit",     "wrapper",
                                               "cgexec",  "choom", "docker", "kubernetes"};

// Values arrive attached to their option, one for each: nothing may take the next word, or split one at a comma.
template <typename Value>
CLI::Option* each(CLI::App& app, const std::string& name, std::vector<Value>& values) {
  return app.add_option(name, values)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}
template <typename Value>
CLI::Option* last(CLI::App& app, const std::string& name, std::optional<Value>& value) {
  return app.add_option(name, value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_selection(CLI::App& app, Typed& typed) {
  last(app, "-b,--boot", typed.boot);
  last(app, "-S,--since", typed.since);
  last(app, "-U,--until", typed.until);
  each(app, "-u,--unit", typed.units);
  each(app, "--scope", typed.scopes);
  each(app, "--killer", typed.killers);
  last(app, "-n", typed.last)->check(CLI::Range(std::size_t{1}, kMostIncidents));
  app.add_flag("-1");
  app.add_flag("-a,--all", typed.all);
  app.add_flag("-r,--reverse", typed.reverse);
}

void add_journals(CLI::App& app, Typed& typed) {
  each(app, "--file", typed.journal_files);
  last(app, "-D,--directory", typed.directory);
  last(app, "--root", typed.root);
  last(app, "-M,--machine", typed.machine);
  last(app, "--namespace", typed.name_space);
  app.add_flag("-m,--merge", typed.merge);
}

void add_display(CLI::App& app, const std::vector<std::string>& formats, Typed& typed) {
  last(app, "-o,--output", typed.format)->check(CLI::IsMember(formats));
  last(app, "--color", typed.color)->check(CLI::IsMember(kColors));
  app.add_flag("--no-pager", typed.no_pager);
  app.add_flag("-q,--quiet", typed.quiet);
  app.add_flag("-h,--help", typed.help);
  app.add_flag("--version", typed.version);
}

void add_reading(CLI::App& app, Command command, Typed& typed) {
  each(app, "-i,--input", typed.inputs);
  if (command != Command::Scan) app.add_flag("--kmsg", typed.kernel_ring);
  add_journals(app, typed);
  last(app, "--assume-timezone", typed.timezone);
  last(app, "--assume-year", typed.year)->check(CLI::Range(1970, 9999));
  last(app, "--host", typed.host);
}

void add_advice(CLI::App& app, Typed& typed) {
  each(app, "--what-if", typed.what_if);
  last(app, "--out", typed.out);
  app.add_flag("--force", typed.force);
  last(app, "--for", typed.supervisor)->check(CLI::IsMember(kSupervisors));
}

void add_scan(CLI::App& app, Typed& typed) {
  constexpr std::size_t kMostJobs = 256;
  last(app, "--cursor-file", typed.cursor_file);
  last(app, "--textfile", typed.textfile);
  last(app, "--fail-on", typed.fail_on)->check(CLI::IsMember(kFailOn));
  last(app, "--jobs", typed.jobs)->check(CLI::Range(std::size_t{1}, kMostJobs));
}

const std::vector<std::string>& formats_of(Command command) {
  switch (command) {
    case Command::Explain:
    case Command::List:
    case Command::Report:
      return kFormats;
    case Command::Advise:
      return kAdviseFormats;
    case Command::Scan:
      return kScanFormats;
    case Command::Doctor:
      return kDoctorFormats;
  }
  return kFormats;
}

void add_options(CLI::App& app, Command command, Typed& typed) {
  add_display(app, formats_of(command), typed);
  if (command == Command::Doctor) {
    last(app, "--root", typed.root);
    return;
  }
  add_reading(app, command, typed);
  last(app, "--redact", typed.redact)->check(CLI::IsMember(kRedactions));
  last(app, "--redact-key", typed.redact_key);
  last(app, "--conf", typed.conf);
  if (command == Command::Scan) {
    add_scan(app, typed);
    return;
  }
  add_selection(app, typed);
  app.add_flag("--utc", typed.utc);
  app.add_flag("--show-evidence", typed.show_evidence);
  last(app, "--example-of", typed.example_of)->group("");
  if (command == Command::Explain) app.add_flag("--follow", typed.follow);
  if (command == Command::Advise) add_advice(app, typed);
}

// CLI11's own help is switched off: help_text() fits a screen.
class Parser {
 public:
  explicit Parser(Command command) {
    app_.set_help_flag();
    add_options(app_, command, typed_);
  }
  CLI::App& app() { return app_; }
  const Typed& typed() const { return typed_; }

  std::optional<Error> parse(std::vector<std::string> options) {
    std::reverse(options.begin(), options.end());
    try {
      app_.parse(std::move(options));
    } catch (const CLI::ParseError& error) {
      return split_message(error.what());
    }
    return std::nullopt;
  }

 private:
  // "--color: x not in {auto,always,never}"
  static Error split_message(const std::string& message) {
    const std::size_t colon = message.find(": ");
    if (colon == std::string::npos) return {"arguments", message, "oomwhy --help"};
    return {message.substr(0, colon), message.substr(colon + 2), "oomwhy --help"};
  }

  Typed typed_;
  CLI::App app_;
};

std::string dashed(std::string_view name) { return (name.size() == 1 ? "-" : "--") + std::string(name); }

// One parser for each command: an option is looked up in all of them, because it may stand before the command.
class Parsers {
 public:
  Parsers() {
    for (const Command command : kCommands) parsers_.push_back(std::make_unique<Parser>(command));
  }
  Parser& of(Command command) { return *parsers_[static_cast<std::size_t>(command)]; }

  std::optional<TakesValue> takes_value(std::string_view name) const {
    if (name == "b" || name == "boot") return TakesValue::Boot;
    if (name == "redact") return TakesValue::Redaction;
    for (const auto& parser : parsers_) {
      const CLI::Option* option = parser->app().get_option_no_throw(dashed(name));
      if (option != nullptr) return option->get_items_expected_max() == 0 ? TakesValue::Never : TakesValue::Always;
    }
    return std::nullopt;
  }

  // An option of one command, given to another.
  std::optional<Error> find_foreign_option(const std::vector<std::string>& options, Command command) {
    for (const std::string& option : options) {
      const std::string name = option.starts_with("--") ? option.substr(0, option.find('=')) : option.substr(0, 2);
      if (of(command).app().get_option_no_throw(name) != nullptr) continue;
      const std::string takers = names_of_takers(name);
      return Error{name, "only " + takers + " takes it", "oomwhy --help"};
    }
    return std::nullopt;
  }

 private:
  std::string names_of_takers(const std::string& name) {
    std::string text;
    for (const Command command : kCommands) {
      if (of(command).app().get_option_no_throw(name) == nullptr) continue;
      text += (text.empty() ? "" : ", ") + std::string(command_name(command));
    }
    return text;
  }

  std::vector<std::unique_ptr<Parser>> parsers_;
};

// Turns what was typed into a request, keeping the first mistake.
class Checker {
 public:
  Checker(const Typed& typed, Command command, std::int64_t now_us) : typed_(typed), now_us_(now_us) {
    request_.command = command;
  }

  std::variant<Request, Notice, Error> run(const std::vector<std::string>& words) {
    take_words(words);
    request_.kernel_ring = typed_.kernel_ring;
    request_.journal = {typed_.journal_files, typed_.directory,  typed_.root,
                        typed_.machine,       typed_.name_space, typed_.merge};
    take_output();
    take_selection();
    take_context();
    take_advice();
    take_scan();
    take_follow();
    if (error_) return *error_;
    return request_;
  }

 private:
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  void take_words(const std::vector<std::string>& words) {
    request_.inputs = typed_.inputs;
    if (request_.command == Command::Doctor && !words.empty()) {
      return fail({words.front(), "the doctor takes no input and no MATCH", "oomwhy doctor --root=DIR"});
    }
    for (const std::string& word : words) {
      if (request_.command == Command::Scan || names_input(word)) {
        request_.inputs.push_back(word);
        continue;
      }
      auto match = parse_match(word);
      if (!match) return fail(match.error());
      request_.selection.matches.push_back(*match);
    }
  }

  void take_output() {
    OutputChoice& output = request_.output;
    const std::string format = typed_.format.value_or(request_.command == Command::Report ? "markdown" : "text");
    output.format = static_cast<Format>(std::find(kFormats.begin(), kFormats.end(), format) - kFormats.begin());
    const std::string color = typed_.color.value_or("auto");
    output.color = static_cast<ColorMode>(std::find(kColors.begin(), kColors.end(), color) - kColors.begin());
    output.pager = typed_.no_pager ? PagerMode::Never : PagerMode::Auto;
    output.utc = typed_.utc;
    output.quiet = typed_.quiet;
    output.show_evidence = typed_.show_evidence;
    output.example_of = typed_.example_of.value_or("");
    request_.conf_file = typed_.conf.value_or("");
    take_redaction(output);
  }

  // What leaves the host as a rule, a ticket or a feed, carries no command lines unless asked for.
  void take_redaction(OutputChoice& output) {
    const bool leaves = request_.command == Command::Report || request_.command == Command::Scan ||
                        output.format == Format::Markdown || output.format == Format::JsonLines;
    const std::string what = typed_.redact.value_or(typed_.redact_key ? "all" : leaves ? "cmdline" : "none");
    output.redaction =
        static_cast<Redaction>(std::find(kRedactions.begin(), kRedactions.end(), what) - kRedactions.begin());
    output.redaction_key_file = typed_.redact_key.value_or("");
    if (typed_.redact_key && output.redaction == Redaction::None) {
      fail({"--redact-key", "nothing is redacted with --redact=none", "--redact=all --redact-key=FILE"});
    }
  }

  void take_selection() {
    Selection& selection = request_.selection;
    selection.units = typed_.units;
    selection.killers = typed_.killers;
    selection.newest_first = typed_.reverse;
    for (const std::string& name : typed_.scopes) {
      const auto scope = parse_scope(name);
      if (!scope) return fail({"--scope", name + " is none", "host, cgroup, cpuset or memory_policy"});
      selection.scopes.push_back(*scope);
    }
    if (typed_.boot) {
      selection.boot = parse_boot(*typed_.boot);
      if (!selection.boot) return fail({"--boot", *typed_.boot + " is none", "-1, +2, all, or an id of 32 hex digits"});
    }
    const bool every_one = typed_.all || request_.command == Command::List;
    selection.limit = typed_.last ? typed_.last : every_one ? std::nullopt : std::optional<std::size_t>(1);
    selection.since_us = take_time(typed_.since);
    selection.until_us = take_time(typed_.until);
  }

  std::optional<std::int64_t> take_time(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const auto time = parse_time(*text, now_us_, typed_.utc ? Zone::utc() : Zone::local());
    if (time) return *time;
    fail(time.error());
    return std::nullopt;
  }

  void take_context() {
    request_.context = {typed_.timezone.value_or(""), typed_.year, typed_.host.value_or("")};
    if (!typed_.timezone) return;
    const auto zone = Zone::parse(*typed_.timezone);
    if (!zone) fail(zone.error());
  }

  void take_advice() {
    AdviceChoice& advice = request_.advice;
    for (const std::string& text : typed_.what_if) {
      auto assumption = parse_assumption(text);
      if (!assumption) return fail(assumption.error());
      advice.assumptions.push_back(*assumption);
    }
    advice.assumptions_as_typed = typed_.what_if;
    advice.out_directory = typed_.out.value_or("");
    advice.overwrite = typed_.force;
    advice.supervisor = typed_.supervisor.value_or("");
    if (typed_.force && !typed_.out) fail({"--force", "overwrites nothing without --out", "--out=DIR --force"});
  }

  void take_scan() {
    ScanChoice& scan = request_.scan;
    if (request_.command != Command::Scan) return;
    scan.cursor_file = typed_.cursor_file.value_or("");
    scan.textfile = typed_.textfile.value_or("");
    if (typed_.fail_on) {
      scan.fail_on = static_cast<FailOn>(std::find(kFailOn.begin(), kFailOn.end(), *typed_.fail_on) - kFailOn.begin());
    }
    scan.jobs = typed_.jobs;
    if (!is_mapper(request_)) return;
    if (!typed_.format) request_.output.format = Format::JsonLines;
    if (!scan.cursor_file.empty()) {
      fail({"--cursor-file", "standard input cannot be read on from where it was left", "oomwhy scan FOLDER/"});
    }
  }

  void take_follow() {
    request_.follow = typed_.follow;
    if (!typed_.follow) return;
    const auto refuse = [this](const std::string& why, const std::string& hint) { fail({"--follow", why, hint}); };
    const Format format = request_.output.format;
    if (!request_.inputs.empty()) refuse("only the ring buffer and journals are followed", "oomwhy --kmsg --follow");
    if (request_.kernel_ring && request_.journal.named())
      refuse("one log at a time", "oomwhy --follow, in two terminals");
    if (format == Format::Markdown || format == Format::Json)
      refuse("each incident is a text of its own", "-o json-lines");
    if (typed_.until || typed_.last) refuse("it shows what is to come, until it is stopped", "oomwhy -S TIME -U TIME");
    if (request_.kernel_ring && typed_.since) refuse("the ring buffer has no time of day", "oomwhy --follow -S TIME");
    request_.selection.limit.reset();
  }

  const Typed& typed_;
  std::int64_t now_us_;
  Request request_;
  std::optional<Error> error_;
};

}  // namespace

std::variant<Request, Notice, Error> parse_options(const std::vector<std::string>& argv, std::int64_t now_us) {
  Parsers parsers;
  const auto arguments = split_arguments(argv, [&](std::string_view name) { return parsers.takes_value(name); });
  if (!arguments) return arguments.error();
  const Command command = arguments->command.value_or(Command::Explain);
  Parser& parser = parsers.of(command);
  if (auto error = parsers.find_foreign_option(arguments->options, command)) return *error;
  if (auto error = parser.parse(arguments->options)) return *error;
  if (parser.typed().help) return Notice{help_text(arguments->command)};
  if (parser.typed().version) return Notice{version_text()};
  auto checked = Checker(parser.typed(), command, now_us).run(arguments->words);
  if (Request* request = std::get_if<Request>(&checked)) request->arguments = argv;
  return checked;
}

bool is_mapper(const Request& request) {
  return request.command == Command::Scan &&
         std::find(request.inputs.begin(), request.inputs.end(), "-") != request.inputs.end();
}

std::vector<std::string> option_names(Command command) {
  Parser parser(command);
  std::vector<std::string> names;
  for (const CLI::Option* option : parser.app().get_options()) {
    if (option->get_group().empty()) continue;
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace oomwhy
